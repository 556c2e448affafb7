// Package contract holds what a customer has agreed to: billing groups, and the plans, charges and objects (lists,
// sites, whole servers) assigned to them.
//
// One contract is one group; its name is its key within the customer. Assignments have an optional start and end
// date, both inclusive; an open end is a sentinel of package period. An assignment that contradicts another (two
// plans of one group on one day, one object assigned twice on one day, an end before the start) can be stored: it
// keeps its customer out of bill runs until it is mended, and validation names it.
package contract

import "postmeter/internal/domain/period"

// Group is a billing group. Position orders groups within the customer, and assignments within the group.
type Group struct {
	ID       int64
	Position int64
	Name     string
	Plans    []Plan
	Charges  []Charge
	Objects  []Object
}

// Plan gives a hosting plan to a group.
type Plan struct {
	ID          int64
	Position    int64
	PlanID      int64
	Dates       period.Period
	Description string
}

// Charge gives an additional charge to a group.
type Charge struct {
	ID          int64
	Position    int64
	ChargeID    int64
	Amount      string // exact decimal; empty: the charge's own
	Quantity    string // exact decimal
	Dates       period.Period
	Description string
	Billed      bool // a one-time charge that was billed elsewhere, before it was entered
	OnBill      bool // a final bill of this database holds it; never stored with the assignment
}

// Object gives a list, a site, or a whole server to a group.
type Object struct {
	ID          int64
	Position    int64
	ServerID    int64  // of a list: the server it was assigned on
	Site        string // empty for a server
	ListID      int64  // 0 for a site or server
	Dates       period.Period
	Free        bool
	Description string
}

// PlanKey finds a plan's assignment again when a file is imported a second time.
type PlanKey struct {
	PlanID int64
	Start  period.Date
}

// Key returns the assignment's key.
func (p Plan) Key() PlanKey { return PlanKey{p.PlanID, p.Dates.Start} }

// ChargeKey finds a charge's assignment again.
type ChargeKey struct {
	ChargeID int64
	Start    period.Date
}

// Key returns the assignment's key.
func (c Charge) Key() ChargeKey { return ChargeKey{c.ChargeID, c.Dates.Start} }

// ObjectKey finds an object's assignment again. Of a list, only the list counts.
type ObjectKey struct {
	ListID, ServerID int64
	Site             string
	Start            period.Date
}

// Key returns the assignment's key.
func (o Object) Key() ObjectKey {
	if o.ListID != 0 {
		return ObjectKey{ListID: o.ListID, Start: o.Dates.Start}
	}
	return ObjectKey{ServerID: o.ServerID, Site: o.Site, Start: o.Dates.Start}
}

// At returns the position in the group.
func (p Plan) At() int64 { return p.Position }

// At returns the position in the group.
func (c Charge) At() int64 { return c.Position }

// At returns the position in the group.
func (o Object) At() int64 { return o.Position }
