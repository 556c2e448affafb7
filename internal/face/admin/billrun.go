package admin

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/period"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

// runPage is the page that asks for the period.
type runPage struct {
	Form  *web.Form
	Whom  string
	Again bool   // the period that is shown was run
	Last  string // that was run last
	Stay  string // how many drafts of the period are replaced, or ""
}

// runForm is the form of running bills; who is billed says what its button says.
func runForm(some bool) *web.FormSpec {
	spec := &web.FormSpec{
		Submit: "Run All Customers", Brief: true, Undone: "No bill was run.",
		Fields: []web.Field{
			{Name: "start", Label: "Start Date", Kind: web.Date, Required: true, Help: "The first day that is billed."},
			{Name: "end", Label: "End Date", Kind: web.Date, Required: true, Help: "The last day that is billed."},
		},
	}
	if some {
		spec.Submit = "Run Selected Customers"
	}
	return spec
}

// runAll asks for the period in which all customers in view are billed.
func (s *site) runAll(c *web.Context) error {
	types, err := insight.CustomerTypes(c.Ctx(), s.DB)
	if err != nil {
		return err
	}
	return s.runStart(c, nil, web.ReadList(c, billList(types)))
}

// runSelected asks for the period in which the customers that were ticked are billed.
func (s *site) runSelected(c *web.Context) error {
	types, err := insight.CustomerTypes(c.Ctx(), s.DB)
	if err != nil {
		return err
	}
	selected, err := web.ReadSelection(c, billList(types))
	if err != nil {
		return err
	}
	return s.runStart(c, selected.IDs, selected.List)
}

func (s *site) runStart(c *web.Context, ids []int64, l *web.List) error {
	times, err := insight.ReadTimes(c.Ctx(), s.DB, c.Now)
	if err != nil {
		return err
	}
	f := web.NewForm(runForm(len(ids) > 0 || l.Narrowed()), "/bill/run", withQuery("/bill", l.Query()), nil)
	f.Values = url.Values{"start": {times.Next.Start.Text()}, "end": {times.Next.End.Text()}, "ids": {idsText(ids)}, "view": {l.Query()}}
	return s.runShow(c, http.StatusOK, f)
}

// runShow shows the form with whom it is about.
func (s *site) runShow(c *web.Context, status int, f *web.Form) error {
	job, err := s.runJob(c, f)
	if err != nil {
		return err
	}
	times, err := insight.ReadTimes(c.Ctx(), s.DB, c.Now)
	if err != nil {
		return err
	}
	p := runPage{Form: f, Whom: "Run the bills of " + job.Whom + "."}
	if times.HasRun {
		p.Again, p.Last = f.Get("start") == times.Last.Start.Text() && f.Get("end") == times.Last.End.Text(), days(times.Last)
	}
	if p.Stay, err = s.replacedDrafts(c, f); err != nil {
		return err
	}
	return c.RenderStatus(status, web.Page{Title: "Run Billing", Crumbs: []web.Crumb{{Label: "Bill", Path: "/bill"}}}, runView(p))
}

// draftsCounted is up to how many drafts are counted before they are run again.
const draftsCounted = 10_000

// replacedDrafts says how many drafts there are of exactly the form's period; "" for none.
func (s *site) replacedDrafts(c *web.Context, f *web.Form) (string, error) {
	p, ok := readPeriod(f.Get("start"), f.Get("end"))
	if !ok {
		return "", nil // the form says it
	}
	n, err := insight.CountBills(c.Ctx(), s.DB, store.BillSearch{State: string(invoice.Draft), Period: p}, draftsCounted)
	if err != nil || n == 0 {
		return "", err
	}
	text := web.Count(n, draftsCounted) + " drafts of " + days(p) + " are there already"
	if n == 1 {
		text = "1 draft of " + days(p) + " is there already"
	}
	return text, nil
}

// runJob reads from the form who is billed.
func (s *site) runJob(c *web.Context, f *web.Form) (*billrun.Job, error) {
	ids, err := textIDs(f.Get("ids"))
	if err != nil {
		return nil, err
	}
	job := &billrun.Job{Start: f.Get("start"), End: f.Get("end")}
	if len(ids) > 0 {
		job.Customers, err = insight.Companies(c.Ctx(), s.DB, ids)
		if err == nil && len(job.Customers) == 0 {
			err = fault.New(fault.NotFound, "The customers that were selected do not exist any more. Nothing was run.")
		}
		job.Whom = web.Things(int64(len(job.Customers)), 0, "customer", "customers")
		if len(job.Customers) == 1 {
			job.Whom = job.Customers[0]
		}
		return job, err
	}
	query, err := url.ParseQuery(f.Get("view"))
	if err != nil {
		return nil, errSelection
	}
	types, err := insight.CustomerTypes(c.Ctx(), s.DB)
	if err != nil {
		return nil, err
	}
	l := web.ReadQuery(query, billList(types))
	if !l.Narrowed() {
		n, upTo, err := insight.CountCustomers(c.Ctx(), s.DB, store.CustomerFilter{Active: store.Yes})
		job.Whom = "all " + web.Things(n, upTo, "active customer", "active customers")
		return job, err
	}
	view := billFilter(l)
	n, upTo, err := insight.CountCustomers(c.Ctx(), s.DB, view)
	job.View, job.Whom = &view, "all "+web.Things(n, upTo, "customer", "customers")+" in view"
	return job, err
}

// run gives the bill run to the background.
func (s *site) run(c *web.Context) error {
	if err := c.R.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, err, "The form cannot be read. Open the page again.")
	}
	f, err := web.ReadForm(c, runForm(c.R.PostForm.Get("ids") != "" || c.R.PostForm.Get("view") != ""), "/bill")
	if err != nil {
		return err
	}
	typedPeriod(f)
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			job, err := s.runJob(c, f)
			if err != nil {
				return "", "", err
			}
			if _, err := job.Period(); err != nil {
				return "", "", fieldFaults(err)
			}
			return s.enqueue(c, billrun.JobKind, job, "A bill run is under way already. Yours was not begun: wait for it, or cancel it.")
		},
		Show: func(status int) error { return s.runShow(c, status, f) },
	})
}

// enqueue gives work to the background, one of a kind at a time, and returns where it shows.
func (s *site) enqueue(c *web.Context, kind string, job any, busy string) (location, said string, err error) {
	id, fresh, err := office.Enqueue(c.Ctx(), s.DB, c.By(), store.NewJob{Kind: kind, Key: kind, Payload: job})
	if err != nil {
		return "", "", err
	}
	if fresh {
		busy = ""
	}
	return pathOf("/jobs", id), busy, nil
}

// typedPeriod notes what is wrong with the days of a form.
func typedPeriod(f *web.Form) {
	var p period.Period
	for name, into := range map[string]*period.Date{"start": &p.Start, "end": &p.End} {
		day, err := period.Parse(f.Get(name))
		if err != nil {
			f.Faults.Add(name, "%s", "is no date: type one such as 2026-09-01")
			continue
		}
		*into = day
	}
}

var errSelection = fault.New(fault.Invalid, "The selection came back damaged. Open the list again.")

// idsText writes ids for a hidden field.
func idsText(ids []int64) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(parts, " ")
}

// textIDs is the contrary of idsText.
func textIDs(text string) (ids []int64, err error) {
	for _, part := range strings.Fields(text) {
		id, err := strconv.ParseInt(part, 10, 64)
		if err != nil || id < 1 {
			return nil, errSelection
		}
		ids = append(ids, id)
	}
	return ids, nil
}
