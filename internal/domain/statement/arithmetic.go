package statement

import (
	"math/big"

	"postmeter/internal/domain/money"
	"postmeter/internal/domain/rating"
)

// Step is one product of a priced quantity: Units / Per × Price + Flat = Amount.
type Step struct {
	Above    *big.Rat      // quantity of the lower tiers; 0 in the first one and without tiers
	Quantity *big.Rat      // what is priced here
	Units    *big.Rat      // Quantity, or the started Per counted whole
	Per      money.Decimal // above 0
	Price    money.Decimal
	Flat     money.Decimal
	Amount   *big.Rat // exact, in the currency's main unit
}

// Priced is the arithmetic of what is over an allowance, exact and before rounding.
type Priced struct {
	Steps []Step
	Sum   *big.Rat // of the steps
	Share *big.Rat // 1, or for members the part of the month
	Exact *big.Rat // Sum × Share
}

// PriceOver prices the quantity over the allowance of one component, step by step. It is worked out from the
// rules and not by the engine, so that the two check each other. The spec must have a price.
func PriceOver(c rating.ComponentSpec, over, share *big.Rat) Priced {
	p := Priced{Share: big.NewRat(1, 1)}
	switch {
	case c.Overage != nil:
		p.Steps = []Step{flatStep(c.Overage, over)}
	case c.TierMode == rating.Volume:
		p.Steps = volumeStep(c.Tiers, over)
	default:
		p.Steps = graduatedSteps(c.Tiers, over)
	}
	p.Sum = new(big.Rat)
	for i := range p.Steps {
		s := &p.Steps[i]
		s.Amount = new(big.Rat).Quo(s.Units, s.Per.Rat())
		s.Amount.Mul(s.Amount, s.Price.Rat()).Add(s.Amount, s.Flat.Rat())
		p.Sum.Add(p.Sum, s.Amount)
	}
	if c.Method == rating.Members {
		p.Share = share
	}
	p.Exact = new(big.Rat).Mul(p.Sum, p.Share)
	return p
}

func flatStep(o *rating.OverageSpec, over *big.Rat) Step {
	units := over
	if o.RoundUp {
		units = roundedUp(over, o.Per.Rat())
	}
	return Step{Above: new(big.Rat), Quantity: over, Units: units, Per: o.Per, Price: o.Price}
}

// roundedUp returns the smallest multiple of per that is not below q.
func roundedUp(q, per *big.Rat) *big.Rat {
	packs := new(big.Rat).Quo(q, per)
	whole := new(big.Int).Add(packs.Num(), new(big.Int).Sub(packs.Denom(), big.NewInt(1)))
	whole.Div(whole, packs.Denom())
	return new(big.Rat).Mul(new(big.Rat).SetInt(whole), per)
}

func volumeStep(tiers []rating.TierSpec, over *big.Rat) []Step {
	for _, t := range tiers {
		if t.UpTo == nil || over.Cmp(t.UpTo.Rat()) <= 0 {
			return []Step{{Above: new(big.Rat), Quantity: over, Units: over, Per: t.Per, Price: t.Price, Flat: t.Flat}}
		}
	}
	return nil
}

func graduatedSteps(tiers []rating.TierSpec, over *big.Rat) (steps []Step) {
	above := new(big.Rat)
	for _, t := range tiers {
		if over.Cmp(above) <= 0 {
			break
		}
		top := over
		if t.UpTo != nil && t.UpTo.Rat().Cmp(over) < 0 {
			top = t.UpTo.Rat()
		}
		part := new(big.Rat).Sub(top, above)
		steps = append(steps, Step{Above: above, Quantity: part, Units: part, Per: t.Per, Price: t.Price, Flat: t.Flat})
		above = top
	}
	return steps
}

// Minor rounds an exact amount half away from zero to minor units. ok is false if it does not fit.
func Minor(exact *big.Rat, c money.Currency) (minor int64, ok bool) {
	scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(c.Decimals())), nil)
	num := new(big.Int).Mul(new(big.Int).Abs(exact.Num()), scale)
	num.Lsh(num, 1).Add(num, exact.Denom())
	num.Quo(num, new(big.Int).Lsh(exact.Denom(), 1))
	if exact.Sign() < 0 {
		num.Neg(num)
	}
	return num.Int64(), num.IsInt64()
}

// Share is days / daysInMonth; 1 where they do not apply.
func Share(days, daysInMonth int) *big.Rat {
	if daysInMonth == 0 {
		return big.NewRat(1, 1)
	}
	return big.NewRat(int64(days), int64(daysInMonth))
}

// Allowance is what an item may use without paying more: whole for members and where it is not prorated.
func Allowance(c rating.ComponentSpec, days, daysInMonth int) *big.Rat {
	included := c.Included.Rat()
	if c.Method == rating.Members || !c.ProrateIncluded {
		return included
	}
	return included.Mul(included, Share(days, daysInMonth))
}

// SixDecimals writes a number as quantities are kept: rounded to six decimals, half away from zero, without zeros at
// the end.
func SixDecimals(r *big.Rat) string {
	millions := new(big.Rat).Mul(r, big.NewRat(1_000_000, 1))
	num := new(big.Int).Lsh(new(big.Int).Abs(millions.Num()), 1)
	num.Add(num, millions.Denom()).Quo(num, new(big.Int).Lsh(millions.Denom(), 1))
	if r.Sign() < 0 {
		num.Neg(num)
	}
	d, err := money.FromBig(num, 6)
	if err != nil {
		return r.FloatString(6)
	}
	return d.String()
}
