// Package customer holds who gets the bill.
//
// A customer is known by its company name. Operators may store one that is not fit to be billed yet (no address, a
// card that does not add up): validation says what is missing, and a bill run leaves it out. Of a credit card only
// type, last four digits and expiration are kept; a number is checked when it is entered, and then forgotten.
package customer

import (
	"slices"

	"postmeter/internal/domain/period"
)

// Customer is a customer without its contracts.
type Customer struct {
	ID                  int64
	Company             string // the key
	Contact             string
	Email               string   // receives invoices
	AdditionalAddresses []string // receive invoices too
	Phone               string
	Type                string // contract type, such as Hosting
	Active              bool
	PaymentMethod       string // Free, Invoice or CreditCard
	Dates               period.Period
	Salespeople         []string
	Note                string // printed on invoices
	InvoiceTemplate     string // empty: the built-in one
	WebTemplate         string // empty: the built-in one
	Card                Card
	House               bool // its lists are not billed on purpose
	Information         []Field
	Revision            int64 // grows with each change of the customer, its groups and assignments
}

// The payment methods.
const (
	Free       = "free"        // does not pay
	Invoice    = "invoice"     // pays by transfer, money order or check
	CreditCard = "credit_card" // is charged
)

// PaymentMethods lists the payment methods.
var PaymentMethods = []string{Free, Invoice, CreditCard}

// Field is a named piece of information, such as a purchase order number.
type Field struct{ Name, Value string }

// New returns a customer with the defaults of one that is entered.
func New(company string) Customer {
	return Customer{Company: company, Active: true, PaymentMethod: Invoice, Dates: period.Open()}
}

// Equal says whether two customers are the same in everything but id and revision.
func (c *Customer) Equal(d *Customer) bool {
	return c.texts() == d.texts() && c.Active == d.Active && c.House == d.House && c.Dates == d.Dates && c.Card == d.Card &&
		slices.Equal(c.AdditionalAddresses, d.AdditionalAddresses) && slices.Equal(c.Salespeople, d.Salespeople) &&
		slices.Equal(c.Information, d.Information)
}

func (c *Customer) texts() [9]string {
	return [9]string{c.Company, c.Contact, c.Email, c.Phone, c.Type, c.PaymentMethod, c.Note, c.InvoiceTemplate, c.WebTemplate}
}
