package rating

import "postmeter/internal/domain/period"

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
	Plan   int // index in the group's Plans of the assignment in effect, else -1
}

// Span is a run of days on which a list has one owner.
type Span struct {
	Days  period.Period
	Owner Owner
}

// Coverage answers whose each list is on each day.
type Coverage struct{ spans [][]Span }

// Resolve works out the owner of every list on every day of the period.
// Assignments count as they are dated; a plan is in effect only on the
// customer's days. Where several assignments of one plan overlap, Plan is the
// first of them. Errors are those of Rate's input.
func Resolve(in *Input) (*Coverage, error) {
	var r Rater
	r.in = in
	r.check(in)
	if err := ownProblems(r.problems); err != nil {
		return nil, err
	}
	r.cutPeriod()
	c := &Coverage{spans: make([][]Span, len(in.Lists))}
	for l := range in.Lists {
		claims := r.claims(&in.Lists[l])
		for day := in.Period.Start; day <= in.Period.End; {
			a, end := r.at(&claims, day, in.Period.End)
			c.spans[l] = r.appendSpans(c.spans[l], a, period.Period{Start: day, End: end})
			day = end + 1
		}
	}
	return c, nil
}

// appendSpans cuts days of one assignment at the group's plans.
func (r *Rater) appendSpans(spans []Span, a *assigned, days period.Period) []Span {
	owner := Owner{Claim: Unclaimed, Group: -1, Object: -1, Plan: -1}
	if a != nil {
		owner.Object = int(a.object)
	}
	switch {
	case a == nil:
		return append(spans, Span{days, owner})
	case a.group < 0:
		owner.Claim = Foreign
		return append(spans, Span{days, owner})
	case a.free:
		owner.Claim, owner.Group = FreeOfUse, int(a.group)
	default:
		owner.Claim, owner.Group = Charged, int(a.group)
	}
	gs := &r.groups[a.group]
	for _, run := range r.runs[gs.runFrom:gs.runTo] {
		active, ok := run.days.Intersect(r.window)
		if ok {
			active, ok = active.Intersect(days)
		}
		if !ok {
			continue
		}
		if active.Start > days.Start {
			spans = append(spans, Span{period.Period{Start: days.Start, End: active.Start - 1}, owner})
		}
		with := owner
		with.Plan = int(run.assignment)
		spans = append(spans, Span{active, with})
		days.Start = active.End + 1
	}
	if days.Valid() {
		spans = append(spans, Span{days, owner})
	}
	return spans
}

// Spans returns the runs of days of one list, in order and without gaps.
func (c *Coverage) Spans(list int32) []Span { return c.spans[list] }

// Owner returns the owner of a list on a day; Unclaimed outside the period.
func (c *Coverage) Owner(list int32, day period.Date) Owner {
	spans := c.spans[list]
	from, to := 0, len(spans)
	for from < to {
		mid := (from + to) / 2
		if spans[mid].Days.End < day {
			from = mid + 1
		} else {
			to = mid
		}
	}
	if from < len(spans) && spans[from].Days.Contains(day) {
		return spans[from].Owner
	}
	return Owner{Claim: Unclaimed, Group: -1, Object: -1, Plan: -1}
}
