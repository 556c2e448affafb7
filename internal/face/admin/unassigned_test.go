package admin

import (
	"net/http"
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
			v.send("/bill/run", "start", "2026-09-01", "end", "2026-09-30").wants(http.StatusOK, "Run bills")
			return w.work(v)
		}
		run().wants(http.StatusOK, "Sent but not billed", `href="/unassigned?q=olga"`)
		viewer.open("/unassigned").wants(http.StatusOK, "olga@orphans.test", "other@orphans.test", "2 lists<").lacks("Assign to a customer", "@acme.test")
		v.open("/checklist?start=2026-09-01&end=2026-09-30").wants(http.StatusOK, "nobody has 2 lists", `href="/unassigned"`)

		a := v.open("/unassigned?q=olga").wants(http.StatusOK, "olga@orphans.test", "Assign to a customer").lacks("other@")
		olga := a.body[strings.Index(a.body, `name="id" value="`)+len(`name="id" value="`):]
		olga = olga[:strings.IndexByte(olga, '"')]
		v.do(http.MethodPost, "/unassigned", nil, nil).wants(http.StatusUnprocessableEntity, "Nothing was selected")
		v.do(http.MethodPost, "/unassigned", pairs("id", olga, "customer", "nobody-of-that-name"), nil).wants(http.StatusOK, "No customer is found.")
		v.do(http.MethodPost, "/unassigned", pairs("id", olga, "customer", "without"), nil).wants(http.StatusOK, "has no billing group yet").lacks("Acme Ltd")
		a = v.do(http.MethodPost, "/unassigned", pairs("id", olga, "customer", "acme"), nil).
			wants(http.StatusOK, "Assign 1 list to a customer", "Acme Ltd", `formaction="/customers/1/groups/1/add/lists"`)
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
