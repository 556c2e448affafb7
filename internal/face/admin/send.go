package admin

import (
	"net/http"
	"net/url"
	"strings"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/settings"
	"postmeter/internal/domain/statement"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

// sendList is the list of drafts.
var sendList = &web.ListSpec{
	Path: "/send", Search: "Customer", Sorts: []string{"made"},
	Filters: []web.Filter{{Name: "start", Label: "Start Date"}, {Name: "end", Label: "End Date"}},
}

func sendSearch(l *web.List) store.BillSearch {
	f := store.BillSearch{State: string(invoice.Draft), Words: l.Search, After: cursorID(l.After), Before: cursorID(l.Before)}
	f.Period.Start, f.Period.End = typedDay(l, "start", 0), typedDay(l, "end", 0)
	switch {
	case f.Period.Start == 0 && f.Period.End != 0:
		f.Period.Start = f.Period.End.Month().Period().Start
	case f.Period.End == 0 && f.Period.Start != 0:
		f.Period.End = f.Period.Start.Month().Period().End
	}
	return f
}

// send lists the drafts that can be tested and sent.
func (s *site) send(c *web.Context) error {
	l := web.ReadList(c, sendList)
	found, err := insight.FindBills(c.Ctx(), s.DB, sendSearch(l))
	if err != nil {
		return err
	}
	t := billTable(c, l, found)
	t.Caption, t.Count = "Drafts", web.Things(found.Count, found.CountedTo, "draft", "drafts")
	if sum, ok := sumOf(found); ok {
		t.Count += ", " + sum + " together"
	}
	t.Empty = web.Empty{Text: "There are no drafts to send. Run the bills first.", Action: existing(c, &web.Action{Label: "Bill", Path: "/bill", Right: web.Viewer})}
	if c.May(web.Clerk) {
		t.Select = &web.Selection{
			One: "draft", Many: "drafts", Total: web.Count(found.Count, found.CountedTo),
			Actions: []web.SelectAction{{Label: "Test Selected Bills", Path: "/send/test-selected"}, {Label: "Send Selected Bills", Path: "/send/send-selected"}},
		}
	}
	page := web.Page{Title: "Send", Lead: "Drafts, to be looked at, tested, and sent. A draft that is stale is run again first.", Wide: true}
	ways := []web.Crumb{{Label: "Review", Path: "/bill/review"}, {Label: "Unconfirmed", Path: "/bills?state=unconfirmed"}, {Label: "Bounced or refused", Path: "/bills?state=failed"}, {Label: "Sent", Path: "/bills?state=final"}}
	if len(t.Rows) > 0 {
		page.Action = &web.Action{Label: "Send All in View", Path: withQuery("/send/run", l.Query()), Right: web.Clerk}
		page.Second = &web.Action{Label: "Test All in View", Path: withQuery("/send/test", l.Query()), Right: web.Clerk}
	}
	return c.Render(page, linkedList(t, ways))
}

// sumOf is what the bills of a page come to, if it has all of them and they have one currency.
func sumOf(found *insight.BillPage) (string, bool) {
	if len(found.Bills) == 0 || found.Next != 0 || found.Prev != 0 {
		return "", false
	}
	sum, currency := int64(0), found.Bills[0].Currency
	for i := range found.Bills {
		total, err := money.AddMinor(sum, found.Bills[i].Axes.Total)
		if err != nil || found.Bills[i].Currency != currency {
			return "", false
		}
		sum = total
	}
	return amountText(sum, currency), true
}

// mailingPage asks before anything is mailed: what, how many, how much, to whom.
type mailingPage struct {
	Form           *web.Form
	Says, Warnings []string
	Parts          []resultPart
	Nothing        bool
}

// mailing is a test or a sending.
type mailing struct {
	test bool
	kind string
	path string
}

var (
	testMailing = &mailing{true, deliver.TestJobKind, "/send/test"}
	sendMailing = &mailing{false, deliver.SendJobKind, "/send/run"}
)

// form is the form of a mailing.
func (m *mailing) form() *web.FormSpec {
	spec := &web.FormSpec{Submit: "Send Selected Bills", Brief: true, Fields: []web.Field{
		{Name: "from_name", Label: "From Name"}, {Name: "from_email", Label: "From Email Address", Kind: web.Email},
	}}
	if m.test {
		spec.Submit = "Test Selected Bills"
		spec.Fields = append(spec.Fields, web.Field{Name: "test_email", Label: "Test Email Address", Kind: web.Email, Required: true, Help: "Only this address gets mail."})
	}
	spec.Fields = append(spec.Fields, web.Field{Name: "bounce_email", Label: "Message Bounce Email Address", Kind: web.Email, Help: "Where mails come back to that cannot be delivered."})
	if !m.test {
		spec.Fields = append(spec.Fields, web.Field{Name: "error_email", Label: "Error Notify Email Address", Kind: web.Email, Help: "Gets a mail if a bill is left out, or a mail is refused, put off or unconfirmed."})
	}
	return &web.FormSpec{Submit: spec.Submit, Brief: true, Undone: "Nothing was mailed.", Fields: append(spec.Fields,
		web.Field{Name: "text", Label: "Message Comments (Text)", Kind: web.Lines, Rows: 4, Help: "Above each bill, in this mailing only. An empty line begins a paragraph."},
		web.Field{Name: "html", Label: "Message Comments (HTML)", Kind: web.Lines, Rows: 4, Help: "Paragraphs, bold, italic, lists and links. Left empty, it is the text above."},
	)}
}

func (s *site) testAll(c *web.Context) error      { return s.mailingAll(c, testMailing) }
func (s *site) sendAll(c *web.Context) error      { return s.mailingAll(c, sendMailing) }
func (s *site) testSelected(c *web.Context) error { return s.mailingSelected(c, testMailing) }
func (s *site) sendSelected(c *web.Context) error { return s.mailingSelected(c, sendMailing) }
func (s *site) testRun(c *web.Context) error      { return s.mailingRun(c, testMailing) }
func (s *site) sendRun(c *web.Context) error      { return s.mailingRun(c, sendMailing) }

// mailingAll asks about one bill, or about all drafts in view.
func (s *site) mailingAll(c *web.Context, m *mailing) error {
	if id := cursorID(c.R.URL.Query().Get("bill")); id != 0 {
		return s.mailingStart(c, m, []int64{id}, web.ReadList(c, sendList))
	}
	return s.mailingStart(c, m, nil, web.ReadList(c, sendList))
}

func (s *site) mailingSelected(c *web.Context, m *mailing) error {
	selected, err := web.ReadSelection(c, sendList)
	if err != nil {
		return err
	}
	return s.mailingStart(c, m, selected.IDs, selected.List)
}

func (s *site) mailingStart(c *web.Context, m *mailing, ids []int64, l *web.List) error {
	times, err := insight.ReadTimes(c.Ctx(), s.DB, c.Now)
	if err != nil {
		return err
	}
	f := web.NewForm(m.form(), m.path, withQuery("/send", l.Query()), nil)
	f.Values = letterDefaults(&times.Settings)
	f.Values.Set("ids", idsText(ids))
	f.Values.Set("view", l.Query())
	return s.mailingShow(c, http.StatusOK, m, f)
}

func letterDefaults(set *settings.Settings) url.Values {
	return url.Values{
		"from_name": {set.BillingAdminName}, "from_email": {set.BillingAdminEmail}, "test_email": {set.TestEmail},
		"bounce_email": {set.BounceEmail}, "error_email": {set.ErrorEmail},
	}
}

// mailingShow shows what would be mailed, with the form.
func (s *site) mailingShow(c *web.Context, status int, m *mailing, f *web.Form) error {
	job, err := s.mailingJob(f, m)
	if err != nil {
		return err
	}
	p := mailingPage{Form: f}
	if err := s.preview(c, m, job, &p); err != nil {
		return err
	}
	title := "Send Bills"
	if m.test {
		title = "Test Bills"
	}
	return c.RenderStatus(status, web.Page{Title: title, Crumbs: []web.Crumb{{Label: "Send", Path: "/send"}}, Wide: true}, mailingView(p))
}

// mailingJob reads from the form what is mailed, and how.
func (s *site) mailingJob(f *web.Form, m *mailing) (*deliver.Job, error) {
	ids, err := textIDs(f.Get("ids"))
	if err != nil {
		return nil, err
	}
	job := &deliver.Job{Bills: ids, Letter: deliver.Letter{
		FromName: strings.TrimSpace(f.Get("from_name")), FromEmail: strings.TrimSpace(f.Get("from_email")), BounceEmail: strings.TrimSpace(f.Get("bounce_email")),
		Text: f.Get("text"), HTML: f.Get("html"),
	}}
	if m.test {
		job.To = strings.TrimSpace(f.Get("test_email"))
	} else {
		job.Notify = strings.TrimSpace(f.Get("error_email"))
	}
	if len(ids) > 0 {
		return job, nil
	}
	query, err := url.ParseQuery(f.Get("view"))
	if err != nil {
		return nil, errSelection
	}
	if l := web.ReadQuery(query, sendList); l.Narrowed() {
		view := sendSearch(l)
		job.View = &view
	}
	return job, nil
}

// previewed is up to how many drafts are looked at one by one before they are mailed.
const previewed = 5000

// preview says what would be mailed.
func (s *site) preview(c *web.Context, m *mailing, job *deliver.Job, p *mailingPage) error {
	ids := job.Bills
	if len(ids) == 0 {
		search := store.BillSearch{State: string(invoice.Draft)}
		if job.View != nil {
			search = *job.View
		}
		many, err := insight.CountBills(c.Ctx(), s.DB, search, previewed+1)
		if err != nil {
			return err
		}
		if many > previewed {
			job.What = web.Count(many, previewed) + " drafts"
			p.Says = append(p.Says, "More than "+web.Thousands(previewed)+" drafts are mailed, each to the addresses of its customer. Those that are stale, or have no address, are left out and named in the result.")
			return nil
		}
		if job.View != nil {
			if ids, err = insight.BillIDs(c.Ctx(), s.DB, search); err != nil {
				return err
			}
			if len(ids) == 0 {
				p.Nothing, p.Says = true, []string{"Nothing matches any more. Nothing is mailed."}
				return nil
			}
		}
	}
	look, err := deliver.Look(c.Ctx(), deliver.Order{DB: s.DB, By: c.By, Bills: ids, Host: s.Host, Letter: job.Letter})
	if fault.KindOf(err) == fault.Invalid { // of the letter: the form says it
		plain := deliver.Letter{}
		look, err = deliver.Look(c.Ctx(), deliver.Order{DB: s.DB, By: c.By, Bills: ids, Host: s.Host, Letter: plain})
	}
	if err != nil {
		return err
	}
	previewOf(m, job, look, p)
	return nil
}

func previewOf(m *mailing, job *deliver.Job, look *deliver.Preview, p *mailingPage) {
	total := statement.Thousands(look.Total) + " " + look.Currency
	bills := web.Things(look.Bills, 0, "bill", "bills")
	job.What = bills + ", " + total
	p.Warnings = look.Warnings
	if m.test {
		p.Says = []string{bills + ", " + total + " together: each is mailed to the test address, as its customer would get it. Nothing of a bill changes but that it counts as tested."}
		p.Nothing = look.Bills == 0
	} else {
		p.Says = []string{bills + ", " + total + " together: each gets its number and can no longer be changed. " + web.Things(look.Mails, 0, "mail goes", "mails go") + " out from " + look.From + "."}
		if look.Queued > 0 {
			p.Says = append(p.Says, web.Things(look.Queued, 0, "mail", "mails")+" of bills that are sent already still wait, and are mailed, too.")
		}
		if look.NotMailed > 0 {
			p.Says = append(p.Says, web.Things(look.NotMailed, 0, "bill is", "bills are")+" kept without a mail, as the settings say.")
		}
		if look.Untested > 0 {
			p.Says = append(p.Says, web.Things(look.Untested, 0, "bill was", "bills were")+" not tested.")
		}
		p.Nothing = look.Nothing()
	}
	if p.Nothing {
		p.Says = []string{"Nothing can be mailed. The reasons are below."}
	}
	p.Parts = []resultPart{recipientsPart(m, look), unsentPart(look.Skipped)}
}

// recipientsPart says who gets a bill, or, of a test, who would.
func recipientsPart(m *mailing, look *deliver.Preview) resultPart {
	title, head := "To whom", "To"
	if m.test {
		title, head = "Whose bills are tested", "Would go to"
	}
	to := &web.Table{Caption: title, Columns: []web.Column{{Label: "Customer"}, {Label: "Invoice"}, {Label: "Total", Figures: true}, {Label: "Status"}, {Label: head}}}
	for _, r := range look.To {
		state, total, addresses := invoice.StatusDraft, web.Cell{Text: statement.Thousands(r.Total) + " " + look.Currency}, strings.Join(r.Addresses, ", ")
		if r.Tested {
			state = invoice.StatusTested
		}
		if credit := nonzero(r.Credit); credit != "" {
			total.Note = credit + " " + look.Currency + " of credit is left"
		}
		to.Rows = append(to.Rows, web.Row{ID: r.Bill, Name: r.Customer, Cells: []web.Cell{
			{Text: r.Customer}, draftCell(r.Bill), total, {State: web.State(state)}, {Text: orSame(addresses, capital(r.NotMailed))},
		}})
	}
	return resultPart{Title: title, Lead: firstOf(len(to.Rows), look.Bills), Table: to}
}

// draftCell leads to a draft.
func draftCell(id int64) web.Cell { return web.Cell{Text: "View draft", Path: pathOf("/bills", id)} }

// unsentPart names the bills that are not sent.
func unsentPart(skipped []deliver.Skipped) resultPart {
	t := &web.Table{Caption: "Not sent", Columns: []web.Column{{Label: "Customer"}, {Label: "Invoice"}, {Label: "Why"}, {Label: "To fix it"}}}
	rows := shown(skipped)
	for _, v := range rows {
		t.Rows = append(t.Rows, web.Row{ID: v.Bill, Name: v.Customer, Cells: []web.Cell{{Text: v.Customer}, {Text: "View", Path: pathOf("/bills", v.Bill)}, {Text: capital(v.Message)}, unsentWay(&v)}})
	}
	return resultPart{Title: "Not sent, and why", Lead: firstOf(len(rows), int64(len(skipped))), Table: t}
}

// unsentWay leads to what makes a bill that is not sent one that can be.
func unsentWay(v *deliver.Skipped) web.Cell {
	switch v.Reason {
	case deliver.ReasonStale, deliver.ReasonAlreadyBilled:
		return web.Cell{Text: "Run Billing", Path: "/bill/run"}
	}
	return web.Cell{}
}

// mailingRun gives the mailing to the background.
func (s *site) mailingRun(c *web.Context, m *mailing) error {
	f, err := web.ReadForm(c, m.form(), "/send")
	if err != nil {
		return err
	}
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			job, err := s.mailingJob(f, m)
			if err != nil {
				return "", "", err
			}
			if err := checkMailing(m, job); err != nil {
				return "", "", err
			}
			if err := s.preview(c, m, job, &mailingPage{}); err != nil {
				return "", "", err
			}
			return s.enqueue(c, m.kind, job, "Another mailing is under way. Yours was not begun: wait for it, or cancel it.")
		},
		Show: func(status int) error { return s.mailingShow(c, status, m, f) },
	})
}

func checkMailing(m *mailing, job *deliver.Job) error {
	var faults fault.List
	faults.AddError("", job.Letter.Check())
	check := func(place, address string) {
		if err := customer.CheckEmail(address); err != nil {
			faults.Add(place, "%s", fault.MessageOf(err))
		}
	}
	if m.test {
		check("test_email", job.To)
	}
	if job.Notify != "" {
		check("error_email", job.Notify)
	}
	return faults.Err()
}
