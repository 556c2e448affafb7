package validation

import (
	"slices"

	"postmeter/internal/domain/account"
	"postmeter/internal/domain/catalog"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

// nearPercent is the part of a limit from which on a warning is given.
const nearPercent = 90

// limits compares what each group has on the last day of the period with the limits of its plan on that day.
func (f *findings) limits(sound bool) {
	a := f.account
	window, ok := a.Input.Period.Intersect(a.Customer.Dates)
	if !sound || !ok {
		return
	}
	day := window.End
	var coverage *rating.Coverage
	for g := range a.Groups {
		limits, plan := limitsOn(a, g, day)
		if limits == nil {
			continue
		}
		if coverage == nil && !a.Simple() {
			var err error
			if coverage, err = rating.Resolve(&a.Input); err != nil {
				return // intervals names it
			}
		}
		f.group(g, plan, limits, f.holdings(g, day, coverage))
	}
}

// limitsOn returns the limits of a group's plan on a day; nil if it has none.
func limitsOn(a *account.Account, g int, day period.Date) (limits *catalog.Limits, plan string) {
	for i, p := range a.Input.Customer.Groups[g].Plans {
		if l := a.Groups[g].Plans[i].Limits; p.Dates.Contains(day) && l != nil && *l != (catalog.Limits{}) {
			return l, p.Plan.Called()
		}
	}
	return nil, ""
}

// holding is a list that a group has on a day.
type holding struct {
	server, site, path string
	members            int64
}

func (f *findings) holdings(g int, day period.Date, coverage *rating.Coverage) []holding {
	a := f.account
	var members map[int32]int64
	var out []holding
	for i := range a.Input.Lists {
		l := &a.Input.Lists[i]
		if !l.Dates.Contains(day) || !f.has(g, int32(i), day, coverage) {
			continue
		}
		if members == nil {
			members = latest(a, day)
		}
		out = append(out, holding{l.Server, l.Site, l.Path(), members[int32(i)]})
	}
	return out
}

// has says whether a group has a list on a day. Without a coverage no assignment is more specific than another.
func (f *findings) has(g int, list int32, day period.Date, coverage *rating.Coverage) bool {
	if coverage != nil {
		o := coverage.Owner(list, day)
		return o.Group == g
	}
	return f.account.HoldsInGroup(g, list, day)
}

// latest returns the latest reading of each list, up to a day.
func latest(a *account.Account, day period.Date) map[int32]int64 {
	at, out := map[int32]period.Date{}, map[int32]int64{}
	for i := range a.Input.Members {
		m := &a.Input.Members[i]
		if last, ok := at[m.List]; m.Day <= day && (!ok || last <= m.Day) {
			at[m.List], out[m.List] = m.Day, m.Members
		}
	}
	return out
}

func (f *findings) group(g int, plan string, l *catalog.Limits, has []holding) {
	name := f.account.Input.Customer.Groups[g].Name
	compare := func(what string, have, limit int64) {
		switch {
		case limit == 0:
		case have > limit:
			f.add(Warning, LimitExceeded, "group %s: %s: %d, and plan %s allows %d: %d too many", name, what, have, plan, limit, have-limit)
		case have*100 >= limit*nearPercent:
			f.add(Warning, LimitNear, "group %s: %s: %d of the %d that plan %s allows", name, what, have, limit, plan)
		}
	}
	members := int64(0)
	sites := map[[2]string]int64{}
	for i := range has {
		members += has[i].members
		sites[[2]string{has[i].server, has[i].site}]++
		compare("members of "+has[i].path, has[i].members, l.MembersPerList)
	}
	compare("lists", int64(len(has)), l.Lists)
	compare("members", members, l.Members)
	compare("sites", int64(len(sites)), l.Sites)
	if l.ListsPerSite > 0 {
		for _, site := range sortedSites(sites) {
			compare("lists of site "+site[0]+"/"+site[1], sites[site], l.ListsPerSite)
		}
	}
}

func sortedSites(sites map[[2]string]int64) [][2]string {
	out := make([][2]string, 0, len(sites))
	for site := range sites {
		out = append(out, site)
	}
	slices.SortFunc(out, func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })
	return out
}
