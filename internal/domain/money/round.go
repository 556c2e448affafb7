package money

import "math/bits"

// MulDivRound returns a*b/c, rounded half away from zero, with a product of 128
// bits; ErrDivision if c is 0, ErrOverflow if the result does not fit.
func MulDivRound(a, b, c int64) (int64, error) {
	if c == 0 {
		return 0, ErrDivision
	}
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	d := magnitude(c)
	if hi >= d {
		return 0, ErrOverflow
	}
	q, r := bits.Div64(hi, lo, d)
	q, carry := bits.Add64(q, halfUp(r, d), 0)
	if carry != 0 {
		return 0, ErrOverflow
	}
	return signed(q, (a < 0) != (b < 0) != (c < 0))
}

// halfUp is 1 if the remainder r of a division by d is half of d or more.
func halfUp(r, d uint64) uint64 {
	if r >= d-r {
		return 1
	}
	return 0
}

// magnitude returns |a| without overflow for the smallest int64.
func magnitude(a int64) uint64 {
	if a < 0 {
		return -uint64(a)
	}
	return uint64(a)
}
