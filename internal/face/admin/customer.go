package admin

import (
	"strings"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/statement"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

// customerPage is a customer as its page shows it.
type customerPage struct {
	*insight.CustomerView
	State   web.State
	Facts   []fact
	Free    string // what was typed as information by itself
	Fields  []customer.Field
	Owed    string
	Credit  string
	Bills   *web.Table
	Actions []*web.Action
	End     *web.Action // leads to terminating it
	When    string      // of the last validation
	Base    string
	Clerk   bool
	Mend    func(store.ValidationFinding) string // where a problem is mended
}

// fact is one line of what is known. Nothing is shown of empty ones.
type fact struct{ Label, Value string }

// customer shows one customer: who, groups, bills and balance.
func (s *site) customer(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v, err := insight.ReadCustomer(c.Ctx(), s.DB, id, c.Now)
	if err != nil {
		return err
	}
	p := customerPage{
		CustomerView: v, State: activeState(v.Active, v.House), Facts: customerFacts(v), Base: pathOf("/customers", id),
		When: c.Instant(v.Validated), End: allowed(c, &web.Action{Label: "Terminate", Path: pathOf("/customers", id) + "/terminate", Right: web.Clerk}),
		Owed: total(v.Amount(v.Owed)), Credit: credit(v.Amount(v.Credit)), Bills: billsOfCustomer(c, v), Clerk: c.May(web.Clerk),
		Mend: func(f store.ValidationFinding) string { return mendPath(c, &f, v.Groups) },
	}
	for _, f := range v.Information {
		if f.Name == "Information" {
			p.Free = f.Value
			continue
		}
		p.Fields = append(p.Fields, f)
	}
	for _, a := range []*web.Action{
		{Label: "Groups", Path: p.Base + "/groups", Right: web.Viewer},
		{Label: "Statement", Path: p.Base + "/statement", Right: web.Viewer},
		{Label: "History", Path: p.Base + "/history", Right: web.Viewer},
	} {
		if allowed := allowed(c, a); allowed != nil {
			p.Actions = append(p.Actions, allowed)
		}
	}
	return c.Render(web.Page{
		Title: v.Company, Crumbs: customerCrumbs, Action: &web.Action{Label: "Edit", Path: p.Base + "/edit", Right: web.Clerk},
	}, customerView(p))
}

func customerFacts(v *insight.CustomerView) []fact {
	card := ""
	if !v.Card.Missing() {
		card = strings.TrimSpace(v.Card.Type + " that ends in " + v.Card.Last4)
		if v.Card.Expiration != 0 {
			card += ", expires " + v.Card.Expiration.String()
		}
	}
	return []fact{
		{"Contact Name", v.Contact}, {"Email Address", v.Email}, {"Additional Addresses", strings.Join(v.AdditionalAddresses, "\n")},
		{"Phone Number", v.Phone}, {"Type", v.Type}, {"Payment Method", paymentWord(v.PaymentMethod)}, {"Credit Card", card},
		{"Invoice Template", templateWord(v.InvoiceTemplate)}, {"Web Template", templateWord(v.WebTemplate)},
		{"Start Date", dayText(v.Dates.Start, period.First)}, {"End Date", dayText(v.Dates.End, period.Last)},
		{"Salespeople", strings.Join(v.Salespeople, ", ")}, {"Note", v.Note},
	}
}

func templateWord(name string) string {
	if name == "" {
		return "Built-in"
	}
	return name
}

// dayText writes a date; an open one is empty.
func dayText(d, open period.Date) string {
	if d == open {
		return ""
	}
	return d.String()
}

// total writes money with its currency: 1,250.00 USD.
func total(a money.Amount) string { return statement.Thousands(a.String()) + " " + a.Currency.Code() }

// credit writes what a customer has in advance, with a minus sign and the word.
func credit(a money.Amount) string {
	if a.Minor == 0 {
		return total(a)
	}
	a.Minor = -a.Minor
	return total(a) + " credit"
}

// billsOfCustomer lists the newest bills.
func billsOfCustomer(c *web.Context, v *insight.CustomerView) *web.Table {
	t := &web.Table{
		Caption: "Bills",
		Columns: []web.Column{{Label: "Bill"}, {Label: "Period"}, {Label: "Due", Minor: true}, {Label: "Total", Figures: true}, {Label: "Status"}},
		Empty:   web.Empty{Text: "There is no bill yet. Bills are run for all customers at once, or for some."},
	}
	if len(v.Groups) > 0 {
		t.Empty.Action = existing(c, &web.Action{Label: "Bill", Path: "/bill", Right: web.Viewer})
	}
	for i := range v.Bills {
		b := &v.Bills[i]
		status := b.Axes.Status()
		cell := web.Cell{Text: billName(b), Path: billPath(c, b.ID)}
		row := []web.Cell{
			cell, {Text: b.Period.String()}, {Text: dayText(b.Due, 0)},
			{Text: total(money.Amount{Minor: b.Axes.Total, Currency: b.Currency}), Struck: status == invoice.StatusVoid},
			{State: web.State(status)},
		}
		if b.Axes.State == invoice.Final && b.Axes.Open > 0 && b.Due < v.Today {
			row[4] = web.Cell{State: "overdue", Note: total(money.Amount{Minor: b.Axes.Open, Currency: b.Currency}) + " open"}
		}
		t.Rows = append(t.Rows, web.Row{ID: b.ID, Name: cell.Text, Cells: row})
	}
	return t
}

func billName(b *store.BillRow) string {
	if b.Number == "" {
		return "Draft"
	}
	return b.Number
}

// billPath is the page of a bill, or "" while there is none.
func billPath(c *web.Context, id int64) string {
	if !c.Exists("/bills/{id}") {
		return ""
	}
	return pathOf("/bills", id)
}
