package office

import (
	"slices"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/settings"
)

// Limits of settings.
const (
	maxPaymentTermsDays = 3650
	maxPort             = 65535
	maxCustomerTypes    = 200
)

// SMTPAbout is what the password of the mail server is sealed for.
const SMTPAbout = "setting/smtp"

func (im *importer) readSettings() error {
	before, err := im.tx.Settings()
	if err != nil {
		return err
	}
	im.settings = before
	s := &im.settings
	for _, f := range im.files {
		r := f.r.Object("company")
		if f.r.Given("company") && !r.Present() {
			s.Company = settings.Company{}
		}
		text(r, "name", &s.Company.Name)
		text(r, "address", &s.Company.Address)
		text(r, "tax_number", &s.Company.TaxNumber)
		text(r, "logo", &s.Company.Logo)
		_, err := settings.ParseLogo(s.Company.Logo)
		r.FaultError("logo", err)
		r.Done()
		im.readMore(f.r.Object("settings"))
	}
	if err := im.readFixed(&before); err != nil {
		return err
	}
	zone, err := s.Location()
	im.zone = zone
	im.save(func() error {
		changed, err := im.tx.SaveSettings(*s)
		im.report.SettingsChanged = changed || im.report.SettingsChanged
		return err
	})
	return err
}

// readFixed reads currency and time zone, which are fixed once usage or bills exist.
func (im *importer) readFixed(before *settings.Settings) error {
	usage, bills, err := im.tx.UsageOrBillsExist()
	if err != nil {
		return err
	}
	fixed := func(what string) string {
		switch {
		case usage && bills:
			return "is " + what + ", and usage and bills exist"
		case usage:
			return "is " + what + ", and usage exists"
		case bills:
			return "is " + what + ", and bills or credits exist"
		}
		return ""
	}
	var currencyFrom, zoneFrom *file
	for _, f := range im.files {
		if code := f.r.Text("currency", ""); code != "" {
			c, err := money.ParseCurrency(code)
			f.r.FaultError("currency", err)
			if why := fixed(before.Currency.Code()); err == nil && before.CurrencyChosen && c != before.Currency && why != "" {
				f.r.Fault("currency", "%s: amounts would get another meaning; start a new database for %s", why, c)
			}
			if err == nil {
				conflict(f, currencyFrom, "currency", im.settings.Currency.Code(), code)
				im.settings.Currency, im.settings.CurrencyChosen, currencyFrom = c, true, f
			}
		}
		if zone := f.r.Text("time_zone", ""); zone != "" {
			_, err := period.LoadZone(zone)
			f.r.FaultError("time_zone", err)
			if why := fixed(before.TimeZone); err == nil && zone != before.TimeZone && why != "" {
				f.r.Fault("time_zone", "%s: days would begin at another time; start a new database for %s", why, zone)
			}
			if err == nil {
				conflict(f, zoneFrom, "time_zone", im.settings.TimeZone, zone)
				im.settings.TimeZone, zoneFrom = zone, f
			}
		}
	}
	im.needCurrency()
	return nil
}

// conflict refuses two files of one import that contradict each other.
func conflict(f, other *file, field, was, is string) {
	if other != nil && was != is {
		f.r.Fault(field, "is %s, and %s in %s", is, was, other.name)
	}
}

// needCurrency refuses prices while nobody has said in which currency they are.
func (im *importer) needCurrency() {
	if im.settings.CurrencyChosen {
		return
	}
	for _, f := range im.files {
		if f.r.Len("plans")+f.r.Len("charges")+f.r.Len("customers") > 0 && f.r.Text("currency", "") == "" {
			f.r.Fault("currency", "is missing, and the database has none yet: write a code of ISO 4217, such as USD")
			return
		}
	}
}

// readMore reads what stands under settings.
func (im *importer) readMore(r *doc.Reader) {
	s, def := &im.settings, settings.Default()
	text(r, "billing_admin_name", &s.BillingAdminName)
	email(r, "billing_admin_email", &s.BillingAdminEmail)
	email(r, "test_email", &s.TestEmail)
	email(r, "bounce_email", &s.BounceEmail)
	email(r, "error_email", &s.ErrorEmail)
	if r.Given("customer_types") {
		if s.CustomerTypes = def.CustomerTypes; r.Has("customer_types") {
			s.CustomerTypes = r.Texts("customer_types")
		}
		if len(s.CustomerTypes) > maxCustomerTypes {
			r.Fault("customer_types", "has %d items: at most %d are allowed", len(s.CustomerTypes), maxCustomerTypes)
		}
	}
	numberFormat(r, "invoice_number_format", &s.InvoiceNumberFormat, def.InvoiceNumberFormat)
	numberFormat(r, "credit_note_number_format", &s.CreditNoteNumberFormat, def.CreditNoteNumberFormat)
	whole(r, "payment_terms_days", &s.PaymentTermsDays, def.PaymentTermsDays, maxPaymentTermsDays)
	if r.Given("mail_zero_bills") {
		s.MailZeroBills = r.Bool("mail_zero_bills", def.MailZeroBills)
	}
	if r.Given("mail_free_bills") {
		s.MailFreeBills = r.Bool("mail_free_bills", def.MailFreeBills)
	}
	im.readSMTP(r, r.Object("smtp"))
	r.Done()
}

func (im *importer) readSMTP(in, r *doc.Reader) {
	s, def := &im.settings.SMTP, settings.Default().SMTP
	if in.Given("smtp") && !r.Present() {
		*s = def
	}
	text(r, "host", &s.Host)
	whole(r, "port", &s.Port, def.Port, maxPort)
	text(r, "user", &s.User)
	if r.Given("security") {
		s.Security = settings.SMTPSecurities[r.Choice("security", 0, settings.SMTPSecurities...)]
	}
	if password := r.Text("password", ""); password != "" {
		im.save(func() error { return im.saveSMTPSecret(password) })
	}
	r.Done()
}

func (im *importer) saveSMTPSecret(password string) error {
	sealed, err := im.tx.SMTPSecret()
	if err != nil {
		return err
	}
	sealed, err = im.sealed(sealed, password, SMTPAbout)
	if err != nil || sealed == nil {
		return err
	}
	im.report.SettingsChanged = true
	im.recordSecret("settings", func() int64 { return 0 })
	return im.tx.SaveSMTPSecret(sealed)
}

func email(r *doc.Reader, field string, into *string) {
	text(r, field, into)
	if r.Given(field) && *into != "" {
		r.FaultError(field, customer.CheckEmail(*into))
	}
}

func numberFormat(r *doc.Reader, field string, into *string, def string) {
	if !r.Given(field) {
		return
	}
	*into = r.Text(field, def)
	_, err := settings.FormatNumber(*into, 1, period.First)
	r.FaultError(field, err)
}

func whole(r *doc.Reader, field string, into *int64, def, most int64) {
	if !r.Given(field) {
		return
	}
	if *into = r.Whole(field, def); *into > most {
		r.Fault(field, "must be at most %d", most)
	}
}

// choice reads one of some words, if the file gives it.
func choice(r *doc.Reader, field string, into *string, def string, words []string) {
	if r.Given(field) {
		*into = words[r.Choice(field, max(slices.Index(words, def), 0), words...)]
	}
}
