package office

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
)

// maxLine is the longest one-line field of a form, in characters.
const maxLine = 200

// checkEntry finds what an import leaves to validation, and a form can say at once.
func (im *importer) checkEntry() error {
	if im.entry == nil || im.entry.Kind == Settings {
		return nil
	}
	f := im.files[0]
	f.r.Each(string(im.entry.Kind), func(_ int, r *doc.Reader) {
		checkLines(r)
		if im.entry.ID == 0 && im.entry.Kind != Customers && r.Name("name") == "" {
			return
		}
		if im.entry.Kind == Customers {
			checkCustomer(r, &im.customers[0].row)
		}
	})
	switch im.entry.Kind {
	case Customers:
		return im.checkCompany()
	case Servers:
		if _, taken := im.storedServers[im.entryKey]; taken && im.entry.ID == 0 {
			f.r.FaultAt("servers[0].name", "there is a server of this name already: choose another")
		}
	case Plans:
		for code, p := range im.plans {
			im.checkSold(code, p.Name)
		}
	case Charges:
		for code, c := range im.charges {
			im.checkSold(code, c.Name)
		}
	}
	return nil
}

// checkLines refuses one-line fields that are several, or too long to be shown.
func checkLines(r *doc.Reader) {
	for _, name := range []string{"name", "company", "contact", "email", "phone", "type", "host", "url", "user"} {
		n := r.Node(name)
		switch {
		case n == nil || n.Kind != doc.String:
		case strings.ContainsAny(n.Text, "\r\n\t"):
			r.Fault(name, "must be one line")
		case utf8.RuneCountInString(n.Text) > maxLine:
			r.Fault(name, "has %d characters: at most %d are allowed", utf8.RuneCountInString(n.Text), maxLine)
		}
	}
}

// checkSold refuses a name that another plan or charge has: on an invoice nobody could tell them apart.
func (im *importer) checkSold(code, name string) {
	if code == im.entryKey {
		return
	}
	f := im.files[0]
	f.r.Each(string(im.entry.Kind), func(_ int, r *doc.Reader) {
		if n := r.Node("name"); n != nil && strings.EqualFold(strings.TrimSpace(n.Text), name) {
			r.Fault("name", "another one has this name: choose one that customers can tell apart")
		}
	})
}

func checkCustomer(r *doc.Reader, c *customer.Customer) {
	if c.Email != "" {
		r.FaultError("email", customer.CheckEmail(c.Email))
	}
	for i, address := range c.AdditionalAddresses {
		r.FaultError("additional_addresses["+strconv.Itoa(i)+"]", customer.CheckEmail(address))
	}
	if !c.Dates.Valid() {
		r.Fault("end", "is before the start, %s", c.Dates.Start)
	}
	if c.PaymentMethod == customer.CreditCard && !c.Card.Missing() {
		checkCard(r, c.Card)
	}
}

// checkCompany refuses the name of another customer.
func (im *importer) checkCompany() error {
	c := im.customers[0]
	same, err := im.tx.CustomersByCompany([]string{c.row.Company})
	if err != nil {
		return err
	}
	for i := range same {
		if same[i].ID != im.entry.ID {
			c.r.Fault("company", "there is a customer of this name already: add what tells them apart, such as the city")
		}
	}
	return nil
}

// checkCard refuses a card that is not whole, beside the field that is wrong.
func checkCard(r *doc.Reader, card customer.Card) {
	err := card.Check()
	if err == nil || r.Faults() > 0 {
		return
	}
	var f *fault.Error
	if errors.As(err, &f) && (f.Place == "type" || f.Place == "expiration") {
		r.Fault("card."+f.Place, "%s", f.Message)
		return
	}
	r.Fault("card.number", "%s", fault.MessageOf(err))
}
