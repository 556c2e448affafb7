package admin

import (
	"net/http"
	"net/url"
	"testing"

	"postmeter/internal/domain/operator"
	"postmeter/internal/domain/period"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/office"
	"postmeter/internal/stage/settle"
	"postmeter/internal/store"
)

func TestTheHistoryOfACustomer(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		w.imports(provider)
		w.imports(`{"customers":[{"company":"Acme","email":"a@b.test","groups":[{"name":"Main"}]}]}`)
		v := w.operator(operator.Clerk)
		page := "/customers/1"
		v.send(page+"/groups/1/plans/new", "plan", "std", "start", "2026-09-01")
		form := v.do(http.MethodPost, page+"/groups/1/add/lists", url.Values{"id": {"1", "2"}}, nil).carried()
		v.do(http.MethodPost, page+"/groups/1/assign/lists", form, nil).wants(http.StatusOK)
		if _, err := settle.GiveCredit(w.t.Context(), w.db, w.by(), "Acme", "12.50", "For the outage"); err != nil {
			w.t.Fatal(err)
		}
		v.do(http.MethodPost, page+"/inactive", nil, nil).wants(http.StatusOK)
		v.do(http.MethodPost, page+"/history", url.Values{"note": {""}}, nil).wants(http.StatusUnprocessableEntity, "Is empty", "Assigned")
		v.do(http.MethodPost, page+"/history", url.Values{"note": {"Called: <b>wants</b> a discount"}}, nil).wants(http.StatusOK, "The note is added.", "&lt;b&gt;wants&lt;/b&gt; a discount")
		v.open(page+"/history").wants(http.StatusOK, "Customer created", "Standard, Start Date 2026-09-01", "news@acme.test\ndev@acme.test",
			"Credit given", "12.50", "For the outage", "Is Active", "clerk<").lacks("{&#34;company", "payment_method")
		v.open(page+"/history?what=money").wants(http.StatusOK, "Credit given").lacks("Customer created")
		v.open(page+"/history?what=bills").wants(http.StatusOK, "Nothing of this kind has happened yet.")
		for range 60 {
			if err := office.AddNote(w.t.Context(), w.db, w.by(), 1, "Again"); err != nil {
				w.t.Fatal(err)
			}
		}
		a := v.open(page+"/history").wants(http.StatusOK, "Older").lacks("Customer created")
		v.open(a.link("Older")).wants(http.StatusOK, "Customer created", "Newest")
		v.open("/customers/99/history").wants(http.StatusNotFound)
		viewer := w.operator(operator.Viewer)
		viewer.open(page + "/history").wants(http.StatusOK).lacks("Add a note")
	})
}

func TestValidatingAllCustomers(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		w.imports(provider)
		w.imports(`{"customers":[{"company":"Acme","groups":[{"name":"Main","objects":[{"server":"s1","site":"acme.test","list":"news"}]}]},
			{"company":"Elm","email":"a@b.test","additional_addresses":["x"]}]}`)
		v := w.operator(operator.Clerk)
		v.open("/validation").wants(http.StatusOK, "Nothing was validated yet", `value="2026-08-01"`, `value="2026-08-31"`, "Validate All Customers")
		v.send("/validation", "start", "2026-08-31", "end", "2026-08-01").wants(http.StatusUnprocessableEntity, "Is before the start")
		v.send("/validation", "start", "", "end", "x").wants(http.StatusUnprocessableEntity, `href="#f-start"`, `href="#f-end"`)
		v.send("/validation", "start", "2026-08-01", "end", "2026-08-31").wants(http.StatusOK, "Validate All Customers", "Queued")

		days := period.Period{Start: period.MustParse("2026-08-01"), End: period.MustParse("2026-08-31")}
		findings, err := billrun.Validate(w.t.Context(), w.db, w.by(), billrun.Options{Period: days})
		if err != nil {
			w.t.Fatal(err)
		}
		for range 2 { // the second takes the place of the first
			if err := w.db.Write(w.t.Context(), w.by(), func(tx *store.Tx) error {
				_, err := billrun.KeepFindings(tx, 1, days, findings)
				return err
			}); err != nil {
				w.t.Fatal(err)
			}
		}
		v.open("/validation").wants(http.StatusOK, "Email address missing", "/customers/1/edit#f-email", "No hosting plan", "/customers/1/groups/1",
			"/customers/2/groups/new", "/customers/2/edit#f-additional_addresses", "4 errors, 0 warnings in all")
		v.open("/validation?code=no_plan").wants(http.StatusOK, "Group Main has lists and no plan").lacks("/customers/2/groups/new")
		v.open("/validation?severity=warning").wants(http.StatusOK, "Nothing matches what is set.")
		v.open("/customers/1").wants(http.StatusOK, "The last validation found:", "Email address missing")
		v.open("/customers/1/history").wants(http.StatusOK, "Last validated at")
	})
}
