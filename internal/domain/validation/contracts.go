package validation

import (
	"strings"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

// groups finds contracts that cannot be billed. Only days of the period on which the customer is one count.
func (f *findings) groups() {
	groups := f.account.Input.Customer.Groups
	if len(groups) == 0 {
		f.add(Error, NoGroup, "it has no billing group: make one, with a plan and lists")
		return
	}
	window, ok := f.account.Input.Period.Intersect(f.account.Customer.Dates)
	if !ok {
		window = f.account.Input.Period
	}
	objects := 0
	for g := range groups {
		has := false
		for i := range groups[g].Objects {
			has = has || groups[g].Objects[i].Dates.Overlaps(window)
		}
		if !has {
			continue
		}
		objects++
		if !planIn(groups[g].Plans, window) {
			f.add(Error, NoPlan, "group %s has lists and no plan from %s to %s: assign one", groups[g].Name, window.Start, window.End)
		}
	}
	if objects == 0 {
		f.add(Error, NoObject, "no list, site or server is assigned from %s to %s: assign one", window.Start, window.End)
	}
}

func planIn(plans []rating.PlanAssignment, window period.Period) bool {
	for i := range plans {
		if plans[i].Dates.Overlaps(window) {
			return true
		}
	}
	return false
}

// intervals turns what rating refuses into problems.
func (f *findings) intervals(contracts []rating.Problem) {
	for i := range contracts {
		p := &contracts[i]
		switch p.Code {
		case rating.AssignedTwice:
			if p.Group >= 0 {
				f.assignedTwice(p)
			}
		case rating.EndsBeforeStart:
			f.add(Error, EndsBeforeStart, "%s: mend the dates", f.place(p))
		case rating.PlansOverlap:
			f.add(Error, PlansOverlap, "%s: end one of them earlier", p.Fault.Message)
		default:
			f.add(Error, CannotRate, "%s", p.Fault)
		}
	}
}

func (f *findings) assignedTwice(p *rating.Problem) {
	what, _, _ := strings.Cut(p.Fault.Message, ": ")
	what = strings.TrimSuffix(what, ", "+period.First.String()) // it has no first day
	group := f.account.Input.Customer.Groups[p.Group].Name
	if p.Other >= 0 {
		with := f.account.Others[p.Other].Company
		f.add(Error, AssignedTwice, "group %s: %s: to %s as well; end one of the assignments", group, what, with)
		return
	}
	f.add(Error, AssignedTwice, "group %s: %s within this customer; end one of the assignments", group, what)
}

// place names an interval that ends before it starts in the operator's words.
func (f *findings) place(p *rating.Problem) string {
	if p.Group < 0 {
		if p.Fault.Place == "customer" {
			return "the customer " + p.Fault.Message
		}
		return p.Fault.Place + ": " + p.Fault.Message
	}
	group := f.account.Input.Customer.Groups[p.Group].Name
	kind := p.Fault.Place
	if at := strings.LastIndexByte(kind, '.'); at >= 0 {
		kind = kind[at+1:]
	}
	return "group " + group + ", " + kind + " " + p.Fault.Message
}

// outsideDates finds assignments with a date of their own on which the customer is none yet, or no more.
func (f *findings) outsideDates() {
	days := f.account.Customer.Dates
	if !days.Valid() {
		return
	}
	check := func(group, what string, p period.Period) {
		from := p.Start != period.First && (p.Start < days.Start || p.Start > days.End)
		to := p.End != period.Last && (p.End > days.End || p.End < days.Start)
		if p.Valid() && (from || to) {
			f.add(Warning, AssignmentOutsideDates, "group %s: %s is assigned for %s, and %s: only the days of both are billed",
				group, what, daysText(p), customerDays(days))
		}
	}
	for g := range f.account.Input.Customer.Groups {
		group := &f.account.Input.Customer.Groups[g]
		for i := range group.Plans {
			if i > 0 && f.account.Groups[g].Plans[i].Assignment == f.account.Groups[g].Plans[i-1].Assignment {
				continue
			}
			check(group.Name, "plan "+group.Plans[i].Plan.Called(), f.whole(g, i))
		}
		for i := range group.Charges {
			if i > 0 && f.account.Groups[g].Charges[i].Assignment == f.account.Groups[g].Charges[i-1].Assignment {
				continue
			}
			check(group.Name, "charge "+nameOr(group.Charges[i].Charge.Name, group.Charges[i].Charge.ID), group.Charges[i].Dates)
		}
		for i := range group.Objects {
			check(group.Name, objectName(&group.Objects[i]), group.Objects[i].Dates)
		}
	}
}

// whole returns the days of a plan's assignment, over all versions of the plan.
func (f *findings) whole(g, i int) period.Period {
	plans, from := f.account.Input.Customer.Groups[g].Plans, f.account.Groups[g].Plans
	days := plans[i].Dates
	for j := i + 1; j < len(plans) && from[j].Assignment == from[i].Assignment; j++ {
		days.End = plans[j].Dates.End
	}
	return days
}

// nameOr is what people call a thing; its key where it has no name.
func nameOr(name, key string) string {
	if name == "" {
		return key
	}
	return name
}

// customerDays says when the customer is one.
func customerDays(p period.Period) string {
	switch {
	case p.Start == period.First:
		return "the customer ends on " + p.End.String()
	case p.End == period.Last:
		return "the customer begins on " + p.Start.String()
	}
	return "the customer is one from " + p.Start.String() + " to " + p.End.String()
}

// daysText writes an interval for people.
func daysText(p period.Period) string {
	switch {
	case p == period.Open():
		return "all days"
	case p.Start == period.First:
		return "days until " + p.End.String()
	case p.End == period.Last:
		return "days from " + p.Start.String()
	}
	return p.String()
}
