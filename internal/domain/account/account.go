package account

import (
	"postmeter/internal/domain/catalog"
	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

// Account is one customer with all that a bill of one period depends on. It is never changed once it is built.
type Account struct {
	Customer customer.Customer // what a bill depends on; contact, phone, note and the like may be left empty
	Input    rating.Input
	Groups   []Group // parallel to Input.Customer.Groups
	Lists    []List  // parallel to Input.Lists
	Others   []Other // parallel to Input.Others
	Bills    []Bill  // those that are not void, by first day
	Waivers  []period.Period

	// Earlier is usage before the period, after the last day that a bill can cover, of a customer who is inactive
	// or has ended.
	Earlier []rating.Sum

	// FirstUsage is the first day of the month in which the customer's lists first sent anything. It is known, and
	// not period.Last, only for a customer with an open start and no bill: nothing else tells since when to bill.
	FirstUsage period.Date

	index *objectIndex // nil for a small account
}

// Group ties a group of the input back to what it was made from.
type Group struct {
	ID      int64
	Plans   []Plan   // parallel to the input's Plans
	Charges []Charge // parallel to the input's Charges
	Objects []Object // parallel to the input's Objects
}

// Plan is the assignment behind an entry of the input; one over several versions of a plan has several.
type Plan struct {
	Assignment int64
	Limits     *catalog.Limits
}

// Charge is the assignment behind an entry of the input.
type Charge struct{ Assignment int64 }

// Object is the assignment behind an entry of the input; a list that had several names has several.
type Object struct {
	Assignment int64
	List       int64 // 0 for a site or server
}

// List is the identity behind a name of the input.
type List struct {
	ID     int64
	Gone   period.Date // the day on which its server no longer had it; period.Last while it has
	Server *Server
}

// Server is a hosting server as far as bills are concerned.
type Server struct {
	ID           int64
	Name         string
	Kind         string
	BilledSource string // listserver or mailserver
	SyncedAt     int64  // UTC microseconds, 0: never
}

// Other is who has an object of Input.Others. Company is known where both have the very same object.
type Other struct {
	Customer int64
	Company  string
}

// Bill is a bill that exists, draft or final.
type Bill struct {
	ID    int64
	Days  period.Period
	Final bool
}

// UsesMembers says whether any plan of the account counts members, or limits them.
func (a *Account) UsesMembers() bool {
	for g := range a.Groups {
		for p, plan := range a.Groups[g].Plans {
			if plan.Limits != nil && (plan.Limits.Members > 0 || plan.Limits.MembersPerList > 0) {
				return true
			}
			if countsMembers(a.Input.Customer.Groups[g].Plans[p].Plan) {
				return true
			}
		}
	}
	return false
}

func countsMembers(p *rating.Plan) bool {
	spec := p.Spec()
	for i := range spec.Usage {
		if spec.Usage[i].Method == rating.Members {
			return true
		}
	}
	return false
}
