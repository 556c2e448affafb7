package admin

import (
	"net/http"
	"slices"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/doc"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
)

// The tabs of the form of a customer.
const (
	tabBasic   = "basic"
	tabPayment = "payment"
	tabInfo    = "information"
	tabMore    = "additional"
)

var customerTabs = []web.Tab{
	{Name: tabBasic, Label: "Basic Information"}, {Name: tabPayment, Label: "Payment Information"},
	{Name: tabInfo, Label: "Information"}, {Name: tabMore, Label: "Additional Settings"},
}

var customerCrumbs = []web.Crumb{{Label: "Customers", Path: "/customers"}}

// Limits of fields, in bytes.
const (
	maxName       = 800 // 200 characters, which the stage counts
	maxCardNumber = 40  // with spaces
)

// onlyBuiltIn is said while there are no templates of the operator's own.
const onlyBuiltIn = "Only the built-in one exists, and it is used."

// customerFields are the fields of a customer; their names are those of the provider file.
func customerFields(types []string, now *doc.Node) []web.Field {
	return []web.Field{
		{Name: "company", Label: "Company", Tab: tabBasic, Required: true, Max: maxName, Complete: "organization"},
		{Name: "contact", Label: "Contact Name", Tab: tabBasic, Max: maxName},
		{Name: "email", Label: "Email Address", Kind: web.Email, Tab: tabBasic, Max: maxName, Help: "Receives invoices. Without one the customer is kept out of the bill run."},
		{Name: "additional_addresses", Label: "Additional Addresses", Kind: web.Lines, List: true, Tab: tabBasic, Help: "Receive invoices too. One a line."},
		{Name: "phone", Label: "Phone Number", Kind: web.Phone, Tab: tabBasic, Max: maxName},
		{Name: "type", Label: "Type", Kind: web.Select, Tab: tabBasic, Options: options(types, text(now, "type"), "None")},
		{Name: "active", Label: "Is Active", Kind: web.Check, Tab: tabBasic, Help: "An inactive customer is not billed."},
		{Name: "house", Label: "House account", Kind: web.Check, Tab: tabBasic, Help: "Its lists are not billed on purpose: own lists, or “Terminated”."},
		{Name: "payment_method", Label: "Payment Method", Kind: web.Choice, Tab: tabBasic, Options: []web.Option{
			{Value: customer.Free, Label: "Free", Help: "Does not pay."},
			{Value: customer.Invoice, Label: "Invoice", Help: "Pays by transfer, money order or check."},
			{Value: customer.CreditCard, Label: "Credit Card", Help: "The card is entered under Payment Information."},
		}},
		{Name: "invoice_template", Label: "Invoice Template", Kind: web.Select, Tab: tabBasic, Help: onlyBuiltIn, Options: options(nil, text(now, "invoice_template"), "Built-in")},
		{Name: "web_template", Label: "Web Template", Kind: web.Select, Tab: tabBasic, Help: onlyBuiltIn, Options: options(nil, text(now, "web_template"), "Built-in")},

		{Name: "card.type", Label: "Credit Card Type", Kind: web.Select, Tab: tabPayment, Options: options(customer.CardTypes(), cardText(now, "type"), "None")},
		{Name: "card.number", Label: "Credit Card Number", Tab: tabPayment, Secret: true, Max: maxCardNumber, Help: numberHelp(now)},
		{Name: "card.expiration", Label: "Credit Card Expiration", Kind: web.Month, Tab: tabPayment, Help: "Month and year as on the card, such as 12/28 or 2028-12."},

		{Name: "information", Label: "Additional customer information", Kind: web.Pairs, FreeText: "Information", Tab: tabInfo, Rows: 4,
			Help: "Templates and exports can use the named fields: address, tax number, purchase order number, anything."},

		{Name: "start", Label: "Start Date", Kind: web.Date, Tab: tabMore, Help: "The first day that is billed. Leave empty for no first day."},
		{Name: "end", Label: "End Date", Kind: web.Date, Tab: tabMore, Help: "The last day that is billed: the last bill is prorated. Leave empty for no last day."},
		{Name: "salespeople", Label: "Salespeople", Kind: web.Lines, List: true, Tab: tabMore, Help: "One name on each line."},
		{Name: "note", Label: "Note", Kind: web.Lines, Tab: tabMore, Help: "Printed on invoices."},
	}
}

// options are choices with none before them. What is stored stays a choice, also when it is not offered any more.
func options(offered []string, stored, none string) []web.Option {
	out := []web.Option{{Value: "", Label: none}}
	for _, value := range offered {
		out = append(out, web.Option{Value: value, Label: value})
	}
	if stored != "" && !slices.Contains(offered, stored) {
		out = append(out, web.Option{Value: stored, Label: stored})
	}
	return out
}

// cardText is a text of the card that is stored, or "".
func cardText(now *doc.Node, field string) string {
	if now == nil {
		return ""
	}
	return text(now.Lookup("card"), field)
}

func numberHelp(now *doc.Node) string {
	const checked = "It is checked and forgotten: type, last four digits and expiration are kept."
	if last4 := cardText(now, "last4"); last4 != "" {
		return "The number that ends in " + last4 + " was checked. Type another to replace it. " + checked
	}
	return checked
}

// customerForm is the form of a customer, new (seen nil) or stored.
func (s *site) customerForm(c *web.Context, seen *doc.Node) (*web.FormSpec, error) {
	types, err := insight.CustomerTypes(c.Ctx(), s.DB)
	return &web.FormSpec{Submit: "Save", Tabs: customerTabs, Fields: customerFields(types, seen)}, err
}

// customerEntry is what was typed, with the digits of the card that stays.
func customerEntry(f *web.Form) doc.Node {
	n := f.Fields()
	card := doc.Node{}
	for i := range n.Fields {
		if n.Fields[i].Name == "card" {
			card = n.Fields[i].Value
		}
	}
	switch kept := cardText(f.Seen, "last4"); {
	case f.Get("card.type") == "" && f.Get("card.number") == "" && f.Get("card.expiration") == "":
		card = doc.Node{}
	case f.Get("card.number") == "" && kept != "" && f.Get("card.type") == cardText(f.Seen, "type"):
		card.Add("last4", doc.TextNode(kept))
	}
	for i := range n.Fields {
		if n.Fields[i].Name == "card" {
			n.Fields[i].Value = card
		}
	}
	return n
}

// customerNew shows the form of a new customer.
func (s *site) customerNew(c *web.Context) error {
	start := office.NewCustomer()
	spec, err := s.customerForm(c, nil)
	if err != nil {
		return err
	}
	return s.customerFormPage(c, http.StatusOK, 0, web.NewForm(spec, c.R.URL.Path, "/customers", &start))
}

// customerFormPage shows the form, and what is missing outside of it.
func (s *site) customerFormPage(c *web.Context, status int, id int64, f *web.Form) error {
	never, err := insight.NeverSynced(c.Ctx(), s.DB)
	if err != nil {
		return err
	}
	page := web.Page{Title: "Create New Customer", Crumbs: customerCrumbs}
	if id != 0 {
		name := text(f.Seen, "company")
		page.Title = "Edit " + name
		page.Crumbs = []web.Crumb{customerCrumbs[0], {Label: name, Path: pathOf("/customers", id)}}
	}
	return c.RenderStatus(status, page, customerFormView(f, never, c.Exists("/servers")))
}

// customerCreate makes a customer, and leads on to its first billing group.
func (s *site) customerCreate(c *web.Context) error {
	spec, err := s.customerForm(c, nil)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, spec, "/customers")
	if err != nil {
		return err
	}
	show := func(status int) error { return s.customerFormPage(c, status, 0, f) }
	if f.More() {
		return show(http.StatusOK)
	}
	return f.Save(c, web.Saving{Show: show, Do: func() (string, string, error) {
		id, err := office.Enter(c.Ctx(), s.DB, c.By(), office.Entry{Kind: office.Customers, Fields: customerEntry(f)}, s.Vault)
		return pathOf("/customers", id) + "/groups/new", f.Get("company") + " is created. Now make its billing group.", err
	}})
}

// customerEdit shows the form of a stored customer.
func (s *site) customerEdit(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	seen, err := office.Show(c.Ctx(), s.DB, office.Customers, id)
	if err != nil {
		return err
	}
	spec, err := s.customerForm(c, &seen)
	if err != nil {
		return err
	}
	return s.customerFormPage(c, http.StatusOK, id, web.EditForm(spec, c.R.URL.Path, pathOf("/customers", id), &seen))
}

// customerSave saves a stored customer, unless somebody else has changed it meanwhile.
func (s *site) customerSave(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	now, err := office.Show(c.Ctx(), s.DB, office.Customers, id)
	if err != nil {
		return err
	}
	spec, err := s.customerForm(c, &now)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, spec, pathOf("/customers", id))
	if err != nil {
		return err
	}
	show := func(status int) error { return s.customerFormPage(c, status, id, f) }
	if f.More() {
		return show(http.StatusOK)
	}
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			_, err := office.Enter(c.Ctx(), s.DB, c.By(), office.Entry{Kind: office.Customers, ID: id, Fields: customerEntry(f), Seen: f.Seen}, s.Vault)
			return pathOf("/customers", id), f.Get("company") + " is saved.", err
		},
		Now:  func() (doc.Node, error) { return office.Show(c.Ctx(), s.DB, office.Customers, id) },
		Show: show,
	})
}
