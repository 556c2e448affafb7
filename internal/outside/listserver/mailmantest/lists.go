package mailmantest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// Domain makes a mail domain.
func (m *Mailman) Domain(t testing.TB, host string) {
	t.Helper()
	m.must(t, http.MethodPost, "/domains", url.Values{"mail_host": {host}})
}

// List makes a list such as news@acme.test on a domain that is there, and returns its id. Everybody may post to it.
func (m *Mailman) List(t testing.TB, address string) (id string) {
	t.Helper()
	m.must(t, http.MethodPost, "/lists", url.Values{"fqdn_listname": {address}})
	id = strings.Replace(address, "@", ".", 1)
	m.must(t, http.MethodPatch, "/lists/"+id+"/config", url.Values{
		"default_nonmember_action": {"accept"}, "send_welcome_message": {"false"}, "process_bounces": {"false"},
		"require_explicit_destination": {"false"}, "max_message_size": {"0"}, "archive_policy": {"never"}, "admin_immed_notify": {"false"},
	})
	return id
}

// Subscribe makes addresses members of a list.
func (m *Mailman) Subscribe(t testing.TB, id string, addresses ...string) {
	t.Helper()
	for _, address := range addresses {
		m.Join(t, id, "member", address, "")
	}
}

// Join gives an address a role on a list: member, owner, moderator, or nonmember.
func (m *Mailman) Join(t testing.TB, id, role, address, name string) {
	t.Helper()
	form := url.Values{"list_id": {id}, "subscriber": {address}, "display_name": {name}, "role": {role}}
	if role == "member" {
		form["pre_verified"], form["pre_confirmed"], form["pre_approved"] = []string{"true"}, []string{"true"}, []string{"true"}
		form["send_welcome_message"] = []string{"false"}
	}
	m.must(t, http.MethodPost, "/members", form)
}

// Configure changes settings of a list.
func (m *Mailman) Configure(t testing.TB, id string, settings url.Values) {
	t.Helper()
	m.must(t, http.MethodPatch, "/lists/"+id+"/config", settings)
}

// Delete deletes a list.
func (m *Mailman) Delete(t testing.TB, id string) {
	t.Helper()
	m.must(t, http.MethodDelete, "/lists/"+id, nil)
}

// Post hands in a mail to a list. It has exactly so many bytes, with its lines' ends.
func (m *Mailman) Post(t testing.TB, list, from, subject string, size int) {
	t.Helper()
	head := fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: %s\r\nMessage-ID: <%s@post.test>\r\nDate: Tue, 01 Sep 2026 12:00:00 +0000\r\n\r\n",
		from, list, subject, strings.ReplaceAll(subject, " ", "-"))
	if size < len(head)+2 {
		t.Fatalf("a mail has at least %d bytes", len(head)+2)
	}
	text := head + body(size-len(head))
	raw, err := net.Dial("tcp", m.LMTP)
	if err != nil {
		t.Fatal(err)
	}
	conn := smtp.NewClientLMTP(raw)
	defer conn.Close()
	if err := conn.SendMail(from, []string{list}, strings.NewReader(text)); err != nil {
		t.Fatalf("Mailman does not take the post: %v", err)
	}
}

// body is text of so many bytes, in lines.
func body(size int) string {
	const line = "0123456789012345678901234567890123456789012345678901234567890123456789\r\n"
	text := strings.Repeat(line, size/len(line))
	if left := size - len(text); left >= 2 {
		return text + strings.Repeat("x", left-2) + "\r\n"
	} else if left == 1 {
		return "x" + text
	}
	return text
}

// waitLimit is how long Mailman may take for what a test waits for.
const waitLimit = 3 * time.Minute

// Until waits until something is so.
func (m *Mailman) Until(t testing.TB, what string, so func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), waitLimit)
	defer cancel()
	for !so() {
		if !rest(ctx) {
			log, err := os.ReadFile(m.Log)
			t.Fatalf("%s: not within %s\n%s%v", what, waitLimit, log, err)
		}
	}
}

// Lines counts the lines of smtp.log that hold a text.
func (m *Mailman) Lines(t testing.TB, text string) int {
	t.Helper()
	log, err := os.ReadFile(m.Log)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range bytes.Lines(log) {
		if bytes.HasSuffix(line, []byte("\n")) && bytes.Contains(line, []byte(text)) {
			n++
		}
	}
	return n
}

func (m *Mailman) must(t testing.TB, method, path string, form url.Values) {
	t.Helper()
	if err := m.call(t.Context(), method, path, form); err != nil {
		t.Fatal(err)
	}
}

func (m *Mailman) call(ctx context.Context, method, path string, form url.Values) (err error) {
	request, err := http.NewRequestWithContext(ctx, method, m.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	request.SetBasicAuth(m.User, m.Password)
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %s: %s", method, path, response.Status, text)
	}
	return err
}
