package evidence

import (
	"postmeter/internal/domain/account"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
	"postmeter/internal/domain/statement"
)

// Case is a line with what it is explained from.
type Case struct {
	Facts   *statement.Facts
	Line    *statement.Line
	Account *account.Account // of the bill's period, as known now
	cover   *rating.Coverage
	item    *item // nil unless a plan is behind the line
	trouble error // the contract contradicts itself by now
}

// NewCase prepares the explanation of a line.
func NewCase(f *statement.Facts, l *statement.Line, a *account.Account) *Case {
	c := &Case{Facts: f, Line: l, Account: a}
	plan, ok := f.Plans[l.Version]
	if !ok || l.Kind == statement.KindCharge {
		return c
	}
	cover, err := rating.Resolve(&a.Input)
	if err != nil {
		c.trouble = err
		return c
	}
	c.cover = cover
	scope := plan.Spec.Scope
	if l.Kind == statement.KindMinimum {
		scope = rating.ScopeGroup // the minimum is the plan's, whatever its items are
	}
	c.item = newItem(a, cover, scope, l)
	return c
}

// Want asks for the deliveries of a list on some days.
type Want struct {
	List   int64 // id
	Days   period.Period
	Source string // the one that bills on the list's server; what was reported counts besides
}

// Wanted says which deliveries explain the line: those of the item's lists, on the days on which they belong to it.
// Lists that sent nothing are left out.
func (c *Case) Wanted() (wants []Want) {
	if c.component() == nil || c.Line.Method == statement.MethodMembers {
		return nil
	}
	days := map[int32]period.Period{} // from the first to the last day with usage
	for i := range c.Account.Input.Usage {
		u := &c.Account.Input.Usage[i]
		d, ok := days[u.List]
		if !ok {
			d = period.Period{Start: u.Day, End: u.Day}
		}
		days[u.List] = period.Period{Start: min(d.Start, u.Day), End: max(d.End, u.Day)}
	}
	for _, list := range c.item.lists {
		d, ok := days[list]
		if !ok {
			continue
		}
		for _, run := range c.item.charged(list, d) {
			id := c.Account.Lists[list].ID
			wants = append(wants, Want{List: id, Days: run, Source: c.billedSource(id)})
		}
	}
	return wants
}

// billedSource is that of the server which the list was on at the end of the period.
func (c *Case) billedSource(id int64) (source string) {
	for i := range c.Account.Lists {
		l := &c.Account.Lists[i]
		if l.ID == id && l.Server != nil && (source == "" || c.Account.Input.Lists[i].Dates.Start <= c.Account.Input.Period.End) {
			source = l.Server.BilledSource
		}
	}
	return source
}

// charged returns the runs of days, within some, on which a list's usage belongs to the item.
func (it *item) charged(list int32, within period.Period) (runs []period.Period) {
	within, ok := within.Intersect(it.days)
	if !ok {
		return nil
	}
	for day := within.Start; day <= within.End; day++ {
		if !it.planned(day) || !it.holds(list, day) {
			continue
		}
		if n := len(runs); n > 0 && runs[n-1].End == day-1 {
			runs[n-1].End = day
		} else {
			runs = append(runs, period.Period{Start: day, End: day})
		}
	}
	return runs
}

// component is the priced meter of an overage line, nil of any other.
func (c *Case) component() *rating.ComponentSpec {
	plan, ok := c.Facts.Plans[c.Line.Version]
	if !ok || c.item == nil || c.Line.Kind != statement.KindOverage || c.Line.Component < 0 || c.Line.Component >= len(plan.Spec.Usage) {
		return nil
	}
	return &plan.Spec.Usage[c.Line.Component]
}
