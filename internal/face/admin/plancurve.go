package admin

import (
	"math"
	"slices"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/rating"
	"postmeter/internal/domain/statement"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
)

// mostBounds is how many bounds of prices a curve shows as they are; with more it shows their trend.
const mostBounds = 24

// costCurve draws what more posts cost, or more members where a plan prices those. Its points are at round steps, and at
// each bound of a price and one above it, so that a corner or a jump is where the tariff has it.
func costCurve(t *insight.Tariff, messages, kb, members int64) (*web.Chart, error) {
	most, chart := messages, &web.Chart{
		ID: "curve", Line: true, Scaled: true, Title: "What do more posts a month cost?", Unit: "Cost of a month",
		Desc: "A line of the cost of a month, from no post to half as many again as typed.",
	}
	if byMembers(&t.Spec) {
		most, chart.Title = members, "What do more members cost?"
		chart.Desc = "A line of the cost of a month, from no member to half as many again as typed."
	}
	most = max(most+most/2, 1) //nolint:mnd // half as many again
	step := roundStep(most)
	most = (most + step - 1) / step * step
	var at []int64
	for x := int64(0); x <= most; x += step {
		at = append(at, x)
	}
	at = append(at, boundsWithin(t, most, kb, members)...)
	slices.Sort(at)
	for _, x := range slices.Compact(at) {
		use := insight.Use{Recipients: x * members, Bytes: kb * bytesOfKB, Members: members}
		if byMembers(&t.Spec) {
			use = insight.Use{Recipients: messages * x, Bytes: kb * bytesOfKB, Members: x}
		}
		cost, err := t.Cost(use)
		if err != nil {
			if fault.KindOf(err) == fault.Invalid {
				return nil, nil //nolint:nilnil // there is no curve beyond what can be priced
			}
			return nil, err
		}
		chart.Points = append(chart.Points, web.Point{
			Label: web.Thousands(x), Value: cost.Minor, Text: statement.Thousands(cost.Total) + " " + t.Currency.Code(), At: x, Quiet: x%step != 0,
		})
	}
	return chart, nil
}

// roundStep is 1, 2 or 5 with zeros, so that at most about curvePoints steps reach most.
func roundStep(most int64) int64 {
	for ten := int64(1); ; ten *= 10 {
		for _, n := range []int64{1, 2, 5} {
			if n*ten*curvePoints >= most {
				return n * ten
			}
		}
	}
}

// boundsWithin are the places on the curve's axis, up to most, where a price changes, and those one further.
func boundsWithin(t *insight.Tariff, most, kb, members int64) (out []int64) {
	if len(t.Spec.Usage) != 1 {
		return nil
	}
	u := &t.Spec.Usage[0]
	units, of := unitsOfOne(u, kb, members)
	if units == 0 || most > math.MaxInt64/units {
		return nil
	}
	for _, bound := range priceBounds(u, most*units/of+1) {
		if x := bound * of / units; x < most {
			out = append(out, x, x+1)
		}
	}
	return out
}

// unitsOfOne is how many units one step along the axis uses, as a fraction.
func unitsOfOne(u *rating.ComponentSpec, kb, members int64) (units, of int64) {
	switch u.Method {
	case rating.Members:
		return 1, 1
	case rating.Bandwidth:
		return members * kb, mbOfGB * bytesOfKB
	}
	if u.StepKB > 0 {
		kb = (kb + u.StepKB - 1) / u.StepKB * u.StepKB
	}
	if u.UnitKB == 0 || kb <= u.UnitKB {
		return members, 1
	}
	return members * kb, u.UnitKB
}

// priceBounds are the quantities up to most at which the price of a unit changes: the allowance, the tiers' bounds, and the
// ends of packs that count whole.
func priceBounds(u *rating.ComponentSpec, most int64) (out []int64) {
	included := wholePart(u.Included)
	out = append(out, included)
	for i := range u.Tiers {
		if u.Tiers[i].UpTo != nil {
			out = append(out, included+wholePart(*u.Tiers[i].UpTo))
		}
	}
	if o := u.Overage; o != nil && o.RoundUp {
		per := max(1, wholePart(o.Per))
		if (most-included)/per > mostBounds {
			return out
		}
		for bound := included + per; bound < most; bound += per {
			out = append(out, bound)
		}
	}
	return out
}
