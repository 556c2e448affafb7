package office

import (
	"strings"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// Limits of a customer.
const (
	maxAddresses   = 100 // additional addresses
	maxSalespeople = 100
	maxInformation = 200 // named fields
	maxLast4Bytes  = 4
)

func (im *importer) readCustomers() error {
	var all []*customerState
	seen := map[string]string{}
	for _, f := range im.files {
		f.r.Each("customers", func(_ int, r *doc.Reader) {
			company := name(r, "company")
			once(r, "company", seen, f, company)
			all = append(all, &customerState{file: f, r: r, row: customer.New(company), isNew: true})
		})
	}
	im.customers = all
	if err := im.loadCustomers(all); err != nil {
		return err
	}
	var added []*customer.Customer
	work := &contractWork{im: im, news: &store.NewContracts{}}
	for _, c := range all {
		im.readCustomer(c, work)
		c.r.Done()
		if c.isNew {
			added = append(added, &c.row)
		}
	}
	im.saveCustomers(all, added, work)
	return nil
}

// loadCustomers fills in what is stored of the customers that the files name.
func (im *importer) loadCustomers(all []*customerState) error {
	companies := make([]string, 0, len(all))
	byCompany := make(map[string]*customerState, len(all))
	for _, c := range all {
		companies = append(companies, c.row.Company)
		byCompany[c.row.Company] = c
	}
	if im.entry != nil {
		return im.loadEntered(all)
	}
	stored, err := im.tx.CustomersByCompany(companies)
	if err != nil || len(stored) == 0 {
		return err
	}
	ids := make([]int64, len(stored))
	for i := range stored {
		ids[i] = stored[i].ID
	}
	groups, err := im.tx.Groups(ids)
	if err != nil {
		return err
	}
	credits, err := im.tx.Credits(ids)
	if err != nil {
		return err
	}
	for i := range stored {
		c := byCompany[stored[i].Company]
		c.row, c.isNew, c.groups, c.credit = stored[i], false, groups[stored[i].ID], credits[stored[i].ID]
	}
	return nil
}

// loadEntered fills in the customer of an entry, which is known by its id: its company may be another one now.
func (im *importer) loadEntered(all []*customerState) error {
	if im.entry.ID == 0 || len(all) == 0 {
		return nil
	}
	ids := []int64{im.entry.ID}
	stored, err := im.tx.CustomersByID(ids)
	if err != nil || len(stored) == 0 {
		return orMissing(err, "customer")
	}
	groups, err := im.tx.Groups(ids)
	if err != nil {
		return err
	}
	credits, err := im.tx.Credits(ids)
	c := all[0]
	c.isNew, c.groups, c.credit, c.was = false, groups[im.entry.ID], credits[im.entry.ID], stored[0]
	company := c.row.Company
	c.row = stored[0]
	c.row.Company = company
	return err
}

func (im *importer) readCustomer(c *customerState, work *contractWork) {
	before := c.row
	if im.entry != nil && !c.isNew {
		before = c.was
	}
	im.readFields(c)
	work.begin(c)
	c.r.Each("groups", func(_ int, r *doc.Reader) { work.readGroup(r) })
	credited := im.readCredit(c)
	switch {
	case c.isNew:
		im.report.Customers.Added++
		work.recordNew(c)
	case c.row.Equal(&before) && len(work.changes) == 0 && !credited:
		im.report.Customers.Unchanged++
	default:
		im.report.Customers.Changed++
		im.saveChanged(c, &before, work.changes)
	}
	if credited {
		im.recordCredit(im.credits[len(im.credits)-1])
	}
}

// saveChanged notes what is to be written of a customer that exists.
func (im *importer) saveChanged(c *customerState, before *customer.Customer, changes []func() store.Change) {
	im.save(func() error { return im.tx.BumpCustomer(c.row.ID) })
	if !c.row.Equal(before) {
		was, is := changedFields(customerNode(before), customerNode(&c.row))
		im.save(func() error { return im.tx.UpdateCustomer(&c.row) })
		im.record(func() store.Change {
			return store.Change{CustomerID: c.row.ID, Entity: "customer", EntityID: c.row.ID, Action: "changed", Before: raw(was), After: raw(is)}
		})
	}
	for _, change := range changes {
		im.record(change)
	}
}

// readFields reads the customer itself.
func (im *importer) readFields(c *customerState) {
	r, row := c.r, &c.row
	text(r, "contact", &row.Contact)
	text(r, "email", &row.Email)
	texts(r, "additional_addresses", &row.AdditionalAddresses, maxAddresses)
	text(r, "phone", &row.Phone)
	text(r, "type", &row.Type)
	if r.Given("active") {
		row.Active = r.Bool("active", true)
	}
	choice(r, "payment_method", &row.PaymentMethod, customer.Invoice, customer.PaymentMethods)
	date(r, "start", &row.Dates.Start, period.First)
	date(r, "end", &row.Dates.End, period.Last)
	texts(r, "salespeople", &row.Salespeople, maxSalespeople)
	text(r, "note", &row.Note)
	text(r, "invoice_template", &row.InvoiceTemplate)
	text(r, "web_template", &row.WebTemplate)
	if r.Given("house") {
		row.House = r.Bool("house", false)
	}
	if r.Given("card") {
		row.Card = im.readCard(c.file, r.Object("card"))
	}
	if r.Given("information") {
		row.Information = readInformation(r)
	}
}

func texts(r *doc.Reader, field string, into *[]string, most int) {
	if !r.Given(field) {
		return
	}
	*into = emptyIsNil(r.Texts(field))
	if len(*into) > most {
		r.Fault(field, "has %d items: at most %d are allowed", len(*into), most)
	}
}

// readCard takes a card. A number is checked and forgotten: only its last four digits are kept, and of a wrong one
// nothing, so that validation finds the card. No part of a number stands in any message.
func (im *importer) readCard(f *file, r *doc.Reader) customer.Card {
	if !r.Present() {
		return customer.Card{}
	}
	c := customer.Card{Type: strings.TrimSpace(r.Text("type", "")), Last4: r.Text("last4", "")}
	if name, known := customer.CardTypeOf(c.Type); known {
		c.Type = name
	} else if len(c.Type) > maxCardTypeBytes || strings.ContainsAny(c.Type, "0123456789") {
		r.Fault("type", "is not a card type: use one of %s", strings.Join(customer.CardTypes(), ", "))
	}
	if len(c.Last4) > maxLast4Bytes {
		r.Fault("last4", "must be the last four digits; a whole number goes into number, and is not kept")
	}
	if n := r.Node("expiration"); n != nil {
		month, err := period.ParseMonth(n.Text)
		if err != nil {
			r.Fault("expiration", "is not a month: write it as 2028-12")
		}
		c.Expiration = month
	}
	if n := r.Node("number"); n != nil {
		last4, err := customer.LastDigits(n.Text, c.Type)
		if err != nil {
			im.warn(f, r.Path()+".number", err.Error(), "; the card is kept without its number, and cannot be charged")
		}
		c.Last4 = last4
	}
	r.Done()
	return c
}

// maxCardTypeBytes is the longest card type that is kept, known or not.
const maxCardTypeBytes = 40

// readInformation reads named fields, in their order. A field that is null is left out.
func readInformation(r *doc.Reader) []customer.Field {
	n := r.Node("information")
	if n == nil {
		return nil
	}
	if n.Kind != doc.Object {
		r.Fault("information", "must be an object, and is %s", n.Kind)
		return nil
	}
	if len(n.Fields) > maxInformation {
		r.Fault("information", "has %d fields: at most %d are allowed", len(n.Fields), maxInformation)
	}
	var out []customer.Field
	for i := range n.Fields {
		f := &n.Fields[i]
		switch {
		case f.Name == "":
			r.Fault("information", "has a field without a name")
		case f.Value.Kind == doc.Object || f.Value.Kind == doc.Array:
			r.Fault("information."+f.Name, "must be a text, and is %s", f.Value.Kind)
		case len(f.Value.Text) > doc.MaxTextBytes:
			r.Fault("information."+f.Name, "has %d bytes: at most %d are allowed", len(f.Value.Text), doc.MaxTextBytes)
		case f.Value.Kind != doc.Null:
			out = append(out, customer.Field{Name: f.Name, Value: f.Value.Text})
		}
	}
	return out
}

// readCredit takes an opening credit, while nothing was booked for the customer yet. Later the file may repeat the
// opening credit or the present one; another amount is not taken, and said so.
func (im *importer) readCredit(c *customerState) bool {
	if !c.r.Has("credit") {
		return false
	}
	minor := c.r.Amount("credit", im.settings.Currency)
	switch {
	case minor < 0:
		c.r.Fault("credit", "must not be negative")
	case minor == 0, c.credit.Entries > 0 && (minor == c.credit.Opening || minor == c.credit.Balance):
	case c.credit.Entries > 0:
		im.warn(c.file, c.r.Path()+".credit", "is not taken: the opening credit is taken once, and money was booked for this customer since", "")
	default:
		im.credits = append(im.credits, openingCredit{&c.row, minor})
		return true
	}
	return false
}

// openingCredit is credit to be booked; its customer may not have an id yet.
type openingCredit struct {
	to    *customer.Customer
	minor int64
}

func (im *importer) recordCredit(c openingCredit) {
	var after doc.Node
	after.Add("credit", doc.TextNode(money.Amount{Minor: c.minor, Currency: im.settings.Currency}.String()))
	im.record(func() store.Change {
		return store.Change{CustomerID: c.to.ID, Entity: "customer", EntityID: c.to.ID, Action: "opening credit taken", After: raw(after)}
	})
}

// saveCustomers notes what is to be written: customers first, then what belongs to them.
func (im *importer) saveCustomers(all []*customerState, added []*customer.Customer, work *contractWork) {
	if len(all) == 0 {
		return
	}
	im.save(func() error { return im.tx.InsertCustomers(added) })
	im.save(work.resolve)
	im.save(func() error { return im.tx.InsertContracts(work.news) })
	im.save(func() error {
		rows := make([]store.OpeningCredit, len(im.credits))
		for i, c := range im.credits {
			rows[i] = store.OpeningCredit{CustomerID: c.to.ID, Currency: im.settings.Currency.Code(), Credit: c.minor}
		}
		return im.tx.InsertOpeningCredits(rows, period.DateOf(im.tx.By().At, im.zone))
	})
}
