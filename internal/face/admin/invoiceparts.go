package admin

import (
	"slices"
	"strings"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/ledger"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/statement"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

// mailsPart is what became of the mail to each address.
func mailsPart(c *web.Context, w *insight.Whole) resultPart {
	t := &web.Table{Caption: "Mails", Columns: []web.Column{{Label: "To"}, {Label: "State"}, {Label: "Since"}, {Label: "Tries", Figures: true, Minor: true}, {Label: "What is known"}}}
	for i := range w.Mails {
		m := &w.Mails[i]
		state := m.State
		if state == store.Sending {
			state = store.Unconfirmed
		}
		t.Rows = append(t.Rows, web.Row{Name: m.Address, Cells: []web.Cell{
			{Text: m.Address}, {State: web.State(state)}, {Text: c.Instant(m.ChangedAt)}, {Text: web.Thousands(m.Attempts)}, {Text: capital(m.Detail)},
		}})
	}
	return resultPart{Title: "Delivery", Table: t}
}

var entryWords = map[ledger.Kind]string{
	ledger.Invoice: "Invoice", ledger.CarryOver: "Carried over as credit", ledger.Payment: "Payment", ledger.CreditNote: "Credit note",
	ledger.WriteOff: "Written off", ledger.Reversal: "Taken back",
}

func entryWord(kind ledger.Kind) string {
	return orSame(entryWords[kind], capital(strings.ReplaceAll(string(kind), "_", " ")))
}

// entrySum is what an entry is about, as a bank statement says it: all that was paid, given up or taken back, whatever of it
// became credit. Of an invoice it is the total.
func entrySum(e *ledger.Entry) int64 {
	if e.Kind == ledger.Invoice {
		return e.Amount
	}
	return -e.Net()
}

// entriesPart is what was booked on the bill, with what is to be paid after each entry.
func entriesPart(c *web.Context, w *insight.Whole) resultPart {
	t := &web.Table{Caption: "Payments", Columns: []web.Column{
		{Label: "Date"}, {Label: "What"}, {Label: "Amount", Figures: true}, {Label: "Credit", Figures: true}, {Label: "To be paid", Figures: true}, {Label: "Reference, reason"},
	}}
	undone := map[int64]bool{}
	for i := range w.Entries {
		undone[w.Entries[i].Reverses] = true
	}
	open, back := int64(0), false // back: something can be taken back
	for i := range w.Entries {
		e := &w.Entries[i]
		word := entryWord(e.Kind)
		open += e.Amount
		cells := []web.Cell{{Text: e.Day.Text()}, {Text: word, Struck: undone[e.ID]}, {Text: sumText(entrySum(e), e.Currency)}, {Text: signedText(e.Credit, e.Currency)},
			{Text: sumText(open, e.Currency)}, {Text: strings.Trim(e.Reference+", "+e.Note, ", ")}, {}}
		if (e.Kind == ledger.Payment || e.Kind == ledger.WriteOff) && !undone[e.ID] && c.May(web.Clerk) && w.Row.Axes.State == invoice.Final {
			back = true
			cells[6] = web.Cell{Text: "Take back", Path: pathOf("/bills", w.Row.ID) + pathOf("/entries", e.ID) + "/take-back"}
		}
		t.Rows = append(t.Rows, web.Row{ID: e.ID, Name: word, Cells: cells})
	}
	if back {
		t.Columns = append(t.Columns, web.Column{Label: "Correction"})
		return resultPart{Title: "Payments", Table: t}
	}
	for i := range t.Rows {
		t.Rows[i].Cells = t.Rows[i].Cells[:len(t.Columns)]
	}
	return resultPart{Title: "Payments", Table: t}
}

func sumText(minor int64, c money.Currency) string {
	return insight.MoneyText(minor, c) + " " + c.Code()
}

// signedText writes what an entry moved; nothing for 0.
func signedText(minor int64, c money.Currency) string {
	if minor == 0 {
		return ""
	}
	return sumText(minor, c)
}

// usagePart is what each list sent. Members are left out where none were counted.
func usagePart(s *statement.Statement) resultPart {
	counted := slices.ContainsFunc(s.Usage, func(u statement.UsageRow) bool { return u.Members != "" })
	t := &web.Table{Caption: "Usage", Columns: []web.Column{{Label: "List"}, {Label: "Posts", Figures: true}, {Label: "Copies", Figures: true}, {Label: "Volume", Figures: true}}}
	if counted {
		t.Columns = append(t.Columns, web.Column{Label: "Members", Figures: true})
	}
	for _, u := range s.Usage {
		row := web.Row{Name: u.List, Cells: []web.Cell{{Text: u.List}, {Text: u.Messages}, {Text: u.Recipients}, {Text: u.Volume}}}
		if counted {
			row.Cells = append(row.Cells, web.Cell{Text: u.Members})
		}
		t.Rows = append(t.Rows, row)
	}
	return resultPart{Title: "Usage", Lead: s.UsageNote, Table: t}
}

// eventsPart is the history of the bill: its runs, its mails and its payments.
func eventsPart(c *web.Context, w *insight.Whole) resultPart {
	tell := teller{Timeline: &insight.Timeline{Zone: c.Zone()}, bill: func(int64) string { return "" }}
	t := &web.Table{Caption: "History", Columns: []web.Column{{Label: "When"}, {Label: "Who"}, {Label: "What"}, {Label: "Details"}}}
	for i := range w.Events {
		e := &w.Events[i]
		told := tell.event(e)
		details := make([]string, len(told.Changes))
		for j, change := range told.Changes {
			details[j] = change.Label + ": "
			if change.Was != "" {
				details[j] += change.Was + " → "
			}
			details[j] += change.Now
		}
		t.Rows = append(t.Rows, web.Row{Name: told.What, Cells: []web.Cell{{Text: c.Instant(e.At)}, {Text: e.Actor}, {Text: told.What}, {Text: strings.Join(details, ", ")}}})
	}
	return resultPart{Title: "History", Table: t}
}
