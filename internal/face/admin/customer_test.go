package admin

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"postmeter/internal/domain/operator"
	"postmeter/internal/stage/office"
)

// imports takes in a provider file.
func (w *world) imports(text string) {
	w.t.Helper()
	n := node(w.t, text)
	if _, err := office.Import(context.Background(), w.db, w.by(), []office.File{{Name: "provider.yaml", Root: &n}}, nil); err != nil {
		w.t.Fatal(err)
	}
}

const provider = `{"plans":[{"id":"std","name":"Standard","monthly_price":"25","usage":[{"method":"messages","included":"1000","overage":{"price":"0.90","per":"1000"}}]},
	{"id":"big","name":"Large","monthly_price":"99"}],
	"charges":[{"id":"setup","name":"Set-up fee","amount":"50"}],
	"servers":[{"name":"s1","host":"s1.test","kind":"manual"}],
	"lists":[{"server":"s1","site":"acme.test","list":"news"},{"server":"s1","site":"acme.test","list":"dev"},{"server":"s1","site":"elm.test","list":"all"}]}`

func TestACustomerFromTheFormToItsContract(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		w.imports(provider)
		v := w.operator(operator.Clerk)
		v.open("/customers/new").wants(http.StatusOK, "Basic Information", "Payment Information", "Additional Settings", "Company", "Contact Name",
			"Email Address", "Additional Addresses", "Phone Number", "Is Active", "Payment Method", "Invoice Template", "Web Template",
			"Credit Card Type", "Credit Card Number", "Credit Card Expiration", "Start Date", "End Date", "Salespeople", "Note", "House account", "Only the built-in one exists")

		form := v.fill("/customers/new")
		for name, value := range map[string]string{
			"company": "Acme & Söhne", "contact": "Zoë", "email": "nobody", "active": "yes", "type": "Hosting", "payment_method": "credit_card",
			"card.type": "Visa", "card.number": "4242 4242 4242 4241", "card.expiration": "12/28", "start": "1.9.2026", "end": "2026-08-01",
			"additional_addresses": "a@b.test\r\nwrong", "note": "Thank you", "salespeople": "Ann\nBob",
		} {
			form.Set(name, value)
		}
		form["information"] = []string{"Information", "Knows us since 1999", "PO number", "4711", "", ""}
		v.do(http.MethodPost, "/customers/new", form, nil).wants(http.StatusUnprocessableEntity,
			"href=\"#f-email\"", "href=\"#f-additional_addresses\"", "href=\"#f-card.number\"", "href=\"#f-end\"", `tab-wrong`,
			"Acme &amp; Söhne", `value="2028-12"`, `value="2026-09-01"`, "Knows us since 1999", `value="PO number"`, "4711", "Thank you").lacks("4242")
		form.Set("_more", "information")
		v.do(http.MethodPost, "/customers/new", form, nil).wants(http.StatusOK, `value="PO number"`, "Knows us since 1999").lacks("4242")
		form.Del("_more")
		for name, value := range map[string]string{"email": "billing@acme.test", "card.number": "4242-4242-4242-4242", "end": "", "additional_addresses": "a@b.test"} {
			form.Set(name, value)
		}
		v.do(http.MethodPost, "/customers/new", form, nil).wants(http.StatusOK, "Acme &amp; Söhne is created.", "Create New Group")
		page := "/customers/1"
		v.open(page).wants(http.StatusOK, "Visa that ends in 4242, expires 2028-12", "Knows us since 1999", "PO number", "Ann, Bob", "2026-09-01", "There is no billing group yet").lacks("4242-4242")

		v.send(page+"/groups/new", "name", "").wants(http.StatusUnprocessableEntity, "href=\"#f-name\"")
		v.send(page+"/groups/new", "name", "Main").wants(http.StatusOK, "Main is created.", "Hosting Plans", "Additional Charges", "No hosting plan is assigned yet")
		v.send(page+"/groups/new", "name", "Main").wants(http.StatusUnprocessableEntity, "of this name already")
		group := page + "/groups/1"
		v.send(group+"/plans/new", "plan", "std", "start", "2026-09-01").wants(http.StatusOK, "It is assigned.", "Standard")
		v.send(group+"/plans/new", "plan", "big", "start", "2026-10-01").wants(http.StatusUnprocessableEntity, "The group has the plan Standard")
		v.send(group+"/plans/1/edit", "plan", "std", "start", "2026-09-01", "end", "2026-09-30", "description", "Trial").wants(http.StatusOK, "Standard is saved.", "Trial")
		v.send(group+"/plans/new", "plan", "big", "start", "2026-10-01").wants(http.StatusOK, "Large", "future")
		v.send(group+"/charges/new", "charge", "setup", "amount", "-1,000", "quantity", "2").wants(http.StatusOK, "Set-up fee", "-1,000.00 USD")
		v.open(group+"/charges/1/remove").wants(http.StatusOK, "Remove Set-up fee", "as if it had never been assigned")
		v.send(group+"/charges/1/remove").wants(http.StatusOK, "Set-up fee is removed.").lacks("-1,000.00 USD")
		v.open(group + "/remove").wants(http.StatusOK)
		v.send(group+"/remove").wants(http.StatusConflict, "holds 2 assignments")
		v.send(group+"/edit", "name", "Contract 2026").wants(http.StatusOK, "Contract 2026 is saved.")

		// What is not typed of the card stays; another type needs its number.
		edit := v.fill(page + "/edit")
		for k, values := range form {
			if !strings.HasPrefix(k, "_") {
				edit[k] = values
			}
		}
		edit.Set("card.number", "")
		edit.Set("card.expiration", "2029-01")
		v.do(http.MethodPost, page+"/edit", edit, nil).wants(http.StatusOK, "is saved.", "Visa that ends in 4242, expires 2029-01")
		edit = v.fill(page + "/edit")
		for k, values := range form {
			if !strings.HasPrefix(k, "_") {
				edit[k] = values
			}
		}
		edit.Set("card.number", "")
		edit.Set("card.type", "JCB")
		v.do(http.MethodPost, page+"/edit", edit, nil).wants(http.StatusUnprocessableEntity, "has no number that was checked")
	})
}

func TestTwoEditOneCustomer(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		id := w.enter(office.Customers, `{"company":"Acme","email":"a@b.test","information":{"PO":"1"}}`)
		v := w.operator(operator.Clerk)
		page := pathOf("/customers", id)
		mine, theirs := v.fill(page+"/edit"), v.fill(page+"/edit")
		for _, f := range []map[string][]string{mine, theirs} {
			f["company"], f["email"], f["active"], f["payment_method"] = []string{"Acme"}, []string{"a@b.test"}, []string{"yes"}, []string{"invoice"}
		}
		theirs["information"], theirs["phone"] = []string{"Information", "", "PO", "2"}, []string{"123"}
		mine["information"], mine["contact"] = []string{"Information", "", "PO", "3"}, []string{"Zoë"}
		v.do(http.MethodPost, page+"/edit", theirs, nil).wants(http.StatusOK, "Acme is saved.")
		v.do(http.MethodPost, page+"/edit", mine, nil).wants(http.StatusConflict, "Phone Number", "The form has taken it over.",
			"was “PO: 1”, is now “PO: 2”", "You typed “PO: 3”", `value="123"`, `value="Zoë"`)
	})
}

func TestTerminatingACustomer(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		id := w.enter(office.Customers, `{"company":"Elm <News>","email":"a@b.test"}`)
		v := w.operator(operator.Clerk)
		page := pathOf("/customers", id)
		v.open(page+"/terminate").wants(http.StatusOK, "No end date is set", "Nothing else goes with", "This cannot be taken back.")
		v.do(http.MethodPost, page+"/end", map[string][]string{"end": {"yesterday"}}, nil).wants(http.StatusUnprocessableEntity, "yesterday", `href="#f-end"`)
		v.do(http.MethodPost, page+"/end", map[string][]string{"end": {"2026-09-20"}}, nil).wants(http.StatusOK, "The last bill is prorated.", "It ends on 2026-09-20")
		v.do(http.MethodPost, page+"/inactive", nil, nil).wants(http.StatusOK, "Its history is kept.", "Inactive")
		v.do(http.MethodPost, page+"/active", nil, nil).wants(http.StatusOK, "is active.")
		v.do(http.MethodPost, page+"/delete", map[string][]string{"company": {"Elm"}}, nil).wants(http.StatusUnprocessableEntity, "Is not the name of this customer", `value="Elm"`)
		v.do(http.MethodPost, page+"/delete", map[string][]string{"company": {"Elm <News>"}}, nil).wants(http.StatusOK, "Elm &lt;News&gt; is deleted.")
		v.open(page).wants(http.StatusNotFound)
	})
}

func TestAnEndDateBeforeTheLastInvoiceSaysWhatIsTooMuch(t *testing.T) {
	each(t, func(w *world) {
		w.mails = t.TempDir()
		w.settings()
		w.imports(`{"plans":[{"id":"flat","name":"Flat","monthly_price":"40"}],"servers":[{"name":"s1","host":"s1.test"}],"lists":[{"server":"s1","site":"elm.test","list":"all"}],
			"customers":[{"company":"Elm","email":"e@elm.test","start":"2026-08-01","groups":[{"name":"Main","plans":[{"plan":"flat"}],"objects":[{"server":"s1","site":"elm.test"}]}]}]}`)
		v := w.operator(operator.Clerk)
		v.send("/bill/run", "start", "2026-08-01", "end", "2026-08-31").wants(http.StatusOK)
		w.work(v).wants(http.StatusOK, "Done")
		v.send("/send/run", "from_name", "Lists", "from_email", "bills@lists.test").wants(http.StatusOK)
		w.work(v).wants(http.StatusOK, "Done")
		v.send("/customers/1/end", "end", "2026-08-10").wants(http.StatusOK, "invoices bill the days until 2026-08-31", "That is 21 days beyond the End Date.")
		v.send("/customers/1/end", "end", "2026-08-31").wants(http.StatusOK, "invoices bill the days until 2026-08-31").lacks("beyond the End Date")
	})
}
