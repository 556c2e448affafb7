package rating

import (
	"slices"

	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
)

// Kind says what a line is for.
type Kind uint8

// The kinds of lines. Late lines are made by bill runs alone.
const (
	KindPlan Kind = iota
	KindOverage
	KindMinimum
	KindCharge
	KindComplimentary
	KindLate
)

// Quote is the outcome: lines, sums, and what was odd. All amounts are in minor
// units of the input's currency.
//
// Total + CreditApplied - (credit added by a negative subtotal) = Subtotal, always.
type Quote struct {
	Lines         []Line
	Subtotal      int64
	Tax           int64 // room for taxes between subtotal and total, now 0
	CreditApplied int64
	Total         int64
	CreditLeft    int64
	Warnings      []Warning
}

// Line is one line of a bill. Fields that do not apply are zero, but for the
// indexes, which are -1.
type Line struct {
	Group       int // index of the group; -1 for complimentary
	Month       period.Month
	Kind        Kind
	Ref         string // id of the plan or charge
	Version     int64  // version id of the plan or charge
	Charge      int    // index of the charge's assignment in the group, -1
	Component   int    // index of the component in the plan, -1
	Method      Method // of overage lines
	Object      string // the item: "", server, or server/site/list
	List        int32  // index of the list of a list item, -1
	Days        int    // active days
	DaysInMonth int
	Quantity    money.Decimal // rounded to six decimals
	Amount      int64
	Tax         int64 // room for taxes, now 0
}

// Warning is something odd that was not charged. There is one for each list
// that had usage on days on which its group had no plan.
type Warning struct {
	Group      int   // index of the first such group
	List       int32 // index in Input.Lists
	Day        period.Date
	Recipients int64 // on all days without a plan
}

// Clone returns a copy that the next call of Rate leaves alone.
func (q *Quote) Clone() *Quote {
	c := *q
	c.Lines = slices.Clone(q.Lines)
	c.Warnings = slices.Clone(q.Warnings)
	return &c
}
