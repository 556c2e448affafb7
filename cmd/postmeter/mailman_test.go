package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/outside/listserver/mailmantest"
	"postmeter/internal/outside/mail/mailtest"
	"postmeter/internal/store/storetest"
)

// sizes of the posts of the month, in bytes, by list.
var sizes = map[string][]int{
	"news@acme.test":    {700, 40_000, 1500},
	"dev@acme.test":     {900, 123_457},
	"all@two.test":      {2048},
	"quiet@two.test":    nil,
	"stranger@two.test": {600},
}

// TestFromMailmanToTheSentBill is what Postmeter is for, with nothing played: a real Mailman sends posts, some to addresses that are
// refused or put off; it is added as a server and synced, its log is ingested, it is validated, the month is billed, and the invoices are
// sent. What is on the bills is what a mail server really got.
func TestFromMailmanToTheSentBill(t *testing.T) {
	m := mailmantest.Start(t)
	post(t, m)
	got := received(t, m)
	recipients := map[string]int{"news@acme.test": 3 * 4, "dev@acme.test": 2 * 3, "all@two.test": 2, "stranger@two.test": 1}
	for list, n := range recipients {
		if got[list].recipients != n {
			t.Errorf("%s: the mail server got %d mails, and %d were posted", list, got[list].recipients, n)
		}
	}
	storetest.Each(t, func(t *testing.T, url string) {
		sink := mailtest.New(t)
		p := &program{t: t, dir: t.TempDir()}
		p.env = append(os.Environ(), "POSTMETER_DB="+url, "POSTMETER_KEY_FILE="+filepath.Join(p.dir, "key"), "POSTMETER_SMTP="+sink.URL())
		p.write("password.txt", m.Password+"\n")
		p.run("server", "add", "s1", "--host", "127.0.0.1", "--kind", "mailman3", "--url", m.URL, "--user", m.User, "--password-file", "password.txt")
		p.synced()
		p.write("provider.yaml", provider)
		p.run("import", "provider.yaml")
		for range 2 { // the second time nothing is new
			p.run("ingest", "--server", "s1", "--format", "mailman3", m.Log)
		}
		p.well()
		start, end := month(t, m.Log)
		p.run("bill", "run", "--start", start, "--end", end)
		for customer, lists := range map[string][]string{"Acme & Sons": {"news@acme.test", "dev@acme.test"}, "Two": {"all@two.test"}} {
			var want traffic
			for _, list := range lists {
				want.recipients += got[list].recipients
				want.bytes += got[list].bytes
			}
			if diff := cmp.Diff(want.amounts(), p.billed(customer)); diff != "" {
				t.Errorf("%s is billed for something else than was sent:\n%s", customer, diff)
			}
		}
		p.run("bill", "send", "--yes")
		p.sent(sink)
	})
}

// post makes the lists of two customers and posts to them.
func post(t *testing.T, m *mailmantest.Mailman) {
	t.Helper()
	m.Domain(t, "acme.test")
	m.Domain(t, "two.test")
	// Nobody who is refused is on a list with somebody who is put off: Mailman 3.3.8 then sends its report of the refusal to those who
	// were put off, in place of the post.
	members := map[string][]string{
		"news@acme.test":    {"ann@subs.test", "bob@subs.test", "refuse1@subs.test", "dan@subs.test", "cid@subs.test"},
		"dev@acme.test":     {"ann@subs.test", "grey1@subs.test", "cid@subs.test"},
		"all@two.test":      {"grey2@subs.test", "dan@subs.test"},
		"quiet@two.test":    {"dan@subs.test"},
		"stranger@two.test": {"dan@subs.test", "refuse2@subs.test"},
	}
	for list, addresses := range members {
		m.Subscribe(t, m.List(t, list), addresses...)
	}
	n, mails := 0, 0
	for list, all := range sizes {
		for _, size := range all {
			m.Post(t, list, "writer@subs.test", fmt.Sprintf("%s %d", list, size), size)
			n++
			for _, address := range members[list] {
				if !strings.HasPrefix(address, mailmantest.Refuse) {
					mails++
				}
			}
		}
	}
	m.Until(t, "all mails arrive", func() bool {
		have := 0
		for _, one := range m.Sink.Mails() {
			have += len(one.To)
		}
		return have == mails
	})
	m.Until(t, "all are in the log", func() bool { return logged(t, m.Log) == mails })
}

// logged adds up what the log says was taken. A line that is being written does not count yet.
func logged(t *testing.T, path string) (taken int) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(text) {
		var recipients, refused int
		if _, rest, ok := bytes.Cut(line, []byte(" recips=")); ok && bytes.HasSuffix(line, []byte("\n")) {
			if _, err := fmt.Sscanf(string(rest), "%d refused=%d ", &recipients, &refused); err != nil {
				t.Fatal(err)
			}
			taken += recipients - refused
		}
	}
	return taken
}

// traffic is what went to members of a list.
type traffic struct{ recipients, bytes int }

// amounts is what a month costs when one message costs one dollar, and so does a byte.
func (v traffic) amounts() map[string]string {
	return map[string]string{"messages": strconv.Itoa(v.recipients) + ".00", "bandwidth": strconv.Itoa(v.bytes) + ".00"}
}

// received adds up, by list, the mails that the mail server took. Each counts with the size as posted, which its Message-ID tells.
func received(t *testing.T, m *mailmantest.Mailman) map[string]traffic {
	t.Helper()
	got := map[string]traffic{}
	for _, mail := range m.Sink.Mails() {
		head, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(mail.Data))).ReadMIMEHeader()
		if err != nil {
			t.Fatal(err)
		}
		id, _, _ := strings.Cut(strings.Trim(head.Get("Message-ID"), "<>"), "@post.test")
		at := strings.LastIndex(id, "-")
		size, err := strconv.Atoi(id[at+1:])
		if err != nil || at < 0 {
			t.Fatalf("a mail that was not posted, from %s to %v: %q", mail.From, mail.To, mail.Data)
		}
		list := id[:at]
		v := got[list]
		v.recipients += len(mail.To)
		v.bytes += size * len(mail.To)
		got[list] = v
	}
	return got
}

// month returns the first and last day of the months of a log.
func month(t *testing.T, path string) (start, end string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	first, err1 := time.Parse(time.DateOnly, lines[0][:10])
	last, err2 := time.Parse(time.DateOnly, lines[len(lines)-1][:10])
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	from := time.Date(first.Year(), first.Month(), 1, 0, 0, 0, 0, time.UTC)
	to := time.Date(last.Year(), last.Month()+1, 0, 0, 0, 0, 0, time.UTC)
	return from.Format(time.DateOnly), to.Format(time.DateOnly)
}

// program is the real command, with a database of its own.
type program struct {
	t   *testing.T
	dir string
	env []string
}

func (p *program) write(name, text string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// run runs a command that must do what it is asked, and returns what it prints.
func (p *program) run(args ...string) []byte {
	p.t.Helper()
	cmd := exec.CommandContext(p.t.Context(), "postmeter", args...)
	cmd.Dir, cmd.Env = p.dir, p.env
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		p.t.Fatalf("postmeter %s: %v\n%s%s", strings.Join(args, " "), err, out, stderr.Bytes())
	}
	return out
}

// json runs a command and reads what it prints.
func (p *program) json(into any, args ...string) {
	p.t.Helper()
	if err := json.Unmarshal(p.run(append(args, "--json")...), into); err != nil {
		p.t.Fatal(err)
	}
}

// synced asks the server for its lists, twice: the second time nothing is new. Other tests may have lists on it, too.
func (p *program) synced() {
	p.t.Helper()
	var results []struct {
		Lists, New, Sites, Members int
	}
	p.json(&results, "server", "sync")
	if len(results) != 1 || results[0].New < len(sizes) || results[0].New != results[0].Lists || results[0].Sites < 2 || results[0].Members < 13 {
		p.t.Errorf("the sync found %+v", results)
	}
	p.json(&results, "server", "sync")
	if len(results) != 1 || results[0].Lists < len(sizes) || results[0].New != 0 {
		p.t.Errorf("the second sync found %+v", results)
	}
}

// well asks the server how it is. Its log says what billing needs, mails flow, and all of its lists are known.
func (p *program) well() {
	p.t.Helper()
	var reports []struct {
		Version  string
		New      []string
		Findings []struct{ Severity, Code, Message string }
	}
	p.json(&reports, "server", "validate", "s1")
	if len(reports) != 1 || len(reports[0].New) != 0 || !strings.HasPrefix(reports[0].Version, "GNU Mailman 3.") {
		p.t.Fatalf("the server is %+v", reports)
	}
	for _, f := range reports[0].Findings {
		if f.Severity != "fine" {
			p.t.Errorf("%+v", f)
		}
	}
}

// billed returns the amounts of a customer's bill by method.
func (p *program) billed(customer string) map[string]string {
	p.t.Helper()
	var bills []struct {
		ID       int
		Customer string
	}
	p.json(&bills, "bill", "list")
	amounts := map[string]string{}
	for _, b := range bills {
		if b.Customer != customer {
			continue
		}
		var bill struct {
			Lines []struct{ Method, Amount string }
		}
		p.json(&bill, "bill", "show", strconv.Itoa(b.ID))
		for _, line := range bill.Lines {
			if line.Method != "" {
				amounts[line.Method] = line.Amount
			}
		}
	}
	return amounts
}

// sent checks that both customers got their invoice.
func (p *program) sent(sink *mailtest.Server) {
	p.t.Helper()
	got := map[string]bool{}
	for _, m := range sink.Mails() {
		got[m.To] = strings.Contains(string(m.Data), "Invoice")
	}
	if diff := cmp.Diff(map[string]bool{"billing@acme.test": true, "billing@two.test": true}, got); diff != "" {
		p.t.Error(diff)
	}
	var bills []struct{ Status string }
	p.json(&bills, "bill", "list")
	for _, b := range bills {
		if b.Status != "sent" {
			p.t.Errorf("a bill is %s", b.Status)
		}
	}
}

// provider has two customers. A message costs a dollar, and so does a byte: 2^30 dollars for a GB.
const provider = `
company: {name: Example Lists, address: "1 Mail Street"}
currency: USD
time_zone: UTC
settings: {billing_admin_name: Billing, billing_admin_email: billing@lists.test}
plans:
  - id: std
    name: Standard
    usage:
      - {method: messages, overage: {per: 1, price: "1"}}
      - {method: bandwidth, overage: {per: 1, price: "1073741824"}}
customers:
  - company: Acme & Sons
    email: billing@acme.test
    start: 2026-01-01
    groups: [{name: Main, plans: [{plan: std}], objects: [{server: s1, site: acme.test}]}]
  - company: Two
    email: billing@two.test
    start: 2026-01-01
    groups: [{name: Main, plans: [{plan: std}], objects: [{server: s1, site: two.test, list: all}, {server: s1, site: two.test, list: quiet}]}]
`
