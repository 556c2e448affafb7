package admin

import (
	"net/http"
	"net/url"
	"testing"

	"postmeter/internal/domain/operator"
	"postmeter/internal/stage/office"
)

func TestEditingManyCustomers(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		for _, text := range []string{
			`{"company":"Acme","type":"Hosting","salespeople":["Ann"]}`, `{"company":"Elm","type":"Club","active":false}`, `{"company":"Fir","type":"Club"}`,
		} {
			w.enter(office.Customers, text)
		}
		v := w.operator(operator.Clerk)
		v.open("/customers").wants(http.StatusOK, "Edit selected customers", "All 3 that match", `href="/customers/1/groups"`)
		v.do(http.MethodPost, "/customers/many", nil, nil).wants(http.StatusUnprocessableEntity, "Nothing was selected")
		form := v.do(http.MethodPost, "/customers/many", url.Values{"_all": {"yes"}, "_query": {"type=Club"}}, nil).wants(http.StatusOK, "Edit 2 customers", "Add a salesperson").carried()
		v.do(http.MethodPost, "/customers/many/preview", form, nil).wants(http.StatusUnprocessableEntity, "Nothing is to be changed")
		form.Set("type", "Hosting")
		form.Set("active", "yes")
		form.Set("add_person", "Ann")
		a := v.do(http.MethodPost, "/customers/many/preview", form, nil).wants(http.StatusOK, "Type: Club → Hosting\nIs Active: Inactive → Active\nSalespeople: (none) → Ann", "Change 2 customers?",
			"Change 2 customers")
		v.open("/customers?type=Club").wants(http.StatusOK, "Elm", "Fir") // nothing is saved yet
		form = a.carried()
		v.do(http.MethodPost, "/customers/many/save", form, nil).wants(http.StatusOK, "2 customers are changed.")
		v.open("/customers?type=Hosting&active=yes&q=ann").wants(http.StatusOK, "3 customers")
		v.do(http.MethodPost, "/customers/many/save", form, nil).wants(http.StatusOK) // a double click
		form = v.do(http.MethodPost, "/customers/many", url.Values{"id": {"1", "2"}}, nil).carried()
		form.Set("type", "Hosting")
		v.do(http.MethodPost, "/customers/many/preview", form, nil).wants(http.StatusOK, "Nothing changes", "2 customers stay as they are.")
		w.imports(`{"customers":[{"company":"Fir","invoice_template":"of old"}]}`)
		form = v.do(http.MethodPost, "/customers/many", url.Values{"id": {"2", "3"}}, nil).wants(http.StatusOK, "Invoice Template", "Web Template").carried()
		form.Set("invoice_template", none)
		form = v.do(http.MethodPost, "/customers/many/preview", form, nil).wants(http.StatusOK, "Invoice Template: of old → Built-in", "1 customer stays as it is.").carried()
		v.do(http.MethodPost, "/customers/many/save", form, nil).wants(http.StatusOK, "1 customer is changed.")
	})
}
