package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/outside/listserver/mailmantest"
	"postmeter/internal/outside/mail/mailtest"
	"postmeter/internal/store/storetest"
)

// TestWhatASyncFindsIsBilledLater goes from a server that nobody has synced to bills: usage is ingested for lists that nobody
// knows, a sync of a real Mailman finds them, one is assigned and billed, and what comes in and is assigned after that is
// billed by the next bill.
func TestWhatASyncFindsIsBilledLater(t *testing.T) {
	m := mailmantest.Start(t)
	storetest.Each(t, func(t *testing.T, url string) {
		engine, _, _ := strings.Cut(url, ":")
		site := engine + ".story.test"
		m.Domain(t, site)
		news, dev := m.List(t, "news@"+site), m.List(t, "dev@"+site)
		m.Subscribe(t, news, "ann@"+site, "bob@"+site)
		m.Subscribe(t, dev, "ann@"+site)
		m.Join(t, news, "owner", "owner@"+site, "")
		sink := mailtest.New(t)
		p := &program{t: t, dir: t.TempDir()}
		p.env = append(os.Environ(), "POSTMETER_DB="+url, "POSTMETER_KEY_FILE="+filepath.Join(p.dir, "key"), "POSTMETER_SMTP="+sink.URL())
		p.write("provider.yaml", strings.ReplaceAll(storyProvider, "OBJECTS", ""))
		p.write("secret", m.Password+"\n")
		p.run("import", "provider.yaml")
		p.run("server", "add", "s1", "--host", "127.0.0.1", "--kind", "mailman3", "--url", m.URL, "--user", m.User, "--password-file", "secret")
		p.validated(site, "new", "fine log_template", "fine mail_flow")

		log := storyLine("2026-09-03", news, 10, 1) + storyLine("2026-09-04", dev, 5, 2)
		p.write("smtp.log", log)
		check(t, "before the sync", p.figures("ingest", "--server", "s1", "--format", "mailman3", "smtp.log"), "counted 0, unknown 2")
		check(t, "shown", p.unknown(), dev+" 5, "+news+" 10")
		var synced []struct {
			New          []string `json:"new_lists"`
			AdoptedUsage int      `json:"adopted_usage"`
		}
		p.json(&synced, "server", "sync")
		if !slices.Contains(synced[0].New, site+"/news") || synced[0].AdoptedUsage != 2 {
			t.Errorf("synced: %+v", synced)
		}
		check(t, "shown after the sync", p.unknown(), "")
		p.people(site)

		p.write("provider.yaml", strings.ReplaceAll(storyProvider, "OBJECTS", "{server: s1, site: "+site+", list: news, start: 2026-09-01}"))
		p.run("import", "provider.yaml")
		p.run("bill", "run", "--start", "2026-09-01", "--end", "2026-09-30")
		p.run("bill", "send", "--yes")
		p.write("smtp.log", log+storyLine("2026-09-20", news, 3, 3)+storyLine("2026-10-05", news, 100, 4))
		check(t, "late lines", p.figures("ingest", "--server", "s1", "--format", "mailman3", "smtp.log"), "counted 2, unknown 0")
		p.write("provider.yaml", strings.ReplaceAll(storyProvider, "OBJECTS",
			"{server: s1, site: "+site+", list: news, start: 2026-09-01}, {server: s1, site: "+site+", list: dev, start: 2026-09-01}"))
		p.run("import", "provider.yaml")
		p.run("bill", "run", "--start", "2026-10-01", "--end", "2026-10-31")
		var bills []struct{ Start, Total string }
		p.json(&bills, "bill", "list")
		totals := map[string]string{}
		for _, b := range bills {
			totals[b.Start] = b.Total
		}
		if diff := cmp.Diff(map[string]string{"2026-09-01": "10.00", "2026-10-01": "108.00"}, totals); diff != "" { // 100, and late 3 and 5
			t.Error(diff)
		}

		p.metered(t, m, site)
		m.Delete(t, dev)
		p.validated(site, "missing", "fine log_feed", "fine posts")
		p.run("server", "fix", "s1", "--gone", site+"/dev", "--confirm", "--yes")
		p.run("server", "move", "s1/"+site+"/dev", "s1/"+site+"/development")
	})
}

// check compares what a user sees.
func check(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %q, want %q", what, got, want)
	}
}

// storyLine is a line of Mailman's log.
func storyLine(day, id string, recipients, n int) string {
	return fmt.Sprintf("%sT10:00:00+0000 PM1 list_id=%s recips=%d refused=0 size=1000 secs=0.1 sender=a@x.test msgid=<%d@x.test>\n", day, id, recipients, n)
}

func (p *program) figures(args ...string) string {
	p.t.Helper()
	var f struct {
		Counted int
		Unknown int `json:"unknown_list"`
	}
	p.json(&f, args...)
	return fmt.Sprintf("counted %d, unknown %d", f.Counted, f.Unknown)
}

// unknown returns the lists that server show says nobody knows, with their recipients.
func (p *program) unknown() string {
	p.t.Helper()
	var v struct {
		Unknown []struct {
			List       string
			Recipients int
		}
	}
	p.json(&v, "server", "show", "s1")
	var out []string
	for _, u := range v.Unknown {
		out = append(out, fmt.Sprintf("%s %d", u.List, u.Recipients))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// validated checks that a validation finds the list dev new or missing, and findings.
func (p *program) validated(site, where string, findings ...string) {
	p.t.Helper()
	var reports []struct {
		New, Missing []string
		Findings     []struct{ Severity, Code, Message string }
	}
	p.json(&reports, "server", "validate", "s1")
	if in := map[string][]string{"new": reports[0].New, "missing": reports[0].Missing}[where]; !slices.Contains(in, site+"/dev") {
		p.t.Errorf("the list dev is not %s: %+v", where, reports[0])
	}
	for _, want := range findings {
		if !slices.ContainsFunc(reports[0].Findings, func(f struct{ Severity, Code, Message string }) bool { return f.Severity+" "+f.Code == want }) {
			p.t.Errorf("no finding %s: %+v", want, reports[0].Findings)
		}
	}
}

// people finds an owner and a member, and takes the member off her list.
func (p *program) people(site string) {
	p.t.Helper()
	var admins struct {
		Administrators []struct{ List, Role string }
	}
	p.json(&admins, "find", "admin", "OWNER@"+site)
	check(p.t, "administrators", fmt.Sprint(admins.Administrators), "[{news owner}]")
	type found struct {
		Members []struct{ Address, List, Deleted string }
	}
	var members []found
	p.json(&members, "find", "member", "b*@"+site)
	check(p.t, "members", fmt.Sprint(members), "[{[{bob@"+site+" news }]}]")
	members = nil
	p.json(&members, "find", "member", "bob@"+site+"|nobody@"+site, "--delete", "--yes")
	check(p.t, "deleted", fmt.Sprint(members), "[{[{bob@"+site+" news yes}]}]")
	members = nil
	p.json(&members, "find", "member", "bob@"+site)
	check(p.t, "afterwards", fmt.Sprint(members), "[{[]}]")
}

// metered posts once more and ingests the server's own log: its counters of posts agree then.
func (p *program) metered(t *testing.T, m *mailmantest.Mailman, site string) {
	t.Helper()
	p.run("server", "validate", "s1")
	m.Post(t, "news@"+site, "writer@"+site, "hello", 2000)
	// Mailman's own notices to members are logged as the list's, too
	m.Until(t, "the mail is in the log", func() bool { return m.Lines(t, "sender=writer@"+site+" ") > 0 })
	p.run("ingest", "--server", "s1", "--format", "mailman3", m.Log)
}

const storyProvider = `
company: {name: Example Lists, address: "1 Mail Street"}
currency: USD
time_zone: UTC
settings: {billing_admin_name: Billing, billing_admin_email: billing@lists.test}
plans: [{id: std, name: Standard, usage: [{method: messages, overage: {per: 1, price: "1"}}]}]
customers:
  - company: Acme
    email: billing@acme.test
    start: 2026-09-01
    groups: [{name: Main, plans: [{plan: std}], objects: [OBJECTS]}]
`
