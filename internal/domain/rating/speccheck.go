package rating

import (
	"fmt"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
)

// Limits of a plan.
const (
	MaxComponents = 32      // components of a plan
	MaxTiers      = 200     // tiers of a component
	MaxUnitKB     = 1 << 40 // KB of a message unit or a step
)

// Check returns every fault of the spec, with places below the plan.
func (s *PlanSpec) Check() fault.List {
	var l fault.List
	if s.ID == "" {
		l.Add("id", "must not be empty")
	}
	if int(s.Scope) >= len(ScopeNames) {
		l.Add("scope", "is unknown")
	}
	notNegative(&l, "monthly_price", s.MonthlyPrice)
	notNegative(&l, "minimum", s.Minimum)
	if len(s.Usage) > MaxComponents {
		l.Add("usage", "has %d components: at most %d are allowed", len(s.Usage), MaxComponents)
		return l
	}
	for i := range s.Usage {
		l.AddError(fmt.Sprintf("usage[%d]", i), s.Usage[i].check().Err())
	}
	return l
}

func (c *ComponentSpec) check() fault.List {
	var l fault.List
	if c.Method == MethodNone || int(c.Method) >= len(MethodNames) {
		l.Add("method", "is missing")
	}
	if int(c.Measure) >= len(MeasureNames) {
		l.Add("measure", "is unknown")
	}
	if int(c.TierMode) >= len(TierModeNames) {
		l.Add("tier_mode", "is unknown")
	}
	kilobytes(&l, "unit_kb", c.UnitKB)
	kilobytes(&l, "step_kb", c.StepKB)
	notNegative(&l, "included", c.Included)
	if c.Overage != nil {
		aboveZero(&l, "overage.per", c.Overage.Per)
		notNegative(&l, "overage.price", c.Overage.Price)
	}
	if c.Overage != nil && len(c.Tiers) > 0 {
		l.Add("", "overage and tiers together: a component has one of them")
	}
	if len(c.Tiers) > MaxTiers {
		l.Add("tiers", "has %d tiers: at most %d are allowed", len(c.Tiers), MaxTiers)
		return l
	}
	checkTiers(&l, c.Tiers)
	return l
}

func checkTiers(l *fault.List, tiers []TierSpec) {
	var lower money.Decimal
	for i := range tiers {
		t, place := &tiers[i], fmt.Sprintf("tiers[%d].", i)
		last := i == len(tiers)-1
		switch {
		case last && t.UpTo != nil:
			l.Add(place+"up_to", "the last tier is open: leave its up_to out")
		case !last && t.UpTo == nil:
			l.Add(place+"up_to", "is missing: only the last tier is open")
		case !last && i == 0 && t.UpTo.Sign() <= 0:
			l.Add(place+"up_to", "must be greater than 0")
		case !last && t.UpTo.Cmp(lower) <= 0:
			l.Add(place+"up_to", "must be greater than that of the tier before, %s", lower)
		}
		if t.UpTo != nil {
			lower = *t.UpTo
		}
		aboveZero(l, place+"per", t.Per)
		notNegative(l, place+"price", t.Price)
		notNegative(l, place+"flat", t.Flat)
	}
}

func notNegative(l *fault.List, place string, d money.Decimal) {
	if d.Sign() < 0 {
		l.Add(place, "must not be negative")
	}
}

func aboveZero(l *fault.List, place string, d money.Decimal) {
	if d.Sign() <= 0 {
		l.Add(place, "must be greater than 0")
	}
}

func kilobytes(l *fault.List, place string, kb int64) {
	switch {
	case kb < 0:
		l.Add(place, "must not be negative")
	case kb > MaxUnitKB:
		l.Add(place, "is too large: at most %d KB", int64(MaxUnitKB))
	}
}
