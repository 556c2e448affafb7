package account

import (
	"cmp"
	"slices"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

// Pin returns the input of an account at prices that a bill used: of each plan that versions names, those versions and
// no other are valid, each from its first day until the next one's, the first of them from the beginning. Plans that
// are not named keep the versions of the catalogue. The account stays as it is. A version that does not exist is an
// Internal fault.
func (c *Catalog) Pin(a *Account, versions map[string][]int64) (*rating.Input, error) {
	pinned := map[string][]planVersion{}
	for code, ids := range versions {
		for _, id := range ids {
			v, err := c.version(id)
			if err != nil {
				return nil, err
			}
			pinned[code] = append(pinned[code], v)
		}
		slices.SortFunc(pinned[code], func(x, y planVersion) int { return cmp.Compare(x.days.Start, y.days.Start) })
	}
	in := a.Input
	in.Customer.Groups = slices.Clone(in.Customer.Groups)
	for g := range in.Customer.Groups {
		in.Customer.Groups[g].Plans = pinPlans(in.Customer.Groups[g].Plans, a.Groups[g].Plans, pinned)
	}
	return &in, nil
}

func (c *Catalog) version(id int64) (planVersion, error) {
	for _, p := range c.plans {
		for _, v := range p.versions {
			if v.plan.Version() == id {
				return v, nil
			}
		}
	}
	return planVersion{}, missing("version of a plan", id)
}

func pinPlans(plans []rating.PlanAssignment, from []Plan, pinned map[string][]planVersion) []rating.PlanAssignment {
	out := make([]rating.PlanAssignment, 0, len(plans))
	for i := 0; i < len(plans); {
		whole, next := plans[i].Dates, i+1
		for next < len(plans) && from[next].Assignment == from[i].Assignment {
			whole.Start, whole.End = min(whole.Start, plans[next].Dates.Start), max(whole.End, plans[next].Dates.End)
			next++
		}
		versions := pinned[plans[i].Plan.ID()]
		if len(versions) == 0 {
			out = append(out, plans[i:next]...)
		}
		for k, v := range versions {
			days := period.Open()
			if k > 0 {
				days.Start = v.days.Start
			}
			if k+1 < len(versions) {
				days.End = versions[k+1].days.Start - 1
			}
			if part, ok := days.Intersect(whole); ok {
				out = append(out, rating.PlanAssignment{Plan: v.plan, Dates: part})
			}
		}
		i = next
	}
	return out
}
