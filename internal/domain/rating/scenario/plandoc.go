package scenario

import (
	"encoding/json"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/rating"
)

// PlanDoc is a plan as documents write it: every field that matters, numbers as
// exact text. What is a default is left out, so one spec has one text.
type PlanDoc struct {
	ID           string         `json:"id"`
	Name         string         `json:"name,omitempty"`
	Scope        string         `json:"scope"`
	MonthlyPrice string         `json:"monthly_price"`
	Minimum      string         `json:"minimum,omitempty"`
	Usage        []ComponentDoc `json:"usage,omitempty"`
}

// ComponentDoc is a component of a PlanDoc.
type ComponentDoc struct {
	Method          string      `json:"method"`
	UnitKB          int64       `json:"unit_kb,omitempty"`
	StepKB          int64       `json:"step_kb,omitempty"`
	Measure         string      `json:"measure,omitempty"`
	Included        string      `json:"included,omitempty"`
	ProrateIncluded *bool       `json:"prorate_included,omitempty"`
	Overage         *OverageDoc `json:"overage,omitempty"`
	TierMode        string      `json:"tier_mode,omitempty"`
	Tiers           []TierDoc   `json:"tiers,omitempty"`
}

// OverageDoc is the overage of a ComponentDoc.
type OverageDoc struct {
	Per     string `json:"per"`
	Price   string `json:"price"`
	RoundUp bool   `json:"round_up,omitempty"`
}

// TierDoc is a tier of a ComponentDoc.
type TierDoc struct {
	UpTo  string `json:"up_to,omitempty"`
	Per   string `json:"per"`
	Price string `json:"price"`
	Flat  string `json:"flat,omitempty"`
}

// DocumentPlan returns the plan as documents write it.
func DocumentPlan(s rating.PlanSpec) PlanDoc {
	d := PlanDoc{
		ID: s.ID, Name: s.Name, Scope: s.Scope.String(),
		MonthlyPrice: s.MonthlyPrice.String(), Minimum: unlessZero(s.Minimum),
	}
	for i := range s.Usage {
		d.Usage = append(d.Usage, documentComponent(&s.Usage[i]))
	}
	return d
}

func documentComponent(c *rating.ComponentSpec) ComponentDoc {
	d := ComponentDoc{Method: c.Method.String(), UnitKB: c.UnitKB, StepKB: c.StepKB, Included: unlessZero(c.Included)}
	if c.Measure != rating.Peak {
		d.Measure = c.Measure.String()
	}
	if !c.ProrateIncluded {
		d.ProrateIncluded = new(bool)
	}
	if o := c.Overage; o != nil {
		d.Overage = &OverageDoc{Per: o.Per.String(), Price: o.Price.String(), RoundUp: o.RoundUp}
	}
	if c.TierMode != rating.Graduated {
		d.TierMode = c.TierMode.String()
	}
	for _, t := range c.Tiers {
		tier := TierDoc{Per: t.Per.String(), Price: t.Price.String(), Flat: unlessZero(t.Flat)}
		if t.UpTo != nil {
			tier.UpTo = t.UpTo.String()
		}
		d.Tiers = append(d.Tiers, tier)
	}
	return d
}

func unlessZero(d money.Decimal) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

// MarshalPlan returns the canonical JSON text of a plan, for storing: equal
// specs have equal texts.
func MarshalPlan(s rating.PlanSpec) ([]byte, error) {
	text, err := json.Marshal(DocumentPlan(s))
	return text, fault.Wrap(fault.Internal, err, "plan %s could not be written", s.ID)
}

// UnmarshalPlan reads what MarshalPlan wrote, or a plan of a scenario.
func UnmarshalPlan(text []byte) (rating.PlanSpec, error) {
	root, err := doc.ParseJSON(text)
	if err != nil {
		return rating.PlanSpec{}, err
	}
	r := doc.NewReader(root)
	s := ReadPlan(r)
	r.Done()
	return s, r.Err()
}
