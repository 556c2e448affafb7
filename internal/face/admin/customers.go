package admin

import (
	"strconv"

	"postmeter/internal/domain/customer"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

var createCustomer = &web.Action{Label: "Create New Customer", Path: "/customers/new", Right: web.Clerk}

// paymentMethods are the choices as people read them.
var paymentMethods = []web.Option{
	{Value: customer.Free, Label: "Free"}, {Value: customer.Invoice, Label: "Invoice"}, {Value: customer.CreditCard, Label: "Credit Card"},
}

// customerList is the list of customers. It is the pattern of a long list: search, filters, sort and pages are in the
// URL and done by the database.
func customerList(types []string, plans []insight.PlanEntry) *web.ListSpec {
	spec := &web.ListSpec{
		Path: "/customers", Search: "Company, contact, address, phone",
		Sorts: []string{"company", "start", "end"},
		Filters: []web.Filter{
			{Name: "active", Label: "Is Active", Options: []web.Option{{Value: "yes", Label: "Active"}, {Value: "no", Label: "Inactive"}}},
			{Name: "type", Label: "Type"},
			{Name: "payment", Label: "Payment Method", Options: paymentMethods},
		},
	}
	for _, t := range types {
		spec.Filters[1].Options = append(spec.Filters[1].Options, web.Option{Value: t, Label: t})
	}
	if len(types) == 0 {
		spec.Filters = append(spec.Filters[:1], spec.Filters[2])
	}
	if len(plans) > 0 {
		byPlan := web.Filter{Name: "plan", Label: "Hosting Plan"}
		for i := range plans {
			byPlan.Options = append(byPlan.Options, web.Option{Value: strconv.FormatInt(plans[i].ID, 10), Label: plans[i].Name})
		}
		spec.Filters = append(spec.Filters, byPlan)
	}
	return spec
}

// customerListNow is the list of customers with the types and plans that there are.
func (s *site) customerListNow(c *web.Context) (*web.ListSpec, []string, error) {
	types, err := insight.CustomerTypes(c.Ctx(), s.DB)
	if err != nil {
		return nil, nil, err
	}
	all, err := insight.ReadCatalog(c.Ctx(), s.DB, c.Now)
	if err != nil {
		return nil, nil, err
	}
	return customerList(types, all.Plans), types, nil
}

// customerFilter is what the store is asked for.
func customerFilter(l *web.List) store.CustomerFilter {
	f := store.CustomerFilter{
		Words: l.Search, Type: l.Values["type"], PaymentMethod: l.Values["payment"],
		Sort: l.Sort, Falling: l.Falling, After: l.After, Before: l.Before,
	}
	if id, err := strconv.ParseInt(l.Values["plan"], 10, 64); err == nil {
		f.Plan = id
	}
	switch l.Values["active"] {
	case "yes":
		f.Active = store.Yes
	case "no":
		f.Active = store.No
	}
	return f
}

// customers lists the customers.
func (s *site) customers(c *web.Context) error {
	spec, _, err := s.customerListNow(c)
	if err != nil {
		return err
	}
	l := web.ReadList(c, spec)
	found, err := insight.Customers(c.Ctx(), s.DB, customerFilter(l))
	if err != nil {
		return err
	}
	t := &web.Table{
		Caption: "Customers", List: l, Next: found.Next, Prev: found.Prev,
		Columns: []web.Column{
			{Key: "company", Label: "Company"}, {Label: "State"}, {Label: "Contact"}, {Label: "Type"},
			{Key: "start", Label: "Start Date", Minor: true}, {Key: "end", Label: "End Date"}, {Label: "Groups", Minor: true},
		},
		Count: web.Things(found.Count, found.CountedTo, "customer", "customers"),
		Empty: web.Empty{Text: "There are no customers yet. A customer is who gets the bill.", Action: existing(c, createCustomer)},
	}
	if c.May(web.Clerk) {
		t.Select = &web.Selection{One: "customer", Many: "customers", Total: web.Count(found.Count, found.CountedTo), Actions: []web.SelectAction{
			{Label: "Edit selected customers", Path: "/customers/many"},
		}}
	}
	for i := range found.Customers {
		v := &found.Customers[i]
		t.Rows = append(t.Rows, web.Row{ID: v.ID, Name: v.Company, Cells: []web.Cell{
			{Text: v.Company, Path: customerPath(c, v.ID)}, {State: activeState(v.Active, v.House)},
			twoLines(v.Email, v.Contact), twoLines(v.Type, paymentWord(v.PaymentMethod)),
			{Text: v.Dates.Start.Text()}, {Text: v.Dates.End.Text()}, {Text: "Groups", Path: pathOf("/customers", v.ID) + "/groups"},
		}})
	}
	page := web.Page{Title: "Customers", Wide: true}
	if len(t.Rows) > 0 || l.Narrowed() {
		page.Action = existing(c, createCustomer)
	}
	return c.Render(page, web.ListView(t))
}

// twoLines is a cell with a note below its text, which takes its place where there is none.
func twoLines(text, note string) web.Cell {
	if text == "" {
		return web.Cell{Text: note}
	}
	return web.Cell{Text: text, Note: note}
}

// customerPath is the page of a customer, or "" while there is none.
func customerPath(c *web.Context, id int64) string {
	if !c.Exists("/customers/{id}") {
		return ""
	}
	return pathOf("/customers", id)
}

func paymentWord(method string) string {
	for _, o := range paymentMethods {
		if o.Value == method {
			return o.Label
		}
	}
	return method
}

func activeState(active, house bool) web.State {
	switch {
	case house:
		return "house account"
	case active:
		return "active"
	}
	return "inactive"
}
