// Package money holds amounts of money and exact decimal numbers.
//
// An Amount is a whole number of minor units with its currency; a Decimal is an
// exact decimal number for prices and quantities. Nothing here is a float, only
// equal currencies are added, and what does not fit is an error, never wrapped.
// Rounding is half away from zero, everywhere.
package money

import (
	"cmp"
	"math"
	"strconv"
	"strings"

	"postmeter/internal/domain/fault"
)

// The errors of arithmetic. They are Invalid: the numbers that went in cannot
// be used together. Callers add the place.
var (
	ErrOverflow = fault.New(fault.Invalid, "the amount is too large to be counted")
	ErrDivision = fault.New(fault.Invalid, "division by zero")
	ErrCurrency = fault.New(fault.Invalid, "the amounts are in different currencies")
)

// Amount is money: a whole number of the currency's minor units.
type Amount struct {
	Minor    int64 // minor units: cents for USD, yen for JPY
	Currency Currency
}

// Add returns a + b, or ErrCurrency or ErrOverflow.
func (a Amount) Add(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, ErrCurrency
	}
	sum, err := AddMinor(a.Minor, b.Minor)
	return Amount{sum, a.Currency}, err
}

// Sub returns a - b, or ErrCurrency or ErrOverflow.
func (a Amount) Sub(b Amount) (Amount, error) {
	if a.Currency != b.Currency {
		return Amount{}, ErrCurrency
	}
	diff, err := SubMinor(a.Minor, b.Minor)
	return Amount{diff, a.Currency}, err
}

// Neg returns -a, or ErrOverflow for the one amount that has no opposite.
func (a Amount) Neg() (Amount, error) {
	n, err := SubMinor(0, a.Minor)
	return Amount{n, a.Currency}, err
}

// Cmp compares a and b as cmp.Compare does, or returns ErrCurrency.
func (a Amount) Cmp(b Amount) (int, error) {
	if a.Currency != b.Currency {
		return 0, ErrCurrency
	}
	return cmp.Compare(a.Minor, b.Minor), nil
}

// String returns the amount with the currency's decimals and without its code:
// "8.33", "-0.10", "1200" for JPY.
func (a Amount) String() string {
	return string(AppendMinor(nil, a.Minor, a.Currency.Decimals()))
}

// ParseAmount reads an amount in plain decimal notation. It is an Invalid error
// if it is written with more decimals than the currency has, or does not fit.
func ParseAmount(text string, c Currency) (Amount, error) {
	d, err := ParseDecimal(text)
	if err != nil {
		return Amount{}, err
	}
	if i := strings.IndexByte(text, '.'); i >= 0 && len(text)-i-1 > c.Decimals() {
		return Amount{}, tooManyDecimals(text, c)
	}
	return d.Round(c)
}

func tooManyDecimals(text string, c Currency) error {
	return fault.New(fault.Invalid, "%s has more decimals than %s, which has %d", text, c, c.Decimals())
}

// AddMinor returns a + b, or ErrOverflow.
func AddMinor(a, b int64) (int64, error) {
	s := a + b
	if (s > a) != (b > 0) {
		return 0, ErrOverflow
	}
	return s, nil
}

// SubMinor returns a - b, or ErrOverflow.
func SubMinor(a, b int64) (int64, error) {
	d := a - b
	if (d < a) != (b > 0) {
		return 0, ErrOverflow
	}
	return d, nil
}

// AppendMinor appends the text of an amount of minor units with the given
// number of decimals.
func AppendMinor(buf []byte, minor int64, decimals int) []byte {
	u := uint64(minor)
	if minor < 0 {
		buf = append(buf, '-')
		u = -u
	}
	var tmp [20]byte
	s := strconv.AppendUint(tmp[:0], u, 10)
	return appendPoint(buf, s, decimals)
}

// appendPoint appends the digits with a point before the last decimals of them.
func appendPoint(buf, s []byte, decimals int) []byte {
	if decimals == 0 {
		return append(buf, s...)
	}
	if len(s) <= decimals {
		buf = append(buf, '0', '.')
		for range decimals - len(s) {
			buf = append(buf, '0')
		}
		return append(buf, s...)
	}
	buf = append(buf, s[:len(s)-decimals]...)
	buf = append(buf, '.')
	return append(buf, s[len(s)-decimals:]...)
}

// signed gives magnitude u the sign, or ErrOverflow.
func signed(u uint64, neg bool) (int64, error) {
	switch {
	case !neg && u <= math.MaxInt64:
		return int64(u), nil
	case neg && u <= math.MaxInt64+1:
		return int64(-u), nil
	}
	return 0, ErrOverflow
}
