package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"postmeter/internal/domain/operator"
	"postmeter/internal/outside/mail"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

// work does the job that waits, as the background does, and returns its page.
func (w *world) work(v *visitor) *answer {
	w.t.Helper()
	ctx := context.Background()
	var job store.Job
	w.write(func(tx *store.Tx) error {
		claimed, err := tx.ClaimJobs("test", []string{billrun.JobKind, billrun.UnbilledKind, deliver.SendJobKind, deliver.TestJobKind}, 1)
		if err == nil && len(claimed) == 0 {
			err = fmt.Errorf("no job waits")
		}
		if err == nil {
			job = claimed[0]
		}
		return err
	})
	result, err := w.doJob(ctx, &job)
	end := store.JobEnd{State: store.JobDone, Result: result}
	if err != nil {
		end = store.JobEnd{State: store.JobFailed, Error: err.Error()}
	}
	w.write(func(tx *store.Tx) error {
		_, err := tx.EndJob(&job, end)
		return err
	})
	return v.open(pathOf("/jobs", job.ID))
}

func (w *world) doJob(ctx context.Context, job *store.Job) (any, error) {
	if job.Kind == billrun.UnbilledKind {
		return nil, w.makeReport(ctx, job)
	}
	if job.Kind == billrun.JobKind {
		var order billrun.Job
		if err := json.Unmarshal(job.Payload, &order); err != nil {
			return nil, err
		}
		p, err := order.Period()
		if err != nil {
			return nil, err
		}
		customers := order.Customers
		if order.View != nil {
			if customers, err = insight.CompaniesOf(ctx, w.db, *order.View); err != nil {
				return nil, err
			}
		}
		r, err := billrun.Run(ctx, w.db, w.by(), billrun.Options{Period: p, Customers: customers})
		if err != nil {
			return nil, err
		}
		return billrun.Kept(r), nil
	}
	var order deliver.Job
	if err := json.Unmarshal(job.Payload, &order); err != nil {
		return nil, err
	}
	o := deliver.Order{DB: w.db, By: w.by, Transport: mail.NewFolder(w.mails), Bills: order.Bills, Letter: order.Letter}
	if order.View != nil {
		var err error
		if o.Bills, err = insight.BillIDs(ctx, w.db, *order.View); err != nil {
			return nil, err
		}
	}
	if job.Kind == deliver.TestJobKind {
		return deliver.Test(ctx, o, order.To)
	}
	return deliver.Send(ctx, o)
}

func (w *world) write(do func(*store.Tx) error) {
	w.t.Helper()
	if err := w.db.Write(context.Background(), w.by(), do); err != nil {
		w.t.Fatal(err)
	}
}

const customersToBill = `{"company":{"name":"Lists Inc"},"settings":{"billing_admin_name":"Billing","billing_admin_email":"billing@lists.test","test_email":"me@lists.test"},
	"customers":[
	{"company":"Acme Ltd","email":"billing@acme.test","type":"Hosting","salespeople":["Ann Lee"],"start":"2026-07-01",
		"groups":[{"name":"Main","plans":[{"plan":"std","start":"2026-07-01"}],"objects":[{"server":"s1","site":"acme.test","start":"2026-07-01"}],"charges":[{"charge":"setup","start":"2026-07-01"}]}]},
	{"company":"Elm <News>","email":"bob@elm.test","type":"Club","salespeople":["Bob_1"],"start":"2026-08-10",
		"groups":[{"name":"Main","plans":[{"plan":"big","start":"2026-08-10"}],"objects":[{"server":"s1","site":"elm.test","start":"2026-08-10"}]}]},
	{"company":"Fir","start":"2026-08-01"},
	{"company":"Gone","email":"g@gone.test","active":false,"start":"2026-01-01","end":"2026-06-30"}]}`

func TestBillsFromTheRunToThePayment(t *testing.T) {
	each(t, func(w *world) {
		w.mails = t.TempDir()
		w.settings()
		w.imports(provider)
		w.imports(customersToBill)
		viewer, v := w.operator(operator.Viewer), w.operator(operator.Clerk)
		viewer.open("/bill").wants(http.StatusOK, "Last Bill Period", "Amount/Status", "Acme Ltd").lacks("Bill Selected Customers", "Bill All in View")
		for query, want := range map[string]string{
			"": "Acme Ltd, Elm &lt;News&gt;, Fir, Gone", "active=yes": "Acme Ltd, Elm &lt;News&gt;, Fir", "active=no": "Gone",
			"start_after=2026-07-01": "Elm &lt;News&gt;, Fir", "start_before=2026-07-01": "Gone", "end_before=2026-07-01": "Gone",
			"end_after=2026-06-30": "Acme Ltd, Elm &lt;News&gt;, Fir", "active_before=2026-08-05": "Acme Ltd, Fir", "type=Club": "Elm &lt;News&gt;",
			"salesperson=Ann+Lee": "Acme Ltd", "salesperson=ann+LEE": "Acme Ltd", "salesperson=Lee+Ann": "", "salesperson=Ann": "", "salesperson=Bob_1": "Elm &lt;News&gt;", "salesperson=Bob%25": "", "salesperson=nn": "", "q=elm": "Elm &lt;News&gt;",
		} {
			if got := v.open("/bill?" + query).wants(http.StatusOK).rows(); got != want {
				t.Errorf("%s lists %s, want %s", query, got, want)
			}
		}

		// The run: the last whole month, to be confirmed, for some and then for all.
		v.do(http.MethodPost, "/bill/selection", url.Values{}, nil).wants(http.StatusUnprocessableEntity, "Nothing was selected")
		v.do(http.MethodPost, "/bill/selection", url.Values{"id": {"1"}}, nil).
			wants(http.StatusOK, "Run Selected Customers", "Acme Ltd", `value="2026-08-01"`, `value="2026-08-31"`)
		v.open("/bill/run?type=Club").wants(http.StatusOK, "all 1 customer in view", "Run Selected Customers")
		v.send("/bill/run", "start", "yesterday", "end", "2026-08-31").wants(http.StatusUnprocessableEntity, "No bill was run.", `href="#f-start"`, `value="yesterday"`)
		v.send("/bill/run", "start", "2026-09-01", "end", "2026-08-31").wants(http.StatusUnprocessableEntity, `href="#f-end"`)
		v.send("/bill/run", "start", "1.8.2026", "end", "2026-08-31").wants(http.StatusOK, "Run Billing", "2026-08, all 3 active customers", "Queued")
		v.send("/bill/run", "start", "2026-08-01", "end", "2026-08-31").wants(http.StatusOK, "A bill run is under way already")
		w.work(v).wants(http.StatusOK, "Done", "2 customers", "145.26 USD", "Skipped, and why", "Has no email address", `href="/customers/3/edit#f-email"`, `>Review</a>`)
		v.open("/bill").wants(http.StatusOK, "2026-08", "75.00 USD", "Draft")
		v.open("/bill/run").wants(http.StatusOK, "Run the bills of all 3 active customers.", "2 drafts of 2026-08 are there already")
		v.open("/bill/review").wants(http.StatusOK, "145.26 USD", "Nothing was billed before.", "New: billed now, and not then (2)", "Together +145.26 USD.", "Skipped", `<span class="note">customer</span>`).lacks("Then<", `href="/bill/review?`)
		v.open("/checklist").wants(http.StatusOK, "2 bills, 145.26 USD", "1 customer was skipped", "2 drafts are not tested")
		v.open("/bills?start=2026-08-01&end=2026-08-31").wants(http.StatusOK, "2 bills", ">View draft<")
		v.open("/bills?state=final").wants(http.StatusOK, "Nothing matches")
		v.open("/bills?q=acm").wants(http.StatusOK, "1 bill<", "Acme Ltd").lacks("Elm")
		v.open("/send?q=elm").wants(http.StatusOK, "1 draft, 70.26 USD together<").lacks("Acme")

		// A bill and its lines.
		v.open("/bills/1").wants(http.StatusOK, "Draft invoice", "Acme Ltd", "75.00", "Standard", "Set-up fee", `href="/bills/1/lines/1"`, `href="/send/run?bill=1"`)
		viewer.open("/bills/1").wants(http.StatusOK).lacks("/send/run?bill=1")
		v.open("/bills/1/lines/1").wants(http.StatusOK, "Arithmetic", "<bdi>2026-08</bdi>", "add up to the line")
		v.open("/bills/1/lines/99").wants(http.StatusNotFound)
		v.open("/bills/99").wants(http.StatusNotFound)

		w.sendsAndSettles(v)
	})
}

func TestReviewSaysWhatBecomesCredit(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		w.imports(`{"plans":[{"id":"flat","name":"Flat","monthly_price":"40"}],"charges":[{"id":"ahead","name":"Prepayment","amount":"-100"}],
			"servers":[{"name":"s1","host":"s1.test"}],"lists":[{"server":"s1","site":"elm.test","list":"all"},{"server":"s1","site":"fir.test","list":"all"}],
			"customers":[{"company":"Elm","email":"e@elm.test","start":"2026-08-01","groups":[{"name":"Main","plans":[{"plan":"flat"}],"charges":[{"charge":"ahead"}],
				"objects":[{"server":"s1","site":"elm.test"}]}]},
			{"company":"Fir","email":"f@fir.test","start":"2026-08-01","groups":[{"name":"Main","plans":[{"plan":"flat"}],"objects":[{"server":"s1","site":"fir.test"}]}]}]}`)
		v := w.operator(operator.Clerk)
		v.send("/bill/run", "start", "2026-08-01", "end", "2026-08-31").wants(http.StatusOK, "Run Billing")
		w.work(v).wants(http.StatusOK, "Done")
		// -60 and 40: the first comes to 0, and 60 are left.
		v.open("/bill/review").wants(http.StatusOK, "-20.00 USD credit", "40.00 USD", "New credit", "60.00 USD")
	})
}

// sendsAndSettles tests and sends the drafts of the story, and settles them.
func (w *world) sendsAndSettles(v *visitor) {
	w.t.Helper()
	v.open("/send").wants(http.StatusOK, "Test Selected Bills", "Send Selected Bills", "2 drafts, 145.26 USD together", ">View draft<")
	v.do(http.MethodPost, "/send/test-selected", url.Values{"id": {"1"}}, nil).wants(http.StatusOK, "1 bill, 75.00 USD together", "Would go to", "Test Email Address", `value="me@lists.test"`, "Message Comments (HTML)")
	v.send("/send/test?bill=1", "test_email", "nobody", "html", "<script>x</script>").wants(http.StatusUnprocessableEntity, `href="#f-test_email"`, `href="#f-html"`, "&lt;script&gt;")
	fields := []string{"text", "Dear customer,\n\nwe moved.", "html", `<p>We <b>moved</b>. <a href="https://lists.test">Look</a></p>`}
	form := v.fill("/send/test?bill=1")
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	form.Set("test_email", "me@lists.test")
	v.do(http.MethodPost, "/send/test", form, nil).wants(http.StatusOK, "Test bills", "1 bill, 75.00 USD, to me@lists.test")
	w.work(v).wants(http.StatusOK, "Done", "Tested")
	files, err := filepath.Glob(filepath.Join(w.mails, "*"))
	if err != nil || len(files) != 1 {
		w.t.Fatal(files, err)
	}
	v.open("/bills/1").wants(http.StatusOK, "Tested", "History")

	v.open("/send/run").wants(http.StatusOK, "2 mails go out from billing@lists.test", "1 bill was not tested.", "state-tested", "state-draft")
	form = v.fill("/send/run")
	form.Set("from_name", "Lists Billing")
	form.Set("from_email", "bills@lists.test")
	v.do(http.MethodPost, "/send/run", form, nil).wants(http.StatusOK, "Send bills", "2 bills, 145.26 USD")
	w.work(v).wants(http.StatusOK, "Done", "145.26 USD", "2 bills")
	v.open("/send").wants(http.StatusOK, "There are no drafts to send")
	v.send("/bill/run", "start", "2026-08-01", "end", "2026-08-31")
	w.work(v).wants(http.StatusOK, "A sent bill has a day of the period already", `href="/bills?q=Acme+Ltd&amp;state=final"`, "View the bill").lacks(`href="/customers/1/edit`)
	v.open("/search?q=2026-0000").wants(http.StatusOK, "Bills", "2026-00001", "Acme Ltd")
	v.open("/search?q=2026-00001").wants(http.StatusOK, "Invoice 2026-00001") // straight to it
	v.open("/bills/1").wants(http.StatusOK, "Invoice 2026-00001", "Sent", "billing@acme.test", "Record a payment", "Void", "Bill run", "Bill tested", "Invoice sent", "Number: 2026-00001", `href="/bill" aria-current="page"`).lacks("/send/run?bill=1")

	pay := "/bills/1/pay"
	v.open(pay).wants(http.StatusOK, `value="75.00"`, `value="2026-09-15"`)
	v.send(pay, "amount", "lots", "date", "never").wants(http.StatusUnprocessableEntity, `href="#f-date"`)
	v.send(pay, "amount", "lots", "date", "2026-09-15").wants(http.StatusUnprocessableEntity, `href="#f-amount"`, `value="lots"`)
	v.send(pay, "amount", "80", "date", "2026-09-15", "reference", "wire 7").wants(http.StatusOK, "5.00 USD became credit", "Paid", "wire 7", "Take back",
		"<bdi>80.00 USD</bdi>", "Payment recorded", "Date: 2026-09-15, Amount: 80.00 USD, Credit: 5.00 USD, Reference: wire 7").lacks(`btn-primary" href="/bills/1/pay"`, "Thank you", "Wrong?")
	v.send(pay, "amount", "80", "date", "2026-09-15", "reference", "wire 7").wants(http.StatusUnprocessableEntity, "wire 7")
	v.open("/customers/1/statement").wants(http.StatusOK, `data-label="Amount"><bdi>80.00<`, `data-label="Credit"><bdi>5.00<`, `data-label="Owed after it"><bdi>0.00<`)
	take := regexp.MustCompile(`/bills/1/entries/\d+/take-back`).FindString(v.open("/bills/1").body)
	v.send(take, "reason", "").wants(http.StatusUnprocessableEntity, `href="#f-reason"`)
	v.send(take, "reason", "another customer's").wants(http.StatusOK, "It is taken back.", "75.00 USD")
	v.send("/bills/1/void", "reason", "disputed").wants(http.StatusOK, "The bill is void.", "Voided on 2026-09-15 by the credit note CN-2026-00001 for 75.00 USD. Reason: disputed", "<bdi>-80.00 USD</bdi>", "Invoice voided").lacks("Due<", "voids this invoice", `href="/bills/1/pay"`)
	v.open("/search?q=cn-2026-00001").wants(http.StatusOK, "Invoice 2026-00001", "disputed")
	v.send("/bills/1/void", "reason", "again").wants(http.StatusUnprocessableEntity, "is void")
	v.send("/bills/2/write-off", "reason", "bankrupt").wants(http.StatusOK, "70.26 USD is written off.", `state-written off`, "70.26 USD of it. Nothing is due any more.", "Note: bankrupt").lacks("btn-primary\" href=\"/bills/2/pay")
	v.open("/bills/2/again").wants(http.StatusConflict, "nothing is to be sent again")
	if body := v.open("/bills?state=void").wants(http.StatusOK, "1 bill<").body; !strings.Contains(body, "2026-00001") {
		w.t.Error("the void bill is not listed")
	}
}

// TestALineTellsPostsFromCopies has one post to five members: the invoice bills five messages, and says what is five of them.
func TestALineTellsPostsFromCopies(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		w.imports(`{"plans":[{"id":"each","name":"Each","usage":[{"method":"messages","overage":{"price":"1","per":"1"}}]}],
			"servers":[{"name":"s1","host":"s1.test"}],"lists":[{"server":"s1","site":"elm.test","list":"all"}],
			"customers":[{"company":"Elm","email":"e@elm.test","start":"2026-09-01","groups":[{"name":"Main","plans":[{"plan":"each"}],"objects":[{"server":"s1","site":"elm.test"}]}]}]}`)
		w.reports("s1", "elm.test", "all")
		v := w.operator(operator.Clerk)
		v.send("/bill/run", "start", "2026-09-01", "end", "2026-09-30")
		w.work(v).wants(http.StatusOK, "5.00 USD")
		v.open("/bills/1").wants(http.StatusOK, "5 messages", `data-label="Posts"><bdi>1<`, `data-label="Copies"><bdi>5<`).lacks("Recipients", "Members")
		line := regexp.MustCompile(`/bills/1/lines/\d+`).FindAllString(v.open("/bills/1").body, -1)
		v.open(line[len(line)-1]).wants(http.StatusOK, "Together 1 post and 5 copies.", "<bdi>all@elm.test</bdi>", "Messages metered").lacks("s1/elm.test", "Recipients")
	})
}
