package admin

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"postmeter/internal/domain/operator"
)

// TestWhatNobodyHasIsAssignedAndBilled finds a list in the result of a run, gives it to a customer from the beginning, and bills what
// it sent in the past.
func TestWhatNobodyHasIsAssignedAndBilled(t *testing.T) {
	each(t, func(w *world) {
		w.mails = t.TempDir()
		w.settings()
		w.imports(provider)
		w.imports(customersToBill)
		w.imports(`{"lists":[{"server":"s1","site":"orphans.test","list":"olga"},{"server":"s1","site":"orphans.test","list":"other"}],"customers":[{"company":"Without groups"}]}`)
		w.reports("s1", "orphans.test", "olga")
		viewer, v := w.operator(operator.Viewer), w.operator(operator.Clerk)
		run := func() *answer {
			v.send("/bill/run", "start", "2026-09-01", "end", "2026-09-30").wants(http.StatusOK, "Run Billing")
			return w.work(v)
		}
		run().wants(http.StatusOK, "Sent but not billed", `href="/unassigned?q=olga"`)
		viewer.open("/unassigned").wants(http.StatusOK, "olga@orphans.test", "other@orphans.test", "2 lists<").lacks("Assign to a customer", "@acme.test")
		v.open("/checklist?start=2026-09-01&end=2026-09-30").wants(http.StatusOK, "Nobody has 2 lists", `href="/unassigned"`)
		v.open("/bill/review").wants(http.StatusOK, `href="/unassigned">Lists that nobody has: 2<`)
		viewer.open("/servers/1").wants(http.StatusOK, `href="/unassigned?server=1">Lists that nobody has: 2<`)

		a := v.open("/unassigned?q=olga").wants(http.StatusOK, "olga@orphans.test", "Assign to a customer").lacks("other@")
		olga := a.body[strings.Index(a.body, `name="id" value="`)+len(`name="id" value="`):]
		olga = olga[:strings.IndexByte(olga, '"')]
		v.do(http.MethodPost, "/unassigned", nil, nil).wants(http.StatusUnprocessableEntity, "Nothing was selected")
		v.do(http.MethodPost, "/unassigned", pairs("id", olga, "customer", "nobody-of-that-name"), nil).wants(http.StatusOK, "No customer is found.")
		v.do(http.MethodPost, "/unassigned", pairs("id", olga, "customer", "without"), nil).wants(http.StatusOK, "has no billing group yet").lacks("Acme Ltd")
		a = v.do(http.MethodPost, "/unassigned", pairs("id", olga, "customer", "acme"), nil).
			wants(http.StatusOK, "Assign 1 list to a customer", "<bdi>olga@orphans.test", `href="/utilities"`, "Acme Ltd", `formaction="/customers/1/groups/1/add/lists"`)
		form := v.do(http.MethodPost, "/customers/1/groups/1/add/lists", a.carried(), nil).wants(http.StatusOK, "Assign 1 list", "olga@orphans.test").carried()
		v.do(http.MethodPost, "/customers/1/groups/1/assign/lists", form, nil).wants(http.StatusOK, "1 list is assigned.", "olga@orphans.test")

		run().wants(http.StatusOK, "Done").lacks("olga")
		v.open("/unassigned").wants(http.StatusOK, "other@orphans.test").lacks("olga")
		v.open("/customers/1").wants(http.StatusOK)
		v.open("/bills?q=acme").wants(http.StatusOK, "View draft")
		if !strings.Contains(v.open("/bills/1").body, "olga@orphans.test") {
			t.Error("what the list sent stands on no bill")
		}
	})
}

// TestWhatNobodyHadIsBilledLate assigns a list that sent in a month whose bill is sent already: the next run bills it late.
func TestWhatNobodyHadIsBilledLate(t *testing.T) {
	each(t, func(w *world) {
		w.mails = t.TempDir()
		w.settings()
		w.imports(provider)
		w.imports(`{"company":{"name":"Lists Inc"},"settings":{"billing_admin_name":"Billing","billing_admin_email":"billing@lists.test"},
			"plans":[{"id":"each","name":"Each","usage":[{"method":"messages","included":"0","overage":{"price":"1","per":"1"}}]}],
			"lists":[{"server":"s1","site":"orphans.test","list":"olga"}],
			"customers":[{"company":"Acme Ltd","email":"billing@acme.test","type":"Hosting","start":"2026-09-01",
			"groups":[{"name":"Main","plans":[{"plan":"each"}],"objects":[{"server":"s1","site":"acme.test"}]}]}]}`)
		w.reports("s1", "acme.test", "news")
		w.reports("s1", "orphans.test", "olga")
		v := w.operator(operator.Clerk)
		run := func(start, end string) *answer {
			v.send("/bill/run", "start", start, "end", end).wants(http.StatusOK, "Run Billing")
			return w.work(v).wants(http.StatusOK, "Done")
		}
		run("2026-09-01", "2026-09-30").wants(http.StatusOK, "Sent but not billed", "olga")
		v.send("/send/run").wants(http.StatusOK, "Send bills")
		w.work(v).wants(http.StatusOK, "Done")
		v.open("/bills/1").wants(http.StatusOK, "Sent").lacks("olga")
		v.open("/").wants(http.StatusOK, "To be paid", `href="/bills?end=2026-09-30&amp;start=2026-09-01&amp;state=final">5.00 USD`, "At a glance")

		w.assigns(v, "olga", "/customers/1/groups/1", "Acme").wants(http.StatusOK, "1 list is assigned.")
		run("2026-10-01", "2026-10-31").wants(http.StatusOK, "Corrections of earlier bills").lacks("olga")
		v.open("/bills/2").wants(http.StatusOK, "Draft", "Correction for September 2026", "usage came late, or an assignment was changed", "5.00 USD")
		v.open("/bills/1").wants(http.StatusOK, "Sent").lacks("olga")
	})
}

// assigns gives a list that nobody has to a group, from the beginning.
func (w *world) assigns(v *visitor, list, group, company string) *answer {
	w.t.Helper()
	return v.do(http.MethodPost, group+"/assign/lists", w.offers(v, list, group, company), nil)
}

// offers goes from the lists that nobody has to the page that asks for the dates, and returns its form.
func (w *world) offers(v *visitor, list, group, company string) url.Values {
	w.t.Helper()
	a := v.open("/unassigned?q="+list).wants(http.StatusOK, list)
	a = v.do(http.MethodPost, "/unassigned", pairs("id", a.ticks(list)[0], "customer", company), nil).wants(http.StatusOK, `formaction="`+group+`/add/lists"`)
	return v.do(http.MethodPost, group+"/add/lists", a.carried(), nil).wants(http.StatusOK, "Assign 1 list", list).carried()
}

// TestAListThatWasTakenMeanwhileIsRefused gives a list to two customers at the same time: the second is told who has it.
func TestAListThatWasTakenMeanwhileIsRefused(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		w.imports(provider)
		w.imports(`{"customers":[{"company":"Acme Ltd","groups":[{"name":"Main"}]},{"company":"Elm & Sons","groups":[{"name":"Lists"}]}]}`)
		v, other := w.operator(operator.Clerk), w.operator(operator.Administrator)
		form := w.offers(v, "news", "/customers/1/groups/1", "Acme")
		w.assigns(other, "news", "/customers/2/groups/2", "Elm").wants(http.StatusOK, "1 list is assigned.")
		form.Set("description", "Kept as it was typed")
		v.do(http.MethodPost, "/customers/1/groups/1/assign/lists", form, nil).
			wants(http.StatusUnprocessableEntity, "belongs to Elm &amp; Sons, group Lists", "Kept as it was typed", "news@acme.test")
		v.open("/customers/1/groups/1").wants(http.StatusOK, "No list, site or server is assigned yet")
		v.open("/customers/2/groups/2").wants(http.StatusOK, "news@acme.test")
		v.do(http.MethodPost, "/unassigned", pairs("id", "1", "customer", "acme"), nil).wants(http.StatusOK)
		v.open("/unassigned?q=news").wants(http.StatusOK).lacks("news@acme.test")
	})
}
