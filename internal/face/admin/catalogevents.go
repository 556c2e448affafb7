package admin

import (
	"slices"
	"strings"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/rating"
	"postmeter/internal/domain/rating/scenario"
)

// The history of hosting plans and additional charges is told in the words of their forms, and their prices as their pages
// tell them.

// notPriced are the fields of a plan that its prices are read without.
var notPriced = []string{"id", "name", "description", "limits", "valid_from", "earlier"}

// amount writes money of the history; a credit with its word.
func (t teller) amount(text string) string {
	d, err := money.ParseDecimal(text)
	if err != nil || t.Currency.Code() == "" {
		return text
	}
	return priceOrCredit(d, t.Currency)
}

// catalogChanges says what changed of a plan or a charge. What is not understood is told field by field.
func (t teller) catalogChanges(entity string, before, after *doc.Node) []eventChange {
	read := t.chargeFacts
	if entity == "plan" {
		read = t.planFacts
	}
	was, known := read(before)
	is, alsoKnown := read(after)
	if !known || !alsoKnown || after == nil {
		return t.changes(before, after)
	}
	var out []eventChange
	for _, f := range append(is, was...) {
		one := eventChange{f.Label, valueOf(was, f.Label), valueOf(is, f.Label)}
		if was != nil && slices.ContainsFunc(planLimits, func(l planLimit) bool { return l.label == f.Label }) {
			one.Was, one.Now = orSame(one.Was, limitWords(0)), orSame(one.Now, limitWords(0))
		}
		if one.Was != one.Now && !slices.ContainsFunc(out, func(told eventChange) bool { return told.Label == f.Label }) {
			out = append(out, one)
		}
	}
	return out
}

func valueOf(facts []fact, label string) string {
	for _, f := range facts {
		if f.Label == label {
			return f.Value
		}
	}
	return ""
}

// chargeFacts are what the history holds of a charge, with the labels of its form.
func (t teller) chargeFacts(n *doc.Node) (out []fact, known bool) {
	if n == nil {
		return nil, true
	}
	for _, f := range append(chargeFields(""), validFrom) {
		v := n.Lookup(f.Name)
		switch {
		case v == nil || v.Kind == doc.Null:
		case f.Name == "amount":
			out = append(out, fact{f.Label, t.amount(v.Text)})
		case v.Kind == doc.Bool:
			out = append(out, fact{f.Label, yesNo(v.Text == "true")})
		default:
			out = append(out, fact{f.Label, shortened(v.Text)})
		}
	}
	return out, true
}

// planFacts are what the history holds of a plan, in the words of its page and its form.
func (t teller) planFacts(n *doc.Node) (out []fact, known bool) {
	if n == nil {
		return nil, true
	}
	spec, known := storedSpec(n)
	if !known {
		return nil, false
	}
	out = append(out, fact{"Name", text(n, "name")}, fact{"Description", shortened(text(n, "description"))},
		fact{"Monthly Price", price(spec.MonthlyPrice, t.Currency)}, fact{"Price and allowance apply", scopeWords(spec.Scope)})
	if !spec.Minimum.IsZero() {
		out = append(out, fact{"Minimum", price(spec.Minimum, t.Currency)})
	}
	out = append(out, fact{"Billing Method", methodWords(spec.Usage)})
	for i := range spec.Usage {
		out = append(out, t.componentFacts(&spec.Usage[i], len(spec.Usage) > 1)...)
	}
	for _, l := range planLimits {
		if most := text(field(n, "limits"), l.name); most != "" && most != "0" {
			out = append(out, fact{l.label, most})
		}
	}
	return append(out, fact{"Valid from", text(n, "valid_from")}), true
}

// componentFacts are what one meter of a plan costs; apart says that there are others, too.
func (t teller) componentFacts(u *rating.ComponentSpec, apart bool) (out []fact) {
	before := ""
	if apart {
		before = methodWords([]rating.ComponentSpec{*u}) + ": "
	}
	part := partOf(u, t.Currency)
	included := part.Included
	if included == "" {
		included = "nothing"
	}
	out = append(out, fact{before + "Included", included}, fact{before + "Overage", part.Over})
	if u.Overage != nil && u.Overage.RoundUp {
		out = append(out, fact{before + "A started pack counts whole", yesNo(true)})
	}
	if u.Method != rating.Members && !u.ProrateIncluded {
		out = append(out, fact{before + "Prorate what is included", yesNo(false)})
	}
	var tiers []string
	for _, tier := range part.Tiers {
		line := tier.UpTo + ": " + tier.Price
		if tier.Flat != "" {
			line += ", flat " + tier.Flat
		}
		tiers = append(tiers, line)
	}
	if len(tiers) > 0 {
		out = append(out, fact{before + "How tiers count", part.TierMode}, fact{before + "Tiers", strings.Join(tiers, "\n")})
	}
	return out
}

// storedSpec reads the prices of a plan of the history.
func storedSpec(n *doc.Node) (spec rating.PlanSpec, known bool) {
	prices := doc.Node{Kind: doc.Object, Fields: slices.Clone(n.Fields)}
	prices.Fields = slices.DeleteFunc(prices.Fields, func(f doc.Field) bool { return slices.Contains(notPriced, f.Name) })
	prices.Add("id", doc.TextNode("plan"))
	r := doc.NewReader(&prices)
	spec = scenario.ReadPlan(r)
	return spec, r.Err() == nil
}
