package account

import (
	"postmeter/internal/domain/catalog"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

// Catalog holds every version of every plan and charge, compiled once and shared by all accounts. It is safe for
// concurrent use.
type Catalog struct {
	plans   map[int64]*plan
	charges map[int64]*charge
}

type plan struct {
	limits   catalog.Limits
	members  bool // a version counts members, or the plan limits them
	versions []planVersion
}

type planVersion struct {
	days period.Period
	plan *rating.Plan
}

type charge struct {
	oneTime  bool // of any version
	versions []chargeVersion
}

type chargeVersion struct {
	days   period.Period
	charge *rating.Charge
}

// Compile prepares plans and charges. A stored definition that cannot be read is an error that names it.
func Compile(plans []catalog.Plan, charges []catalog.Charge) (*Catalog, error) {
	c := &Catalog{plans: make(map[int64]*plan, len(plans)), charges: make(map[int64]*charge, len(charges))}
	for i := range plans {
		p, err := compilePlan(&plans[i])
		if err != nil {
			return nil, fault.Wrap(fault.KindOf(err), err, "plan %s: the stored prices cannot be used: %s", plans[i].Code, fault.MessageOf(err))
		}
		c.plans[plans[i].ID] = p
	}
	for i := range charges {
		p, err := compileCharge(&charges[i])
		if err != nil {
			return nil, fault.Wrap(fault.KindOf(err), err, "charge %s: the stored price cannot be used: %s", charges[i].Code, fault.MessageOf(err))
		}
		c.charges[charges[i].ID] = p
	}
	return c, nil
}

func compilePlan(from *catalog.Plan) (*plan, error) {
	p := &plan{limits: from.Limits, members: from.Limits.Members > 0 || from.Limits.MembersPerList > 0}
	for i, v := range from.Versions {
		spec, err := catalog.ParsePlan(v.Definition)
		if err != nil {
			return nil, err
		}
		spec.ID, spec.Name = from.Code, from.Name
		compiled, err := rating.CompilePlan(spec, v.ID)
		if err != nil {
			return nil, err
		}
		p.members = p.members || countsMembers(compiled)
		p.versions = append(p.versions, planVersion{validity(from.Versions, i), compiled})
	}
	return p, nil
}

func compileCharge(from *catalog.Charge) (*charge, error) {
	c := &charge{}
	for i, v := range from.Versions {
		spec, err := catalog.ParseCharge(v.Definition)
		if err != nil {
			return nil, err
		}
		spec.ID, spec.Name, spec.Version = from.Code, from.Name, v.ID
		c.oneTime = c.oneTime || !spec.Recurring
		c.versions = append(c.versions, chargeVersion{validity(from.Versions, i), &spec})
	}
	return c, nil
}

// validity returns the days of a version: until the day before the next one.
func validity(versions []catalog.Version, i int) period.Period {
	days := period.Period{Start: versions[i].FirstDay, End: period.Last}
	if i+1 < len(versions) {
		days.End = versions[i+1].FirstDay - 1
	}
	return days
}

// CountsMembers says whether a plan needs the members of lists.
func (c *Catalog) CountsMembers(planID int64) bool {
	p := c.plans[planID]
	return p != nil && p.members
}

// OneTime says whether a charge is due once.
func (c *Catalog) OneTime(chargeID int64) bool {
	p := c.charges[chargeID]
	return p != nil && p.oneTime
}
