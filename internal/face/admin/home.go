package admin

import (
	"context"
	"slices"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/statement"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
)

// homePage is what the home page shows.
type homePage struct {
	First  bool       // nobody has said yet in which currency and time zone bills are made
	Steps  []homeStep // until all are done
	Done   int
	Counts []homeFigure
	Period string // of the last run, or ""
	Money  []homeFigure
	Checks checklistPage // of the period
	Usage  *web.Chart    // nil without usage
	Adding bool          // sums and usage are not ready yet
}

type homeStep struct {
	Label, Help, Path string
	Done, Next        bool // Next: the first that is not done
}

type homeFigure struct{ Label, Figure, Note, Path string }

// home shows the steps until the system is set up, and the state of the last period.
func (s *site) home(c *web.Context) error {
	o, err := insight.ReadOverview(c.Ctx(), s.DB, c.Now)
	if err != nil {
		return err
	}
	added, err := s.addOverview(c, o)
	if err != nil {
		return err
	}
	p := homePage{First: !o.Settings.CurrencyChosen, Steps: homeSteps(c, o), Counts: homeCounts(c, o), Usage: usageChart(o)}
	for _, step := range p.Steps {
		if step.Done {
			p.Done++
		}
	}
	p.Adding = !added
	if o.HasRun && added {
		p.Period = o.Period.Start.String() + " to " + o.Period.End.String()
		p.Money = homeMoney(o)
		if p.Checks, err = s.homeChecks(c, o.Period); err != nil {
			return err
		}
	}
	return c.Render(web.Page{Title: "Home"}, homeView(p))
}

// homeChecks is the checklist of the last period, without lines while they are being added up.
func (s *site) homeChecks(c *web.Context, p period.Period) (checks checklistPage, err error) {
	days := periodQuery(p.Start.Text(), p.End.Text())
	checks.Ways = []web.Crumb{{Label: "Billing checklist", Path: withQuery("/checklist", days)}, {Label: "Review", Path: withQuery("/bill/review", days)}}
	l, ready, err := s.readChecklist(c, p)
	if err == nil && ready {
		checks.Lines = checkLines(c, l)
	}
	return checks, err
}

// addOverview adds sums and usage to the overview; false says that they are still being added up.
func (s *site) addOverview(c *web.Context, o *insight.Overview) (bool, error) {
	if o.Young() {
		var err error
		o.OverviewSums, err = insight.ReadOverviewSums(c.Ctx(), s.DB, o)
		return true, err
	}
	by, err := s.asks(c)
	if err != nil {
		return false, err
	}
	sums, ready, err := s.overview.read(c.Ctx(), by.mark.Run, by, func(ctx context.Context) (insight.OverviewSums, error) {
		return insight.ReadOverviewSums(ctx, s.DB, o)
	})
	o.OverviewSums = sums
	return ready, err
}

// homeSteps are the eight steps of setting up.
func homeSteps(c *web.Context, o *insight.Overview) []homeStep {
	n := &o.Counts
	steps := []homeStep{
		{"Add the hosting servers", "The machines on which the mailing lists run.", "/servers", n.Servers > 0, false},
		{"Sync the servers", "This brings their sites, lists, administrators and member counts.", "/servers", n.Synced > 0 || n.Lists > 0, false},
		{"Create hosting plans", "How usage is priced.", "/plans", n.Plans > 0, false},
		{"Create additional charges", "Set-up fees, monthly services, prepayments.", "/charges", n.Charges > 0, false},
		{"Create customers", "Who gets the bills.", "/customers", n.Customers > 0, false},
		{"Create billing groups", "One contract of a customer: one group.", "/customers", n.Groups > 0, false},
		{"Assign plans, charges and lists", "To each billing group.", "/customers", n.Assigned > 0, false},
		{"Validate the customers, and run the bills", "Validation names every customer with a problem.", "/bill", o.HasRun, false},
	}
	if i := slices.IndexFunc(steps, func(step homeStep) bool { return !step.Done }); i >= 0 {
		steps[i].Next = true
	}
	for i := range steps {
		if !c.Exists(steps[i].Path) {
			steps[i].Path = ""
		}
	}
	return steps
}

func homeCounts(c *web.Context, o *insight.Overview) []homeFigure {
	n := &o.Counts
	figures := []homeFigure{
		{"Customers", web.Count(n.Customers, insight.CountedTo), "", "/customers"},
		{"Servers", web.Count(n.Servers, insight.CountedTo), "", "/servers"},
		{"Lists", web.Count(n.Lists, insight.CountedTo), "", "/servers"},
		{"Hosting plans", web.Count(n.Plans, insight.CountedTo), "", "/plans"},
		{"Additional charges", web.Count(n.Charges, insight.CountedTo), "", "/charges"},
	}
	for i := range figures {
		if !c.Exists(figures[i].Path) {
			figures[i].Path = ""
		}
	}
	return figures
}

func homeMoney(o *insight.Overview) []homeFigure {
	v, currency := &o.Sums, o.Settings.Currency.Code()
	list := "/bills?" + periodQuery(o.Period.Start.Text(), o.Period.End.Text())
	figure := func(label string, minor int64, note, path string) homeFigure {
		return homeFigure{Label: label, Figure: statement.Thousands(o.Amount(minor)) + " " + currency, Note: note, Path: path}
	}
	return []homeFigure{
		figure("Billed", v.DraftTotal+v.SentTotal, web.Things(v.Drafts+v.Sent, 0, "bill", "bills"), list),
		figure("Sent", v.SentTotal, web.Things(v.Sent, 0, "bill", "bills"), list+"&state=final"),
		figure("Paid", v.SentTotal-v.Open, "", ""),
		figure("To be paid", v.Open, "", ""),
		figure("Overdue", v.Overdue, web.Things(v.OverdueBills, 0, "bill", "bills"), ""),
	}
}

// usageChart draws what was delivered, month by month.
func usageChart(o *insight.Overview) *web.Chart {
	if len(o.Months) == 0 {
		return nil
	}
	chart := &web.Chart{
		ID: "usage", Title: "How many copies were delivered each month?", Unit: "Copies",
		Desc: "Bars, one for each month of the last twelve that has usage.",
	}
	for _, m := range o.Months {
		chart.Points = append(chart.Points, web.Point{Label: m.Month.String(), Value: m.Copies, Text: web.Thousands(m.Copies)})
	}
	return chart
}
