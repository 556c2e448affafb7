package mailman_test

import (
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/outside/listserver/mailman"
)

func TestCatalogue(t *testing.T) {
	_, m := newStandIn(t)
	var told [][2]int
	got, err := m.Catalogue(t.Context(), func(read, all int) { told = append(told, [2]int{read, all}) })
	if err != nil {
		t.Fatal(err)
	}
	owner := func(address, name string) hosting.Administrator {
		return hosting.Administrator{Role: hosting.Owner, Address: address, Name: name}
	}
	want := hosting.Catalogue{
		Sites: []string{"alpha.test", "beta.test"},
		Lists: []hosting.Listed{
			{Site: "alpha.test", Name: "dev", RemoteID: "dev.alpha.test", Members: 7, Posts: 20, Administrators: []hosting.Administrator{owner("owner1@alpha.test", "Olga Owner")}},
			{Site: "alpha.test", Name: "news", RemoteID: "news.alpha.test", Members: 14, Posts: 20, Administrators: []hosting.Administrator{
				{Role: hosting.Moderator, Address: "mod1@alpha.test"}, owner("owner1@alpha.test", "Olga Owner")}},
			{Site: "beta.test", Name: "announce", RemoteID: "announce.beta.test", Members: 3, Posts: 20, Administrators: []hosting.Administrator{owner("owner2@beta.test", "")}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([][2]int{{3, 3}}, told); diff != "" {
		t.Error(diff)
	}
}

// TestTwentyThousandLists reads 40 pages, and says how far it is.
func TestTwentyThousandLists(t *testing.T) {
	s, _ := newStandIn(t)
	m := connect(t, s.url, listserver.Options{})
	lists := make([]string, 20_000)
	owners := make([]string, len(lists))
	for i := range lists {
		lists[i] = fmt.Sprintf(`{"list_id":"l%05d.big.test","list_name":"l%05d","mail_host":"big.test","member_count":%d}`, i, i, i)
		owners[i] = fmt.Sprintf(`{"list_id":"l%05d.big.test","email":"o%d@big.test","role":"owner"}`, i, i%100)
	}
	s.set("/lists", `{"entries":[`+strings.Join(lists, ",")+`]}`)
	s.set("/members/find owner", `{"entries":[`+strings.Join(owners, ",")+`]}`)
	calls := 0
	got, err := m.Catalogue(t.Context(), func(read, all int) {
		if calls++; read != 500*calls || all != 20_000 {
			t.Errorf("call %d: %d of %d", calls, read, all)
		}
	})
	if err != nil || len(got.Lists) != 20_000 || calls != 40 {
		t.Fatalf("%d lists in %d pages: %v", len(got.Lists), calls, err)
	}
	if last := got.Lists[19_999]; last.Members != 19_999 || last.Posts != hosting.NotSaid || len(last.Administrators) != 1 {
		t.Errorf("%+v", last)
	}
}

// TestListsThatChangeWhileTheyAreRead has a list that is deleted between two pages, so that another one slips through: once, then always.
func TestListsThatChangeWhileTheyAreRead(t *testing.T) {
	s, _ := newStandIn(t)
	numbered := func(n int) string {
		lists := make([]string, n)
		for i := range lists {
			lists[i] = fmt.Sprintf(`{"list_id":"l%04d.big.test","list_name":"l%04d","mail_host":"big.test"}`, i, i)
		}
		return `{"entries":[` + strings.Join(lists, ",") + `]}`
	}
	m := connect(t, s.url, listserver.Options{})
	s.set("/lists", numbered(600))
	changes := 1
	progress := func(int, int) {
		if changes > 0 {
			changes--
			s.set("/lists", numbered(599-changes%2))
		}
	}
	c, err := m.Catalogue(t.Context(), progress)
	if err != nil || len(c.Lists) != 599 {
		t.Errorf("changed once: %d lists, %v", len(c.Lists), err)
	}
	changes = 100
	if c, err = m.Catalogue(t.Context(), progress); fault.KindOf(err) != fault.Unavailable || c.Lists != nil {
		t.Errorf("changed each time: %d lists, %v", len(c.Lists), err)
	}
	s.set("/lists", `{"entries":[{"list_id":"a.b","list_name":"a","mail_host":"b"},{"list_id":"a.b","list_name":"a","mail_host":"b"}]}`)
	if _, err := m.Catalogue(t.Context(), nil); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a list twice: %v", err)
	}
}

func TestFindMembers(t *testing.T) {
	_, m := newStandIn(t)
	found, more, err := m.FindMembers(t.Context(), "*subs*", 2)
	if err != nil || !more || len(found) != 2 {
		t.Fatalf("%v, more %v: %v", found, more, err)
	}
	found, more, err = m.FindMembers(t.Context(), "m02@subs.test", 2)
	want := []hosting.Membership{
		{Site: "alpha.test", List: "dev", RemoteID: "dev.alpha.test", Address: "m02@subs.test", Name: "Member 2", Role: "member"},
		{Site: "alpha.test", List: "news", RemoteID: "news.alpha.test", Address: "m02@subs.test", Name: "Member 2", Role: "member"},
	}
	if diff := cmp.Diff(want, found); diff != "" || more || err != nil {
		t.Errorf("more %v: %v\n%s", more, err, diff)
	}
	for i, want := range []bool{true, false} {
		if was, err := m.DeleteMember(t.Context(), found[1]); was != want || err != nil {
			t.Errorf("deletion %d: %v, %v", i+1, was, err)
		}
	}
}

// codes are the findings in short.
func codes(h hosting.Health) string {
	var all []string
	for _, f := range h.Findings {
		all = append(all, f.Code+" "+string(f.Severity))
	}
	return strings.Join(all, ", ")
}

func TestHealth(t *testing.T) {
	s, m := newStandIn(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			if _, err := conn.Write([]byte("220 lists.test GNU Mailman LMTP\r\n")); err != nil {
				t.Error(err)
			}
			conn.Close()
		}
	}()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s.set("/system/configuration/mta", `{"lmtp_host":"127.0.0.1","lmtp_port":"`+port+`"}`)
	h, err := m.Health(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := "version fine, transport fine, log_template warning, mail_flow fine, queues fine"; codes(h) != want {
		t.Errorf("got  %s\nwant %s", codes(h), want)
	}
	if h.Version != "GNU Mailman 3.3.8 (Tom Sawyer)" || h.Clock.IsZero() {
		t.Errorf("%+v", h)
	}
	listener.Close()
	s.set("/queues", `{"total_size":4,"entries":[{"name":"shunt","count":2},{"name":"bad","count":1},{"name":"out","count":1001},{"name":"retry","count":1000}]}`)
	s.set("/system/configuration/logging.smtp", ours(t, nil))
	if h, err = m.Health(t.Context()); err != nil {
		t.Fatal(err)
	}
	if want := "version fine, transport fine, log_template fine, mail_flow warning, queue_shunt error, queue_bad warning, queue_long warning"; codes(h) != want {
		t.Errorf("got  %s\nwant %s", codes(h), want)
	}
}

// ours is the section of a Mailman that has our template, but for some keys.
func ours(t *testing.T, but map[string]string) string {
	t.Helper()
	section := map[string]string{"level": "info", "path": "smtp.log"}
	for _, line := range strings.Split(strings.TrimSpace(mailman.Template()), "\n")[1:] {
		key, value, _ := strings.Cut(line, ": ")
		section[key] = value
	}
	for key, value := range but {
		section[key] = value
	}
	text, err := json.Marshal(section)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheTemplateIsComparedToTheLetter(t *testing.T) {
	s, m := newStandIn(t)
	for name, v := range map[string]struct {
		but           map[string]string
		severity, say string
	}{
		"ours":             {nil, "fine", "format mailman3"},
		"a space more":     {map[string]string{"every": "PM1  list_id=$list_id"}, "error", "every differ"},
		"no zone":          {map[string]string{"datefmt": "%Y-%m-%dT%H:%M:%S"}, "error", "datefmt differ"},
		"the second line":  {map[string]string{"success": "$msgid post"}, "error", "success differ"},
		"silent":           {map[string]string{"level": "warning"}, "error", "level"},
		"with its process": {map[string]string{"format": "%(asctime)s (%(process)d) %(message)s", "refused": "x"}, "error", "format, refused differ"},
	} {
		s.set("/system/configuration/logging.smtp", ours(t, v.but))
		h, err := m.Health(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range h.Findings {
			if f.Code == "log_template" && (string(f.Severity) != v.severity || !strings.Contains(f.Message, v.say)) {
				t.Errorf("%s: %+v", name, f)
			}
			if f.Code == "log_template" && v.severity == "error" && f.Remedy == "" {
				t.Errorf("%s: no remedy", name)
			}
		}
	}
	if want := "[logging.smtp]\nformat: %(asctime)s %(message)s\ndatefmt: %Y-%m-%dT%H:%M:%S%z\n" +
		"every: PM1 list_id=$list_id recips=$recip refused=$refused size=$size secs=$time sender=$sender msgid=$msgid\nsuccess: no\nrefused: no\n"; mailman.Template() != want {
		t.Errorf("got\n%s\nwant\n%s", mailman.Template(), want)
	}
}
