package admin

import (
	"strconv"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/rating"
	"postmeter/internal/domain/statement"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
)

// calculator is the little calculator of a plan's page.
type calculator struct {
	Form  *web.Form
	Lines []calculated
	Total string
	Month string
	Chart *web.Chart
}

type calculated struct{ What, Quantity, Amount string }

// calculatorForm asks for a month's use of one list. A post becomes as many messages as members get it.
var calculatorForm = &web.FormSpec{
	Submit: "Calculate", Brief: true,
	Fields: []web.Field{
		{Name: "messages", Label: "Posts in a month", Kind: web.Number, Max: 20},
		{Name: "kb", Label: "Size of a post", Kind: web.Number, Unit: "KB", Max: 20},
		{Name: "members", Label: "Members who get each", Kind: web.Number, Max: 20},
	},
}

// membersForm asks for all that matters where members alone are priced.
var membersForm = &web.FormSpec{
	Submit: "Calculate", Brief: true, Fields: []web.Field{{Name: "members", Label: "Members", Kind: web.Number, Max: 20}},
}

// byMembers says whether members alone are priced.
func byMembers(spec *rating.PlanSpec) bool {
	return len(spec.Usage) == 1 && spec.Usage[0].Method == rating.Members
}

// calculate prices what was asked, or something usual, by the rating engine.
func calculate(c *web.Context, t *insight.Tariff) (*calculator, error) {
	spec := calculatorForm
	if byMembers(&t.Spec) {
		spec = membersForm
	}
	v := &calculator{Form: web.NewForm(spec, c.R.URL.Path+"#calculator", "", nil), Month: t.Month.String()}
	messages, members := usualUse(&t.Spec)
	kb := int64(usualKB)
	query := c.R.URL.Query()
	for _, one := range []struct {
		name string
		into *int64
		most int64
	}{{"messages", &messages, maxCalculated}, {"kb", &kb, maxCalculatedKB}, {"members", &members, maxCalculated}} {
		if typed := query.Get(one.name); query.Has(one.name) {
			n, err := strconv.ParseInt(web.TypedNumber(typed), 10, 64)
			if err != nil || n < 0 || n > one.most {
				v.Form.Faults = append(v.Form.Faults, fault.At(one.name, "must be a whole number from 0 to %s", web.Thousands(one.most)))
				v.Form.Values.Set(one.name, typed[:min(len(typed), 100)]) //nolint:mnd // enough to see what was typed
				continue
			}
			*one.into = n
		}
		v.Form.Values.Set(one.name, strconv.FormatInt(*one.into, 10))
	}
	if len(v.Form.Faults) > 0 {
		return v, nil
	}
	cost, err := t.Cost(insight.Use{Recipients: messages * members, Bytes: kb * bytesOfKB, Members: members})
	if err != nil {
		if fault.KindOf(err) == fault.Invalid {
			v.Form.Faults.AddError("", err)
			return v, nil
		}
		return nil, err
	}
	v.Total = statement.Thousands(cost.Total) + " " + t.Currency.Code()
	for _, l := range cost.Lines {
		v.Lines = append(v.Lines, calculated{costKind(l.Kind), quantityOf(&l, &t.Spec), statement.Thousands(l.Amount) + " " + t.Currency.Code()})
	}
	v.Chart, err = costCurve(t, messages, kb, members)
	return v, err
}

// quantityOf writes the quantity of a line with its unit, and in packs where started ones count whole.
func quantityOf(l *insight.CostLine, spec *rating.PlanSpec) string {
	if l.Kind != "overage" || len(spec.Usage) != 1 {
		return statement.Thousands(l.Quantity)
	}
	u := &spec.Usage[0]
	text := quantityWords(l.Quantity, u)
	if u.Overage == nil || !u.Overage.RoundUp {
		return text
	}
	n, err := strconv.ParseInt(l.Quantity, 10, 64)
	per := wholePart(u.Overage.Per)
	if err != nil || per < 2 || u.Overage.Per.Decimals() > 0 {
		return text
	}
	return text + ", " + web.Things((n+per-1)/per, 0, "pack", "packs") + " of " + web.Thousands(per)
}

func costKind(kind string) string {
	switch kind {
	case "plan":
		return "Monthly Price"
	case "overage":
		return "Over the allowance"
	case "minimum":
		return "Up to the minimum"
	}
	return kind
}

// usualUse is what the calculator begins with: a list that uses about one and a half of what is included.
func usualUse(spec *rating.PlanSpec) (messages, members int64) {
	messages, members = usualMessages, usualMembers
	if len(spec.Usage) == 0 {
		return messages, members
	}
	u := &spec.Usage[0]
	reach := wholePart(u.Included)
	for i := range u.Tiers {
		if u.Tiers[i].UpTo != nil && i == len(u.Tiers)-2 {
			reach += wholePart(*u.Tiers[i].UpTo)
		}
	}
	reach += reach / 2 //nolint:mnd // one and a half
	if reach == 0 {
		return messages, members
	}
	switch u.Method {
	case rating.Members:
		return messages, reach
	case rating.Bandwidth:
		return max(1, reach*mbOfGB*bytesOfKB/(usualKB*members)), members
	}
	return max(1, (reach+members-1)/members), members
}
