// Package settings holds what a provider decides once for the whole system: who it is, in which currency and time
// zone it bills, how invoices are numbered and when they are due, and how mail goes out.
//
// Settings are valid when Check finds no fault. Operators change them; each change is recorded. The currency and the
// time zone are fixed once usage or bills exist, since both would get another meaning. Secrets (the password of the
// mail server) are no part of the struct: they are stored sealed, and never given out.
package settings

import (
	"time"

	"postmeter/internal/domain/money"
)

// Settings are the provider's decisions. Texts may be empty unless Check says otherwise.
type Settings struct {
	Company  Company
	Currency money.Currency
	TimeZone string // IANA name of the billing time zone; civil dates are dates there

	BillingAdminName  string // the default From of invoices
	BillingAdminEmail string
	TestEmail         string // where test mailings go
	BounceEmail       string // envelope sender of invoices
	ErrorEmail        string // told when a mailing fails

	CustomerTypes          []string // offered when a customer is entered, such as Hosting
	InvoiceNumberFormat    string   // see FormatNumber
	CreditNoteNumberFormat string
	PaymentTermsDays       int64 // from the issue date to the due date
	MailZeroBills          bool  // a bill with total 0 is mailed
	MailFreeBills          bool  // a free customer's bill is mailed

	SMTP SMTP

	// CurrencyChosen says that an operator set the currency. Until then Currency is a stand-in, and nothing
	// with a price is taken in.
	CurrencyChosen bool
}

// Company is the provider as invoices show it.
type Company struct {
	Name      string
	Address   string // lines separated by \n
	TaxNumber string
	Logo      string // a data URL, as of Logo; "": none
}

// SMTP is the mail server for outgoing mail. An empty Host means that none is set.
type SMTP struct {
	Host     string
	Port     int64
	User     string
	Security string // one of SMTPSecurities
}

// SMTPSecurities lists how a connection to the mail server is protected: starttls (required), tls from the start, or none.
var SMTPSecurities = []string{"starttls", "tls", "none"}

// Default returns the settings of a new database.
func Default() Settings {
	return Settings{
		Currency:               money.MustCurrency("USD"),
		TimeZone:               "UTC",
		CustomerTypes:          []string{"Hosting"},
		InvoiceNumberFormat:    "{year}-{number:5}",
		CreditNoteNumberFormat: "CN-{year}-{number:5}",
		PaymentTermsDays:       14,
		MailZeroBills:          true,
		SMTP:                   SMTP{Port: 587, Security: "starttls"},
	}
}

// Location returns the billing time zone.
func (s *Settings) Location() (*time.Location, error) { return LoadZone(s.TimeZone) }
