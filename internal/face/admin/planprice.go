package admin

import (
	"slices"
	"strconv"
	"strings"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/rating"
	"postmeter/internal/domain/rating/scenario"
	"postmeter/internal/domain/statement"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
)

// Limits of what the calculator takes, and of what it shows.
const (
	maxCalculated   = 1_000_000_000 // messages and members
	maxCalculatedKB = 1_000_000
	curvePoints     = 20
	bytesOfKB       = 1 << 10
	bytesOfMB       = 1 << 20
	mbOfGB          = 1 << 10
	usualKB         = 10
	usualMembers    = 100
	usualMessages   = 30
)

// planPriced is a table of quantities with what they cost.
type planPriced struct {
	Head, Fault string
	Rows        []web.Cell // Text: the quantity; Note: the cost
}

// planExampleShow prices what is typed in the form.
func (s *site) planExampleShow(c *web.Context) error {
	all, err := insight.ReadCatalog(c.Ctx(), s.DB, c.Now)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, &web.FormSpec{Fields: planFields(all.Currency.Code(), false)}, "")
	if err != nil {
		return err
	}
	checkPlanForm(f)
	typed := planOfForm(f)
	typed.Add("id", doc.TextNode("plan"))
	for _, name := range []string{"name", "description", "limits", "valid_from"} {
		typed.Fields = slices.DeleteFunc(typed.Fields, func(v doc.Field) bool { return v.Name == name })
	}
	r := doc.NewReader(&typed)
	spec := scenario.ReadPlan(r)
	if len(f.Faults) > 0 || r.Err() != nil {
		return c.Fragment(planExample(planPriced{Fault: "A priced example appears here once the prices are complete."}))
	}
	p, err := pricedExample(tariffOf(&spec, all))
	if err != nil && fault.KindOf(err) != fault.Invalid {
		return err
	}
	return c.Fragment(planExample(p))
}

func tariffOf(spec *rating.PlanSpec, all *insight.Catalog) *insight.Tariff {
	return &insight.Tariff{Spec: *spec, Currency: all.Currency, Month: all.Today.Month()}
}

// pricedExample prices what lies at the allowance and at each bound of tiers, and one above: there people err.
func pricedExample(t *insight.Tariff) (p planPriced, err error) {
	if len(t.Spec.Usage) != 1 {
		return p, nil
	}
	u := &t.Spec.Usage[0]
	p.Head = "Used in a month"
	for _, n := range exampleQuantities(u) {
		cost, err := t.Cost(useOf(u, n))
		if err != nil {
			return planPriced{}, err
		}
		p.Rows = append(p.Rows, web.Cell{Text: quantityWords(strconv.FormatInt(n, 10), u), Note: statement.Thousands(cost.Total) + " " + t.Currency.Code()})
	}
	return p, nil
}

// exampleQuantities are whole quantities that show where prices change.
func exampleQuantities(u *rating.ComponentSpec) []int64 {
	included := wholePart(u.Included)
	out := []int64{0, included, included + 1}
	if len(u.Tiers) == 0 {
		per := int64(1)
		if u.Overage != nil {
			per = max(1, wholePart(u.Overage.Per))
		}
		out = append(out, included+per, included+10*per) //nolint:mnd // ten packs
	}
	last := int64(0)
	for i := range u.Tiers {
		if bound := u.Tiers[i].UpTo; bound != nil {
			last = wholePart(*bound)
			out = append(out, included+last, included+last+1)
		}
	}
	if len(u.Tiers) > 0 {
		out = append(out, included+2*max(1, last)) //nolint:mnd // well within the open tier
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// useOf is the use of so many whole units of a component.
func useOf(u *rating.ComponentSpec, units int64) insight.Use {
	switch u.Method {
	case rating.Bandwidth:
		return insight.Use{Recipients: units * mbOfGB, Bytes: bytesOfMB}
	case rating.Members:
		return insight.Use{Members: units}
	}
	return insight.Use{Recipients: units, Bytes: 1}
}

// wholePart is a decimal without what is behind the point, at most maxCalculated.
func wholePart(d money.Decimal) int64 {
	whole, _, _ := strings.Cut(d.String(), ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return maxCalculated
	}
	return min(n, maxCalculated)
}
