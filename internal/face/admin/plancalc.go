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

// calculatorForm asks for a month's use of one list.
var calculatorForm = &web.FormSpec{
	Submit: "Calculate", Brief: true,
	Fields: []web.Field{
		{Name: "messages", Label: "Messages in a month", Kind: web.Number, Max: 20},
		{Name: "kb", Label: "Size of a message", Kind: web.Number, Unit: "KB", Max: 20},
		{Name: "members", Label: "Members who get each", Kind: web.Number, Max: 20},
	},
}

// calculate prices what was asked, or something usual, by the rating engine.
func calculate(c *web.Context, t *insight.Tariff) (*calculator, error) {
	v := &calculator{Form: web.NewForm(calculatorForm, c.R.URL.Path+"#calculator", "", nil), Month: t.Month.String()}
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
		v.Lines = append(v.Lines, calculated{costKind(l.Kind), statement.Thousands(l.Quantity), statement.Thousands(l.Amount) + " " + t.Currency.Code()})
	}
	v.Chart, err = costCurve(t, messages, kb, members)
	return v, err
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
	return max(1, reach/members), members
}

// costCurve draws what more messages cost, or more members where a plan prices those.
func costCurve(t *insight.Tariff, messages, kb, members int64) (*web.Chart, error) {
	byMembers := len(t.Spec.Usage) == 1 && t.Spec.Usage[0].Method == rating.Members
	most, chart := messages, &web.Chart{
		ID: "curve", Line: true, Title: "What do more messages cost?", Unit: "Cost of a month",
		Desc: "A line of the cost of a month, from no message to half as many again as typed.",
	}
	if byMembers {
		most, chart.Title = members, "What do more members cost?"
		chart.Desc = "A line of the cost of a month, from no member to half as many again as typed."
	}
	most = max(most+most/2, 1) //nolint:mnd // half as many again
	points := min(curvePoints, most)
	for i := range points + 1 {
		x := most * i / points
		use := insight.Use{Recipients: x * members, Bytes: kb * bytesOfKB, Members: members}
		if byMembers {
			use = insight.Use{Recipients: messages * x, Bytes: kb * bytesOfKB, Members: x}
		}
		cost, err := t.Cost(use)
		if err != nil {
			if fault.KindOf(err) == fault.Invalid {
				return nil, nil //nolint:nilnil // there is no curve beyond what can be priced
			}
			return nil, err
		}
		chart.Points = append(chart.Points, web.Point{Label: web.Thousands(x), Value: cost.Minor, Text: statement.Thousands(cost.Total) + " " + t.Currency.Code()})
	}
	return chart, nil
}
