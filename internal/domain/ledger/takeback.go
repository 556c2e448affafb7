package ledger

import (
	"fmt"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

// TakeBack returns the entry that reverses another: a payment that never came or was for somebody else, credit given by
// mistake, a write-off that was paid after all. entries are all of the customer.
//
// What a payment brought is taken from the credit that it or others left over on its bill, as far as that is still
// there, and the rest is owed again. If the bill never owed so much, the credit was spent by other bills: that is a
// Conflict which names them, since those bills say something that is not true any more.
func TakeBack(entries []Entry, id int64, day period.Date, reason string) (Entry, error) {
	from := find(entries, id)
	switch {
	case from == nil:
		return Entry{}, fault.New(fault.NotFound, "this customer's ledger has no entry %d: look at the customer's account", id).Typed(`see "postmeter customer statement"`)
	case from.Kind == Reversal:
		return Entry{}, fault.New(fault.Conflict, "entry %d takes entry %d back itself: record the payment again instead", id, from.Reverses)
	case !from.Kind.Reversible():
		return Entry{}, fault.New(fault.Conflict, "entry %d is no payment (%s): a bill is taken back by voiding it", id, from.Kind).Typed(`"postmeter bill void"`)
	case Reversed(entries, id):
		return Entry{}, fault.New(fault.Conflict, "entry %d was taken back already", id)
	}
	e := Entry{CustomerID: from.CustomerID, BillID: from.BillID, Kind: Reversal, Reverses: id, Day: day, Currency: from.Currency, Note: reason}
	standing := StandingOf(entries, from.BillID)
	balance, err := BalanceOf(entries)
	if err != nil {
		return Entry{}, err
	}
	switch {
	case from.Kind == WriteOff && standing.Void:
		return Entry{}, fault.New(fault.Conflict, "bill %d is void: nothing of it is owed", from.BillID)
	case from.Kind == Payment && !standing.Void:
		spare := min(-from.Net(), standing.Surplus, balance.Credit)
		e.Amount, e.Credit = -from.Net()-spare, -spare
		if missing := e.Amount - standing.Settled(); missing > 0 {
			return Entry{}, spent(entries, id, missing, balance, "entry "+fmt.Sprint(id))
		}
	case from.Kind == WriteOff:
		e.Amount = -from.Amount
	default: // credit, or a payment that the credit note turned into credit
		e.Credit = from.Net()
		if missing := -(balance.Credit + e.Credit); missing > 0 {
			return Entry{}, spent(entries, id, missing, balance, "entry "+fmt.Sprint(id))
		}
	}
	return e, nil
}

// CancelBill returns the entry of the credit note for a final bill: nothing of it is owed any more, the credit that it
// spent is there again, the credit that it gave is gone, and what had been paid is credit. Credit that it gave and that
// was spent since is a Conflict which names the bills that spent it.
func CancelBill(b *Bill, entries []Entry, day period.Date, reason string) (Entry, error) {
	standing := StandingOf(entries, b.ID)
	balance, err := BalanceOf(entries)
	if err != nil {
		return Entry{}, err
	}
	e := b.entry(CreditNote)
	e.Day, e.Note = day, reason
	e.Amount = -standing.Open
	e.Credit = b.CreditApplied + standing.Settled() - b.CreditAdded
	if missing := -(balance.Credit + e.Credit); missing > 0 {
		return Entry{}, spent(entries, firstOf(entries, b.ID), missing, balance, fmt.Sprintf("bill %d", b.ID))
	}
	err = fits(entries, &e)
	return e, err
}

// firstOf returns the id of the first entry about a bill.
func firstOf(entries []Entry, billID int64) int64 {
	for i := range entries {
		if entries[i].BillID == billID {
			return entries[i].ID
		}
	}
	return 0
}

// spent is the fault of taking back credit that is gone.
func spent(entries []Entry, since, missing int64, balance Balance, what string) error {
	c := entries[0].Currency
	var bills []string
	for _, id := range spenders(entries, since) {
		bills = append(bills, fmt.Sprint(id))
	}
	return fault.New(fault.Conflict, "%s gave credit that was spent: %s is missing and %s of credit is left; nothing was changed: "+
		"first void what spent it (bill %s), and bill that again afterwards", what, text(missing, c), text(balance.Credit, c), strings.Join(bills, ", then "))
}
