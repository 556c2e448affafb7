package admin

import (
	"encoding/json"

	"postmeter/internal/face/web"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/store"
)

// The pages of reports.
const (
	reportsPath  = "/reports"
	unbilledPath = reportsPath + "/unbilled"
)

var (
	reportCrumbs   = []web.Crumb{{Label: "Reports", Path: reportsPath}}
	unbilledCrumbs = []web.Crumb{reportCrumbs[0], {Label: "Unbilled usage", Path: unbilledPath}}
)

// reportRoutes are those of reports.
func (s *site) reportRoutes() []web.Route {
	return []web.Route{
		{Method: get, Path: reportsPath, Right: web.Viewer, Handler: s.reports},
		{Method: get, Path: unbilledPath, Right: web.Viewer, Handler: s.unbilled(store.UnbilledUsage)},
		{Method: post, Path: unbilledPath, Right: web.Clerk, Handler: s.unbilledMake},
		{Method: get, Path: unbilledPath + "/days", Right: web.Viewer, Handler: s.unbilled(store.UnbilledDays)},
		{Method: get, Path: unbilledPath + "/corrections", Right: web.Viewer, Handler: s.unbilled(store.UnbilledCorrection)},
		{Method: get, Path: unbilledPath + "/usage/{row}", Right: web.Viewer, Handler: s.unbilledRow},
		{Method: get, Path: unbilledPath + ".csv", Right: web.Viewer, Handler: s.unbilledCSV},
	}
}

// reportPages are the reports that there are.
var reportPages = []indexEntry{
	{Label: "Review of a period", Path: "/bill/review", Help: "The bills of a period beside those of the one before: who changed most and why, who is new, and who is missing."},
	{Label: "Unbilled usage", Path: unbilledPath, Help: "What was sent and is billed to nobody, days that no bill covers, and corrections that wait."},
	{Label: "Bills by status", Path: "/bills", Help: "All bills, by customer, period and status.", Links: billStates()},
	{Label: "Billing checklist", Path: "/checklist", Help: "What is done for a period, and what is left."},
	{Label: "Customers with problems", Path: "/validation", Help: "What keeps customers from being billed, as the last validation found it."},
	{Label: "Usage of servers", Path: "/servers", Help: "Of each server: what of its logs was counted, what was found and is not billed, and where its own counters differ."},
}

// billStates are the bills of each status.
func billStates() (out []web.Crumb) {
	for _, f := range billsList.Filters {
		if f.Name == "state" {
			for _, o := range f.Options {
				out = append(out, web.Crumb{Label: o.Label, Path: "/bills?state=" + o.Value})
			}
		}
	}
	return out
}

// reports is the index of the reports.
func (s *site) reports(c *web.Context) error {
	return c.Render(web.Page{Title: "Reports", Lead: "What the figures say."}, indexView(visible(c, reportPages)))
}

// unbilledJob is how jobs are shown that report what no bill covers.
func unbilledJob() jobKind {
	return jobKind{
		Label: "Report unbilled usage", About: jobPeriod, Up: web.Crumb{Label: "Unbilled usage", Path: unbilledPath}, Unit: "customers",
		Next: func(*store.Job) *web.Action {
			return &web.Action{Label: "See the report", Path: unbilledPath, Right: web.Viewer}
		},
	}
}

// jobPeriod is the period that a report is about.
func jobPeriod(j *store.Job) string {
	var order billrun.UnbilledJob
	if json.Unmarshal(j.Payload, &order) != nil {
		return ""
	}
	return order.Start + " to " + order.End
}
