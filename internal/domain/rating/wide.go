package rating

import (
	"math"
	"math/big"
	"math/bits"
)

// int128 is a signed sum that usage is counted in: products of recipients and
// sizes do not fit 64 bits in all cases.
type int128 struct {
	hi int64
	lo uint64
}

// addProduct adds a*b and says whether the sum still fits.
func (x *int128) addProduct(a, b int64) bool {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if (a < 0) != (b < 0) {
		var borrow uint64
		lo, borrow = bits.Sub64(0, lo, 0)
		hi, _ = bits.Sub64(0, hi, borrow)
	}
	sum, carry := bits.Add64(x.lo, lo, 0)
	high, _ := bits.Add64(uint64(x.hi), hi, carry)
	before, added := x.hi < 0, int64(hi) < 0
	x.lo, x.hi = sum, int64(high)
	return before != added || (x.hi < 0) == before
}

// add adds a and says whether the sum still fits.
func (x *int128) add(a int64) bool {
	sum, carry := bits.Add64(x.lo, uint64(a), 0)
	high, _ := bits.Add64(uint64(x.hi), uint64(a>>63), carry)
	before := x.hi < 0
	x.lo, x.hi = sum, int64(high)
	return before != (a < 0) || (x.hi < 0) == before
}

// int64 returns the value and whether it fits.
func (x int128) int64() (int64, bool) {
	v := int64(x.lo)
	return v, x.hi == v>>63
}

// big returns the value.
func (x int128) big() *big.Int {
	n := big.NewInt(x.hi)
	n.Lsh(n, 64)
	return n.Add(n, new(big.Int).SetUint64(x.lo))
}

func magnitude(a int64) uint64 {
	if a < 0 {
		return -uint64(a)
	}
	return uint64(a)
}

// product returns a*b*c of numbers that are not negative, and whether it fits
// 63 bits.
func product(a, b, c int64) (int64, bool) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi != 0 {
		return 0, false
	}
	hi, lo = bits.Mul64(lo, uint64(c))
	return int64(lo), hi == 0 && int64(lo) >= 0
}

// roundQuotient returns hi:lo / den rounded half up, and whether it fits 63 bits.
func roundQuotient(hi, lo, den uint64) (int64, bool) {
	if hi >= den {
		return 0, false
	}
	q, r := bits.Div64(hi, lo, den)
	if q >= math.MaxInt64 {
		return 0, false
	}
	if r >= den-r {
		q++
	}
	return int64(q), true
}

// roundRat rounds x half away from zero.
func roundRat(x *big.Rat) *big.Int {
	twice := new(big.Int).Lsh(new(big.Int).Abs(x.Num()), 1)
	twice.Add(twice, x.Denom())
	q := twice.Quo(twice, new(big.Int).Lsh(x.Denom(), 1))
	if x.Sign() < 0 {
		q.Neg(q)
	}
	return q
}

// powers of ten that fit 63 bits.
var tens = [...]int64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12}

func ratInt(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }
