package ledger

import (
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
)

// MaxDaysEarly is how many days before a bill's day of issue its payment may be dated: a bill that takes the place of
// a void one may have been paid before. What lies further back is a mistyped year.
const MaxDaysEarly = 366

// Money is a payment as somebody enters it.
type Money struct {
	Amount    int64 // above 0
	Day       period.Date
	Reference string // the payer's or the bank's words for it; may be empty
	Note      string
}

// Pay returns the entry of a payment for a final bill: it settles what is open, and the rest becomes credit. entries
// are all of the customer; today is the civil date of the booking.
//
// A payment that is there already is a Conflict: one of the same reference, or, without one, of the same day and amount.
func Pay(b *Bill, entries []Entry, m Money, today period.Date) (Entry, error) {
	if err := checkMoney(b, m, today); err != nil {
		return Entry{}, err
	}
	if err := checkTwice(b, entries, m); err != nil {
		return Entry{}, err
	}
	standing := StandingOf(entries, b.ID)
	settles := min(m.Amount, max(0, standing.Open))
	e := b.entry(Payment)
	e.Day, e.Reference, e.Note = m.Day, m.Reference, m.Note
	e.Amount, e.Credit = -settles, m.Amount-settles
	err := fits(entries, &e)
	return e, err
}

func checkMoney(b *Bill, m Money, today period.Date) error {
	switch {
	case m.Amount <= 0:
		return fault.At("--amount", "%s is no payment: it must be above 0; a wrong payment is taken back",
			text(m.Amount, b.Currency)).Typed("--reverse")
	case m.Day > today:
		return fault.At("--date", "%s is after today, %s: a payment is recorded when it has come in", m.Day, today)
	case m.Day < b.Day-MaxDaysEarly:
		return fault.At("--date", "%s is more than a year before bill %d was issued on %s: see the year", m.Day, b.ID, b.Day)
	}
	return nil
}

func checkTwice(b *Bill, entries []Entry, m Money) error {
	for i := range entries {
		e := &entries[i]
		if e.Kind != Payment || e.BillID != b.ID || e.Reference != m.Reference || Reversed(entries, e.ID) {
			continue
		}
		if m.Reference != "" {
			return fault.New(fault.Conflict, "bill %d has a payment with the reference %q already, entry %d of %s over %s; nothing was recorded",
				b.ID, m.Reference, e.ID, e.Day, text(-e.Net(), e.Currency))
		}
		if e.Day == m.Day && -e.Net() == m.Amount {
			return fault.New(fault.Conflict, "bill %d has this payment already, entry %d of %s over %s; nothing was recorded: "+
				"if it is another one, tell them apart by their references", b.ID, e.ID, e.Day, text(m.Amount, e.Currency)).Typed("--reference")
		}
	}
	return nil
}

// fits says whether the balance after an entry can be held.
func fits(entries []Entry, e *Entry) error {
	balance, err := BalanceOf(entries)
	if err == nil {
		_, err = balance.Plus(e)
	}
	return err
}

// Give returns the entry of credit that the operator gives a customer.
func Give(customerID int64, entries []Entry, amount money.Amount, day period.Date, reason string) (Entry, error) {
	if amount.Minor <= 0 {
		return Entry{}, fault.At("--amount", "%s is no credit: it must be above 0", text(amount.Minor, amount.Currency))
	}
	e := Entry{CustomerID: customerID, Kind: Credit, Day: day, Currency: amount.Currency, Credit: amount.Minor, Note: reason}
	err := fits(entries, &e)
	return e, err
}

// GiveUp returns the entry that writes off what is open on a final bill.
func GiveUp(b *Bill, entries []Entry, day period.Date, reason string) (Entry, error) {
	open := StandingOf(entries, b.ID).Open
	if open <= 0 {
		return Entry{}, fault.New(fault.Conflict, "nothing is open on bill %d", b.ID)
	}
	e := b.entry(WriteOff)
	e.Day, e.Amount, e.Note = day, -open, reason
	return e, nil
}
