package admin

import (
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

// billList is the list of customers who are billed, with the searches of running bills.
func billList(types []string) *web.ListSpec {
	spec := &web.ListSpec{
		Path: "/bill", Search: "Company, contact, address, phone",
		Sorts: []string{"company", "start", "end"},
		Filters: []web.Filter{
			{Name: "active", Label: "Customers", Any: "All", Options: []web.Option{{Value: "yes", Label: "Active"}, {Value: "no", Label: "Inactive"}}},
			{Name: "start_after", Label: "Start Date After"}, {Name: "start_before", Label: "Start Date Before"},
			{Name: "end_after", Label: "End Date After"}, {Name: "end_before", Label: "End Date Before"},
			{Name: "active_before", Label: "Active Before"},
			{Name: "payment", Label: "Payment Method", Options: paymentMethods},
			{Name: "salesperson", Label: "Salesperson", Text: true},
		},
	}
	if len(types) > 0 {
		filter := web.Filter{Name: "type", Label: "Type"}
		for _, t := range types {
			filter.Options = append(filter.Options, web.Option{Value: t, Label: t})
		}
		spec.Filters = append(spec.Filters, filter)
	}
	return spec
}

// billFilter is what the store is asked for.
func billFilter(l *web.List) store.CustomerFilter {
	f := customerFilter(l)
	f.Salesperson = l.Values["salesperson"]
	f.StartFrom, f.StartTo = typedDay(l, "start_after", 1), typedDay(l, "start_before", -1)
	f.EndFrom, f.EndTo = typedDay(l, "end_after", 1), typedDay(l, "end_before", -1)
	if day := typedDay(l, "active_before", 0); day != 0 { // started by then, and not ended before the month
		f.During = period.Period{Start: day.Month().Period().Start, End: day}
	}
	return f
}

// typedDay is the day of a filter and so many days, 0 if none is set.
func typedDay(l *web.List, name string, days period.Date) period.Date {
	day, err := period.Parse(l.Values[name])
	if err != nil || day == 0 {
		return 0
	}
	return day + days
}

// bill lists the customers with what they were billed last.
func (s *site) bill(c *web.Context) error {
	types, err := insight.CustomerTypes(c.Ctx(), s.DB)
	if err != nil {
		return err
	}
	l := web.ReadList(c, billList(types))
	found, err := insight.BilledCustomers(c.Ctx(), s.DB, billFilter(l))
	if err != nil {
		return err
	}
	t := &web.Table{
		Caption: "Customers and their last bills", List: l, Next: found.Next, Prev: found.Prev,
		Columns: []web.Column{
			{Key: "company", Label: "Company"}, {Label: "Last Bill Period"}, {Label: "Amount/Status", Figures: true},
			{Label: "Type", Minor: true}, {Label: "Payment", Minor: true},
			{Key: "start", Label: "Start Date", Minor: true}, {Key: "end", Label: "End Date", Minor: true},
		},
		Count: web.Things(found.Count, found.CountedTo, "customer", "customers"),
		Empty: web.Empty{Text: "There are no customers yet. Create customers, then run their bills here.", Action: existing(c, createCustomer)},
	}
	if c.May(web.Clerk) {
		t.Select = &web.Selection{
			One: "customer", Many: "customers", Total: web.Count(found.Count, found.CountedTo),
			Actions: []web.SelectAction{{Label: "Bill Selected Customers", Path: "/bill/selection"}},
		}
	}
	for i := range found.Billed {
		t.Rows = append(t.Rows, billedRow(c, &found.Billed[i]))
	}
	page := web.Page{Title: "Bill", Lead: "Who was billed, for what, and how much. Run the bills of all customers in view, or of those that you tick.", Wide: true}
	if len(t.Rows) > 0 {
		page.Action = &web.Action{Label: "Bill All in View", Path: withQuery("/bill/run", l.Query()), Right: web.Clerk}
	}
	return c.Render(page, linkedList(t, billWays))
}

// billWays are the pages beside the list.
var billWays = []web.Crumb{{Label: "Review", Path: "/bill/review"}, {Label: "Billing checklist", Path: "/checklist"}, {Label: "All bills", Path: "/bills"}, {Label: "Send", Path: "/send"}}

func billedRow(c *web.Context, v *insight.Billed) web.Row {
	row := web.Row{ID: v.ID, Name: v.Company, Cells: []web.Cell{
		{Text: v.Company, Path: customerPath(c, v.ID)}, {}, {},
		{Text: v.Type}, {Text: paymentWord(v.PaymentMethod)}, {Text: v.Dates.Start.Text()}, {Text: v.Dates.End.Text()},
	}}
	if state := activeState(v.Active, v.House); state != "active" {
		row.Cells[0].Note = string(state)
	}
	if v.Last != nil {
		row.Cells[1] = web.Cell{Text: days(v.Last.Period)}
		row.Cells[2] = web.Cell{Part: amountStatus(billAmount(v.Last, v.Stale))}
	}
	return row
}

// amountOf is a bill's amount with its status, as lists show them.
type billSum struct {
	Path, Amount string
	State        web.State
	Stale        bool
}

func billAmount(b *store.BillRow, stale bool) billSum {
	return billSum{Path: pathOf("/bills", b.ID), Amount: amountText(b.Axes.Total, b.Currency), State: web.State(b.Axes.Status()), Stale: stale}
}

// amountText writes an amount with its currency; what is below zero is a credit.
func amountText(minor int64, c money.Currency) string {
	text := insight.MoneyText(minor, c) + " " + c.Code()
	if minor < 0 {
		text += " credit"
	}
	return text
}

// days writes a period: a whole month by its name.
func days(p period.Period) string {
	if month := p.Start.Month(); month.Period() == p {
		return month.String()
	}
	return p.Start.Text() + " to " + p.End.Text()
}

// spanText writes a period of two days that are kept as texts.
func spanText(start, end string) string {
	if p, ok := readPeriod(start, end); ok {
		return days(p)
	}
	return start + " to " + end
}

func withQuery(path, query string) string {
	if query == "" {
		return path
	}
	return path + "?" + query
}
