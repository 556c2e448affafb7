package ledger

import (
	"slices"

	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
)

// Kind says what an entry is.
type Kind string

// The kinds.
const (
	OpeningCredit Kind = "opening_credit" // credit that the customer brought along
	Invoice       Kind = "invoice"        // a bill became final: its total is owed, the credit that it applied is spent
	CarryOver     Kind = "carry_over"     // a bill came to less than nothing: the rest is credit for the next ones
	Payment       Kind = "payment"        // money came in for a bill; what is too much becomes credit
	Credit        Kind = "credit"         // the operator gave credit
	CreditNote    Kind = "credit_note"    // a final bill was taken back
	WriteOff      Kind = "write_off"      // what is open on a bill is given up
	Reversal      Kind = "reversal"       // a payment, a credit or a write-off was wrong and is taken back
)

// Kinds lists every kind.
var Kinds = []Kind{OpeningCredit, Invoice, CarryOver, Payment, Credit, CreditNote, WriteOff, Reversal}

// Reversible says whether entries of a kind can be taken back. A bill is taken back by a credit note instead.
func (k Kind) Reversible() bool { return k == Payment || k == Credit || k == WriteOff }

// Entry is one row of a customer's ledger.
type Entry struct {
	CustomerID, ID int64 // ids of a customer rise in the order of booking
	At             int64 // UTC microseconds of the booking
	Day            period.Date
	Kind           Kind
	Currency       money.Currency
	Amount         int64  // what the customer owes more (positive) or less (negative)
	Credit         int64  // what the customer's credit grows by
	BillID         int64  // 0: none
	Reverses       int64  // the entry that a Reversal takes back, else 0
	Reference      string // of a Payment: the payer's or the bank's words for it
	Note           string // why
}

// Net is what the entry is worth: what the customer owes more, less the credit that it brings.
func (e *Entry) Net() int64 { return e.Amount - e.Credit }

// Bill is what the ledger knows of a bill. Subtotal plus tax is Total + CreditApplied - CreditAdded.
type Bill struct {
	CustomerID, ID int64
	Day            period.Date // of issue
	Currency       money.Currency
	Total          int64 // owed, 0 or more
	CreditApplied  int64 // credit that it spends, 0 or more
	CreditAdded    int64 // credit that it gives, 0 or more
}

// Worth is what the bill bills: its subtotal and tax.
func (b *Bill) Worth() int64 { return b.Total + b.CreditApplied - b.CreditAdded }

// Balance is what a customer owes and has.
type Balance struct {
	Owed   int64 // open on final bills
	Credit int64 // for the next bill
}

// Plus returns the balance after an entry.
func (b Balance) Plus(e *Entry) (Balance, error) {
	owed, err := money.AddMinor(b.Owed, e.Amount)
	if err != nil {
		return b, err
	}
	credit, err := money.AddMinor(b.Credit, e.Credit)
	return Balance{owed, credit}, err
}

// BalanceOf adds up entries.
func BalanceOf(entries []Entry) (b Balance, err error) {
	for i := range entries {
		if b, err = b.Plus(&entries[i]); err != nil {
			return b, err
		}
	}
	return b, nil
}

// Reversed says whether an entry was taken back.
func Reversed(entries []Entry, id int64) bool {
	return slices.ContainsFunc(entries, func(e Entry) bool { return e.Reverses == id })
}
