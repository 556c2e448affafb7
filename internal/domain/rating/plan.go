package rating

import (
	"math/big"

	"postmeter/internal/domain/money"
)

// Plan is a compiled, immutable version of a plan, safe for concurrent use.
type Plan struct {
	spec       PlanSpec
	version    int64
	price      ratio // of an item and month
	minimum    ratio // of the plan and month; zero is none
	components []component
	hasMembers bool
}

// component is a compiled ComponentSpec.
type component struct {
	method   Method
	measure  Measure
	unitKB   int64
	stepKB   int64
	den      int64 // quantities above the unit are counted in units/den
	included ratio
	prorate  bool
	packs    bool // each started per counts whole
	per      ratio
	tiers    []tier // empty: never charged
}

// tier is one linear part of a component's price: what is over the allowance,
// up to upTo, costs over x rate + offset. The offset holds what the tiers below
// cost and all flat prices, so that one tier gives the whole price. Without
// tiers there is one with the overage's price; with packs the rate is that of
// a pack.
type tier struct {
	open   bool
	upTo   ratio
	rate   ratio // rate.den is offset.den where both fit
	offset ratio
}

// CompilePlan checks a spec and prepares it for rating. The version id is copied
// to the lines. All faults of the spec are reported, as a fault.List with places
// below the plan (usage[0].overage.per). The plan keeps the spec's memory.
func CompilePlan(spec PlanSpec, version int64) (*Plan, error) {
	if err := spec.Check().Err(); err != nil {
		return nil, err
	}
	p := &Plan{spec: spec, version: version, price: ratioOf(spec.MonthlyPrice), minimum: ratioOf(spec.Minimum)}
	for i := range spec.Usage {
		p.components = append(p.components, compileComponent(&spec.Usage[i]))
		p.hasMembers = p.hasMembers || spec.Usage[i].Method == Members
	}
	return p, nil
}

// ID returns the plan's key.
func (p *Plan) ID() string { return p.spec.ID }

// Called returns what people call the plan: its name, or its key where it has none.
func (p *Plan) Called() string {
	if p.spec.Name == "" {
		return p.spec.ID
	}
	return p.spec.Name
}

// Version returns the version id.
func (p *Plan) Version() int64 { return p.version }

// Spec returns the version as people write it. It shares memory; leave it alone.
func (p *Plan) Spec() PlanSpec { return p.spec }

// same says whether two are the same version of the same plan.
func (p *Plan) same(q *Plan) bool {
	return p == q || p.version == q.version && p.spec.ID == q.spec.ID
}

const (
	bytesPerKB = 1 << 10
	bytesPerGB = 1 << 30
)

func compileComponent(s *ComponentSpec) component {
	c := component{
		method: s.Method, measure: s.Measure, unitKB: s.UnitKB, stepKB: s.StepKB,
		included: ratioOf(s.Included), prorate: s.ProrateIncluded && s.Method != Members, den: 1,
	}
	switch {
	case s.Method == Bandwidth:
		c.den = bytesPerGB
	case s.Method == Messages && s.UnitKB > 0 && s.StepKB == 0:
		c.den = s.UnitKB * bytesPerKB
	case s.Method == Messages && s.UnitKB > 0:
		c.den = s.UnitKB
	}
	switch {
	case s.Overage != nil && s.Overage.RoundUp:
		c.packs, c.per = true, ratioOf(s.Overage.Per)
		c.tiers = []tier{makeTier(nil, s.Overage.Price.Rat(), new(big.Rat))}
	case s.Overage != nil:
		c.tiers = []tier{makeTier(nil, rate(s.Overage.Price, s.Overage.Per), new(big.Rat))}
	case s.TierMode == Volume:
		for i := range s.Tiers {
			t := &s.Tiers[i]
			c.tiers = append(c.tiers, makeTier(t.UpTo, rate(t.Price, t.Per), t.Flat.Rat()))
		}
	default:
		c.tiers = graduated(s.Tiers)
	}
	return c
}

// graduated sums up what the tiers below each tier cost.
func graduated(specs []TierSpec) []tier {
	var tiers []tier
	lower, below := new(big.Rat), new(big.Rat)
	for i := range specs {
		t := &specs[i]
		r := rate(t.Price, t.Per)
		below.Add(below, t.Flat.Rat())
		offset := new(big.Rat).Mul(lower, r)
		offset.Sub(below, offset)
		tiers = append(tiers, makeTier(t.UpTo, r, offset))
		if t.UpTo != nil {
			upper := t.UpTo.Rat()
			width := new(big.Rat).Sub(upper, lower)
			below.Add(below, width.Mul(width, r))
			lower = upper
		}
	}
	return tiers
}

func rate(price, per money.Decimal) *big.Rat {
	return new(big.Rat).Quo(price.Rat(), per.Rat())
}

func makeTier(upTo *money.Decimal, rate, offset *big.Rat) tier {
	t := tier{open: upTo == nil, rate: ratio{exact: rate}, offset: ratio{exact: offset}}
	if upTo != nil {
		t.upTo = ratioOf(*upTo)
	}
	shareDenominator(&t.rate, &t.offset)
	return t
}
