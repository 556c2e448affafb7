package rating

import (
	"fmt"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
)

// Limits of an input.
const (
	MaxDays = 36525   // days of a period: a hundred years
	MaxKB   = 1 << 54 // KB of a size class; all that an int64 of bytes can have
)

// check finds the problems of an input, and prepares what only a sound input
// has: the runs of plans, and the sorted assignments.
func (r *Rater) check(in *Input) {
	r.problems = r.problems[:0]
	if in.Currency == (money.Currency{}) {
		r.problem(BadValue, -1, "currency", "is missing")
	}
	r.checkPeriod(in.Period)
	if !in.Customer.Dates.Valid() {
		r.endsEarly(-1, "customer", in.Customer.Dates)
	}
	if in.Customer.Credit < 0 {
		r.problem(BadValue, -1, "customer.credit", "must not be negative")
	}
	for i := range in.Lists {
		if !in.Lists[i].Dates.Valid() {
			r.endsEarly(-1, fmt.Sprintf("lists[%d]", i), in.Lists[i].Dates)
		}
	}
	r.checkUsage(in)
	r.runs, r.groups = r.runs[:0], r.groups[:0]
	for g := range in.Customer.Groups {
		r.checkGroup(g, &in.Customer.Groups[g])
	}
	r.sortAssignments(in)
	r.checkTwice()
}

func (r *Rater) checkPeriod(p period.Period) {
	switch {
	case !p.Valid():
		r.endsEarly(-1, "period", p)
	case p.Days() > MaxDays:
		r.problem(BadValue, -1, "period", "is too long: at most %d days", MaxDays)
	}
}

func (r *Rater) checkUsage(in *Input) {
	lists := uint32(len(in.Lists))
	for i := range in.Usage {
		s := &in.Usage[i]
		if uint32(s.List) >= lists {
			r.problem(BadReference, -1, fmt.Sprintf("usage[%d]", i), "is of a list that is not there")
		} else if uint64(s.KB) > MaxKB {
			r.problem(BadValue, -1, fmt.Sprintf("usage[%d]", i), "has a size that cannot be")
		}
	}
	for i := range in.Members {
		m := &in.Members[i]
		if uint32(m.List) >= lists {
			r.problem(BadReference, -1, fmt.Sprintf("members[%d]", i), "is of a list that is not there")
		} else if m.Members < 0 {
			r.problem(BadValue, -1, fmt.Sprintf("members[%d].members", i), "must not be negative")
		}
	}
}

func (r *Rater) checkGroup(g int, group *Group) {
	for i := range group.Plans {
		a := &group.Plans[i]
		if a.Plan == nil {
			r.problem(BadReference, g, fmt.Sprintf("customer.groups[%d].plans[%d].plan", g, i), "is missing")
		} else if !a.Dates.Valid() {
			r.endsEarly(g, fmt.Sprintf("customer.groups[%d].plans[%d]", g, i), a.Dates)
		}
	}
	for i := range group.Charges {
		a := &group.Charges[i]
		switch {
		case a.Charge == nil:
			r.problem(BadReference, g, fmt.Sprintf("customer.groups[%d].charges[%d].charge", g, i), "is missing")
		case a.Quantity.Sign() < 0:
			r.problem(BadValue, g, fmt.Sprintf("customer.groups[%d].charges[%d].quantity", g, i), "must not be negative")
		case !a.Dates.Valid() || !a.Valid.Valid():
			r.endsEarly(g, fmt.Sprintf("customer.groups[%d].charges[%d]", g, i), a.Dates)
		}
	}
	r.groups = append(r.groups, groupState{runFrom: int32(len(r.runs))})
	if len(r.problems) == 0 {
		r.mergePlans(g, group)
	}
	r.groups[g].runTo = int32(len(r.runs))
}

func (r *Rater) problem(code ProblemCode, group int, place, format string, args ...any) {
	r.problems = append(r.problems, Problem{Code: code, Group: group, Other: -1, Fault: fault.At(place, format, args...)})
}

func (r *Rater) endsEarly(group int, place string, p period.Period) {
	r.problem(EndsBeforeStart, group, place, "ends before it starts: %s", p)
}
