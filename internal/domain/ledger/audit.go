package ledger

import "fmt"

// Document is a bill with its state, as an audit compares it with the ledger.
type Document struct {
	Bill
	Final bool
	Void  bool // neither: a draft
}

// Audit says in words where a customer's ledger and bills contradict each other; nothing if they agree. It adds up in
// other ways than the functions that book.
func Audit(documents []Document, entries []Entry) []string {
	a := &audit{documents: map[int64]*Document{}, entries: entries, wrong: nil}
	for i := range documents {
		a.documents[documents[i].ID] = &documents[i]
	}
	a.running()
	for i := range documents {
		a.document(&documents[i])
	}
	for i := range entries {
		a.entry(&entries[i])
	}
	a.worth()
	return a.wrong
}

type audit struct {
	documents map[int64]*Document
	entries   []Entry
	wrong     []string
}

func (a *audit) say(format string, args ...any) {
	a.wrong = append(a.wrong, fmt.Sprintf(format, args...))
}

// running checks that nobody ever owed, or had, less than nothing.
func (a *audit) running() {
	var b Balance
	for i := range a.entries {
		e := &a.entries[i]
		if i > 0 && e.ID <= a.entries[i-1].ID {
			a.say("entry %d was booked after entry %d", e.ID, a.entries[i-1].ID)
		}
		b.Owed += e.Amount
		b.Credit += e.Credit
		if b.Owed < 0 || b.Credit < 0 {
			a.say("after entry %d the customer owes %d and has %d of credit", e.ID, b.Owed, b.Credit)
		}
	}
	open := int64(0)
	for _, d := range a.documents {
		open += StandingOf(a.entries, d.ID).Open
	}
	if open != b.Owed {
		a.say("the ledger says that %d is owed, and the bills that %d is open", b.Owed, open)
	}
}

// document checks the entries that a bill must have.
func (a *audit) document(d *Document) {
	count := map[Kind]int{}
	var invoiced, spent, carried int64
	for i := range a.entries {
		e := &a.entries[i]
		if e.BillID != d.ID {
			continue
		}
		count[e.Kind]++
		switch e.Kind {
		case Invoice:
			invoiced, spent = e.Amount, -e.Credit
		case CarryOver:
			carried = e.Credit
		}
	}
	standing := StandingOf(a.entries, d.ID)
	want := 0
	if d.Void {
		want = 1
	}
	switch {
	case !d.Final && !d.Void:
		if len(count) > 0 {
			a.say("the draft %d has entries", d.ID)
		}
		return
	case count[Invoice] != 1 || count[CreditNote] != want:
		a.say("bill %d has %d invoices and %d credit notes", d.ID, count[Invoice], count[CreditNote])
	case invoiced != d.Total || spent != d.CreditApplied || carried != d.CreditAdded:
		a.say("bill %d says total %d, credit used %d and given %d, and its entries %d, %d and %d",
			d.ID, d.Total, d.CreditApplied, d.CreditAdded, invoiced, spent, carried)
	case d.Void && standing.Open != 0:
		a.say("bill %d is void and %d of it is open", d.ID, standing.Open)
	case standing.Open < 0 || standing.Open > d.Total:
		a.say("%d is open on bill %d over %d", standing.Open, d.ID, d.Total)
	case d.Final && standing.Open+standing.Settled()+standing.WrittenOff != d.Total:
		a.say("of bill %d over %d, %d is open, %d was paid and %d was written off",
			d.ID, d.Total, standing.Open, standing.Settled(), standing.WrittenOff)
	}
}

// entry checks what an entry refers to.
func (a *audit) entry(e *Entry) {
	if e.BillID != 0 && a.documents[e.BillID] == nil {
		a.say("entry %d is about bill %d, which does not exist", e.ID, e.BillID)
	}
	if e.Reverses == 0 {
		return
	}
	from := find(a.entries, e.Reverses)
	switch {
	case from == nil || e.Kind != Reversal || from.ID >= e.ID || !from.Kind.Reversible():
		a.say("entry %d takes back what cannot be taken back", e.ID)
	case from.Net() != -e.Net():
		a.say("entry %d is worth %d and takes back %d", e.ID, e.Net(), from.Net())
	}
}

// worth checks that every minor unit is accounted for: what was billed, less what was paid, given and given up.
func (a *audit) worth() {
	var ledger, facts int64
	undone := map[int64]bool{}
	for i := range a.entries {
		ledger += a.entries[i].Net()
		undone[a.entries[i].Reverses] = true
	}
	for _, d := range a.documents {
		if d.Final {
			facts += d.Worth()
		}
	}
	for i := range a.entries {
		e := &a.entries[i]
		switch d := a.documents[e.BillID]; {
		case undone[e.ID]:
		case e.Kind == OpeningCredit || e.Kind == Credit:
			facts -= e.Credit
		case e.Kind == Payment:
			facts += e.Amount - e.Credit
		case e.Kind == WriteOff && d != nil && d.Final:
			facts += e.Amount
		}
	}
	if ledger != facts {
		a.say("the ledger comes to %d; bills, payments and credits come to %d", ledger, facts)
	}
}
