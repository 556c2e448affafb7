package invoice

import (
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
)

// Bill is a bill as a run makes it and as it is stored. Amounts are minor units of Currency.
type Bill struct {
	CustomerID, ID int64 // ID is 0 until it is stored
	Period         period.Period
	Currency       money.Currency
	Subtotal       int64
	Tax            int64 // room for taxes, now 0
	CreditApplied  int64
	Total          int64
	CreditLeft     int64
	Made           Revisions
	Warnings       []string // what was odd, for the operator
	Usage          string   // JSON of UsageRow: what each list sent, small and quiet on the invoice
	Lines          []Line
	Tested         bool // of a stored draft: it was mailed to the operator
}

// Line is a line of a bill. Fields that do not apply are empty, 0, or -1 for Component.
type Line struct {
	GroupID     int64
	Group       string
	Month       period.Month
	Kind        string
	Ref         string // code of the plan or charge
	Version     int64  // of the plan or charge
	Assignment  int64  // of a charge
	Component   int64  // of the plan
	Method      string
	ListID      int64 // of an item that is a list
	Object      string
	Days        int64
	DaysInMonth int64
	Quantity    string // exact decimal
	Amount      int64
	Tax         int64
}

// Revisions say which state of the inputs a bill was made from. Each grows with a change of what it counts.
type Revisions struct{ Customer, Catalog, Settings, Usage int64 }

// Credit returns the credit that the customer had when the bill was made.
func (b *Bill) Credit() int64 { return b.CreditLeft + b.CreditApplied + min(0, b.Subtotal+b.Tax) }

// SameContent says whether two bills tell their customer the same: all but id and revisions.
func (b *Bill) SameContent(o *Bill) bool {
	if b.Currency != o.Currency || b.Subtotal != o.Subtotal || b.Tax != o.Tax || b.CreditApplied != o.CreditApplied ||
		b.Total != o.Total || b.CreditLeft != o.CreditLeft || b.Usage != o.Usage ||
		len(b.Lines) != len(o.Lines) || len(b.Warnings) != len(o.Warnings) {
		return false
	}
	for i := range b.Lines {
		if b.Lines[i] != o.Lines[i] {
			return false
		}
	}
	for i := range b.Warnings {
		if b.Warnings[i] != o.Warnings[i] {
			return false
		}
	}
	return true
}
