package admin

import (
	"strconv"
	"strings"

	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/statement"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
)

// placesShown is how many lists, sites and servers a page of a group has.
const placesShown = 100

// groupPage is a billing group as its page shows it.
type groupPage struct {
	Base          string
	Clerk         bool
	Plans         []assignedRow
	Charges       []assignedRow
	Places        *web.Table
	NoPlan, Empty bool // what keeps the group from being billed
	House         bool // its lists are not billed on purpose
}

// assignedRow is a plan or a charge of a group.
type assignedRow struct {
	Name, Path, Amount, Quantity, Start, End, Description string
	Edit, Remove                                          string
	State                                                 web.State
	Credit                                                bool // the amount is one
}

// group shows a billing group with its hosting plans, additional charges and lists.
func (s *site) group(c *web.Context) error {
	g, base, err := meant(c)
	if err != nil {
		return err
	}
	v, err := insight.ReadGroup(c.Ctx(), s.DB, g.CustomerID, g.ID, c.Now)
	if err != nil {
		return err
	}
	p := groupPage{Base: base, Clerk: c.May(web.Clerk), NoPlan: len(v.Plans) == 0, Empty: len(v.Places) == 0, House: v.House}
	for i := range v.Plans {
		a := &v.Plans[i]
		row := assignedRow{Name: a.Name, Path: pathOf("/plans", a.PlanID), Description: a.Description}
		p.Plans = append(p.Plans, row.at(base, office.PlanAssignments, a.ID, a.Dates, v.Today))
	}
	for i := range v.Charges {
		a := &v.Charges[i]
		row := assignedRow{Name: a.Name, Path: pathOf("/charges", a.ChargeID), Description: a.Description, Quantity: a.Quantity, Amount: chargeAmount(a, v.Currency)}
		row = row.at(base, office.ChargeAssignments, a.ID, a.Dates, v.Today)
		row.Credit = strings.HasPrefix(row.Amount, "-")
		if a.OnBill && !a.Recurring {
			row.State = "billed"
		}
		p.Charges = append(p.Charges, row)
	}
	p.Places = placeTable(c, base, v)
	return c.Render(web.Page{
		Title: v.Name, Crumbs: groupCrumbs(g.CustomerID, v.Company), Wide: true,
	}, groupView(p))
}

// at adds what all assignments have.
func (r assignedRow) at(base string, what office.What, id int64, days period.Period, today period.Date) assignedRow {
	path := pathOf(base+"/"+string(what), id)
	r.Edit, r.Remove = path+"/edit", path+"/remove"
	r.Start, r.End = dayText(days.Start, period.First), dayText(days.End, period.Last)
	r.State = dayState(days, today)
	return r
}

// dayState says how an interval lies to today.
func dayState(days period.Period, today period.Date) web.State {
	switch {
	case days.End < today:
		return "ended"
	case days.Start > today:
		return "future"
	}
	return "active"
}

// chargeAmount writes what a charge costs: its own amount, or that of the assignment.
func chargeAmount(a *insight.AssignedCharge, currency money.Currency) string {
	d, err := money.ParseDecimal(a.Amount)
	if err != nil || a.Amount == "" {
		d = a.Default
	}
	return priceOrCredit(d, currency)
}

// placeTable is the page of the group's lists, sites and servers that the URL asks for.
func placeTable(c *web.Context, base string, v *insight.GroupView) *web.Table {
	spec := &web.ListSpec{Path: base, Search: "List, site or server", Sorts: []string{"place"}, Onwards: true}
	if len(v.Places) == 0 {
		spec.Search = ""
	}
	l := web.ReadList(c, spec)
	t := &web.Table{
		Caption: "Lists, sites and servers", List: l,
		Columns: []web.Column{
			{Label: "List/Site/Server"}, {Label: "State"}, {Label: "Start Date"}, {Label: "End Date"}, {Label: "Free"}, {Label: "Description"},
		},
		Empty: web.Empty{Text: "No list, site or server is assigned yet. Usage of assigned lists is billed to this customer."},
	}
	if len(v.Plans) > 0 || v.House { // else the plan is the first step
		t.Empty.Action = allowed(c, &web.Action{Label: "Add List/Site/Server", Path: base + "/add/lists", Right: web.Clerk})
	}
	if c.May(web.Clerk) {
		t.Columns = append(t.Columns, web.Column{Label: "Change"})
	}
	var matching []*insight.AssignedPlace
	for i := range v.Places {
		if a := &v.Places[i]; strings.Contains(strings.ToLower(a.Place.String()), strings.ToLower(l.Search)) {
			matching = append(matching, a)
		}
	}
	from, err := strconv.Atoi(l.After)
	if err != nil || from < 0 || from > len(matching) {
		from = 0
	}
	to := min(from+placesShown, len(matching))
	if to < len(matching) {
		t.Next = strconv.Itoa(to)
	}
	for _, a := range matching[from:to] {
		t.Rows = append(t.Rows, placeRow(base, a, v.Today, c.May(web.Clerk)))
	}
	t.Count = web.Things(int64(len(matching)), 0, "assignment", "assignments")
	if len(t.Rows) > 0 && len(t.Rows) < len(matching) {
		t.Count = web.Thousands(int64(from+1)) + "–" + web.Thousands(int64(to)) + " of " + t.Count
	}
	return t
}

func placeRow(base string, a *insight.AssignedPlace, today period.Date, clerk bool) web.Row {
	row := assignedRow{}.at(base, office.ObjectAssignments, a.ID, a.Dates, today)
	free := ""
	if a.Free {
		free = "Free"
	}
	cells := []web.Cell{
		{Text: placeName(a), Note: placeNote(a)}, {State: row.State}, {Text: row.Start}, {Text: row.End}, {Text: free}, {Text: a.Description},
	}
	if a.Gone != period.Last {
		cells[1] = web.Cell{State: "gone", Note: "since " + a.Gone.String()}
	}
	if clerk {
		cells = append(cells, web.Cell{Part: changeLinks(row.Edit, row.Remove, placeName(a))})
	}
	return web.Row{ID: a.ID, Name: placeName(a), Cells: cells}
}

// placeName is what a list, a site or a server is called.
func placeName(a *insight.AssignedPlace) string {
	switch {
	case a.Place.List != "":
		return a.Place.List + "@" + a.Place.Site
	case a.Place.Site != "":
		return a.Place.Site
	}
	return a.Place.Server
}

func placeNote(a *insight.AssignedPlace) string {
	switch {
	case a.Place.List != "":
		return "list on " + a.Place.Server
	case a.Place.Site != "":
		return "all lists of the site on " + a.Place.Server
	}
	return "all lists of the server"
}

// quantityText writes a quantity with thousands.
func quantityText(q string) string { return statement.Thousands(q) }
