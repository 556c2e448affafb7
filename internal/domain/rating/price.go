package rating

import (
	"math/big"
	"math/bits"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
)

// The arithmetic of lines. Each calculation is written twice: with integers of
// 64 bits and products of 128, which is what nearly every line needs, and with
// big fractions, for whatever the first cannot hold. Both are exact; a test
// compares them.

// quantityDecimals is to how many decimals a line's quantity is rounded.
const quantityDecimals = 6

// errTooLarge is the fault of a line whose amount or quantity cannot be counted.
var errTooLarge = fault.New(fault.Invalid, "the amount or quantity is too large to be counted")

// share is a fraction of a month: days of it.
type share struct{ days, of int64 }

var whole = share{1, 1}

// quantity is what is over an allowance: num/den, above 0.
type quantity struct {
	num, den int64
	exact    *big.Rat // if not nil, the value; num and den do not hold it
}

func (q *quantity) rat() *big.Rat {
	if q.exact != nil {
		return q.exact
	}
	return big.NewRat(q.num, q.den)
}

// rounded returns the quantity to six decimals.
func (q *quantity) rounded() (money.Decimal, error) {
	if q.exact == nil {
		hi, lo := bits.Mul64(uint64(q.num), uint64(tens[quantityDecimals]))
		if n, ok := roundQuotient(hi, lo, uint64(q.den)); ok {
			return money.FromMinor(n, quantityDecimals), nil
		}
	}
	scaled := new(big.Rat).Mul(q.rat(), ratInt(tens[quantityDecimals]))
	d, err := money.FromBig(roundRat(scaled), quantityDecimals)
	if err != nil {
		return d, errTooLarge
	}
	return d, nil
}

// over returns what of used/den is over the allowance, and whether anything is.
func (c *component) over(used int64, den int64, s share) (quantity, bool) {
	if used <= 0 {
		return quantity{}, false
	}
	if !c.prorate || s.days == s.of {
		s = whole
	}
	if c.included.fits && c.included.num == 0 {
		return quantity{num: used, den: den}, true
	}
	if c.included.fits {
		a, ok1 := product(used, c.included.den, s.of)
		b, ok2 := product(c.included.num, s.days, den)
		d, ok3 := product(den, c.included.den, s.of)
		if ok1 && ok2 && ok3 {
			return quantity{num: a - b, den: d}, a > b
		}
	}
	return c.overExact(big.NewRat(used, den), s)
}

// overExact is over for any size.
func (c *component) overExact(used *big.Rat, s share) (quantity, bool) {
	if !c.prorate {
		s = whole
	}
	allowed := big.NewRat(s.days, s.of)
	allowed.Mul(allowed, c.included.exact)
	q := new(big.Rat).Sub(used, allowed)
	return quantity{exact: q}, q.Sign() > 0
}

// amount prices what is over, in minor units of a currency with the given
// decimals.
func (c *component) amount(q *quantity, s share, decimals int) (int64, error) {
	if c.method != Members || s.days == s.of {
		s = whole
	}
	if q.exact == nil {
		n, ok := c.amountFast(q, s, tens[decimals])
		if ok {
			return n, nil
		}
	}
	return c.amountExact(q, s, decimals)
}

func (c *component) amountFast(q *quantity, s share, minor int64) (int64, bool) {
	num, den := q.num, q.den
	if c.packs {
		n, ok := packs(q, &c.per)
		if !ok {
			return 0, false
		}
		num, den = n, 1
	}
	t := c.tierOf(q)
	if t == nil || !t.rate.fits {
		return 0, false
	}
	r, ok1 := product(t.rate.num, minor, s.days)
	o, ok2 := product(int64(magnitude(t.offset.num)), minor, s.days)
	d, ok3 := product(den, t.rate.den, s.of)
	if !ok1 || !ok2 || !ok3 {
		return 0, false
	}
	hi, lo := bits.Mul64(uint64(num), uint64(r))
	if o != 0 {
		ohi, olo := bits.Mul64(uint64(o), uint64(den))
		var carry uint64
		if t.offset.num > 0 {
			lo, carry = bits.Add64(lo, olo, 0)
			hi, carry = bits.Add64(hi, ohi, carry)
		} else {
			lo, carry = bits.Sub64(lo, olo, 0)
			hi, carry = bits.Sub64(hi, ohi, carry)
		}
		if carry != 0 {
			return 0, false
		}
	}
	return roundQuotient(hi, lo, uint64(d))
}

// packs returns how many packs are started.
func packs(q *quantity, per *ratio) (int64, bool) {
	d, ok := product(q.den, max(per.num, 0), 1)
	if !per.fits || !ok || d == 0 {
		return 0, false
	}
	hi, lo := bits.Mul64(uint64(q.num), uint64(per.den))
	if hi >= uint64(d) {
		return 0, false
	}
	n, rest := bits.Div64(hi, lo, uint64(d))
	if rest > 0 {
		n++
	}
	return int64(n), int64(n) > 0
}

// tierOf returns the tier that the quantity falls in, nil if integers cannot tell.
func (c *component) tierOf(q *quantity) *tier {
	for i := range c.tiers {
		t := &c.tiers[i]
		if t.open {
			return t
		}
		if !t.upTo.fits {
			return nil
		}
		ahi, alo := bits.Mul64(uint64(q.num), uint64(t.upTo.den))
		bhi, blo := bits.Mul64(uint64(t.upTo.num), uint64(q.den))
		if ahi < bhi || ahi == bhi && alo <= blo {
			return t
		}
	}
	return nil
}

// amountExact is amount for any size.
func (c *component) amountExact(q *quantity, s share, decimals int) (int64, error) {
	x := new(big.Rat).Set(q.rat())
	t := &c.tiers[0]
	for i := 0; !t.open && x.Cmp(t.upTo.exact) > 0; t = &c.tiers[i] {
		i++
	}
	if c.packs {
		x.Quo(x, c.per.exact)
		up := new(big.Int).Sub(x.Denom(), big.NewInt(1))
		up.Add(up, x.Num())
		x.SetInt(up.Quo(up, x.Denom()))
	}
	x.Mul(x, t.rate.exact)
	x.Add(x, t.offset.exact)
	x.Mul(x, big.NewRat(s.days, s.of))
	return minorExact(x, decimals)
}

// minorExact rounds an amount in main units to minor ones.
func minorExact(x *big.Rat, decimals int) (int64, error) {
	n := roundRat(new(big.Rat).Mul(x, ratInt(tens[decimals])))
	if !n.IsInt64() {
		return 0, errTooLarge
	}
	return n.Int64(), nil
}

// partOf returns price x share in minor units.
func partOf(price *ratio, s share, decimals int) (int64, error) {
	if price.fits {
		n, ok1 := product(price.num, tens[decimals], s.days)
		d, ok2 := product(price.den, s.of, 1)
		if ok1 && ok2 {
			if v, ok := roundQuotient(0, uint64(n), uint64(d)); ok {
				return v, nil
			}
		}
	}
	x := big.NewRat(s.days, s.of)
	return minorExact(x.Mul(x, price.exact), decimals)
}

// chargeAmount returns amount x quantity x share in minor units.
func chargeAmount(amount, number money.Decimal, s share, decimals int) (int64, error) {
	am, as, ok1 := amount.Int64()
	qm, qs, ok2 := number.Int64()
	if ok1 && ok2 && qm >= 0 {
		n, ok3 := product(int64(magnitude(am)), qm, 1)
		f, ok4 := product(tens[decimals], s.days, 1)
		d, ok5 := product(tens[as], s.of, 1)
		hi, lo := bits.Mul64(uint64(n), uint64(f))
		e, ok6 := product(d, tens[qs], 1)
		if ok3 && ok4 && ok5 && ok6 {
			if v, ok := roundQuotient(hi, lo, uint64(e)); ok {
				if am < 0 {
					v = -v
				}
				return v, nil
			}
		}
	}
	x := big.NewRat(s.days, s.of)
	x.Mul(x, amount.Rat())
	return minorExact(x.Mul(x, number.Rat()), decimals)
}

// shareQuantity returns days/of rounded to six decimals.
func shareQuantity(s share) money.Decimal {
	if s.days == s.of {
		return money.FromInt(1)
	}
	n := (2*s.days*tens[quantityDecimals] + s.of) / (2 * s.of)
	return money.FromMinor(n, quantityDecimals)
}
