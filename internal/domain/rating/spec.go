package rating

import "postmeter/internal/domain/money"

// Scope says what one item of a plan is: what has a price and an allowance of its own.
type Scope uint8

// The scopes.
const (
	ScopeGroup  Scope = iota // everything in the group is one item
	ScopeList                // each covered list
	ScopeServer              // each server that has something covered
)

// Method says what a component counts.
type Method uint8

// The methods. MethodNone is that of lines that price no meter.
const (
	MethodNone Method = iota
	Messages          // message units: recipients, times size above the unit
	Bandwidth         // recipients times bytes, in GB of 2^30 bytes
	Members           // subscribers, a level and not a flow
)

// Measure says which of an item's daily member totals counts.
type Measure uint8

// The measures.
const (
	Peak    Measure = iota // the largest
	Average                // the mean over the active days
	LastDay                // that of the last active day
)

// TierMode says how tiers are priced.
type TierMode uint8

// The tier modes.
const (
	Graduated TierMode = iota // each part at its own tier's price
	Volume                    // the whole quantity at the price of the tier it falls in
)

// PlanSpec is one version of a plan as people write it. Prices are in the main
// unit of the currency that the Input names.
type PlanSpec struct {
	ID           string // the key; lines name it
	Name         string
	Scope        Scope
	MonthlyPrice money.Decimal // for each item and whole month
	Minimum      money.Decimal // for the plan and whole month, 0 is none
	Usage        []ComponentSpec
}

// ComponentSpec prices one meter of a plan. It has Overage, or Tiers, or
// neither (then it is never charged); both together are an error.
type ComponentSpec struct {
	Method          Method
	UnitKB          int64 // messages: KB of one message unit, 0: size does not count
	StepKB          int64 // messages: sizes are rounded up to a multiple of this, 0: not
	Measure         Measure
	Included        money.Decimal // units, GB, or members for each item and whole month
	ProrateIncluded bool          // default true; has no effect for members
	Overage         *OverageSpec
	TierMode        TierMode
	Tiers           []TierSpec
}

// OverageSpec is one price for all that is over the allowance.
type OverageSpec struct {
	Per     money.Decimal // units for one Price, above 0
	Price   money.Decimal
	RoundUp bool // each started Per counts whole
}

// TierSpec is one tier. Bounds count from the allowance up and belong to the lower tier.
type TierSpec struct {
	UpTo  *money.Decimal // upper bound; nil in the last tier, and only there
	Per   money.Decimal  // units for one Price, above 0
	Price money.Decimal
	Flat  money.Decimal // due when the tier is entered (Graduated) or hit (Volume)
}

// Charge is one version of an additional charge.
type Charge struct {
	ID         string // the key; lines name it
	Name       string
	Version    int64         // id of the version, copied to the lines
	Amount     money.Decimal // main currency units, may be negative (a prepayment)
	Recurring  bool
	Proratable bool
}
