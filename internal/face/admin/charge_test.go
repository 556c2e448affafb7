package admin

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"postmeter/internal/domain/operator"
	"postmeter/internal/stage/office"
	"postmeter/internal/store/storetest"
)

func TestCreatingAndEditingACharge(t *testing.T) {
	each(t, func(w *world) {
		v := w.operator(operator.Clerk)
		v.open("/charges").wants(http.StatusOK, "There are no additional charges yet.", `href="/charges/new"`)
		v.send("/charges/new", "name", "Set-up fee", "amount", "50").wants(http.StatusUnprocessableEntity, "urrency")
		w.settings()

		v.send("/charges/new", "name", "", "amount", "fifty", "description", "<b>&", "recurring", "yes").
			wants(http.StatusUnprocessableEntity, "2 fields need correcting. Nothing was saved.", `href="#f-name"`, `href="#f-amount"`, `value="fifty"`, "&lt;b&gt;&amp;", "checked", "USD")
		v.send("/charges/new", "name", "Set-up fee", "amount", "1,250.5", "description", "Once").
			wants(http.StatusOK, "Set-up fee is created.", "1,250.50 USD", "Is Recurring?", "set-up-fee")
		v.open("/charges").wants(http.StatusOK, "1 additional charge", "Set-up fee", "1,250.50 USD")
		v.send("/charges/new", "name", "set-up FEE", "amount", "1").wants(http.StatusUnprocessableEntity, "Another one has this name")

		edit := "/charges/1/edit"
		v.open(edit).wants(http.StatusOK, "Edit Set-up fee", `value="1250.50"`, `data-decimals="2"`, `data-guard="false"`)
		v.send(edit, "name", "Set-up", "description", "Once", "amount", "60", "proratable", "yes").wants(http.StatusOK, "Set-up is saved.", "60.00 USD")
		v.send(edit, "name", "Set-up", "description", "Once", "amount", "70", "valid_from", "1.1.2027").
			wants(http.StatusOK, "60.00 USD", "70.00 USD", "2027-01-01", "Current")
		w.visitor().open(edit).lacks("Set-up")
	})
}

func TestAStaleFormIsToldWhatChanged(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		w.enter(office.Charges, `{"name":"Service","description":"Monthly","amount":"10","recurring":true}`)
		v := w.operator(operator.Clerk)
		mine := v.fill("/charges/1/edit")
		v.send("/charges/1/edit", "name", "Service", "description", "Each month", "amount", "12", "recurring", "yes").wants(http.StatusOK)

		mine.Set("name", "Service")
		mine.Set("description", "Monthly")
		mine.Set("amount", "15")
		mine.Set("recurring", "yes")
		a := v.do(http.MethodPost, "/charges/1/edit", mine, nil).wants(http.StatusConflict,
			"clerk changed this at 2026-09-15 08:00 UTC, while you had it open.", "was “Monthly”, is now “Each month”", "The form has taken it over.",
			"was “10.00”, is now “12.00”", "You typed “15.00”, and saving will overwrite it.", "Each month</textarea>", `value="15.00"`)
		again := url.Values{}
		for _, m := range hidden.FindAllStringSubmatch(a.body, -1) {
			again.Set(m[1], strings.ReplaceAll(m[2], "&#34;", `"`))
		}
		again.Set("name", "Service")
		again.Set("description", "Each month")
		again.Set("amount", "15")
		again.Set("recurring", "yes")
		v.do(http.MethodPost, "/charges/1/edit", again, nil).wants(http.StatusOK, "Service is saved.", "15.00 USD", "Each month")
	})
}

func TestADoubleClickSavesOnce(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		v := w.operator(operator.Clerk)
		form := v.fill("/charges/new")
		form.Set("name", "Service")
		form.Set("amount", "10")
		var clicks sync.WaitGroup
		answers := make([]*answer, 4)
		for i := range answers {
			clicks.Go(func() { answers[i] = v.do(http.MethodPost, "/charges/new", form, nil) })
		}
		clicks.Wait()
		for _, a := range answers {
			a.wants(http.StatusOK, "Service", "10.00 USD")
		}
		v.open("/charges").wants(http.StatusOK, "1 additional charge<")
	})
}

func TestBadInputComesBackWithItsReason(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.settings()
	v := w.operator(operator.Clerk)
	for name, c := range map[string]struct{ field, value, reason string }{
		"too long":   {"name", strings.Repeat("x", 201), "at most 200"},
		"control":    {"name", "a\x00b", "cannot be printed"},
		"newline":    {"name", "a\nb", "cannot be printed"},
		"not UTF-8":  {"name", "a\xffb", "cannot be printed"},
		"no number":  {"amount", "'; DROP TABLE charge; --", "number"},
		"huge":       {"amount", strings.Repeat("9", 400), "amount"},
		"script":     {"amount", "<script>alert(1)</script>", "&lt;script&gt;"},
		"long lines": {"description", strings.Repeat("x", 20_001), "at most 20000"},
	} {
		fields := map[string]string{"name": "Service", "amount": "1", c.field: c.value}
		values := v.fill("/charges/new")
		for k, x := range fields {
			values.Set(k, x)
		}
		if a := v.do(http.MethodPost, "/charges/new", values, nil); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, c.reason) {
			t.Errorf("%s: %d, lacks %q:\n%s", name, a.status, c.reason, a.main())
		}
	}
	v.open("/charges").wants(http.StatusOK, "There are no additional charges yet.").lacks("<script>alert")
	v.do(http.MethodPost, "/charges/new", url.Values{"description": {strings.Repeat("x", 3<<20)}}, nil).wants(http.StatusUnprocessableEntity, "More was sent")
}
