package rating

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"postmeter/internal/domain/period"
)

// assigned is an Object with its owner, sorted by name and day for look-ups.
type assigned struct {
	server, site, list string
	days               period.Period
	group              int32 // index of the group, -1 of another customer
	object             int32 // index in the group's Objects, or in Others
	free               bool
}

func (r *Rater) sortAssignments(in *Input) {
	r.assigned = r.assigned[:0]
	r.levels = [3]bool{}
	for g := range in.Customer.Groups {
		objects := in.Customer.Groups[g].Objects
		for i := range objects {
			r.addAssigned(&objects[i], g, i, "customer.groups[%[1]d].objects[%[2]d]")
		}
	}
	for i := range in.Others {
		r.addAssigned(&in.Others[i], -1, i, "others[%[2]d]")
	}
	for i := 1; i < len(r.assigned); i++ {
		if compareAssigned(&r.assigned[i-1], &r.assigned[i]) > 0 { // seldom: they come by name
			slices.SortStableFunc(r.assigned, func(a, b assigned) int { return compareAssigned(&a, &b) })
			break
		}
	}
}

func (r *Rater) addAssigned(o *Object, g, i int, place string) {
	switch {
	case !o.Dates.Valid():
		r.endsEarly(g, fmt.Sprintf(place, g, i), o.Dates)
	case o.Server == "":
		r.problem(BadValue, g, fmt.Sprintf(place, g, i)+".server", "must not be empty")
	case o.Site == "" && o.List != "":
		r.problem(BadValue, g, fmt.Sprintf(place, g, i)+".site", "is missing: a list belongs to a site")
	}
	switch {
	case o.List != "":
		r.levels[levelList] = true
	case o.Site != "":
		r.levels[levelSite] = true
	default:
		r.levels[levelServer] = true
	}
	r.assigned = append(r.assigned, assigned{
		server: o.Server, site: o.Site, list: o.List,
		days: o.Dates, group: int32(g), object: int32(i), free: o.Free,
	})
}

func compareAssigned(a, b *assigned) int {
	if c := compareKey(a, b.server, b.site, b.list); c != 0 {
		return c
	}
	return cmp.Compare(a.days.Start, b.days.Start)
}

func compareKey(a *assigned, server, site, list string) int {
	if a.server != server {
		return strings.Compare(a.server, server)
	}
	if a.site != site {
		return strings.Compare(a.site, site)
	}
	return strings.Compare(a.list, list)
}

// checkTwice finds objects that two assignments have on one day.
func (r *Rater) checkTwice() {
	if len(r.assigned) == 0 {
		return
	}
	longest := &r.assigned[0] // of this object, that which ends last
	for i := 1; i < len(r.assigned); i++ {
		a := &r.assigned[i]
		if compareKey(a, longest.server, longest.site, longest.list) != 0 {
			longest = a
			continue
		}
		if a.days.Start <= longest.days.End {
			r.twice(longest, a)
		}
		if a.days.End > longest.days.End {
			longest = a
		}
	}
}

// twice reports the later of two conflicting assignments, or the customer's own.
func (r *Rater) twice(a, b *assigned) {
	own := a.group >= 0 && b.group >= 0
	if b.group < 0 || own && (a.group > b.group || a.group == b.group && a.object > b.object) {
		a, b = b, a
	}
	place := func(x *assigned) string {
		if x.group < 0 {
			return fmt.Sprintf("others[%d]", x.object)
		}
		return fmt.Sprintf("customer.groups[%d].objects[%d]", x.group, x.object)
	}
	r.problem(AssignedTwice, int(b.group), place(b), "%s is assigned twice on the same day, %s: here and at %s",
		objectName(b), max(a.days.Start, b.days.Start), place(a))
	if a.group < 0 {
		r.problems[len(r.problems)-1].Other = int(a.object)
	}
}

func objectName(a *assigned) string {
	return strings.TrimRight(a.server+"/"+a.site+"/"+a.list, "/")
}

// find returns where the assignments of an object begin and end in r.assigned.
func (r *Rater) find(server, site, list string) (from, to int) {
	from, to = 0, len(r.assigned)
	for from < to {
		mid := int(uint(from+to) >> 1)
		if compareKey(&r.assigned[mid], server, site, list) < 0 {
			from = mid + 1
		} else {
			to = mid
		}
	}
	to = from
	for to < len(r.assigned) && compareKey(&r.assigned[to], server, site, list) == 0 {
		to++
	}
	return from, to
}

// The levels of assignment, the most specific first.
const (
	levelList = iota
	levelSite
	levelServer
)

// claim holds the assignments that may own one list, by level.
type claim struct {
	from, to [3]int
}

func (r *Rater) claims(l *List) (c claim) {
	if r.levels[levelList] {
		c.from[levelList], c.to[levelList] = r.find(l.Server, l.Site, l.Name)
	}
	if r.levels[levelSite] {
		c.from[levelSite], c.to[levelSite] = r.find(l.Server, l.Site, "")
	}
	if r.levels[levelServer] {
		c.from[levelServer], c.to[levelServer] = r.find(l.Server, "", "")
	}
	return c
}

// at returns the assignment that owns the list on a day, nil if none does, and
// the last day, not after limit, for which that holds.
func (r *Rater) at(c *claim, day, limit period.Date) (*assigned, period.Date) {
	end := limit
	for level := range c.from {
		for i := c.from[level]; i < c.to[level]; i++ {
			a := &r.assigned[i]
			if a.days.End < day {
				continue
			}
			if a.days.Start <= day {
				return a, min(end, a.days.End)
			}
			end = min(end, a.days.Start-1)
			break
		}
	}
	return nil, end
}
