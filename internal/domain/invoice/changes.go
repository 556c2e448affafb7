package invoice

import (
	"cmp"
	"slices"

	"postmeter/internal/domain/money"
)

// Cause is why a bill comes to another amount than an earlier one of the same customer.
type Cause string

// The causes.
const (
	ByUsage   Cause = "usage"   // more or less was sent, or had as members: overage and minimum lines
	ByPlan    Cause = "plan"    // another plan, another price, or more or fewer items of it
	ByDays    Cause = "days"    // the same plans on more or fewer days
	ByCharges Cause = "charges" // additional charges
	ByLate    Cause = "late"    // corrections of earlier bills
	ByFree    Cause = "free"    // what a customer who pays nothing gets back
)

// Part is how much of a change has one cause, in minor units.
type Part struct {
	Cause  Cause
	Amount int64
}

// Changes takes the difference between two bills' subtotals apart by its causes, the largest first. The parts add up to the
// difference, exactly; a cause without an amount is left out.
func Changes(before, after []Line) ([]Part, error) {
	var parts changes
	for i := range after {
		parts.add(&after[i], 1)
	}
	for i := range before {
		parts.add(&before[i], -1)
	}
	if parts.err != nil {
		return nil, parts.err
	}
	days, err := daysPart(before, after)
	if err != nil {
		return nil, err
	}
	parts.move(ByPlan, ByDays, days)
	out := parts.list
	out = slices.DeleteFunc(out, func(p Part) bool { return p.Amount == 0 })
	slices.SortStableFunc(out, func(a, b Part) int {
		return cmp.Or(cmp.Compare(magnitude(b.Amount), magnitude(a.Amount)), cmp.Compare(a.Cause, b.Cause))
	})
	return out, parts.err
}

type changes struct {
	list []Part
	err  error
}

func (c *changes) add(l *Line, sign int64) {
	cause := ByPlan
	switch l.Kind {
	case "overage", "minimum":
		cause = ByUsage
	case "charge":
		cause = ByCharges
	case "late":
		cause = ByLate
	case "complimentary":
		cause = ByFree
	}
	c.sum(cause, sign*l.Amount)
}

func (c *changes) sum(cause Cause, amount int64) {
	at := slices.IndexFunc(c.list, func(p Part) bool { return p.Cause == cause })
	if at < 0 {
		c.list, at = append(c.list, Part{Cause: cause}), len(c.list)
	}
	sum, err := money.AddMinor(c.list[at].Amount, amount)
	if err != nil {
		c.err = err
	}
	c.list[at].Amount = sum
}

func (c *changes) move(from, to Cause, amount int64) {
	if amount != 0 {
		c.sum(from, -amount)
		c.sum(to, amount)
	}
}

// item is what a plan line is about, whatever the month.
type item struct {
	group, version int64
	ref, object    string
}

// active is on how much of its months a plan's item was billed.
type active struct {
	days, of int64 // of the plan lines, added up
	amount   int64
}

// daysPart is how much of the difference of plan lines comes from days: of the items that both bills have at one price, and
// that one of them has not on all days.
func daysPart(before, after []Line) (sum int64, err error) {
	was, is := itemsOf(before), itemsOf(after)
	for key, b := range was {
		a, both := is[key]
		if !both || a.days*b.of == b.days*a.of {
			continue
		}
		if sum, err = money.AddMinor(sum, a.amount-b.amount); err != nil {
			return 0, err
		}
	}
	return sum, nil
}

func itemsOf(lines []Line) map[item]active {
	out := map[item]active{}
	for i := range lines {
		l := &lines[i]
		if l.Kind != "plan" {
			continue
		}
		key := item{l.GroupID, l.Version, l.Ref, l.Object}
		v := out[key]
		v.days, v.of, v.amount = v.days+l.Days, v.of+l.DaysInMonth, v.amount+l.Amount
		out[key] = v
	}
	return out
}

func magnitude(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}
