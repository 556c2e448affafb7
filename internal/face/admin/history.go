package admin

import (
	"net/http"
	"strconv"
	"time"

	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

// historyPart is a part of the time line: what kinds of things it shows.
type historyPart struct {
	Key, Label string
	Entities   []string
}

var historyParts = []historyPart{
	{"", "All", nil},
	{"customer", "Customer", []string{"customer"}},
	{"contracts", "Contracts", []string{"billing_group", "plan_assignment", "charge_assignment", "object_assignment"}},
	{"bills", "Bills", []string{"bill", "delivery"}},
	{"money", "Payments and credits", []string{"ledger_entry"}},
	{"validations", "Validations", []string{"validation"}},
	{"notes", "Notes", []string{"note"}},
}

// historyPage is the time line of a customer.
type historyPage struct {
	Base   string
	Part   string
	Events []event
	Older  string // the page of older events, or ""
	Newest string // the page of the newest ones, or ""
	Found  []string
	When   string // of the last validation, or ""
	Note   *web.Form
	Parts  []historyPart // that can be chosen from
}

func noteSpec() *web.FormSpec {
	return &web.FormSpec{Submit: "Add the note", Fields: []web.Field{
		{Name: "note", Label: "Note", Kind: web.Lines, Help: "It stands in this history, with your name and the time, and cannot be edited. It is not printed on invoices."},
	}}
}

// history shows everything that happened to a customer in one time line, the newest first.
func (s *site) history(c *web.Context) error { return s.historyView(c, http.StatusOK, nil) }

func (s *site) historyView(c *web.Context, status int, note *web.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	part := historyParts[0]
	for _, one := range historyParts {
		if one.Key == c.R.URL.Query().Get("what") {
			part = one
		}
	}
	before := number(c.R.URL.Query().Get("before"))
	t, err := insight.ReadTimeline(c.Ctx(), s.DB, id, part.Entities, before)
	if err != nil {
		return err
	}
	p := historyPage{Base: pathOf("/customers", id) + "/history", Part: part.Key, Note: note, Parts: historyParts}
	if note == nil && t.Company != "" && c.May(web.Clerk) {
		p.Note = web.NewForm(noteSpec(), p.Base, "", nil)
	}
	p.tell(c, t, before)
	if t.HasLast {
		p.When = time.UnixMicro(t.Last.FinishedAt).In(t.Zone).Format(minute)
		p.Found = problems(t.Findings)
	}
	crumbs := customerCrumb(id, t.Company)
	if t.Company == "" {
		crumbs = customerCrumbs
	}
	return c.RenderStatus(status, web.Page{Title: "History", Crumbs: crumbs, Lead: "Everything that happened to this customer, the newest first. It cannot be edited."}, historyView(p))
}

// tell puts a page of what happened into words.
func (p *historyPage) tell(c *web.Context, t *insight.Timeline, before int64) {
	teller := teller{Timeline: t, bill: func(bill int64) string { return billPath(c, bill) }}
	for i := range t.Rows {
		p.Events = append(p.Events, teller.event(&t.Rows[i]))
	}
	if t.Next != 0 {
		p.Older = p.page(t.Next)
	}
	if before != 0 {
		p.Newest = p.page(0)
	}
}

// historyOf shows what happened to a thing that belongs to no customer.
func (s *site) historyOf(kind office.Kind, entity, path string) func(*web.Context) error {
	return func(c *web.Context) error {
		crumb := web.Crumb{Label: "Settings", Path: path}
		crumbs, base, id := []web.Crumb{crumb}, path, int64(0)
		if kind != office.Settings {
			var err error
			if id, err = c.ID("id"); err != nil {
				return err
			}
			seen, err := office.Show(c.Ctx(), s.DB, kind, id)
			if err != nil {
				return err
			}
			base = pathOf(path, id)
			crumbs = []web.Crumb{{Label: historyLists[path], Path: path}, {Label: text(&seen, "name"), Path: base}}
		}
		return s.historyOfThing(c, entity, id, crumbs, base)
	}
}

// historyLists are what the lists are called whose things have a history.
var historyLists = map[string]string{"/plans": "Hosting Plans", "/charges": "Additional Charges", "/servers": "Servers"}

func (s *site) historyOfThing(c *web.Context, entity string, id int64, crumbs []web.Crumb, base string) error {
	before := number(c.R.URL.Query().Get("before"))
	t, err := insight.ReadHistory(c.Ctx(), s.DB, entity, id, before)
	if err != nil {
		return err
	}
	p := historyPage{Base: base + "/history"}
	p.tell(c, t, before)
	return c.Render(web.Page{Title: "History", Crumbs: crumbs, Lead: "Who changed what and when, the newest first. It cannot be edited."}, historyView(p))
}

// adminHistory shows what happened to an operator.
func (s *site) adminHistory(c *web.Context) error {
	o, err := s.adminOf(c)
	if err != nil {
		return err
	}
	base := pathOf("/admins", o.ID)
	return s.historyOfThing(c, "operator", o.ID, []web.Crumb{adminCrumbs[0], {Label: o.Name, Path: base}}, base)
}

func (p *historyPage) page(before int64) string {
	out := p.Base + "?what=" + p.Part
	if before != 0 {
		out += "&before=" + strconv.FormatInt(before, 10)
	}
	return out
}

func problems(findings []store.ValidationFinding) (out []string) {
	for i := range findings {
		out = append(out, codeLabel(findings[i].Code)+" ("+findings[i].Severity+"): "+sentenceOf(findings[i].Message))
	}
	return out
}

// noteAdd adds a note to the time line.
func (s *site) noteAdd(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, noteSpec(), "")
	if err != nil {
		return err
	}
	return f.Save(c, web.Saving{
		Show: func(status int) error { return s.historyView(c, status, f) },
		Do: func() (string, string, error) {
			err := office.AddNote(c.Ctx(), s.DB, c.By(), id, f.Get("note"))
			return pathOf("/customers", id) + "/history", "The note is added.", err
		},
	})
}
