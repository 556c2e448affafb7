package admin

import (
	"strconv"
	"strings"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/ledger"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/statement"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

// invoicePage is a bill in the operator's frame.
type invoicePage struct {
	Path      string
	Statement *statement.Statement
	Facts     []homeFact
	States    []web.State
	Warnings  []string
	Note      string // the credit note of a void bill
	Tables    []resultPart
	Ways      []*web.Action // what can be done
	Danger    []*web.Action // what takes something away
}

// homeFact is a name and a value that may lead somewhere.
type homeFact struct{ Label, Value, Path string }

// invoice shows a bill: what it says, and what became of it.
func (s *site) invoice(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	w, err := insight.ReadWhole(c.Ctx(), s.DB, id)
	if err != nil {
		return err
	}
	p := invoicePage{Path: pathOf("/bills", id), Statement: statement.Compose(w.Facts), Warnings: w.Facts.Bill.Warnings}
	p.States = []web.State{web.State(w.Facts.Bill.Status)}
	if w.Facts.Bill.Stale {
		p.States = append(p.States, "stale")
	}
	if n := w.Row.CreditNote; n != nil {
		p.Note = "Taken back by the credit note " + n.Number + " of " + n.Issued.Text() + " over " + amountText(n.Amount, n.Currency) + ": " + n.Reason
	}
	p.Facts = invoiceFacts(c, w)
	p.ways(c, w)
	p.Tables = []resultPart{mailsPart(c, w), entriesPart(c, w), usagePart(p.Statement), eventsPart(c, w)}
	return c.Render(web.Page{
		Title: p.Statement.Title, Crumbs: []web.Crumb{{Label: "Bill", Path: "/bill"}, {Label: w.Row.Company, Path: orElse(customerPath(c, w.Row.CustomerID), "/bill")}},
	}, invoiceView(p))
}

func orElse(path, other string) string {
	if path == "" {
		return other
	}
	return path
}

func invoiceFacts(c *web.Context, w *insight.Whole) []homeFact {
	b := &w.Facts.Bill
	facts := []homeFact{
		{"Customer", w.Row.Company, customerPath(c, w.Row.CustomerID)},
		{"Period", days(b.Period), withQuery("/bills", periodQuery(b.Period.Start.Text(), b.Period.End.Text()))},
		{"Total", amountText(b.Total, b.Currency), ""},
	}
	switch {
	case b.Draft():
		facts = append(facts, homeFact{"Made", c.Instant(w.Row.MadeAt), ""})
	default:
		facts = append(facts, homeFact{"Date", b.Issued.Text(), ""}, homeFact{"Due", b.Due.Text(), ""}, homeFact{"Paid", amountText(b.Paid, b.Currency), ""})
		if b.WrittenOff != 0 {
			facts = append(facts, homeFact{"Written off", amountText(b.WrittenOff, b.Currency), ""})
		}
		if w.Row.Axes.State == invoice.Final {
			facts = append(facts, homeFact{"To be paid", amountText(b.Open(), b.Currency), ""})
		}
	}
	statementPath := ""
	if path := pathOf("/customers", w.Row.CustomerID) + "/statement"; c.Exists(path) {
		statementPath = path
	}
	return append(facts, homeFact{"Customer owes on all bills", amountText(w.Owed, b.Currency), statementPath}, homeFact{"Credit of the customer", amountText(w.Credit, b.Currency), statementPath})
}

// ways are what can be done with the bill as it is.
func (p *invoicePage) ways(c *web.Context, w *insight.Whole) {
	if !c.May(web.Clerk) {
		return
	}
	query := "bill=" + idText(w.Row.ID)
	b := &w.Facts.Bill
	switch {
	case b.Stale:
		p.Ways = []*web.Action{{Label: "Run Billing", Path: withQuery("/bill/run", "")}}
	case w.Row.Axes.State == invoice.Draft:
		p.Ways = []*web.Action{{Label: "Send", Path: withQuery("/send/run", query)}, {Label: "Test", Path: withQuery("/send/test", query)}}
	case w.Row.Axes.State == invoice.Final:
		if b.Open() > 0 {
			p.Ways = append(p.Ways, &web.Action{Label: "Record a payment", Path: p.Path + "/pay"})
			p.Danger = append(p.Danger, &web.Action{Label: "Write off", Path: p.Path + "/write-off"})
		}
		for i := range w.Mails {
			if w.Mails[i].State != store.Sent && w.Mails[i].State != store.Queued {
				p.Ways = append(p.Ways, &web.Action{Label: "Send again", Path: p.Path + "/again"})
				break
			}
		}
		if b.Open() <= 0 {
			p.Ways = append(p.Ways, &web.Action{Label: "Record a payment", Path: p.Path + "/pay"})
		}
		p.Danger = append(p.Danger, &web.Action{Label: "Void", Path: p.Path + "/void"})
	}
}

// mailsPart is what became of the mail to each address.
func mailsPart(c *web.Context, w *insight.Whole) resultPart {
	t := &web.Table{Caption: "Mails", Columns: []web.Column{{Label: "To"}, {Label: "State"}, {Label: "Since", Minor: true}, {Label: "Tries", Figures: true, Minor: true}, {Label: "What the mail server said"}}}
	for i := range w.Mails {
		m := &w.Mails[i]
		state := m.State
		if state == store.Sending {
			state = store.Unconfirmed
		}
		t.Rows = append(t.Rows, web.Row{Name: m.Address, Cells: []web.Cell{
			{Text: m.Address}, {State: web.State(state)}, {Text: c.Instant(m.ChangedAt)}, {Text: web.Thousands(m.Attempts)}, {Text: m.Detail},
		}})
	}
	return resultPart{Title: "Delivery", Table: t}
}

var entryWords = map[ledger.Kind]string{
	ledger.Invoice: "Invoice", ledger.CarryOver: "Carried over as credit", ledger.Payment: "Payment", ledger.CreditNote: "Credit note",
	ledger.WriteOff: "Written off", ledger.Reversal: "Taken back",
}

// entriesPart is what was booked on the bill.
func entriesPart(c *web.Context, w *insight.Whole) resultPart {
	t := &web.Table{Caption: "Payments", Columns: []web.Column{
		{Label: "Date"}, {Label: "What"}, {Label: "Owed", Figures: true}, {Label: "Credit", Figures: true, Minor: true}, {Label: "Reference, reason", Minor: true}, {Label: ""},
	}}
	if c.May(web.Clerk) {
		t.Columns[5].Label = "Wrong?"
	}
	undone := map[int64]bool{}
	for i := range w.Entries {
		undone[w.Entries[i].Reverses] = true
	}
	for i := range w.Entries {
		e := &w.Entries[i]
		word := entryWords[e.Kind]
		if word == "" {
			word = strings.ReplaceAll(string(e.Kind), "_", " ")
		}
		cells := []web.Cell{{Text: e.Day.Text()}, {Text: word, Struck: undone[e.ID]}, {Text: signedText(e.Amount, e.Currency)}, {Text: signedText(e.Credit, e.Currency)},
			{Text: strings.Trim(e.Reference+", "+e.Note, ", ")}, {}}
		if (e.Kind == ledger.Payment || e.Kind == ledger.WriteOff) && !undone[e.ID] && c.May(web.Clerk) && w.Row.Axes.State == invoice.Final {
			cells[5] = web.Cell{Text: "Take back", Path: pathOf("/bills", w.Row.ID) + pathOf("/entries", e.ID) + "/take-back"}
		}
		t.Rows = append(t.Rows, web.Row{ID: e.ID, Name: word, Cells: cells})
	}
	return resultPart{Title: "Payments", Table: t}
}

// signedText writes what an entry moved; nothing for 0.
func signedText(minor int64, c money.Currency) string {
	if minor == 0 {
		return ""
	}
	return insight.MoneyText(minor, c) + " " + c.Code()
}

func usagePart(s *statement.Statement) resultPart {
	t := &web.Table{Caption: "Usage", Columns: []web.Column{{Label: "List"}, {Label: "Messages", Figures: true}, {Label: "Recipients", Figures: true}, {Label: "Volume", Figures: true, Minor: true}, {Label: "Members", Figures: true, Minor: true}}}
	for _, u := range s.Usage {
		t.Rows = append(t.Rows, web.Row{Name: u.List, Cells: []web.Cell{{Text: u.List}, {Text: u.Messages}, {Text: u.Recipients}, {Text: u.Volume}, {Text: u.Members}}})
	}
	return resultPart{Title: "Usage", Lead: s.UsageNote, Table: t}
}

func eventsPart(c *web.Context, w *insight.Whole) resultPart {
	tell := teller{Timeline: &insight.Timeline{Zone: c.Zone()}, bill: func(int64) string { return "" }}
	t := &web.Table{Caption: "History", Columns: []web.Column{{Label: "When"}, {Label: "Who"}, {Label: "What"}, {Label: "Details", Minor: true}}}
	for i := range w.Events {
		e := &w.Events[i]
		told := tell.event(&store.HistoryRow{At: e.At, Actor: e.Actor, Entity: "bill", Action: e.Action, After: e.After})
		details := make([]string, len(told.Changes))
		for j, change := range told.Changes {
			details[j] = change.Label + ": " + change.Now
		}
		t.Rows = append(t.Rows, web.Row{Name: told.What, Cells: []web.Cell{{Text: c.Instant(e.At)}, {Text: e.Actor}, {Text: told.What}, {Text: strings.Join(details, ", ")}}})
	}
	return resultPart{Title: "History", Table: t}
}

// bills lists bills: of a period, of a state, of a search.
func (s *site) bills(c *web.Context) error {
	l := web.ReadList(c, billsList)
	f := store.BillSearch{Words: l.Search, Falling: l.Falling, After: cursorID(l.After), Before: cursorID(l.Before)}
	f.Period.Start, f.Period.End = typedDay(l, "start", 0), typedDay(l, "end", 0)
	switch {
	case f.Period.Start == 0 && f.Period.End != 0:
		f.Period.Start = f.Period.End.Month().Period().Start
	case f.Period.End == 0 && f.Period.Start != 0:
		f.Period.End = f.Period.Start.Month().Period().End
	}
	switch v := l.Values["state"]; v {
	case "unconfirmed", "failed":
		f.Trouble = v
	default:
		f.State = v
	}
	found, err := insight.FindBills(c.Ctx(), s.DB, f)
	if err != nil {
		return err
	}
	t := billTable(c, l, found)
	t.Empty = web.Empty{Text: "There are no bills yet. Run them on the page Bill.", Action: existing(c, &web.Action{Label: "Bill", Path: "/bill", Right: web.Viewer})}
	return c.Render(web.Page{Title: "Bills", Lead: "Drafts and invoices, the newest first.", Wide: true, Crumbs: []web.Crumb{{Label: "Bill", Path: "/bill"}}}, web.ListView(t))
}

// billsList is the list of bills. Start and end are those of the period, exactly; one alone means its month.
var billsList = &web.ListSpec{
	Path: "/bills", Search: "Customer", Sorts: []string{"-made"},
	Filters: []web.Filter{
		{Name: "start", Label: "Start Date"}, {Name: "end", Label: "End Date"},
		{Name: "state", Label: "Status", Options: []web.Option{
			{Value: "draft", Label: "Draft"}, {Value: "final", Label: "Sent"}, {Value: "unconfirmed", Label: "Unconfirmed"}, {Value: "failed", Label: "Bounced or refused"}, {Value: "void", Label: "Void"},
		}},
	},
}

// cursorID is a cursor of a list of bills; one that is damaged is none.
func cursorID(text string) int64 {
	id, err := strconv.ParseInt(text, 10, 64)
	if err != nil || id < 1 {
		return 0
	}
	return id
}

func idCursor(id int64) string {
	if id == 0 {
		return ""
	}
	return idText(id)
}

// billTable is a page of bills as a table.
func billTable(c *web.Context, l *web.List, found *insight.BillPage) *web.Table {
	t := &web.Table{
		Caption: "Bills", List: l, Next: idCursor(found.Next), Prev: idCursor(found.Prev),
		Columns: []web.Column{{Label: "Customer"}, {Label: "View"}, {Label: "Period", Minor: true}, {Label: "Date", Minor: true}, {Label: "Due", Minor: true}, {Label: "Amount/Status", Figures: true}},
		Count:   web.Things(found.Count, found.CountedTo, "bill", "bills"),
	}
	for i := range found.Bills {
		b := &found.Bills[i]
		number := b.Number
		if number == "" {
			number = "View draft " + idText(b.ID)
		}
		t.Rows = append(t.Rows, web.Row{ID: b.ID, Name: b.Company + ", " + number, Cells: []web.Cell{
			{Text: b.Company, Path: orElse(customerPath(c, b.CustomerID), pathOf("/bills", b.ID))}, {Text: number, Path: pathOf("/bills", b.ID)}, {Text: days(b.Period)},
			{Text: billDay(b.Issued)}, {Text: billDay(b.Due)}, {Part: amountStatus(billAmount(b, found.Stale[b.ID]))},
		}})
	}
	return t
}

// billDay writes a day; 0 is none.
func billDay(d period.Date) string {
	if d == 0 {
		return ""
	}
	return d.Text()
}
