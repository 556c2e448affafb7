package admin

import (
	"slices"
	"strconv"

	"postmeter/internal/domain/invoice"
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
	Headline  statement.Headline // as the operator reads it
	Void      bool
	Facts     []homeFact
	States    []web.State
	Warnings  []string
	Hints     []string // what is to be decided
	Note      string   // the credit note of a void bill
	Printed   []string // what the customer reads below the lines
	Tables    []resultPart
	Ways      []*web.Action // what can be done
	Primary   bool          // the first of Ways is what comes next
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
	b := &w.Facts.Bill
	p := invoicePage{Path: pathOf("/bills", id), Statement: statement.Compose(w.Facts), Warnings: b.Warnings, Void: w.Row.Axes.State == invoice.Void}
	p.States = []web.State{web.State(b.Status)}
	if b.Stale {
		p.States = append(p.States, "stale")
	}
	if givenUp(b) {
		p.States = append(p.States, "written off")
	}
	if n := w.Row.CreditNote; n != nil {
		p.Note = "Voided on " + n.Issued.Text() + " by the credit note " + n.Number + " for " + amountText(n.Amount, n.Currency) + ". Reason: " + n.Reason
	} else {
		p.Printed = append(p.Printed, p.Statement.Payment...)
	}
	p.Printed = append(p.Printed, p.Statement.Notes...)
	p.Headline = headlineOf(b, &p.Statement.Headline)
	p.Facts = invoiceFacts(c, w)
	p.Hints = mailHints(w)
	p.ways(c, w)
	p.Tables = []resultPart{mailsPart(c, w), entriesPart(c, w), usagePart(p.Statement), eventsPart(c, w)}
	return c.Render(web.Page{
		Title: p.Statement.Title, Crumbs: []web.Crumb{{Label: "Bill", Path: "/bill"}, {Label: w.Row.Company, Path: orElse(customerPath(c, w.Row.CustomerID), "/bill")}},
	}, invoiceView(p))
}

// givenUp says whether nothing is due on a sent bill any more, and a part of it was written off.
func givenUp(b *statement.Bill) bool {
	return !b.Draft() && b.CreditNote == nil && b.WrittenOff > 0 && b.Open() <= 0
}

// headlineOf is a bill's headline as the operator reads it: without what thanks the customer, and of a bill that was given
// up the whole amount.
func headlineOf(b *statement.Bill, h *statement.Headline) statement.Headline {
	out := *h
	switch {
	case givenUp(b):
		out.Value = statement.Money{Text: insight.MoneyText(b.Total, b.Currency), Currency: b.Currency.Code()}
		out.Note = amountText(b.WrittenOff, b.Currency) + " of it. Nothing is due any more."
		if b.Paid > 0 {
			out.Note = amountText(b.WrittenOff, b.Currency) + " of it; " + amountText(b.Paid, b.Currency) + " was paid. Nothing is due any more."
		}
	case b.Status == invoice.StatusPaid:
		out.Note = ""
	}
	return out
}

func orElse(path, other string) string {
	if path == "" {
		return other
	}
	return path
}

// invoiceFacts are what stands below the headline, which says the total of a bill that is not settled in part.
func invoiceFacts(c *web.Context, w *insight.Whole) []homeFact {
	b := &w.Facts.Bill
	facts := []homeFact{
		{"Customer", w.Row.Company, customerPath(c, w.Row.CustomerID)},
		{"Period", days(b.Period), withQuery("/bills", periodQuery(b.Period.Start.Text(), b.Period.End.Text()))},
	}
	if b.Draft() {
		facts = append(facts, homeFact{"Made", c.Instant(w.Row.MadeAt), ""})
	} else {
		facts = append(facts, homeFact{"Date", b.Issued.Text(), ""})
	}
	if w.Row.Axes.State == invoice.Final {
		inPart := b.Paid+b.WrittenOff > 0 && b.Status != invoice.StatusPaid // else the headline says it all
		if b.Open() > 0 {
			facts = append(facts, homeFact{"Due", b.Due.Text(), ""})
		}
		if inPart {
			facts = append(facts, homeFact{"Total", amountText(b.Total, b.Currency), ""}, homeFact{"Paid", amountText(b.Paid, b.Currency), ""})
		}
		if b.WrittenOff > 0 {
			facts = append(facts, homeFact{"Written off", amountText(b.WrittenOff, b.Currency), ""})
		}
		if inPart {
			facts = append(facts, homeFact{"To be paid", amountText(b.Open(), b.Currency), ""})
		}
	}
	statementPath := ""
	if path := pathOf("/customers", w.Row.CustomerID) + "/statement"; c.Exists(path) {
		statementPath = path
	}
	return append(facts, homeFact{"Customer owes on all bills", amountText(w.Owed, b.Currency), statementPath}, homeFact{"Credit of the customer", amountText(w.Credit, b.Currency), statementPath})
}

// failedMail says whether a mail is to be decided about by somebody.
func failedMail(state string) bool {
	return state == store.Refused || state == store.Bounced || uncertain(state)
}

func uncertain(state string) bool { return state == store.Unconfirmed || state == store.Sending }

// mailHints say what to do about mails that failed.
func mailHints(w *insight.Whole) (out []string) {
	if w.Row.Axes.State != invoice.Final || w.Facts.Bill.Status == invoice.StatusPaid { // what was paid has arrived
		return nil
	}
	for i := range w.Mails {
		switch m := &w.Mails[i]; {
		case uncertain(m.State):
			out = append(out, "Nobody knows whether the mail to "+m.Address+" arrived: the connection broke off while it was handed over. Ask the customer, or send it again. "+
				"It keeps its Message-ID, so that many mail programs show it once.")
		case failedMail(m.State):
			out = append(out, "The mail to "+m.Address+" did not arrive. Correct the customer's address, then send it again.")
		}
	}
	return out
}

// ways are what can be done with the bill as it is.
func (p *invoicePage) ways(c *web.Context, w *insight.Whole) {
	if !c.May(web.Clerk) {
		return
	}
	query := "bill=" + idText(w.Row.ID)
	b := &w.Facts.Bill
	send, test := &web.Action{Label: "Send", Path: withQuery("/send/run", query)}, &web.Action{Label: "Test", Path: withQuery("/send/test", query)}
	p.Primary = true
	switch {
	case b.Stale:
		p.Ways = []*web.Action{{Label: "Run Billing", Path: withQuery("/bill/run", "")}}
	case w.Row.Axes.State == invoice.Draft && w.Row.Axes.Tested:
		p.Ways = []*web.Action{send, test}
	case w.Row.Axes.State == invoice.Draft:
		p.Ways = []*web.Action{test, send}
	case w.Row.Axes.State == invoice.Final:
		p.Ways = []*web.Action{{Label: "Record a payment", Path: p.Path + "/pay"}}
		if b.Open() > 0 {
			p.Danger = append(p.Danger, &web.Action{Label: "Write off", Path: p.Path + "/write-off"})
		}
		p.Primary = b.Open() > 0 // more than is due is seldom paid
		again := &web.Action{Label: "Send again", Path: p.Path + "/again"}
		switch {
		case len(p.Hints) > 0:
			p.Ways, p.Primary = []*web.Action{again, p.Ways[0]}, true
		case slices.ContainsFunc(w.Mails, func(m store.Delivery) bool { return failedMail(m.State) }):
			p.Ways = append(p.Ways, again)
		}
		p.Danger = append(p.Danger, &web.Action{Label: "Void", Path: p.Path + "/void"})
	}
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
		Columns: []web.Column{{Label: "Customer"}, {Label: "Invoice"}, {Label: "Period"}, {Label: "Date", Minor: true}, {Label: "Due"}, {Label: "Amount/Status", Figures: true}},
		Count:   web.Things(found.Count, found.CountedTo, "bill", "bills"),
	}
	for i := range found.Bills {
		b := &found.Bills[i]
		number := orSame(b.Number, "View draft")
		t.Rows = append(t.Rows, web.Row{ID: b.ID, Name: b.Company + ", " + orSame(b.Number, days(b.Period)), Cells: []web.Cell{
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
