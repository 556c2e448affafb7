package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"testing"

	"postmeter/internal/app/jobs"
	"postmeter/internal/outside/mail"
	"postmeter/internal/outside/mail/mailtest"
	"postmeter/internal/outside/providerfile"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// take enters a provider file.
func (h *house) take(text string) {
	h.Helper()
	root, err := providerfile.Parse("provider.yaml", []byte(text))
	h.must(err)
	_, err = office.Import(context.Background(), h.DB, h.by(), []office.File{{Name: "provider.yaml", Root: root}}, nil)
	h.must(err)
}

// mailHouse is a house whose settings name a mail server, and a node that bills and mails.
func mailHouse(t *testing.T, url string) (*house, *mailtest.Server, *jobs.Worker) {
	t.Helper()
	h, server := newHouse(t, url), mailtest.New(t)
	host, port, err := net.SplitHostPort(server.Address)
	h.must(err)
	h.take(fmt.Sprintf("currency: USD\nsettings: {billing_admin_name: Billing, billing_admin_email: billing@lists.test, smtp: {host: %s, port: %s, security: none}}\n", host, port))
	w := h.nodeOf(billing, trying)
	return h, server, w
}

func (h *house) trial(w *jobs.Worker, to string) store.Job {
	h.Helper()
	return h.asks("ann", deliver.TrialJob, deliver.Trial{To: to}, w)
}

// TestATestMailGoesToTheMailServerOfTheSettings asks for test mails as the settings page does.
func TestATestMailGoesToTheMailServerOfTheSettings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h, server, w := mailHouse(t, url)
		j := h.trial(w, "me@x.test")
		var r deliver.TrialResult
		if err := json.Unmarshal(j.Result, &r); err != nil || j.State != store.JobDone || r.To != "me@x.test" || !strings.Contains(r.Server, server.Address) || r.Said == "" {
			t.Fatalf("the job is %s %q, its result %s %v", j.State, j.Error, j.Result, err)
		}
		mails := server.Mails()
		if len(mails) != 1 || mails[0].To != "me@x.test" || !mails[0].Test || !strings.Contains(string(mails[0].Data), "billing@lists.test") {
			t.Fatalf("the mail server has %d mails: %+v", len(mails), mails)
		}
		if j := h.trial(w, "refuse@x.test"); j.State != store.JobFailed || j.Attempts != 1 || !strings.Contains(j.Error, "did not take the test mail to refuse@x.test") || !strings.Contains(j.Error, "no such mailbox") {
			t.Errorf("an address that is refused: %s after %d: %q", j.State, j.Attempts, j.Error)
		}
		server.NoSender = true
		if j := h.trial(w, "me@x.test"); j.State != store.JobFailed || !strings.Contains(j.Error, "nobody knows you") {
			t.Errorf("a sender that is refused: %s %q", j.State, j.Error)
		}
		if n := len(server.Mails()); n != 1 {
			t.Errorf("the mail server has %d mails", n)
		}
	})
}

// TestATestMailThatCannotGoSaysWhatIsMissing has no mail server, no sender, and a password that is wrong.
func TestATestMailThatCannotGoSaysWhatIsMissing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		if j := h.trial(h.nodeOf(trying), "me@x.test"); j.State != store.JobFailed || !strings.Contains(j.Error, "no mail server is set") {
			t.Errorf("no mail server: %s %q", j.State, j.Error)
		}
		server := mailtest.New(t)
		h.SMTP = server.URL()
		if j := h.trial(h.nodeOf(trying), "me@x.test"); j.State != store.JobFailed || !strings.Contains(j.Error, "no Billing Admin Email is set") {
			t.Errorf("no sender: %s %q", j.State, j.Error)
		}
		h.take("settings: {billing_admin_email: billing@lists.test}\n")
		server.Password = "right"
		h.SMTP = "smtp://billing:wr0ng-one@" + server.Address
		j := h.trial(h.nodeOf(trying), "me@x.test")
		if j.State == store.JobDone || j.Error == "" || server.SignIns() == 0 {
			t.Errorf("a wrong password: %s %q, tried %d times", j.State, j.Error, server.SignIns())
		}
		if strings.Contains(storetest.Dump(t, url)+h.log.String(), "wr0ng-one") {
			t.Error("the password stands in the database or the log")
		}
		if len(server.Mails()) > 0 {
			t.Errorf("the mail server has %d mails", len(server.Mails()))
		}
	})
}

// TestAMailingOfThePagesTellsWhomItNames runs and mails bills by jobs, and has somebody told of what was refused; of the next mailing there
// is nothing to tell.
func TestAMailingOfThePagesTellsWhomItNames(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h, server, w := mailHouse(t, url)
		var customers strings.Builder
		for i, address := range []string{"good@x.test", "refuse@x.test"} {
			fmt.Fprintf(&customers, "  - {company: C%d, email: %s, start: 2026-01-01, groups: [{name: Main, plans: [{plan: std}], objects: [{server: s%d, site: a.test, list: news}]}]}\n", i+1, address, i+1)
		}
		h.take("currency: USD\nplans: [{id: std, name: Standard, monthly_price: \"25.00\", usage: [{method: messages, overage: {per: 1000, price: \"1\"}}]}]\ncustomers:\n" + customers.String())
		send := func(start, end string) deliver.Result {
			t.Helper()
			if j := h.asks("ann", billrun.JobKind, billrun.Job{Start: start, End: end}, w); j.State != store.JobDone {
				t.Fatalf("the run is %s: %s", j.State, j.Error)
			}
			j := h.asks("ann", deliver.SendJobKind, deliver.Job{Notify: "ops@x.test"}, w)
			var r deliver.Result
			if err := json.Unmarshal(j.Result, &r); err != nil || j.State != store.JobDone {
				t.Fatalf("the mailing is %s %q: %s %v", j.State, j.Error, j.Result, err)
			}
			return r
		}
		told := func() (out []string) {
			for _, m := range server.Mails() {
				if m.To == "ops@x.test" {
					out = append(out, string(m.Data))
				}
			}
			return out
		}
		if r := send("2026-09-01", "2026-09-30"); r.Sent != 2 || r.Mails.Sent != 1 || r.Mails.Refused != 1 {
			t.Errorf("the mailing says %+v", r)
		}
		if got := told(); len(got) != 1 || !strings.Contains(got[0], "Refused: 1") || !strings.Contains(got[0], "C2, refuse@x.test") || strings.Contains(got[0], mail.TestHeader) {
			t.Errorf("told %d times: %q", len(got), got)
		}
		h.take("customers: [{company: C2, email: better@x.test}]\n")
		if r := send("2026-10-01", "2026-10-31"); r.Sent != 2 || r.Mails.Sent != 2 || len(told()) != 1 {
			t.Errorf("the next mailing says %+v; told %d times", r, len(told()))
		}
	})
}
