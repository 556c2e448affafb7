package admin

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

// unbilledPart is a part of the report, with its list.
type unbilledPart struct{ Kind, Label, Path, One, Many, Empty string }

var reportParts = []unbilledPart{
	{store.UnbilledUsage, "Usage", unbilledPath, "list", "lists", "All that was sent is billed, or will be by its run."},
	{store.UnbilledDays, "Days that no bill covers", unbilledPath + "/days", "span of days", "spans of days", "Every day of every customer is billed, or will be by its run."},
	{store.UnbilledCorrection, "Corrections that wait", unbilledPath + "/corrections", "correction", "corrections", "No correction of an earlier bill waits: each has a bill to stand on."},
}

// reasonWords are why usage is not billed, as a filter offers them.
var reasonWords = []web.Option{
	{Value: "never_assigned", Label: "Nobody ever had the list"}, {Value: "not_assigned", Label: "Nobody has the list on these days"},
	{Value: "unknown_list", Label: "No list has this name"}, {Value: "no_plan", Label: "No hosting plan"}, {Value: "inactive", Label: "Customer is inactive"},
	{Value: "after_end", Label: "Customer had ended"}, {Value: "before_start", Label: "Customer had not started"},
}

// unbilledReport is the page of a part of the report.
type unbilledReport struct {
	*insight.Unbilled
	Part    *unbilledPart
	Form    *web.Form // that makes one, or nil
	When    string
	Figures []homeFigure
	Chart   *web.Chart
	Earlier string // what was sent before the period, or ""
	Table   *web.Table
}

func unbilledSpec() *web.FormSpec {
	return &web.FormSpec{Submit: "Make the report", Undone: "No report was made.", Brief: true, Fields: []web.Field{
		{Name: "start", Label: "Start of the period", Kind: web.Date},
		{Name: "end", Label: "End of the period", Kind: web.Date},
	}}
}

// unbilled shows a part of the last report of what no bill covers.
func (s *site) unbilled(kind string) web.Handler {
	return func(c *web.Context) error { return s.unbilledPage(c, http.StatusOK, kind, nil) }
}

func (s *site) unbilledList(c *web.Context, part *unbilledPart) (*web.ListSpec, error) {
	spec := &web.ListSpec{Path: part.Path, Search: "Customer, site or list", Sorts: []string{store.UnbilledByPosition, store.UnbilledBySize, store.UnbilledByEnd}, Onwards: true}
	if part.Kind != store.UnbilledUsage {
		spec.Search = "Customer"
		return spec, nil
	}
	spec.Filters = []web.Filter{{Name: "reason", Label: "Why", Options: reasonWords}}
	filters, err := s.serverFilter(c)
	spec.Filters = append(spec.Filters, filters...)
	return spec, err
}

func (s *site) unbilledPage(c *web.Context, status int, kind string, f *web.Form) error {
	v := unbilledReport{Form: f}
	for i := range reportParts {
		if reportParts[i].Kind == kind {
			v.Part = &reportParts[i]
		}
	}
	spec, err := s.unbilledList(c, v.Part)
	if err != nil {
		return err
	}
	l := web.ReadList(c, spec)
	filter := store.UnbilledFilter{Kind: kind, Reason: l.Values["reason"], ServerID: number(l.Values["server"]), Search: l.Search, Sort: l.Sort, Falling: l.Falling, After: l.After}
	if v.Unbilled, err = insight.ReadUnbilled(c.Ctx(), s.DB, filter, c.Now); err != nil {
		return err
	}
	if f == nil && kind == store.UnbilledUsage && c.May(web.Clerk) {
		v.Form = web.NewForm(unbilledSpec(), unbilledPath, "", nil)
		p := v.Proposed
		if v.Made {
			p = v.Period
		}
		v.Form.Values.Set("start", p.Start.String())
		v.Form.Values.Set("end", p.End.String())
	}
	if v.Made {
		if err := v.fill(c, l); err != nil {
			return err
		}
	}
	page := web.Page{Title: "Unbilled usage", Crumbs: reportCrumbs, Wide: true, Lead: "What was sent and is billed to nobody, days that no bill covers, and corrections that wait."}
	if kind != store.UnbilledUsage {
		page.Title, page.Lead = v.Part.Label, ""
		page.Crumbs = unbilledCrumbs
	}
	return c.RenderStatus(status, page, unbilledPageView(v))
}

// fill puts the report into words.
func (v *unbilledReport) fill(c *web.Context, l *web.List) error {
	currency, err := money.ParseCurrency(v.Currency)
	if err != nil {
		return err
	}
	v.When = c.Instant(v.FinishedAt)
	n := &v.Sums
	v.Figures = []homeFigure{
		{Label: "Lists with unbilled usage", Figure: web.Thousands(n.Lists), Path: unbilledPath},
		{Label: "Posts", Figure: web.Thousands(n.Messages)},
		{Label: "Copies", Figure: web.Thousands(n.Recipients)},
		{Label: "Days that no bill covers", Figure: web.Thousands(n.Days), Path: unbilledPath + "/days"},
		{Label: "Corrections that wait", Figure: amountText(n.Amount, currency), Path: unbilledPath + "/corrections", Note: web.Things(n.Corrections, 0, "correction", "corrections")},
	}
	if v.Part.Kind == store.UnbilledUsage {
		v.Chart = daysChart("unbilled", "On which days were most copies sent that are on no bill?", n.ByDay, v.Period)
		v.Earlier = earlierWords(n.ByDay, v.Period.Start)
	}
	v.Table = unbilledTable(c, v, l, currency)
	return nil
}

// earlierWords says what was sent before a day.
func earlierWords(days []store.UsedOnDay, before period.Date) string {
	var sum int64
	for _, d := range days {
		if d.Day < before {
			sum += d.Recipients
		}
	}
	if sum == 0 {
		return ""
	}
	return "Before the period, " + web.Things(sum, 0, "copy was", "copies were") + " sent that are on no bill either. They are in the list, and not in the drawing."
}

// mostBars is how many days are drawn one by one; of more, months are drawn.
const mostBars = 62

// daysChart draws what was sent on the days of a period; nil if that is nothing.
func daysChart(id, title string, days []store.UsedOnDay, p period.Period) *web.Chart {
	chart := &web.Chart{ID: id, Title: title, Unit: "Copies", Desc: "Bars, one for each day."}
	by := map[string]int64{}
	label := func(day period.Date) string { return day.String()[len("2026-"):] }
	if p.Days() > mostBars {
		label = func(day period.Date) string { return day.Month().String() }
		chart.Title, chart.Desc = strings.Replace(title, "days", "months", 1), "Bars, one for each month."
	}
	var sum int64
	for _, d := range days {
		if p.Contains(d.Day) {
			by[label(d.Day)] += d.Recipients
			sum += d.Recipients
		}
	}
	if sum <= 0 {
		return nil
	}
	for day := p.Start; day <= p.End; day++ {
		text := label(day)
		if n := len(chart.Points); n == 0 || chart.Points[n-1].Label != text {
			chart.Points = append(chart.Points, web.Point{Label: text, Value: by[text], Text: web.Thousands(by[text])})
		}
	}
	return chart
}

func unbilledTable(c *web.Context, v *unbilledReport, l *web.List, currency money.Currency) *web.Table {
	t := &web.Table{Caption: v.Part.Label, List: l, Next: v.Next, Count: web.Things(v.Count, insight.CountedTo, v.Part.One, v.Part.Many), Empty: web.Empty{Text: v.Part.Empty}}
	kept, all := v.Sums.KeptUsage, v.Sums.Lists
	switch v.Part.Kind {
	case store.UnbilledUsage:
		t.Columns = []web.Column{{Key: store.UnbilledByPosition, Label: "List"}, {Label: "Customer"}, {Label: "Why"}, {Key: store.UnbilledByEnd, Label: "Until"},
			{Label: "Posts", Figures: true, Minor: true}, {Key: store.UnbilledBySize, Label: "Copies", Figures: true}, {Label: "To fix it"}}
	case store.UnbilledDays:
		kept, all = v.Sums.KeptDays, v.Sums.Intervals
		t.Columns = []web.Column{{Key: store.UnbilledByPosition, Label: "Customer"}, {Label: "From"}, {Key: store.UnbilledByEnd, Label: "To"}, {Key: store.UnbilledBySize, Label: "Days", Figures: true}}
	default:
		kept, all = v.Sums.KeptWaiting, v.Sums.Corrections
		t.Columns = []web.Column{{Key: store.UnbilledByPosition, Label: "Customer"}, {Key: store.UnbilledByEnd, Label: "Month"}, {Key: store.UnbilledBySize, Label: "Amount", Figures: true}}
	}
	if kept < all {
		t.Count += ". The report keeps the first " + web.Thousands(kept) + " of " + web.Thousands(all)
	}
	for i := range v.Rows {
		r := &v.Rows[i]
		customer := web.Cell{Text: r.Company}
		if r.CustomerID != 0 {
			customer.Path = customerPath(c, r.CustomerID)
		}
		row := web.Row{ID: r.Position, Name: r.Company}
		switch r.Kind {
		case store.UnbilledUsage:
			place := placeCell(r.Place)
			place.Path = pathOf(unbilledPath+"/usage", r.Position)
			row.Name = place.Text
			until := web.Cell{Text: r.Days.End.String()}
			if r.Days.Start < r.Days.End {
				until.Note = "from " + r.Days.Start.String()
			}
			row.Cells = []web.Cell{place, customer, {Text: capital(codeText(r.Reason))}, until,
				{Text: web.Thousands(r.Messages)}, {Text: web.Thousands(r.Size)}, mendUsage(c, r)}
		case store.UnbilledDays:
			row.Cells = []web.Cell{customer, {Text: r.Days.Start.Text()}, {Text: r.Days.End.Text()}, {Text: web.Thousands(r.Size)}}
		default:
			row.Cells = []web.Cell{customer, {Text: r.Days.Start.Month().String()}, {Text: amountText(r.Size, currency)}}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// placeCell is a list, or what a log calls one, and its server.
func placeCell(place string) web.Cell {
	if server, key, found := strings.Cut(place, ": "); found {
		return web.Cell{Text: key, Note: "server " + server}
	}
	parts := strings.Split(place, "/")
	if len(parts) != 3 { //nolint:mnd // server, site, list
		return web.Cell{Text: place}
	}
	return web.Cell{Text: parts[2] + "@" + parts[1], Note: "server " + parts[0]}
}

// mendUsage leads to where it is mended that usage is billed to nobody.
func mendUsage(c *web.Context, r *store.UnbilledRow) web.Cell {
	switch {
	case r.Reason == "never_assigned" || r.Reason == "not_assigned":
		query := url.Values{web.SearchField: {r.Place[strings.LastIndexByte(r.Place, '/')+1:]}, "server": {strconv.FormatInt(r.ServerID, 10)}}
		return web.Cell{Text: "Assign", Path: withQuery(unassignedPath, query.Encode())}
	case r.Reason == "unknown_list":
		return web.Cell{Text: "Server", Path: pathOf("/servers", r.ServerID) + "#unknown"}
	case r.Reason == "no_plan" && r.CustomerID != 0:
		return web.Cell{Text: "Groups", Path: pathOf("/customers", r.CustomerID) + "/groups"}
	case r.CustomerID != 0:
		path := pathOf("/customers", r.CustomerID) + "/edit"
		return web.Cell{Text: "Edit", Path: existingPath(c, path, customerPath(c, r.CustomerID))}
	}
	return web.Cell{}
}

// unbilledRow shows what a list sent on which days.
func (s *site) unbilledRow(c *web.Context) error {
	position, err := c.ID("row")
	if err != nil {
		return err
	}
	u, r, err := insight.UnbilledRow(c.Ctx(), s.DB, position)
	if err != nil {
		return err
	}
	t := &web.Table{Caption: "Each day", Columns: []web.Column{{Label: "Day"}, {Label: "Posts", Figures: true}, {Label: "Copies", Figures: true}}}
	for i := len(r.ByDay) - 1; i >= 0; i-- {
		d := r.ByDay[i]
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: d.Day.String()}, {Text: web.Thousands(d.Messages)}, {Text: web.Thousands(d.Recipients)}}})
	}
	t.Count = dayTotals(r.ByDay)
	p := unbilledRowPage{Why: capital(codeText(r.Reason)) + ".", Company: r.Company, Mend: mendUsage(c, &r), Table: t, When: c.Instant(u.FinishedAt), Period: days(u.Period)}
	if r.CustomerID != 0 {
		p.CustomerPath = customerPath(c, r.CustomerID)
	}
	p.Chart = daysChart("days", "How many copies were sent on which days?", r.ByDay, r.Days)
	return c.Render(web.Page{Title: placeCell(r.Place).Text, Lead: capital(placeCell(r.Place).Note) + ".", Crumbs: unbilledCrumbs}, unbilledRowView(p))
}

// dayTotals adds up what was sent on some days.
func dayTotals(all []store.UsedOnDay) string {
	var posts, copies int64
	for _, d := range all {
		posts, copies = posts+d.Messages, copies+d.Recipients
	}
	return web.Things(int64(len(all)), 0, "day", "days") + ", " + web.Things(posts, 0, "post", "posts") + ", " + web.Things(copies, 0, "copy", "copies")
}

// unbilledRowPage is what a list sent that is billed to nobody.
type unbilledRowPage struct {
	Why, Company, CustomerPath, When, Period string
	Mend                                     web.Cell
	Chart                                    *web.Chart
	Table                                    *web.Table
}

// unbilledMake has the background make a report.
func (s *site) unbilledMake(c *web.Context) error {
	f, err := web.ReadForm(c, unbilledSpec(), "")
	if err != nil {
		return err
	}
	return f.Save(c, web.Saving{
		Show: func(status int) error { return s.unbilledPage(c, status, store.UnbilledUsage, f) },
		Do: func() (string, string, error) {
			if err := checkDays(f); err != nil {
				return "", "", err
			}
			order := billrun.UnbilledJob{Start: f.Get("start"), End: f.Get("end")}
			if _, err := order.Period(); err != nil {
				return "", "", err
			}
			id, fresh, err := office.Enqueue(c.Ctx(), s.DB, c.By(), store.NewJob{Kind: billrun.UnbilledKind, Key: billrun.UnbilledKind, Payload: order})
			said := ""
			if err == nil && !fresh {
				said = "Another report is being made. This is that one."
			}
			return pathOf("/jobs", id), said, err
		},
	})
}
