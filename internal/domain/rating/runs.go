package rating

import (
	"cmp"
	"fmt"
	"slices"

	"postmeter/internal/domain/period"
)

// run is a run of days on which a group has one plan. The runs of a group are
// in order and have no day in common.
type run struct {
	days       period.Period
	plan       *Plan
	first      period.Date // the first start of the plan in the group
	assignment int32       // index of the run's first assignment
}

// groupState is where a group's parts lie in the Rater's memory.
type groupState struct {
	runFrom, runTo   int32
	segFrom, segTo   int32
	cellFrom, cellTo int32
}

// mergePlans turns a group's plan assignments into runs. Assignments of one plan
// count as one; another plan on the same day is a problem.
func (r *Rater) mergePlans(g int, group *Group) {
	order := r.order[:0]
	for i := range group.Plans {
		order = append(order, int32(i))
	}
	if len(order) > 1 {
		slices.SortStableFunc(order, func(a, b int32) int {
			return cmp.Compare(group.Plans[a].Dates.Start, group.Plans[b].Dates.Start)
		})
	}
	r.order = order
	from := len(r.runs)
	for _, i := range order {
		a := &group.Plans[i]
		if n := len(r.runs); n > from {
			last := &r.runs[n-1]
			if same := last.plan.same(a.Plan); a.Dates.Start <= last.days.End {
				if !same {
					r.overlap(g, int(i), group.Name, last, a)
				}
				last.days.End = max(last.days.End, a.Dates.End)
				continue
			}
		}
		r.runs = append(r.runs, run{days: a.Dates, plan: a.Plan, first: r.firstStart(from, a), assignment: i})
	}
}

// firstStart returns the first start of an assignment's plan: assignments come
// in order, so it is that of the earliest run of the same plan.
func (r *Rater) firstStart(from int, a *PlanAssignment) period.Date {
	for i := from; i < len(r.runs); i++ {
		if r.runs[i].plan.same(a.Plan) {
			return r.runs[i].first
		}
	}
	return a.Dates.Start
}

func (r *Rater) overlap(g, i int, name string, last *run, a *PlanAssignment) {
	r.problem(PlansOverlap, g, fmt.Sprintf("customer.groups[%d].plans[%d]", g, i),
		"plans overlap in group %s: %s starts on %s, when %s is still in effect",
		name, a.Plan.Called(), a.Dates.Start, last.plan.Called())
}
