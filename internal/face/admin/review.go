package admin

import (
	"context"
	"slices"
	"unicode/utf8"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

// reviewPage is what an operator looks at before anything of a period is sent.
type reviewPage struct {
	Period, Then string
	Figures      []homeFigure
	Chart        *web.Chart
	Broken       bool
	NoRun        bool
	Parts        []resultPart
	Ways         []web.Crumb
	Run          *runResultPage
}

// Measures of the chart of a review.
const (
	changedShown = 8  // bars
	labelRunes   = 10 // of a name below a bar
)

// keptFrom is from how many bills on what was added up is kept.
const keptFrom = 1000

// billSums is what sums over the bills of a period are kept by.
type billSums struct {
	Period period.Period
	Run    store.RunMark
}

// readSums returns what is added up over the bills of a period: at once where they are few.
func readSums[V any](c *web.Context, s *site, k *keptSums[billSums, V], p period.Period, add func(context.Context) (V, error)) (v V, ready bool, err error) {
	n, err := insight.CountBills(c.Ctx(), s.DB, store.BillSearch{Period: p}, keptFrom)
	if err != nil {
		return v, false, err
	}
	if n < keptFrom {
		v, err = add(c.Ctx())
		return v, true, err
	}
	by, err := s.asks(c)
	if err != nil {
		return v, false, err
	}
	return k.read(c.Ctx(), billSums{p, by.mark.Run}, by, add)
}

// queryPeriod is the period that the URL names; false if it names none.
func queryPeriod(c *web.Context) (p period.Period, ok bool) {
	return readPeriod(c.R.URL.Query().Get("start"), c.R.URL.Query().Get("end"))
}

// readPeriod is the period of two days; false if they are none.
func readPeriod(start, end string) (p period.Period, ok bool) {
	var err error
	if p.Start, err = period.Parse(start); err != nil {
		return p, false
	}
	if p.End, err = period.Parse(end); err != nil {
		return p, false
	}
	return p, p.Valid() && p.Start > period.First && p.End < period.Last
}

// review shows the bills of a period beside those of the one before.
func (s *site) review(c *web.Context) error {
	p, ok := queryPeriod(c)
	if !ok {
		times, err := insight.ReadTimes(c.Ctx(), s.DB, c.Now)
		if err != nil {
			return err
		}
		if p = times.Next; times.HasRun {
			p = times.Last
		}
	}
	r, ready, err := readSums(c, s, &s.reviews, p, func(ctx context.Context) (*insight.Review, error) { return insight.ReadReview(ctx, s.DB, p) })
	if err != nil {
		return err
	}
	if !ready {
		return s.addingUp(c, web.Page{Title: "Review", Crumbs: []web.Crumb{{Label: "Bill", Path: "/bill"}}})
	}
	page := reviewOf(c, r)
	nobodys, err := s.nobodys(c, 0)
	if err != nil {
		return err
	}
	if nobodys != nil {
		page.Ways = append(page.Ways, *nobodys)
	}
	if r.Run != nil {
		run, err := s.resultPage(c, r.Run.Result)
		if err != nil {
			return err
		}
		page.Run = &run
	}
	return c.Render(web.Page{
		Title: "Review", Lead: page.lead(),
		Crumbs: []web.Crumb{{Label: "Bill", Path: "/bill"}}, Wide: true,
		Action: &web.Action{Label: "Send", Path: withQuery("/send", periodQuery(p.Start.Text(), p.End.Text())), Right: web.Viewer},
	}, reviewView(page))
}

// lead says what is shown beside what.
func (p *reviewPage) lead() string {
	if p.Then == "" {
		return "The bills of " + p.Period + ", before anything is sent. Nothing was billed before."
	}
	return "The bills of " + p.Period + " beside those of " + p.Then + ", before anything is sent."
}

func reviewOf(c *web.Context, r *insight.Review) reviewPage {
	p := reviewPage{Period: days(r.Now.Period), Broken: r.Broken, NoRun: r.Run == nil}
	query := func(of period.Period) string { return withQuery("/bills", periodQuery(of.Start.Text(), of.End.Text())) }
	before := func(text string) string {
		if r.Then.Bills == 0 {
			return "" // the lead says it
		}
		return days(r.Then.Period) + ": " + text
	}
	if r.Then.Bills > 0 {
		p.Then = days(r.Then.Period)
	}
	sum := func(label string, now, then int64) homeFigure {
		return homeFigure{Label: label, Figure: amountText(now, r.Currency), Path: query(r.Now.Period), Note: before(amountText(then, r.Currency))}
	}
	p.Figures = []homeFigure{
		{Label: "Bills", Figure: web.Thousands(r.Now.Bills), Path: query(r.Now.Period), Note: before(web.Thousands(r.Then.Bills))},
		sum("Subtotals", r.Now.Subtotal, r.Then.Subtotal),
	}
	if r.Now.Credit > 0 || r.Then.Credit > 0 {
		p.Figures = append(p.Figures, sum("Credit used", r.Now.Credit, r.Then.Credit))
	}
	if r.Now.NewCredit > 0 || r.Then.NewCredit > 0 { // else subtotals less the credit used are what is billed
		p.Figures = append(p.Figures, sum("New credit", r.Now.NewCredit, r.Then.NewCredit))
	}
	p.Figures = append(p.Figures, sum("Billed", r.Now.Total, r.Then.Total))
	if r.Run != nil {
		p.Figures = append(p.Figures, homeFigure{Label: "Skipped", Figure: web.Thousands(r.Run.Result.SkippedCount), Path: "#run", Note: noun(r.Run.Result.SkippedCount, "customer", "customers")},
			homeFigure{Label: "Unbilled usage", Figure: web.Thousands(r.Run.Result.UnbilledUsage.Recipients), Path: "#run", Note: noun(r.Run.Result.UnbilledUsage.Recipients, "copy", "copies") + " on " + web.Things(r.Run.Result.UnbilledUsage.Lists, 0, "list", "lists")})
	}
	p.Chart = changedChart(r)
	p.Parts = []resultPart{
		changedPart(c, r, "Changed", r.Changed, r.ChangedCount),
		changedPart(c, r, "New: billed now, and not then", r.New, r.NewCount),
		changedPart(c, r, "Missing: billed then, and not now", r.Missing, r.MissingCount),
	}
	p.Ways = []web.Crumb{{Label: "All bills of " + days(r.Now.Period), Path: query(r.Now.Period)}, {Label: "Billing checklist", Path: withQuery("/checklist", periodQuery(r.Now.Period.Start.Text(), r.Now.Period.End.Text()))}}
	return p
}

// changedChart draws the largest differences.
func changedChart(r *insight.Review) *web.Chart {
	if len(r.Changed) == 0 {
		return nil
	}
	chart := &web.Chart{
		ID: "changed", Title: "Which customers changed most?", Unit: "Difference in " + r.Currency.Code(),
		Desc: "Bars, one for each of the customers whose bills differ most: upwards for more than then, downwards for less.",
	}
	for i := range r.Changed[:min(len(r.Changed), changedShown)] {
		v := &r.Changed[i]
		chart.Points = append(chart.Points, web.Point{
			Label: shortName(v.Company), Value: v.Difference(), Text: moreText(v.Difference(), r.Currency), Path: pathOf("/bills", v.NowID),
		})
	}
	return chart
}

func shortName(name string) string {
	if utf8.RuneCountInString(name) > labelRunes {
		name = string([]rune(name)[:labelRunes-1]) + "…"
	}
	const isolate, end = "\u2068", "\u2069" // a name in Hebrew or Arabic letters does not turn round what stands beside it
	return isolate + name + end
}

// noun is the word for so many of something.
func noun(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}

// moreText writes a difference with its sign.
func moreText(minor int64, c money.Currency) string {
	sign := ""
	if minor > 0 {
		sign = "+"
	}
	return sign + insight.MoneyText(minor, c) + " " + c.Code()
}

// changedPart lists customers whose bills differ; of those who are billed only now, or were only then, there is one amount.
func changedPart(c *web.Context, r *insight.Review, title string, rows []insight.Changed, count int64) resultPart {
	then := slices.ContainsFunc(rows, func(v insight.Changed) bool { return v.ThenID != 0 })
	now := slices.ContainsFunc(rows, func(v insight.Changed) bool { return v.NowID != 0 })
	t := &web.Table{Caption: title, Columns: []web.Column{{Label: "Customer"}}}
	if then {
		t.Columns = append(t.Columns, web.Column{Label: days(r.Then.Period), Figures: true})
	}
	if now {
		t.Columns = append(t.Columns, web.Column{Label: days(r.Now.Period), Figures: true})
	}
	t.Columns = append(t.Columns, web.Column{Label: "Difference", Figures: true}, web.Column{Label: "Why"})
	amount := func(minor, bill int64) web.Cell {
		if bill == 0 {
			return web.Cell{}
		}
		return web.Cell{Text: amountText(minor, r.Currency), Path: pathOf("/bills", bill)}
	}
	sum := int64(0)
	for i := range rows {
		v := &rows[i]
		sum += v.Difference()
		cells := []web.Cell{{Text: v.Company, Path: customerPath(c, v.CustomerID)}}
		if then {
			cells = append(cells, amount(v.Then, v.ThenID))
		}
		if now {
			cells = append(cells, amount(v.Now, v.NowID))
		}
		t.Rows = append(t.Rows, web.Row{ID: v.CustomerID, Name: v.Company, Cells: append(cells, web.Cell{Text: moreText(v.Difference(), r.Currency)}, web.Cell{Text: causesText(v.Parts, r.Currency)})})
	}
	lead := firstOf(len(rows), count)
	if lead == "" && len(rows) > 1 {
		lead = "Together " + moreText(sum, r.Currency) + "."
	}
	return resultPart{Title: title + " (" + web.Thousands(count) + ")", Lead: lead, Table: t}
}

// causesText says why a bill differs.
func causesText(parts []invoice.Part, c money.Currency) string {
	out := ""
	for i := range parts {
		if i > 0 {
			out += ", "
		}
		out += causeText(parts[i].Cause) + " " + moreText(parts[i].Amount, c)
	}
	return out
}

// causeText is a cause in words.
func causeText(cause invoice.Cause) string {
	switch cause {
	case invoice.ByUsage:
		return "usage"
	case invoice.ByPlan:
		return "plan"
	case invoice.ByDays:
		return "days"
	case invoice.ByCharges:
		return "charges"
	case invoice.ByLate:
		return "corrections"
	case invoice.ByFree:
		return "free"
	}
	return string(cause)
}
