package rating

import (
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
)

// Input is all that a quote depends on. Rate does not change it.
type Input struct {
	Currency money.Currency
	Period   period.Period // the billing period, both ends inside
	Customer Customer
	Others   []Object  // assigned to other customers; Free says nothing there
	Lists    []List    // every list that Usage or Members name
	Usage    []Sum     // charged deliveries only, in any order; other days than the period's are left out
	Members  []Reading // of the period, and for each list the latest one before it, in any order
	Late     []Line    // corrections of earlier bills, which the bill run has worked out; they come after all other lines
}

// Customer is the customer that is billed.
type Customer struct {
	Free   bool          // payment method free: lines are taken back
	Dates  period.Period // outside of them nothing is active
	Credit int64         // minor units, from earlier bills, not below 0
	Groups []Group
}

// Group is a billing group: one contract.
type Group struct {
	Name    string
	Plans   []PlanAssignment
	Charges []ChargeAssignment
	Objects []Object
}

// PlanAssignment gives a plan version to a group for some days. Versions of one
// plan (same id, other version) act as different plans.
type PlanAssignment struct {
	Plan  *Plan
	Dates period.Period
}

// ChargeAssignment gives a charge version to a group. An assignment whose charge
// has several versions is given once for each, with the same Dates and the days
// of the version in Valid: what is due as a whole is then due once, at the price
// of its day.
type ChargeAssignment struct {
	Charge   *Charge
	Amount   *money.Decimal // nil: the charge's
	Quantity money.Decimal  // not below 0
	Dates    period.Period
	Valid    period.Period // days of the version; the zero value is all of them
	Billed   bool          // a one-time charge that a sent invoice holds already
}

// Object is a server, a site (List is empty) or a list, for some days.
type Object struct {
	Server string
	Site   string // empty: the whole server
	List   string // empty: the whole site
	Dates  period.Period
	Free   bool
}

// List is a mailing list with its recorded life.
type List struct {
	Server, Site, Name string
	Dates              period.Period
}

// Path returns server/site/list, the name of a list's item.
func (l *List) Path() string { return l.Server + "/" + l.Site + "/" + l.Name }

// Sum is rolled-up usage: the deliveries of one list on one day in one size
// class. Any number of sums may share list, day and class. Corrections may make
// them negative; a net quantity below 0 counts as 0.
type Sum struct {
	List           int32 // index in Input.Lists
	Day            period.Date
	KB             int64 // size class: bytes of a message rounded up to whole KB
	Messages       int64
	Recipients     int64
	RecipientBytes int64 // bytes times recipients, summed
}

// Reading is the number of members of a list at the end of a day.
type Reading struct {
	List    int32 // index in Input.Lists
	Day     period.Date
	Members int64
}
