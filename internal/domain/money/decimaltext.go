package money

import (
	"math/bits"

	"postmeter/internal/domain/fault"
)

// maxDecimalText is the longest text that ParseDecimal looks at, in bytes:
// leading and trailing zeros included.
const maxDecimalText = 100

// ParseDecimal reads a number in plain decimal notation: an optional minus,
// digits, and optionally a point with digits after it. An exponent, a plus,
// white space, more than MaxDecimals decimals (trailing zeros count) and more
// than MaxIntegerDigits digits before the point are Invalid errors.
func ParseDecimal(text string) (Decimal, error) {
	if len(text) > maxDecimalText {
		return Decimal{}, fault.New(fault.Invalid, "is longer than %d characters, too long for a number", maxDecimalText)
	}
	s := text
	neg := len(s) > 0 && s[0] == '-'
	if neg {
		s = s[1:]
	}
	whole, frac, pointed := s, "", false
	for i := 0; i < len(s); i++ {
		if s[i] == '.' {
			whole, frac, pointed = s[:i], s[i+1:], true
			break
		}
	}
	if !allDigits(whole) || pointed && !allDigits(frac) {
		return Decimal{}, fault.New(fault.Invalid, "%.40q is not a number: write it in digits with a point, such as 12.5", text)
	}
	if len(frac) > MaxDecimals {
		return Decimal{}, fault.New(fault.Invalid, "has more than %d decimals", MaxDecimals)
	}
	whole, frac = trimZeros(whole, frac)
	if len(whole) > MaxIntegerDigits {
		return Decimal{}, errTooManyDigits
	}
	d := Decimal{scale: uint8(len(frac)), neg: neg}
	d.push(whole)
	d.push(frac)
	return d.normal(), nil
}

// push appends digits to the magnitude. The limits above keep it within 128 bits.
func (d *Decimal) push(digits string) {
	for i := 0; i < len(digits); i++ {
		carry, lo := bits.Mul64(d.lo, 10)
		lo, c := bits.Add64(lo, uint64(digits[i]-'0'), 0)
		d.hi, d.lo = d.hi*10+carry+c, lo
	}
}

func allDigits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) > 0
}

// trimZeros drops leading zeros of the whole part and trailing zeros of the fraction.
func trimZeros(whole, frac string) (string, string) {
	for whole != "" && whole[0] == '0' {
		whole = whole[1:]
	}
	for frac != "" && frac[len(frac)-1] == '0' {
		frac = frac[:len(frac)-1]
	}
	return whole, frac
}

// MustDecimal is ParseDecimal for constants in the program; it panics on a bad one.
func MustDecimal(text string) Decimal {
	d, err := ParseDecimal(text)
	if err != nil {
		panic(err)
	}
	return d
}

// String returns plain decimal notation without trailing zeros: "0.9", "-12".
func (d Decimal) String() string { return string(d.Append(nil)) }

// Append appends String to buf.
func (d Decimal) Append(buf []byte) []byte {
	if d.neg {
		buf = append(buf, '-')
	}
	var tmp [40]byte
	i := len(tmp)
	for hi, lo := d.hi, d.lo; hi != 0 || lo != 0 || i == len(tmp); {
		var digit uint64
		hi, lo, digit = div128(hi, lo, 10)
		i--
		tmp[i] = byte('0' + digit)
	}
	return appendPoint(buf, tmp[i:], int(d.scale))
}

// MarshalText gives String.
func (d Decimal) MarshalText() ([]byte, error) { return d.Append(nil), nil }

// UnmarshalText reads what ParseDecimal reads.
func (d *Decimal) UnmarshalText(text []byte) error {
	v, err := ParseDecimal(string(text))
	*d = v
	return err
}

// MarshalJSON gives String as a JSON string, so that no reader makes a float of it.
func (d Decimal) MarshalJSON() ([]byte, error) {
	return append(d.Append([]byte{'"'}), '"'), nil
}

type uint128 struct{ hi, lo uint64 }

// pow10 holds the powers of ten that fit 128 bits and are needed: up to 10^38.
var pow10 = func() (p [MaxIntegerDigits + MaxDecimals + 1]uint128) {
	p[0].lo = 1
	for i := 1; i < len(p); i++ {
		carry, lo := bits.Mul64(p[i-1].lo, 10)
		p[i] = uint128{p[i-1].hi*10 + carry, lo}
	}
	return p
}()

// div128 divides a number of 128 bits by d.
func div128(hi, lo, d uint64) (qhi, qlo, rem uint64) {
	qhi, rem = hi/d, hi%d
	qlo, rem = bits.Div64(rem, lo, d)
	return qhi, qlo, rem
}

// cmp128 compares two numbers of 128 bits.
func cmp128(ah, al, bh, bl uint64) int {
	switch {
	case ah != bh && ah < bh, ah == bh && al < bl:
		return -1
	case ah == bh && al == bl:
		return 0
	}
	return 1
}
