package admin

import (
	"strconv"

	"postmeter/internal/domain/money"
	"postmeter/internal/domain/rating"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
)

// planPage is a hosting plan as its customers would read it.
type planPage struct {
	Description, MonthlyPrice, Scope, Minimum, Code, Since, Customers string
	Base                                                              string // path of its page
	Parts                                                             []planPart
	Limits                                                            []homeFigure
	CustomersPath                                                     string // who is on it
	Beyond                                                            string // why the form cannot show it, or ""
	Calculator                                                        *calculator
	Priced                                                            planPriced // beside tiers
	Prices                                                            []planVersion
}

// planVersion is what a plan costs from a day on.
type planVersion struct {
	From, MonthlyPrice, Included, Over string
	Today                              bool
}

// planPart is what one meter of a plan costs.
type planPart struct {
	Method, Included, Over string
	TierMode               string
	Tiers                  []planTier
	Flats                  bool // a tier has one
}

type planTier struct{ UpTo, Price, Flat string }

// plan shows one hosting plan.
func (s *site) plan(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	all, v, err := insight.ReadPlan(c.Ctx(), s.DB, id, c.Now)
	if err != nil {
		return err
	}
	p := planPage{
		Base:        pathOf("/plans", id),
		Description: v.Description, MonthlyPrice: price(v.Spec.MonthlyPrice, all.Currency), Scope: scopeWords(v.Spec.Scope),
		Code: v.Code, Since: since(v.Since), Customers: customersWords(v.Customers),
	}
	if v.Customers > 0 && c.Exists("/customers") {
		p.CustomersPath = "/customers?plan=" + strconv.FormatInt(id, 10)
	}
	if !v.Spec.Minimum.IsZero() {
		p.Minimum = price(v.Spec.Minimum, all.Currency) + " a month"
	}
	for i := range v.Spec.Usage {
		p.Parts = append(p.Parts, partOf(&v.Spec.Usage[i], all.Currency))
	}
	for _, l := range []struct {
		label string
		most  int64
	}{
		{"Max Members", v.Limits.Members}, {"Max Members Per List", v.Limits.MembersPerList}, {"Max Lists", v.Limits.Lists},
		{"Max Lists Per Site", v.Limits.ListsPerSite}, {"Max Sites", v.Limits.Sites},
	} {
		p.Limits = append(p.Limits, homeFigure{Label: l.label, Figure: limitWords(l.most)})
	}
	if len(v.Prices) > 1 {
		p.Prices = planVersions(&v, all.Currency)
	}
	if p.Beyond, err = s.planBeyond(c, id); err != nil {
		return err
	}
	if err := p.pricing(c, tariffOf(&v.Spec, all)); err != nil {
		return err
	}
	page := web.Page{Title: v.Name, Crumbs: planCrumbs}
	if p.Beyond == "" {
		page.Action = &web.Action{Label: "Edit", Path: pathOf("/plans", id) + "/edit", Right: web.Clerk}
	}
	return c.Render(page, planView(p))
}

// planVersions are the prices by day.
func planVersions(v *insight.PlanEntry, c money.Currency) (out []planVersion) {
	for i := range v.Prices {
		one := &v.Prices[i]
		row := planVersion{From: since(one.FirstDay), MonthlyPrice: price(one.Spec.MonthlyPrice, c), Today: one.Today}
		if len(one.Spec.Usage) > 0 {
			row.Included, row.Over = includedWords(&one.Spec.Usage[0]), overWords(&one.Spec.Usage[0], c)
		}
		out = append(out, row)
	}
	return out
}

// planBeyond says why the form cannot show a plan, or "".
func (s *site) planBeyond(c *web.Context, id int64) (string, error) {
	stored, err := office.Show(c.Ctx(), s.DB, office.Plans, id)
	if err != nil {
		return "", err
	}
	return planBeyondForm(&stored), nil
}

// pricing adds what the rating engine says of the plan.
func (p *planPage) pricing(c *web.Context, t *insight.Tariff) (err error) {
	if t.Currency.Code() == "" {
		return nil
	}
	if p.Calculator, err = calculate(c, t); err != nil {
		return err
	}
	if len(t.Spec.Usage) == 1 && len(t.Spec.Usage[0].Tiers) > 0 {
		p.Priced, err = pricedExample(t)
	}
	return err
}

func limitWords(most int64) string {
	if most == 0 {
		return "unlimited"
	}
	return web.Thousands(most)
}

func scopeWords(scope rating.Scope) string {
	switch scope {
	case rating.ScopeList:
		return "for each list by itself"
	case rating.ScopeServer:
		return "for each server by itself"
	}
	return "for all lists together"
}

func partOf(u *rating.ComponentSpec, c money.Currency) planPart {
	part := planPart{Method: methodWords([]rating.ComponentSpec{*u}), Included: includedWords(u)}
	if len(u.Tiers) == 0 {
		part.Over = overWords(u, c)
		return part
	}
	part.TierMode = "Each tier prices the units within it."
	if u.TierMode == rating.Volume {
		part.TierMode = "All units have the price of the tier that is reached."
	}
	for i := range u.Tiers {
		tier := &u.Tiers[i]
		row := planTier{UpTo: "above that", Price: perWords(tier.Price, tier.Per, u, c)}
		if tier.UpTo != nil {
			row.UpTo = "up to " + quantityWords(tier.UpTo.String(), u)
			if !u.Included.IsZero() {
				row.UpTo += " over what is included"
			}
		}
		if !tier.Flat.IsZero() {
			row.Flat, part.Flats = price(tier.Flat, c), true
		}
		part.Tiers = append(part.Tiers, row)
	}
	return part
}
