package money

import (
	"cmp"
	"math"
	"math/big"
	"math/bits"

	"postmeter/internal/domain/fault"
)

// Limits of a Decimal, in digits. Both together always fit its 128 bits.
const (
	MaxDecimals      = 12 // after the point
	MaxIntegerDigits = 26 // before the point
)

// Decimal is an exact decimal number with at most MaxDecimals decimals and
// MaxIntegerDigits digits before the point. The zero value is 0. Trailing zeros
// are not kept, so equal numbers are == to each other.
type Decimal struct {
	hi, lo uint64 // magnitude times ten to the scale
	scale  uint8  // number of decimals
	neg    bool
}

// FromInt returns n as a Decimal.
func FromInt(n int64) Decimal { return Decimal{lo: magnitude(n), neg: n < 0} }

// FromMinor returns an amount as a Decimal of the currency's main unit.
func FromMinor(minor int64, decimals int) Decimal {
	return Decimal{lo: magnitude(minor), neg: minor < 0, scale: uint8(decimals)}.normal()
}

// FromBig returns the number n / 10^scale; an Invalid error if it is outside
// the limits of a Decimal.
func FromBig(n *big.Int, scale int) (Decimal, error) {
	if scale < 0 || scale > MaxDecimals || n.BitLen() > 128 {
		return Decimal{}, errTooManyDigits
	}
	m := new(big.Int).Abs(n)
	d := Decimal{
		lo:    new(big.Int).And(m, new(big.Int).SetUint64(math.MaxUint64)).Uint64(),
		hi:    new(big.Int).Rsh(m, 64).Uint64(),
		neg:   n.Sign() < 0,
		scale: uint8(scale),
	}.normal()
	return d.checked()
}

var errTooManyDigits = fault.New(fault.Invalid, "has more than %d digits before the point", MaxIntegerDigits)

// checked refuses more integer digits than the limit.
func (d Decimal) checked() (Decimal, error) {
	limit := pow10[MaxIntegerDigits+int(d.scale)]
	if cmp128(d.hi, d.lo, limit.hi, limit.lo) >= 0 {
		return Decimal{}, errTooManyDigits
	}
	return d, nil
}

// normal drops trailing zeros and the sign of zero.
func (d Decimal) normal() Decimal {
	for d.scale > 0 && d.hi != 0 {
		hi, lo, rem := div128(d.hi, d.lo, 10)
		if rem != 0 {
			break
		}
		d.hi, d.lo, d.scale = hi, lo, d.scale-1
	}
	for d.scale > 0 && d.hi == 0 && d.lo%10 == 0 {
		d.lo, d.scale = d.lo/10, d.scale-1
	}
	if d.IsZero() {
		return Decimal{}
	}
	return d
}

// Sign returns -1, 0 or 1.
func (d Decimal) Sign() int {
	switch {
	case d.hi == 0 && d.lo == 0:
		return 0
	case d.neg:
		return -1
	}
	return 1
}

// IsZero says whether d is 0.
func (d Decimal) IsZero() bool { return d.hi == 0 && d.lo == 0 }

// Neg returns -d.
func (d Decimal) Neg() Decimal {
	d.neg = !d.neg && !d.IsZero()
	return d
}

// Cmp compares d and e as cmp.Compare does.
func (d Decimal) Cmp(e Decimal) int {
	if s, t := d.Sign(), e.Sign(); s != t || s == 0 {
		return cmp.Compare(s, t)
	}
	dh, dl := mul128(d.hi, d.lo, e.scale, d.scale)
	eh, el := mul128(e.hi, e.lo, d.scale, e.scale)
	c := cmp128(dh, dl, eh, el)
	if d.neg {
		return -c
	}
	return c
}

// mul128 brings a magnitude of scale own to the larger of both scales. It cannot
// overflow: the result has at most 38 digits.
func mul128(hi, lo uint64, other, own uint8) (uint64, uint64) {
	if other <= own {
		return hi, lo
	}
	f := pow10[other-own].lo
	h, l := bits.Mul64(lo, f)
	return h + hi*f, l
}

// Int64 returns mantissa and scale of d, d = mantissa / 10^scale, and whether
// the mantissa fits.
func (d Decimal) Int64() (mantissa int64, scale int, ok bool) {
	if d.hi != 0 || d.lo > math.MaxInt64 {
		return 0, 0, false
	}
	m := int64(d.lo)
	if d.neg {
		m = -m
	}
	return m, int(d.scale), true
}

// Whole returns d as an int64, and whether it is a whole number that fits.
func (d Decimal) Whole() (int64, bool) {
	m, scale, ok := d.Int64()
	return m, ok && scale == 0
}

// Decimals returns the number of decimals that d needs.
func (d Decimal) Decimals() int { return int(d.scale) }

// Big returns the mantissa: d = Big / 10^Decimals.
func (d Decimal) Big() *big.Int {
	n := new(big.Int).SetUint64(d.hi)
	n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(d.lo))
	if d.neg {
		n.Neg(n)
	}
	return n
}

// Rat returns d as a fraction.
func (d Decimal) Rat() *big.Rat {
	den := new(big.Int).SetUint64(pow10[d.scale].lo)
	return new(big.Rat).SetFrac(d.Big(), den)
}

// Exactly returns d as an amount. It is an Invalid error if d has more decimals
// than the currency, or does not fit.
func (d Decimal) Exactly(c Currency) (Amount, error) {
	if int(d.scale) > c.Decimals() {
		return Amount{}, tooManyDecimals(d.String(), c)
	}
	return d.Round(c)
}

// Round returns d in minor units of c, rounded half away from zero; ErrOverflow
// if it does not fit.
func (d Decimal) Round(c Currency) (Amount, error) {
	hi, lo := d.hi, d.lo
	switch up := c.Decimals() - int(d.scale); {
	case up > 0:
		over, h := bits.Mul64(hi, pow10[up].lo)
		c1, l := bits.Mul64(lo, pow10[up].lo)
		var carry uint64
		hi, carry = bits.Add64(h, c1, 0)
		lo = l
		if over != 0 || carry != 0 {
			return Amount{}, ErrOverflow
		}
	case up < 0:
		by := pow10[-up].lo
		var rem, carry uint64
		hi, lo, rem = div128(hi, lo, by)
		lo, carry = bits.Add64(lo, halfUp(rem, by), 0)
		hi += carry
	}
	if hi != 0 {
		return Amount{}, ErrOverflow
	}
	minor, err := signed(lo, d.neg)
	return Amount{minor, c}, err
}
