package admin

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

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
		v.open("/validation?code=no_plan").wants(http.StatusOK, "Group Main has lists and no plan", ">1 of 4 errors, 0 warnings in all").lacks("/customers/2/groups/new")
		v.open("/validation?severity=warning").wants(http.StatusOK, "Nothing matches what is set.")
		v.open("/customers/1").wants(http.StatusOK, "The validation of 2026-09-15 08:00 UTC found:", "Email address missing").
			lacks("The customer was changed since.", `dress malformed</b>: <bdi>Email`)
		v.open("/customers/1/history").wants(http.StatusOK, "Last validated at")
		line := v.open("/customers/1/history?what=validations").wants(http.StatusOK, "Validation found something else", "Email address missing, No hosting plan", "2026-08-01 to 2026-08-31").
			lacks("Customer created", "No longer found", "Still found")
		if n := strings.Count(line.body, "Validation found something else"); n != 1 {
			w.t.Errorf("%d entries for two validations that found the same", n)
		}
		w.imports(`{"customers":[{"company":"Acme","email":"a@b.test"}]}`)
		v.open("/customers/1").wants(http.StatusOK, "Email address missing").lacks("The customer was changed since.") // at the same moment
		w.now = w.now.Add(time.Hour)
		v.send("/customers/1/edit", "company", "Acme", "email", "c@b.test", "active", "yes").wants(http.StatusOK, "Email address missing", "The customer was changed since.")
		if _, err := billrun.Run(w.t.Context(), w.db, w.by(), billrun.Options{Period: days}); err != nil {
			w.t.Fatal(err)
		}
		v.open("/customers/1/history?what=validations").wants(http.StatusOK, "Bill run found something else", "No longer found", "Still found")
	})
}

func TestTheHistoryOfWhatBelongsToNoCustomer(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		admin, viewer := w.operator(operator.Administrator), w.operator(operator.Viewer)
		w.imports(provider)
		w.imports(`{"charges":[{"id":"setup","name":"Set-up","amount":"10"}]}`)
		admin.send("/charges/1/edit", "name", "Set-up fee", "amount", "12.50").wants(http.StatusOK)
		viewer.open("/charges/1").wants(http.StatusOK, `href="/charges/1/history"`)
		viewer.open("/charges/1/history").wants(http.StatusOK, "Additional charge created", "Additional charge changed", "administrator<", "Set-up fee", "12.50 USD", "Default Amount").lacks("Nothing of this kind", "Add a note", "<bdi>Id</bdi>")
		viewer.open("/plans/1/history").wants(http.StatusOK, "Hosting plan created", "Standard", "25.00 USD", "1,000 messages", "0.90 USD per 1,000 messages").lacks("Unit kb", "<bdi>Id</bdi>", "Members: 0")
		admin.send("/plans/1/edit", "name", "Standard", "scope", "list", "method", "messages", "over", "price", "monthly_price", "30", "messages_included", "1000",
			"messages_price", "0.9", "messages_per", "1000", "limits.lists", "5", "prorate_included", "yes").wants(http.StatusOK)
		viewer.open("/plans/1/history").wants(http.StatusOK, "Hosting plan changed", "<bdi>Max Lists</bdi>", "unlimited", "30.00 USD", "for each list by itself")
		admin.send("/servers/1/edit", "host", "new.example.org", "kind", "mailman3", "url", "http://127.0.0.1:8001", "user", "rest", "password", "tres secret",
			"time_zone", "UTC", "billed_source", "listserver", "average_bytes", "51200").wants(http.StatusOK)
		viewer.open("/servers/1/history").wants(http.StatusOK, "Server changed", "new.example.org", "<bdi>Host Name</bdi>", "<bdi>URL</bdi>", "Mailman 3", "Password or token of the server entered", " UTC</time>").
			lacks("tres secret", ">Url<", "Billed source", "Average bytes")
		admin.send("/settings", "company.name", "Example Lists", "currency", "USD", "time_zone", "UTC", "settings.customer_types", "Hosting\nClub\nShop",
			"settings.invoice_number_format", "{year}-{number:5}", "settings.credit_note_number_format", "CN-{year}-{number:5}", "settings.payment_terms_days", "14",
			"settings.smtp.host", "mail.example.org", "settings.smtp.port", "587", "settings.smtp.security", "starttls", "settings.smtp.user", "u",
			"settings.smtp.password", "hush, hush now").wants(http.StatusOK)
		admin.open("/settings/history").wants(http.StatusOK, "Settings changed", "Example Lists", "mail.example.org", "<bdi>Hosting, Club, Shop</bdi>", "<bdi>Company name</bdi>", "<bdi>SMTP server</bdi>").lacks("hush, hush now", "Company.name")
		viewer.open("/settings/history").wants(http.StatusForbidden)
		viewer.open("/charges/99/history").wants(http.StatusNotFound)
	})
}

func TestWhatBecameOfListsStandsInTheHistoryOfTheirServer(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		id := w.enter("servers", `{"name":"one","host":"one.example.org"}`)
		for _, change := range []store.Change{
			{Action: "synced", After: map[string]int{"lists": 3, "new": 0, "renamed": 0, "back": 0, "missing": 2}}, // as earlier programs wrote it
			{Action: "synced", After: map[string]any{"lists": 1200, "new": 0, "missing": 1, "missing_lists": []string{"talk@acme.test"}, "confirmed": "2 of its 5 lists are not there any more"}},
			{Action: "sync not believed", After: map[string]string{"reason": "the server answered that it has no list at all"}},
			{Action: "lists gone without asking", After: map[string][]string{"lists": {"talk@acme.test"}}},
			{Action: "list moved", After: map[string]string{"from": "news@acme.test", "to": "letter@acme.test", "first_day": "2026-09-12"}},
		} {
			change.Entity, change.EntityID = "server", id
			w.must(w.db.Write(w.t.Context(), w.by(), func(tx *store.Tx) error { return tx.Record(change) }))
		}
		w.operator(operator.Viewer).open("/servers/1/history").wants(http.StatusOK, "<bdi>1,200</bdi>", "<bdi>Missing</bdi>", "Not found any more", "talk@acme.test", "Believed by hand",
			"2 of its 5 lists are not there any more.", "Answer not believed: nothing was synced", "The server answered that it has no list at all.",
			"Lists marked gone without asking the server", "List moved or renamed", "letter@acme.test", "First day in the new place", "<bdi>To</bdi>", "Billed size", "50 KB").
			lacks("<bdi>New</bdi>", "<bdi>0</bdi>", "51200", "Mailed to")
	})
}

func TestAnAdministratorRemovesASecondFactor(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		admin, clerk := w.operator(operator.Administrator), w.operator(operator.Clerk)
		admin.open("/admins/2/second-factor/off").wants(http.StatusConflict, "has no second factor")
		if err := w.db.Write(w.t.Context(), w.by(), func(tx *store.Tx) error { return tx.SaveTOTP(2, []byte("sealed"), 1, nil) }); err != nil {
			t.Fatal(err)
		}
		clerk.do(http.MethodPost, "/admins/2/second-factor/off", nil, nil).wants(http.StatusForbidden)
		admin.open("/admins/2").wants(http.StatusOK, "Remove the second factor")
		admin.open("/admins/2/second-factor/off").wants(http.StatusOK, "signs in with the password alone")
		admin.do(http.MethodPost, "/admins/2/second-factor/off", nil, nil).wants(http.StatusOK, "The second factor of clerk is removed.")
		admin.open("/admins/2/history").wants(http.StatusOK, "Second factor switched off", "administrator<").lacks("sealed")
		clerk.visitor().send("/sign-in", "name", "clerk", "password", password).wants(http.StatusOK, "Billing clerk")
	})
}
