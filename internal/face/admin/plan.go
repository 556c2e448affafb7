package admin

import (
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/rating"
	"postmeter/internal/domain/statement"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
)

// planPage is a hosting plan as its customers would read it.
type planPage struct {
	Description, MonthlyPrice, Scope, Minimum, Code, Since, Customers string
	Parts                                                             []planPart
	Limits                                                            []homeFigure
}

// planPart is what one meter of a plan costs.
type planPart struct {
	Method, Included, Over string
	TierMode               string
	Tiers                  []planTier
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
		Description: v.Description, MonthlyPrice: price(v.Spec.MonthlyPrice, all.Currency), Scope: scopeWords(v.Spec.Scope),
		Code: v.Code, Since: since(v.Since), Customers: web.Things(v.Customers, insight.CountedTo, "customer", "customers"),
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
	return c.Render(web.Page{
		Title: v.Name, Crumbs: []web.Crumb{{Label: "Hosting Plans", Path: "/plans"}},
		Action: existing(c, &web.Action{Label: "Edit", Path: pathOf("/plans", id) + "/edit", Right: web.Clerk}),
	}, planView(p))
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
			row.UpTo = "up to " + statement.Thousands(tier.UpTo.String()) + " " + unitWords(u)
		}
		if !tier.Flat.IsZero() {
			row.Flat = price(tier.Flat, c)
		}
		part.Tiers = append(part.Tiers, row)
	}
	return part
}
