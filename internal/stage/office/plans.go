package office

import (
	"slices"

	"postmeter/internal/domain/catalog"
	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
	"postmeter/internal/domain/rating/scenario"
)

func (im *importer) readPlans() error {
	stored, err := im.tx.Plans()
	if err != nil {
		return err
	}
	im.plans = make(map[string]*catalog.Plan, len(stored))
	for i := range stored {
		if err := canonicalPlan(&stored[i]); err != nil {
			return err
		}
		im.plans[stored[i].Code] = &stored[i]
	}
	return im.readCatalogue("plans", im.readPlan)
}

// canonicalPlan brings the definitions of a stored plan to their canonical text, so that equal prices are equal texts.
func canonicalPlan(p *catalog.Plan) error {
	for i := range p.Versions {
		spec, err := catalog.ParsePlan(p.Versions[i].Definition)
		if err != nil {
			return fault.Wrap(fault.Internal, err, "the stored prices of plan %q cannot be read: %v", p.Code, err)
		}
		spec.Name = ""
		p.Versions[i].Definition = catalog.PlanDefinition(&spec)
	}
	return nil
}

func (im *importer) readPlan(r *doc.Reader, code string) (changed bool, err error) {
	stored := im.plans[code]
	p := catalog.Plan{Code: code, Name: code}
	if stored != nil {
		p = *stored
		p.Versions = slices.Clone(stored.Versions)
	}
	text(r, "name", &p.Name)
	text(r, "description", &p.Description)
	readLimits(r, &p.Limits)
	main, err := im.wantedPlan(r, stored, true)
	if err != nil {
		return false, err
	}
	var earlier []wanted
	r.Each("earlier", func(_ int, e *doc.Reader) {
		w, failed := im.wantedPlan(e, nil, false)
		if err == nil {
			err = failed
		}
		earlier = append(earlier, w)
		e.Done()
	})
	if err != nil {
		return false, err
	}
	plan := &p
	versions, priced, err := im.mergeVersions(&versioned{
		kind: "plan", stored: p.Versions, used: im.tx.PlanVersionUsed, update: im.tx.UpdatePlanVersion,
		insert: func(v *catalog.Version) error { return im.tx.InsertPlanVersion(plan.ID, v) },
	}, main, earlier)
	if err != nil {
		return false, err
	}
	p.Versions = deref(versions)
	im.plans[code] = plan
	return im.savePlan(stored, plan, priced), nil
}

// wantedPlan reads one version. A price field that the entry itself leaves out keeps its value.
func (im *importer) wantedPlan(r *doc.Reader, stored *catalog.Plan, keep bool) (wanted, error) {
	w := wanted{r: r, given: r.Given("valid_from"), firstDay: r.Date("valid_from", period.First)}
	before := r.Faults()
	spec := scenario.ReadPlan(r)
	spec.Name = ""
	if stored != nil && keep && len(stored.Versions) > 0 {
		old, err := catalog.ParsePlan(stored.Versions[len(stored.Versions)-1].Definition)
		if err != nil {
			return w, err
		}
		keepPrices(r, &spec, &old)
		if r.Faults() == before {
			r.FaultError("", spec.Check().Err())
		}
	}
	w.definition = catalog.PlanDefinition(&spec)
	return w, nil
}

func keepPrices(r *doc.Reader, spec, old *rating.PlanSpec) {
	if !r.Given("scope") {
		spec.Scope = old.Scope
	}
	if !r.Given("monthly_price") {
		spec.MonthlyPrice = old.MonthlyPrice
	}
	if !r.Given("minimum") {
		spec.Minimum = old.Minimum
	}
	if !r.Given("usage") {
		spec.Usage = old.Usage
	}
}

func readLimits(in *doc.Reader, l *catalog.Limits) {
	r := in.Object("limits")
	if in.Given("limits") && !r.Present() {
		*l = catalog.Limits{}
	}
	for _, field := range []struct {
		name string
		into *int64
	}{
		{"members", &l.Members}, {"members_per_list", &l.MembersPerList}, {"lists", &l.Lists},
		{"lists_per_site", &l.ListsPerSite}, {"sites", &l.Sites},
	} {
		if r.Given(field.name) {
			*field.into = r.Whole(field.name, 0)
		}
	}
	r.Done()
}

// savePlan notes what is to be written of a plan, and says whether anything is.
func (im *importer) savePlan(stored, p *catalog.Plan, priced bool) bool {
	i := &catalogueItem{
		entity: "plan", count: &im.report.Plans, now: planNode(p), priced: priced,
		insert: func() error { return im.tx.InsertPlan(p) }, update: func() error { return im.tx.UpdatePlan(p) }, id: func() int64 { return p.ID },
	}
	if stored != nil {
		was := planNode(stored)
		i.stored, i.described = &was, stored.Name != p.Name || stored.Description != p.Description || stored.Limits != p.Limits
	}
	return im.saveItem(i)
}

func deref(versions []*catalog.Version) []catalog.Version {
	out := make([]catalog.Version, len(versions))
	for i, v := range versions {
		out[i] = *v
	}
	return out
}
