package rating

import (
	"math/big"

	"postmeter/internal/domain/money"
)

// ratio is an exact fraction in two forms: as integers for the usual case, and
// as a big fraction for all cases. It is shared and never written after it was made.
type ratio struct {
	num, den int64
	fits     bool // num and den hold the value
	exact    *big.Rat
}

func ratioOf(d money.Decimal) ratio {
	r := ratio{exact: d.Rat()}
	r.num, r.den, r.fits = smallRat(r.exact)
	return r
}

// isZero says whether the value is 0.
func (r *ratio) isZero() bool { return r.exact == nil || r.exact.Sign() == 0 }

// maxSmall bounds the integers of the usual case, so that few products of them
// leave 64 bits.
const maxSmall = 1 << 50

func smallRat(x *big.Rat) (num, den int64, fits bool) {
	n, d := x.Num(), x.Denom()
	if !n.IsInt64() || !d.IsInt64() {
		return 0, 1, false
	}
	num, den = n.Int64(), d.Int64()
	return num, den, num <= maxSmall && num >= -maxSmall && den <= maxSmall
}

// shareDenominator gives the integer forms of two ratios one denominator, so
// that their weighted sum needs no further one.
func shareDenominator(a, b *ratio) {
	gcd := new(big.Int).GCD(nil, nil, a.exact.Denom(), b.exact.Denom())
	common := new(big.Int).Div(a.exact.Denom(), gcd)
	common.Mul(common, b.exact.Denom())
	for _, r := range []*ratio{a, b} {
		n := new(big.Int).Div(common, r.exact.Denom())
		n.Mul(n, r.exact.Num())
		r.fits = n.IsInt64() && common.IsInt64() && n.Int64() <= maxSmall && n.Int64() >= -maxSmall && common.Int64() <= maxSmall
		if r.fits {
			r.num, r.den = n.Int64(), common.Int64()
		}
	}
	a.fits = a.fits && b.fits
	b.fits = a.fits
}
