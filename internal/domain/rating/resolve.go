package rating

import (
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

// Claim says in which way a list belongs to someone on a day.
type Claim uint8

// The claims.
const (
	Unclaimed Claim = iota // nobody has the list
	Foreign                // another customer has it
	FreeOfUse              // a free assignment of the customer
	Charged                // an assignment of the customer that is charged
)

// Owner says whose a list is on a day, by the most specific assignment.
type Owner struct {
	Claim  Claim
	Group  int // index of the group for FreeOfUse and Charged, else -1
	Object int // index of the assignment in the group's Objects (or in Others), else -1
	Plan   int // index of the assignment in the group's Plans in effect, else -1
}

// Span is a run of days on which a list has one owner.
type Span struct {
	Days  period.Period
	Owner Owner
}

// Coverage answers whose each list is on each day.
type Coverage struct{ spans [][]Span }

// Resolve works out the owner of every list on every day of in.Period. A plan
// counts only on the customer's days; assignments are taken as they are dated.
func Resolve(in *Input) (*Coverage, error) {
	return nil, fault.New(fault.Internal, "not built")
}

// Spans returns the runs of days of one list, in order and without gaps.
func (c *Coverage) Spans(list int32) []Span { return c.spans[list] }

// Owner returns the owner of a list on a day; Unclaimed outside the period.
func (c *Coverage) Owner(list int32, day period.Date) Owner {
	for _, s := range c.spans[list] {
		if s.Days.Contains(day) {
			return s.Owner
		}
	}
	return Owner{Claim: Unclaimed, Group: -1, Object: -1, Plan: -1}
}
