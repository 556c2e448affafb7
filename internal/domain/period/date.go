// Package period holds civil dates, months, and closed intervals of dates.
//
// A civil date has no zone and is never an instant; which date an instant
// belongs to is a question to a time zone (DateOf). Intervals include both ends.
// An open end is one of the sentinels First and Last, in memory and in the
// database; people see it as nothing at all. The package reads no clock.
package period

import (
	"fmt"
	"time"

	"postmeter/internal/domain/fault"
)

// Date is a civil date in the proleptic Gregorian calendar: days since 1970-01-01.
type Date int32

// The sentinels: the open start and the open end of an interval. They are also
// the first and the last date that can be written.
const (
	First Date = -719162 // 0001-01-01
	Last  Date = 2932896 // 9999-12-31
)

const (
	minYear = 1
	maxYear = 9999
)

// New returns the date, or an Invalid error if there is none such.
func New(year, month, day int) (Date, error) {
	if year < minYear || year > maxYear || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) {
		return 0, fault.New(fault.Invalid, "%04d-%02d-%02d is no date", year, month, day)
	}
	return fromCivil(year, month, day), nil
}

// Parse reads a date of exactly the form 2026-09-01. A date that does not exist
// is an Invalid error.
func Parse(s string) (Date, error) {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return 0, badDate(s)
	}
	y, ok1 := digits(s[:4])
	m, ok2 := digits(s[5:7])
	d, ok3 := digits(s[8:])
	if !ok1 || !ok2 || !ok3 {
		return 0, badDate(s)
	}
	date, err := New(y, m, d)
	if err != nil {
		return 0, fault.New(fault.Invalid, "%s is a date that does not exist", s)
	}
	return date, nil
}

func badDate(s string) error {
	return fault.New(fault.Invalid, "%.40q is not a date: write it as 2026-09-01", s)
}

// digits reads a non-empty run of ASCII digits.
func digits(s string) (int, bool) {
	n := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, len(s) > 0
}

// MustParse is Parse for constants in the program; it panics on a bad one.
func MustParse(s string) Date {
	d, err := Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// YMD returns year, month (1 to 12) and day of the month.
func (d Date) YMD() (year, month, day int) { return toCivil(d) }

// Month returns the month that holds d.
func (d Date) Month() Month {
	y, m, _ := toCivil(d)
	return Month(y*100 + m)
}

// String returns the form 2026-09-01, for the sentinels too.
func (d Date) String() string {
	y, m, day := toCivil(d)
	return fmt.Sprintf("%04d-%02d-%02d", y, m, day)
}

// Text returns String, but nothing for a sentinel: an open end is shown as empty.
func (d Date) Text() string {
	if d <= First || d >= Last {
		return ""
	}
	return d.String()
}

// DateOf returns the civil date of an instant in a zone. What lies outside the
// years 1 to 9999 becomes First or Last.
func DateOf(t time.Time, loc *time.Location) Date {
	y, m, d := t.In(loc).Date()
	switch {
	case y < minYear:
		return First
	case y > maxYear:
		return Last
	}
	return fromCivil(y, int(m), d)
}
