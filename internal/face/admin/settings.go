package admin

import (
	"encoding/json"
	"net/http"

	"github.com/a-h/templ"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/settings"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

// settingsParts are the parts of the form, with the fields of each by the names of the provider file.
func settingsParts(number, credit string, today period.Date) []settingsPart {
	securities := make([]web.Option, 0, len(settings.SMTPSecurities))
	for _, one := range settings.SMTPSecurities {
		securities = append(securities, web.Option{Value: one, Label: securityWord(one)})
	}
	return []settingsPart{
		{"Company", []web.Field{
			{Name: "company.name", Label: "Company name", Max: 200},
			{Name: "company.address", Label: "Address", Kind: web.Lines, Help: "As invoices show it."},
			{Name: "company.tax_number", Label: "Tax number"},
		}},
		{"Billing", []web.Field{
			{Name: "settings.billing_admin_name", Label: "Billing Admin Name"},
			{Name: "settings.billing_admin_email", Label: "Billing Admin Email", Kind: web.Email, Help: "The sender (From) of invoices."},
			{Name: "settings.customer_types", Label: "Customer Type Options", Kind: web.Lines, List: true, Help: "Types of contract, one a line. They are offered when a customer is entered."},
			{Name: "currency", Label: "Currency", Required: true, Max: 3, Help: "A code of ISO 4217, such as USD. It cannot be changed once usage or bills exist."},
			{Name: "time_zone", Label: "Time zone", Required: true, Help: "In which days and months begin, such as Europe/Berlin. It cannot be changed once usage or bills exist."},
		}},
		{"Invoices", []web.Field{
			{Name: "settings.invoice_number_format", Label: "Invoice number format", Help: formatHelp(number, today)},
			{Name: "settings.credit_note_number_format", Label: "Credit note number format", Help: formatHelp(credit, today)},
			{Name: "settings.payment_terms_days", Label: "Payment terms", Kind: web.Number, Unit: "days"},
			{Name: "settings.mail_zero_bills", Label: "Bills of 0 are mailed", Kind: web.Check},
			{Name: "settings.mail_free_bills", Label: "Bills of free customers are mailed", Kind: web.Check},
		}},
		{"Mail", []web.Field{
			{Name: "settings.test_email", Label: "Test mailings go to", Kind: web.Email},
			{Name: "settings.bounce_email", Label: "Delivery reports go to", Kind: web.Email},
			{Name: "settings.error_email", Label: "Told when a mailing fails", Kind: web.Email},
			{Name: "settings.smtp.host", Label: "SMTP server"},
			{Name: "settings.smtp.port", Label: "Port", Kind: web.Number},
			{Name: "settings.smtp.security", Label: "Encryption", Kind: web.Select, Options: securities},
			{Name: "settings.smtp.user", Label: "User"},
			{Name: "settings.smtp.password", Label: "Password", Kind: web.Password, Complete: "new-password", Help: "It is stored encrypted, and never shown again. Leave empty to keep what is stored."},
		}},
	}
}

type settingsPart struct {
	Title  string
	Fields []web.Field
}

// formatHelp explains number formats by an example.
func formatHelp(format string, today period.Date) string {
	const explained = "{number}, or {number:5} with leading zeros, {year}, {month}. A format with the year begins at 1 again each year."
	example, err := settings.FormatNumber(format, 42, today) //nolint:mnd // any number
	if err != nil {
		return explained
	}
	return "The 42nd is " + example + ". " + explained
}

func securityWord(one string) string {
	switch one {
	case "starttls":
		return "STARTTLS"
	case "tls":
		return "TLS from the start"
	case "none":
		return "None (this machine only)"
	}
	return one
}

// settingsSpec is the form, with examples of the formats that it shows.
func settingsSpec(c *web.Context, number, credit string) (*web.FormSpec, []settingsPart) {
	parts := settingsParts(number, credit, period.DateOf(c.Now, c.Now.Location()))
	spec := &web.FormSpec{Submit: "Save"}
	for _, p := range parts {
		spec.Fields = append(spec.Fields, p.Fields...)
	}
	return spec, parts
}

// settings shows the settings.
func (s *site) settings(c *web.Context) error { return s.settingsAgain(c, http.StatusOK, besides{}) }

// besides is what the forms below the settings show.
type besides struct {
	HasLogo   bool
	WrongLogo string  // what was wrong with the picture that was sent
	TestTo    *string // what was typed as address of the test mail; nil: that of test mailings
	WrongTo   string  // what was wrong with it
}

// settingsAgain shows the settings as they are stored, and what was wrong with what was sent besides.
func (s *site) settingsAgain(c *web.Context, status int, b besides) error {
	seen, err := office.Show(c.Ctx(), s.DB, office.Settings, 0)
	if err != nil {
		return err
	}
	spec, parts := settingsSpec(c, text(seen.Lookup("settings"), "invoice_number_format"), text(seen.Lookup("settings"), "credit_note_number_format"))
	f := web.EditForm(spec, "/settings", "/", &seen)
	if b.TestTo == nil {
		to := text(seen.Lookup("settings"), "test_email")
		b.TestTo = &to
	}
	return s.settingsPage(c, status, f, parts, b)
}

func (s *site) settingsPage(c *web.Context, status int, f *web.Form, parts []settingsPart, b besides) error {
	logo, err := office.Logo(c.Ctx(), s.DB)
	if err != nil {
		return err
	}
	b.HasLogo = len(logo.Data) > 0
	return c.RenderStatus(status, web.Page{Title: "Settings"}, settingsView(f, parts, b))
}

// settingsSave saves the settings, unless somebody else has changed them meanwhile.
func (s *site) settingsSave(c *web.Context) error {
	spec, parts := settingsSpec(c, c.R.FormValue("settings.invoice_number_format"), c.R.FormValue("settings.credit_note_number_format"))
	f, err := web.ReadForm(c, spec, "/")
	if err != nil {
		return err
	}
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			_, err := office.Enter(c.Ctx(), s.DB, c.By(), office.Entry{Kind: office.Settings, Fields: f.Fields(), Seen: f.Seen}, s.Vault)
			return "/settings", "The settings are saved.", err
		},
		Now: func() (doc.Node, error) { return office.Show(c.Ctx(), s.DB, office.Settings, 0) },
		Show: func(status int) error {
			to := f.Get("settings.test_email")
			return s.settingsPage(c, status, f, parts, besides{TestTo: &to})
		},
	})
}

// testMail sends one mail with nothing in it to an address, in the background, to see whether the mail server takes it.
func (s *site) testMail(c *web.Context) error {
	to := c.R.FormValue("to")
	if err := customer.CheckEmail(to); err != nil {
		return s.settingsAgain(c, http.StatusUnprocessableEntity, besides{TestTo: &to, WrongTo: "It " + fault.MessageOf(err) + ". Nothing was sent."})
	}
	id, _, err := office.Enqueue(c.Ctx(), s.DB, c.By(), store.NewJob{Kind: deliver.TrialJob, Payload: deliver.Trial{To: to}, MaxAttempts: 1})
	if err != nil {
		return err
	}
	return c.Redirect(pathOf("/jobs", id), "")
}

// trialWords says where a test mail goes.
func trialWords(j *store.Job) string {
	var t deliver.Trial
	if err := json.Unmarshal(j.Payload, &t); err != nil {
		return ""
	}
	return "to " + t.To
}

// trialSaid shows what the mail server said.
func trialSaid(_ *web.Context, j *store.Job) (templ.Component, error) {
	var r deliver.TrialResult
	err := json.Unmarshal(j.Result, &r)
	return trialView(r), err
}
