package admin

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"testing"
	"time"

	"postmeter/internal/domain/operator"
	"postmeter/internal/domain/settings"
	"postmeter/internal/stage/gather"
)

func TestSettingsAreSavedOrSayWhatIsWrong(t *testing.T) {
	each(t, func(w *world) {
		v := w.operator(operator.Administrator)
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			t.Fatal(err)
		}
		good := []string{
			"company.name", "Lists & Co", "company.address", "Main Street 1\n10115 Berlin", "settings.billing_admin_name", "Billing", "settings.billing_admin_email", "billing@example.org",
			"settings.customer_types", "Hosting\nClub", "currency", "EUR", "time_zone", "Europe/Berlin", "settings.invoice_number_format", "{year}-{number:5}",
			"settings.credit_note_number_format", "C{year}-{number:5}", "settings.payment_terms_days", "14", "settings.test_email", "test@example.org",
			"settings.smtp.host", "mail.example.org", "settings.smtp.port", "587", "settings.smtp.security", "starttls", "settings.smtp.user", "postmeter", "settings.smtp.password", "tres secret",
		}
		v.open("/settings").wants(http.StatusOK, "Billing Admin Name", "Billing Admin Email", "Customer Type Options", "Send a test mail", "The 42nd is ")
		v.send("/settings", append(good, "currency", "EUX", "time_zone", "Mars", "settings.invoice_number_format", "{year}", "settings.smtp.port", "99999",
			"settings.billing_admin_email", "nobody")...).wants(http.StatusUnprocessableEntity, `href="#f-currency"`, `href="#f-time_zone"`,
			`href="#f-settings.invoice_number_format"`, `href="#f-settings.smtp.port"`, `href="#f-settings.billing_admin_email"`, "Lists &amp; Co").lacks("tres secret")
		v.send("/settings", good...).wants(http.StatusOK, "The settings are saved.", "The 42nd is 2026-00042.", `value="EUR"`, "Hosting").lacks("tres secret")
		v.open("/profile").wants(http.StatusOK, w.now.In(berlin).Format("2006-01-02 15:04 MST")) // pages show the billing time zone

		w.imports(`{"servers":[{"name":"s","host":"s.test"}],"lists":[{"server":"s","site":"a.test","list":"l"}]}`)
		w.reports("s", "a.test", "l")
		v.send("/settings", append(good, "currency", "USD")...).wants(http.StatusUnprocessableEntity, "usage exists", `href="#f-currency"`)
		v.send("/settings", append(good, "time_zone", "UTC")...).wants(http.StatusUnprocessableEntity, "days would begin at another time")

		v.do(http.MethodPost, "/settings/test-mail", pairs("to", "nobody"), nil).wants(http.StatusUnprocessableEntity, "Nothing was sent")
		v.do(http.MethodPost, "/settings/test-mail", pairs("to", "test@example.org"), nil).wants(http.StatusOK, "Send a test mail", "to test@example.org")
	})
}

func TestTheLogoOfInvoices(t *testing.T) {
	each(t, func(w *world) {
		v := w.operator(operator.Administrator)
		v.open("/settings/logo").wants(http.StatusNotFound)
		picture, err := base64.StdEncoding.DecodeString("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==")
		if err != nil {
			t.Fatal(err)
		}
		v.upload("/settings/logo", "logo", []byte("<svg onload='alert(1)'/>")).wants(http.StatusUnprocessableEntity, "is no PNG, JPEG or GIF picture. Nothing was saved.")
		v.upload("/settings/logo", "logo", append(picture, make([]byte, settings.MaxLogo)...)).wants(http.StatusUnprocessableEntity, "larger than 64 KB")
		v.upload("/settings/logo", "logo", nil).wants(http.StatusUnprocessableEntity, "is empty")
		v.upload("/settings/logo", "other", nil).wants(http.StatusUnprocessableEntity, "choose a file")
		v.upload("/settings/logo", "logo", picture).wants(http.StatusOK, "The logo is saved.", `src="/settings/logo"`)
		if a := v.open("/settings/logo"); a.body != string(picture) || a.head.Get("Content-Type") != "image/png" {
			t.Errorf("the picture came back as %s, %d bytes", a.head.Get("Content-Type"), len(a.body))
		}
		v.send("/settings", "company.name", "Renamed", "currency", "USD", "time_zone", "UTC", "settings.invoice_number_format", "{number}", "settings.credit_note_number_format", "C{number}",
			"settings.payment_terms_days", "14", "settings.smtp.port", "587", "settings.smtp.security", "tls").wants(http.StatusOK, "The settings are saved.", `src="/settings/logo"`)
		v.do(http.MethodPost, "/settings/logo", pairs("remove", "yes"), nil).wants(http.StatusOK, "The logo is saved.").lacks(`src="/settings/logo"`)
	})
}

func TestOperatorsAreMadeChangedAndEnded(t *testing.T) {
	each(t, func(w *world) {
		v := w.operator(operator.Administrator)
		v.send("/admins/new", "name", "Berta", "role", "clerk", "password", "short", "again", "other").
			wants(http.StatusUnprocessableEntity, `href="#f-again"`).lacks("short")
		v.send("/admins/new", "name", "Berta", "role", "clerk", "password", "short", "again", "short").wants(http.StatusUnprocessableEntity, `href="#f-password"`)
		v.send("/admins/new", "name", "Berta", "role", "clerk", "password", password, "again", password).wants(http.StatusOK, "Berta is created.", "Billing clerk", "2 operators")
		berta := w.visitor()
		berta.send("/sign-in", "name", "Berta", "password", password).wants(http.StatusOK, "Berta")
		berta.open("/admins").wants(http.StatusForbidden)

		v.send("/admins/1", "role", "viewer", "active", "yes").wants(http.StatusUnprocessableEntity, "last administrator")
		v.send("/admins/2", "role", "viewer", "active", "yes").wants(http.StatusOK, "Berta is saved.", "Viewer")
		v.open("/admins/2").wants(http.StatusOK, `href="/admins/2/password">Reset the password</a>`)
		v.send("/admins/2/password", "password", "five other words of hers", "again", "five other words of hers").wants(http.StatusOK, "The password of Berta is reset.")
		berta.open("/profile").wants(http.StatusOK, "Sign in")
		berta.send("/sign-in", "name", "Berta", "password", "five other words of hers").wants(http.StatusOK, "Viewer")
		v.send("/admins/2", "role", "viewer").wants(http.StatusOK, "Inactive")
		berta.open("/profile").wants(http.StatusOK, "Sign in")
		v.open("/admins/9").wants(http.StatusNotFound)
	})
}

// reports counts usage of a list.
func (w *world) reports(server, site, list string) {
	w.t.Helper()
	text := fmt.Sprintf(`{"id":%q,"server":%q,"site":%q,"list":%q,"at":"2026-09-01T12:00:00Z","bytes":1000,"recipients":5}`, server+"/"+site+"/"+list, server, site, list)
	if _, _, err := gather.Report(context.Background(), gather.ReportOrder{DB: w.db, By: w.by(), Texts: [][]byte{[]byte(text)}}); err != nil {
		w.t.Fatal(err)
	}
}
