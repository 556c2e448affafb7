package catalog

import (
	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/rating"
	"postmeter/internal/domain/rating/scenario"
)

// PlanDefinition returns the canonical text of a plan's version: the plan of a scenario as JSON with its id, without
// its name. Equal prices give equal texts.
func PlanDefinition(spec *rating.PlanSpec) string {
	var n doc.Node
	n.Add("id", doc.TextNode(spec.ID))
	n.Fields = append(n.Fields, PlanFields(spec)...)
	return string(n.AppendJSON(nil))
}

// ParsePlan reads the definition of a plan's version; a fault.List says what is wrong with it.
func ParsePlan(definition string) (rating.PlanSpec, error) {
	root, err := doc.ParseJSON([]byte(definition))
	if err != nil {
		return rating.PlanSpec{}, err
	}
	r := doc.NewReader(root)
	spec := scenario.ReadPlan(r)
	r.Done()
	return spec, r.Err()
}

// ChargeDefinition returns the canonical text of a charge's version.
func ChargeDefinition(c *rating.Charge) string {
	var n doc.Node
	n.Add("id", doc.TextNode(c.ID))
	n.Fields = append(n.Fields, ChargeFields(c)...)
	return string(n.AppendJSON(nil))
}

// ParseCharge reads the definition of a charge's version.
func ParseCharge(definition string) (rating.Charge, error) {
	root, err := doc.ParseJSON([]byte(definition))
	if err != nil {
		return rating.Charge{}, err
	}
	r := doc.NewReader(root)
	charge := scenario.ReadCharge(r)
	r.Done()
	return charge, r.Err()
}

// PlanFields returns what a plan costs as the fields of a document, each of them. Within usage, what has its default is
// left out.
func PlanFields(spec *rating.PlanSpec) []doc.Field {
	var n doc.Node
	n.Add("scope", doc.TextNode(rating.ScopeNames[spec.Scope]))
	n.Add("monthly_price", decimal(spec.MonthlyPrice))
	n.Add("minimum", decimal(spec.Minimum))
	usage := doc.Node{Kind: doc.Array}
	for i := range spec.Usage {
		usage.Items = append(usage.Items, componentNode(&spec.Usage[i]))
	}
	n.Add("usage", usage)
	return n.Fields
}

// ChargeFields returns what a charge costs as the fields of a document.
func ChargeFields(c *rating.Charge) []doc.Field {
	var n doc.Node
	n.Add("amount", decimal(c.Amount))
	n.Add("recurring", doc.BoolNode(c.Recurring))
	n.Add("proratable", doc.BoolNode(c.Proratable))
	return n.Fields
}

func componentNode(c *rating.ComponentSpec) doc.Node {
	var n doc.Node
	n.Add("method", doc.TextNode(rating.MethodNames[c.Method]))
	addWhole(&n, "unit_kb", c.UnitKB)
	addWhole(&n, "step_kb", c.StepKB)
	if c.Measure != 0 {
		n.Add("measure", doc.TextNode(rating.MeasureNames[c.Measure]))
	}
	addDecimal(&n, "included", c.Included, money.Decimal{})
	if !c.ProrateIncluded {
		n.Add("prorate_included", doc.BoolNode(false))
	}
	if c.Overage != nil {
		n.Add("overage", overageNode(c.Overage))
	}
	if c.TierMode != 0 {
		n.Add("tier_mode", doc.TextNode(rating.TierModeNames[c.TierMode]))
	}
	if len(c.Tiers) > 0 {
		tiers := doc.Node{Kind: doc.Array}
		for i := range c.Tiers {
			tiers.Items = append(tiers.Items, tierNode(&c.Tiers[i]))
		}
		n.Add("tiers", tiers)
	}
	return n
}

func overageNode(o *rating.OverageSpec) doc.Node {
	n := doc.Node{Kind: doc.Object}
	addDecimal(&n, "per", o.Per, money.FromInt(1))
	n.Add("price", decimal(o.Price))
	if o.RoundUp {
		n.Add("round_up", doc.BoolNode(true))
	}
	return n
}

func tierNode(t *rating.TierSpec) doc.Node {
	n := doc.Node{Kind: doc.Object}
	if t.UpTo != nil {
		n.Add("up_to", decimal(*t.UpTo))
	}
	addDecimal(&n, "per", t.Per, money.FromInt(1))
	n.Add("price", decimal(t.Price))
	addDecimal(&n, "flat", t.Flat, money.Decimal{})
	return n
}

func decimal(d money.Decimal) doc.Node { return doc.TextNode(d.String()) }

func addDecimal(n *doc.Node, name string, d, def money.Decimal) {
	if d != def {
		n.Add(name, decimal(d))
	}
}

func addWhole(n *doc.Node, name string, v int64) {
	if v != 0 {
		n.Add(name, doc.WholeNode(v))
	}
}
