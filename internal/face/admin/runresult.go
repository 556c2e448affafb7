package admin

import (
	"encoding/json"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/statement"
	"postmeter/internal/domain/validation"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

// runResultPage is what a bill run came to.
type runResultPage struct {
	Figures []homeFigure
	Ways    []web.Crumb
	Notes   []string
	Parts   []resultPart
}

// resultPart is a table of a result.
type resultPart struct {
	Title, Lead string
	Table       *web.Table
}

// resultRows is how many rows of each part of a result are shown.
const resultRows = 200

func runAbout(j *store.Job) string {
	var job billrun.Job
	if json.Unmarshal(j.Payload, &job) != nil {
		return ""
	}
	return spanText(job.Start, job.End) + ", " + job.Whom
}

// periodQuery is a period in a link.
func periodQuery(start, end string) string {
	return url.Values{"start": {start}, "end": {end}}.Encode()
}

func reviewPath(j *store.Job) string {
	var job billrun.Job
	if json.Unmarshal(j.Payload, &job) != nil {
		return "/bill/review"
	}
	return withQuery("/bill/review", periodQuery(job.Start, job.End))
}

// runResult shows who was billed, who was not and why, and what became of drafts.
func (s *site) runResult(c *web.Context, j *store.Job) (templ.Component, error) {
	r := &invoice.KeptResult{}
	if err := json.Unmarshal(j.Result, r); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the result of job %d cannot be read", j.ID)
	}
	p, err := s.resultPage(c, r)
	p.Ways = []web.Crumb{{Label: "Who was billed and how much", Path: p.Figures[0].Path}, {Label: "Send", Path: withQuery("/send", periodQuery(r.Start, r.End))}}
	return runResultView(p), err
}

func (s *site) resultPage(c *web.Context, r *invoice.KeptResult) (p runResultPage, err error) {
	list := withQuery("/bills", periodQuery(r.Start, r.End))
	count := func(label string, n int64) homeFigure { return homeFigure{Label: label, Figure: web.Thousands(n)} }
	p.Figures = []homeFigure{
		{Label: "Billed", Figure: statement.Thousands(r.Total) + " " + r.Currency, Path: list, Note: web.Things(r.Billed, 0, "customer", "customers")},
		count("New drafts", r.Created), count("Replaced", r.Replaced.Count), count("Unchanged", r.Unchanged),
		count("Withdrawn", r.Withdrawn.Count), count("Skipped", r.SkippedCount),
	}
	if r.House > 0 {
		p.Figures = append(p.Figures, count("House accounts, not billed on purpose", r.House))
	}
	if r.Late.Lines > 0 {
		p.Figures = append(p.Figures, homeFigure{Label: "Corrections of earlier bills", Figure: statement.Thousands(r.Late.Total) + " " + r.Currency,
			Note: web.Things(r.Late.Lines, 0, "line", "lines")})
	}
	p.Notes = append(p.Notes, r.Warnings...)
	ids, err := insight.IDsOfCompanies(c.Ctx(), s.DB, companiesIn(r))
	if err != nil {
		return p, err
	}
	link := func(company string) web.Cell {
		cell := web.Cell{Text: company}
		if id := ids[company]; id != 0 {
			cell.Path = customerPath(c, id)
		}
		return cell
	}
	p.Parts = append([]resultPart{skippedPart(c, r, ids)}, draftParts(r, link)...)
	p.Parts = append(p.Parts, unbilledParts(r, link)...)
	return p, nil
}

// companiesIn are the customers that a result names, as far as it is shown.
func companiesIn(r *invoice.KeptResult) (out []string) {
	for i := range shown(r.Skipped) {
		out = append(out, r.Skipped[i].Customer)
	}
	for i := range shown(r.Replaced.Bills) {
		out = append(out, r.Replaced.Bills[i].Customer)
	}
	for i := range shown(r.UnbilledDays.List) {
		out = append(out, r.UnbilledDays.List[i].Customer)
	}
	for i := range shown(r.UnbilledUsage.List) {
		out = append(out, r.UnbilledUsage.List[i].Customer)
	}
	for i := range shown(r.Waiting.Bills) {
		out = append(out, r.Waiting.Bills[i].Customer)
	}
	return out
}

func shown[T any](rows []T) []T { return rows[:min(len(rows), resultRows)] }

// firstOf says that a table shows only the first of its rows.
func firstOf(n int, all int64) string {
	if int64(n) >= all {
		return ""
	}
	return "These are the first " + web.Thousands(int64(n)) + " of " + web.Thousands(all) + "."
}

func skippedPart(c *web.Context, r *invoice.KeptResult, ids map[string]int64) resultPart {
	rows := shown(r.Skipped)
	t := &web.Table{Caption: "Skipped", Columns: []web.Column{{Label: "Customer"}, {Label: "Why"}, {Label: "To fix it"}}}
	for i := range rows {
		v := &rows[i]
		cells := []web.Cell{{Text: v.Customer}, {Text: capital(codesText(v.Codes))}, {}}
		if id := ids[v.Customer]; id != 0 {
			cells[0].Path = customerPath(c, id)
			cells[2] = wayToMend(c, id, v)
		}
		t.Rows = append(t.Rows, web.Row{Name: v.Customer, Cells: cells})
	}
	return resultPart{Title: "Skipped, and why", Lead: firstOf(len(rows), r.SkippedCount), Table: t}
}

// wayToMend leads from a customer who was skipped to what mends the first of the reasons; of one whose days are billed
// already, to those bills.
func wayToMend(c *web.Context, id int64, v *invoice.Skipped) web.Cell {
	if len(v.Codes) == 0 || !c.May(web.Clerk) {
		return web.Cell{}
	}
	base := pathOf("/customers", id)
	switch code := v.Codes[0]; code {
	case "already_billed":
		return web.Cell{Text: "View the bill", Path: "/bills?" + url.Values{web.SearchField: {v.Customer}, "state": {string(invoice.Final)}}.Encode()}
	case "not_started":
		return web.Cell{Text: "Edit", Path: base + "/edit#f-start"}
	case "inactive":
		return web.Cell{Text: "Edit", Path: base + "/edit#f-active"}
	case string(validation.EndsBeforeStart): // its own dates, or those of something in its groups
		return web.Cell{Text: "View", Path: base}
	default:
		return web.Cell{Text: "Edit", Path: mendPath(c, &store.ValidationFinding{CustomerID: id, Code: code}, nil)}
	}
}

// draftParts are what became of drafts that were there before.
func draftParts(r *invoice.KeptResult, link func(string) web.Cell) []resultPart {
	replaced := &web.Table{Caption: "Replaced drafts", Columns: []web.Column{{Label: "Customer"}, {Label: "Invoice"}, {Label: "Before", Figures: true}, {Label: "Now", Figures: true}, {Label: "Lines", Minor: true}}}
	for _, d := range shown(r.Replaced.Bills) {
		replaced.Rows = append(replaced.Rows, web.Row{Name: d.Customer, Cells: []web.Cell{
			link(d.Customer), draftCell(d.ID), {Text: statement.Thousands(d.Before) + " " + r.Currency}, {Text: statement.Thousands(d.After) + " " + r.Currency, Path: pathOf("/bills", d.ID)},
			{Text: changedLines(strconv.Itoa(d.Added), strconv.Itoa(d.Removed), strconv.Itoa(d.Changed))},
		}})
	}
	withdrawn := &web.Table{Caption: "Withdrawn drafts", Columns: []web.Column{{Label: "Customer"}, {Label: "Because"}}}
	for _, d := range shown(r.Withdrawn.Bills) {
		withdrawn.Rows = append(withdrawn.Rows, web.Row{Name: d.Customer, Cells: []web.Cell{link(d.Customer), {Text: codesText(strings.Split(d.Because, ", "))}}})
	}
	overlapping := &web.Table{Caption: "Drafts of other periods", Columns: []web.Column{{Label: "Customer"}, {Label: "Invoice"}, {Label: "Start Date"}, {Label: "End Date"}}}
	for _, d := range shown(r.Overlapping.Bills) {
		overlapping.Rows = append(overlapping.Rows, web.Row{Name: d.Customer, Cells: []web.Cell{link(d.Customer), draftCell(d.ID), {Text: d.Start}, {Text: d.End}}})
	}
	return []resultPart{
		{Title: "Replaced drafts", Lead: firstOf(len(replaced.Rows), r.Replaced.Count), Table: replaced},
		{Title: "Withdrawn drafts", Lead: firstOf(len(withdrawn.Rows), r.Withdrawn.Count), Table: withdrawn},
		{Title: "Drafts of other periods that share days with this one", Lead: "Only one of two such drafts can be sent. " + firstOf(len(overlapping.Rows), r.Overlapping.Count), Table: overlapping},
	}
}

// unbilledParts are what is on no bill.
func unbilledParts(r *invoice.KeptResult, link func(string) web.Cell) []resultPart {
	gaps := &web.Table{Caption: "Days that no bill covers", Columns: []web.Column{{Label: "Customer"}, {Label: "From"}, {Label: "To"}, {Label: "Days", Figures: true}}}
	for _, d := range shown(r.UnbilledDays.List) {
		gaps.Rows = append(gaps.Rows, web.Row{Name: d.Customer, Cells: []web.Cell{link(d.Customer), {Text: d.Start}, {Text: d.End}, {Text: web.Thousands(d.Days)}}})
	}
	used := &web.Table{Caption: "Sent but not billed", Columns: []web.Column{{Label: "List"}, {Label: "Customer"}, {Label: "Why"}, {Label: "From", Minor: true}, {Label: "To", Minor: true}, {Label: "Posts", Figures: true, Minor: true}, {Label: "Copies", Figures: true}}}
	for _, u := range shown(r.UnbilledUsage.List) {
		used.Rows = append(used.Rows, web.Row{Name: u.List, Cells: []web.Cell{
			{Text: statement.Address(u.List), Path: wayToAssign(u.List, u.Reason)}, link(u.Customer), {Text: capital(codeText(u.Reason))}, {Text: u.Start}, {Text: u.End}, {Text: web.Thousands(u.Messages)}, {Text: web.Thousands(u.Recipients)},
		}})
	}
	waiting := &web.Table{Caption: "Corrections that wait", Columns: []web.Column{{Label: "Customer"}, {Label: "Month"}, {Label: "Amount", Figures: true}}}
	for _, w := range shown(r.Waiting.Bills) {
		waiting.Rows = append(waiting.Rows, web.Row{Name: w.Customer, Cells: []web.Cell{link(w.Customer), {Text: w.Month}, {Text: statement.Thousands(w.Amount) + " " + r.Currency}}})
	}
	return []resultPart{
		{Title: "Days that no bill covers", Lead: firstOf(len(gaps.Rows), r.UnbilledDays.Intervals), Table: gaps},
		{Title: "Sent but not billed", Lead: firstOf(len(used.Rows), r.UnbilledUsage.Lists), Table: used},
		{Title: "Corrections of earlier bills that wait, since the customer gets no bill now", Lead: firstOf(len(waiting.Rows), r.Waiting.Count), Table: waiting},
	}
}

// wayToAssign leads to where a list that nobody has is given to somebody; "" for others.
func wayToAssign(list, reason string) string {
	if reason != "never_assigned" {
		return ""
	}
	return withQuery(unassignedPath, url.Values{web.SearchField: {list[strings.LastIndexByte(list, '/')+1:]}}.Encode())
}

func idText(id int64) string { return idsText([]int64{id}) }

// codesText says why a customer was skipped.
func codesText(codes []string) string {
	words := make([]string, len(codes))
	for i, code := range codes {
		words[i] = codeText(code)
	}
	return strings.Join(words, "; ")
}

// codeText is a code in words; one that is not known is shown as it is.
func codeText(code string) string {
	if words := skipWords[code]; words != "" {
		return words
	}
	return code
}

var skipWords = map[string]string{
	string(validation.NoGroup):           "has no billing group",
	string(validation.NoPlan):            "has lists without a hosting plan",
	string(validation.NoObject):          "has no list, site or server in the period",
	string(validation.EmailMissing):      "has no email address",
	string(validation.EmailMalformed):    "has an email address that cannot be one",
	string(validation.NoInvoiceTemplate): "names an invoice template that does not exist",
	string(validation.NoWebTemplate):     "names a web template that does not exist",
	string(validation.CardInvalid):       "pays by a card that is not valid",
	string(validation.CardExpired):       "pays by a card that has expired",
	string(validation.CardMissing):       "pays by card and has none",
	string(validation.EndsBeforeStart):   "ends before it starts",
	string(validation.EndedBeforePeriod): "ended before the period",
	string(validation.PlansOverlap):      "has two plans for the same list on the same day",
	string(validation.AssignedTwice):     "has a list that another customer has, too",
	string(validation.CannotRate):        "has an amount or a quantity that is too large to be counted",
	"already_billed":                     "a sent bill has a day of the period already",
	"not_started":                        "starts after the period",
	"inactive":                           "is inactive",
	"house":                              "is a house account",
	"never_assigned":                     "nobody ever had the list",
	"unknown_list":                       "no list has this name",
	"not_assigned":                       "nobody has the list on these days",
	"after_end":                          "the customer had ended",
	"before_start":                       "the customer had not started",
}
