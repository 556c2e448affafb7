package evidence

import (
	"postmeter/internal/domain/account"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
	"postmeter/internal/domain/statement"
)

// item is what a line of a plan is about: a whole group, one server, or one list, in one month.
type item struct {
	account *account.Account
	line    *statement.Line
	scope   rating.Scope
	group   int // index, -1 if the group is no more
	days    period.Period
	cover   *rating.Coverage
	lists   []int32          // those that may belong to it
	sent    map[listDay]bool // lists live on days on which they sent
}

type listDay struct {
	list int32
	day  period.Date
}

// newItem finds the item of a line in the account.
func newItem(a *account.Account, cover *rating.Coverage, scope rating.Scope, l *statement.Line) *item {
	it := &item{account: a, line: l, scope: scope, group: -1, cover: cover, sent: map[listDay]bool{}}
	for g := range a.Groups {
		if a.Groups[g].ID == l.GroupID {
			it.group = g
		}
	}
	days, ok := a.Input.Period.Intersect(l.Month.Period())
	if ok {
		days, ok = days.Intersect(a.Input.Customer.Dates)
	}
	if !ok {
		days = period.Period{Start: 1, End: 0}
	}
	it.days = days
	for i := range a.Input.Lists {
		list := &a.Input.Lists[i]
		if scope == rating.ScopeGroup || scope == rating.ScopeServer && list.Server == l.Object || scope == rating.ScopeList && list.Path() == l.Object {
			it.lists = append(it.lists, int32(i))
		}
	}
	for i := range a.Input.Usage {
		if u := &a.Input.Usage[i]; u.Recipients > 0 {
			it.sent[listDay{u.List, u.Day}] = true
		}
	}
	return it
}

// planned says whether the line's version of the plan is in effect on a day.
func (it *item) planned(day period.Date) bool {
	if it.group < 0 || !it.days.Contains(day) {
		return false
	}
	for _, p := range it.account.Input.Customer.Groups[it.group].Plans {
		if p.Plan.Version() == it.line.Version && p.Dates.Contains(day) {
			return true
		}
	}
	return false
}

// holds says whether what one of the item's lists did on a day belongs to the item: the list is the group's, and charged.
func (it *item) holds(list int32, day period.Date) bool {
	owner := it.cover.Owner(list, day)
	return owner.Claim == rating.Charged && owner.Group == it.group
}

// lives says whether a list exists on a day.
func (it *item) lives(list int32, day period.Date) bool {
	return it.account.Input.Lists[list].Dates.Contains(day) || it.sent[listDay{list, day}]
}

// active returns the item's active days.
func (it *item) active() (days []period.Date) {
	for day := it.days.Start; day <= it.days.End; day++ {
		if it.planned(day) && (it.scope == rating.ScopeGroup || it.serverAssigned(day) || it.anyList(day)) {
			days = append(days, day)
		}
	}
	return days
}

func (it *item) anyList(day period.Date) bool {
	for _, list := range it.lists {
		if it.holds(list, day) && it.lives(list, day) {
			return true
		}
	}
	return false
}

// serverAssigned says whether the item is a server that is itself given to the group, and not free.
func (it *item) serverAssigned(day period.Date) bool {
	if it.scope != rating.ScopeServer {
		return false
	}
	for _, o := range it.account.Input.Customer.Groups[it.group].Objects {
		if o.Server == it.line.Object && o.Site == "" && o.List == "" && !o.Free && o.Dates.Contains(day) {
			return true
		}
	}
	return false
}

// spans joins days into runs.
func spans(days []period.Date) []Span {
	out := []Span{}
	for i := 0; i < len(days); {
		j := i
		for j+1 < len(days) && days[j+1] == days[j]+1 {
			j++
		}
		out = append(out, Span{days[i].String(), days[j].String()})
		i = j + 1
	}
	return out
}
