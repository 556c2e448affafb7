package period

import (
	"fmt"

	"postmeter/internal/domain/fault"
)

// Month is a calendar month as the number yyyymm: 202609 is September 2026.
type Month int32

// ParseMonth reads a month of exactly the form 2026-09.
func ParseMonth(s string) (Month, error) {
	if len(s) == 7 && s[4] == '-' {
		y, ok1 := digits(s[:4])
		m, ok2 := digits(s[5:])
		if ok1 && ok2 && y >= minYear && m >= 1 && m <= 12 {
			return Month(y*100 + m), nil
		}
	}
	return 0, fault.New(fault.Invalid, "%.40q is not a month: write it as 2026-09", s)
}

// YM returns year and month (1 to 12).
func (m Month) YM() (year, month int) { return int(m) / 100, int(m) % 100 }

// String returns the form 2026-09.
func (m Month) String() string {
	y, mm := m.YM()
	return fmt.Sprintf("%04d-%02d", y, mm)
}

// Days returns the number of days of the month.
func (m Month) Days() int { return daysIn(m.YM()) }

// Period returns the month from its first to its last day.
func (m Month) Period() Period {
	y, mm := m.YM()
	first := fromCivil(y, mm, 1)
	return Period{first, first + Date(daysIn(y, mm)) - 1}
}

// Next returns the following month.
func (m Month) Next() Month {
	if m%100 == 12 {
		return m + 100 - 11
	}
	return m + 1
}

// Previous returns the month before.
func (m Month) Previous() Month {
	if m%100 == 1 {
		return m - 100 + 11
	}
	return m - 1
}
