package account

import (
	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/period"
)

// Rows are what is stored about one customer. Groups and assignments come in the order of their positions.
type Rows struct {
	Customer customer.Customer
	Credit   int64 // minor units, of the ledger
	Groups   []GroupRow
	Plans    []PlanRow
	Charges  []ChargeRow
	Objects  []ObjectRow
	Billed   map[int64]bool // charge assignments that stand on another bill already; nil for none
	Bills    []Bill
	Waivers  []period.Period
}

// GroupRow is a billing group.
type GroupRow struct {
	ID, Position int64
	Name         string
}

// PlanRow gives a plan to a group.
type PlanRow struct {
	Group, ID, Position, Plan int64
	Dates                     period.Period
}

// ChargeRow gives a charge to a group.
type ChargeRow struct {
	Group, ID, Position, Charge int64
	Amount, Quantity            string // exact decimals; an empty amount is the charge's own
	Dates                       period.Period
	Billed                      bool
}

// ObjectRow gives a list, a site or a server to a group.
type ObjectRow struct {
	Customer, Group, ID, Position int64
	Server                        int64
	Site                          string
	List                          int64
	Dates                         period.Period
	Free                          bool
}

// ListRow is a list under all the names that it had.
type ListRow struct {
	ID    int64
	Life  period.Period
	Gone  period.Date
	Names []Name // by first day
	Usage []Sum
	// Earlier is usage before the period that no bill can have covered.
	Earlier []Sum
	// Members are readings of the period and the latest one before it, by day.
	Members []Reading
}

// Name is what a list is called on some days, and where.
type Name struct {
	Days       period.Period
	Server     int64
	Site, Name string
}

// Sum is usage of one list; see rating.Sum.
type Sum struct {
	Day                                      period.Date
	KB, Messages, Recipients, RecipientBytes int64
}

// Reading is a number of members of one list.
type Reading struct {
	Day     period.Date
	Members int64
}

// OtherRow is an assignment of an object to another customer.
type OtherRow struct {
	ObjectRow
	Company string // known where it is the very same object
}

// slot returns the days on which name i of a list counts for assignments and usage: names follow each other without
// gaps, and the first and the last have no end, since a list that sent on a day was called something.
func (l *ListRow) slot(i int) period.Period {
	days := period.Period{Start: period.First, End: period.Last}
	if i > 0 {
		days.Start = l.Names[i].Days.Start
	}
	if i+1 < len(l.Names) {
		days.End = l.Names[i+1].Days.Start - 1
	}
	return days
}
