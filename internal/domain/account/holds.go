package account

import (
	"slices"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

// Simple says whether every assignment is of a list and nobody else has a claim: then whoever holds a list on a day
// also owns it.
func (a *Account) Simple() bool {
	if len(a.Others) > 0 {
		return false
	}
	for g := range a.Groups {
		for _, o := range a.Groups[g].Objects {
			if o.List == 0 {
				return false
			}
		}
	}
	return true
}

// Holds says whether an assignment of the customer names a list, its site, or its server, on a day. Another
// customer's may be more specific.
func (a *Account) Holds(list int32, day period.Date) bool {
	return a.HoldsIn(list, period.Period{Start: day, End: day})
}

// HoldsIn is Holds for any day of some.
func (a *Account) HoldsIn(list int32, days period.Period) bool {
	for g := range a.Groups {
		if a.holds(g, list, days) {
			return true
		}
	}
	return false
}

// HoldsInGroup is Holds for the assignments of one group.
func (a *Account) HoldsInGroup(g int, list int32, day period.Date) bool {
	return a.holds(g, list, period.Period{Start: day, End: day})
}

func (a *Account) holds(g int, list int32, days period.Period) bool {
	l := &a.Input.Lists[list]
	if a.index == nil {
		for i := range a.Input.Customer.Groups[g].Objects {
			if o := &a.Input.Customer.Groups[g].Objects[i]; covers(o, l) && o.Dates.Overlaps(days) {
				return true
			}
		}
		return false
	}
	return a.anyHolds(a.index.lists[a.Lists[list].ID], g, l, days) || a.anyHolds(a.index.places, g, l, days)
}

func (a *Account) anyHolds(refs []objectRef, g int, l *rating.List, days period.Period) bool {
	for _, ref := range refs {
		o := &a.Input.Customer.Groups[ref.group].Objects[ref.object]
		if int(ref.group) == g && covers(o, l) && o.Dates.Overlaps(days) {
			return true
		}
	}
	return false
}

// objectIndex finds the assignments of a list among many.
type objectIndex struct {
	lists  map[int64][]objectRef // by list
	places []objectRef           // of sites and servers
}

type objectRef struct{ group, object int32 }

// manyObjects is the number of assignments from which on an index pays.
const manyObjects = 64

func (a *Account) makeIndex() {
	n := 0
	for g := range a.Groups {
		n += len(a.Groups[g].Objects)
	}
	if n < manyObjects {
		return
	}
	a.index = &objectIndex{lists: make(map[int64][]objectRef, n)}
	for g := range a.Groups {
		for i, o := range a.Groups[g].Objects {
			ref := objectRef{int32(g), int32(i)}
			if o.List == 0 {
				a.index.places = append(a.index.places, ref)
			} else {
				a.index.lists[o.List] = append(a.index.lists[o.List], ref)
			}
		}
	}
}

// covers says whether an assignment is of a list, its site, or its server.
func covers(o *rating.Object, l *rating.List) bool {
	return o.Server == l.Server && (o.Site == "" || o.Site == l.Site && (o.List == "" || o.List == l.Name))
}

// Unbilled returns the days, among some, on which the customer is one and that no bill covers and nobody waived, as
// intervals in order. A customer without a start date counts from OpenStart on.
func (a *Account) Unbilled(among period.Period) []period.Period {
	days := a.Customer.Dates
	if days.Start == period.First {
		days.Start = a.OpenStart()
	}
	left, ok := days.Intersect(among)
	if !ok || a.Customer.House {
		return nil
	}
	covered := make([]period.Period, 0, len(a.Bills)+len(a.Waivers))
	for i := range a.Bills {
		covered = append(covered, a.Bills[i].Days)
	}
	covered = append(covered, a.Waivers...)
	slices.SortFunc(covered, func(x, y period.Period) int { return int(x.Start) - int(y.Start) })
	var out []period.Period
	for _, c := range covered {
		if c.Start > left.Start {
			out = append(out, period.Period{Start: left.Start, End: min(c.Start-1, left.End)})
		}
		left.Start = max(left.Start, c.End+1)
		if !left.Valid() {
			return out
		}
	}
	return append(out, left)
}
