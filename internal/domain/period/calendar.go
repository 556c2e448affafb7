package period

import "time"

// The two conversions below are the well-known day-count formulas over the
// 400-year cycle of the Gregorian calendar, with years that begin in March.

const (
	daysPerEra = 146097 // days in 400 years
	eraShift   = 719468 // days from 0000-03-01 to 1970-01-01
)

func fromCivil(year, month, day int) Date {
	if month <= 2 {
		year--
	}
	era := floorDiv(year, 400)
	yearOfEra := year - era*400
	dayOfYear := (153*((month+9)%12)+2)/5 + day - 1
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	return Date(era*daysPerEra + dayOfEra - eraShift)
}

func toCivil(d Date) (year, month, day int) {
	z := int(d) + eraShift
	era := floorDiv(z, daysPerEra)
	dayOfEra := z - era*daysPerEra
	yearOfEra := (dayOfEra - dayOfEra/1460 + dayOfEra/36524 - dayOfEra/146096) / 365
	dayOfYear := dayOfEra - (365*yearOfEra + yearOfEra/4 - yearOfEra/100)
	mp := (5*dayOfYear + 2) / 153
	month = (mp+2)%12 + 1
	year = yearOfEra + era*400
	if month <= 2 {
		year++
	}
	return year, month, dayOfYear - (153*mp+2)/5 + 1
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

var monthDays = [13]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func daysIn(year, month int) int {
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return 29
	}
	return monthDays[month]
}

// searchSpan is how far the first instant of a day can lie from midnight UTC:
// no zone is or was more than 16 hours away, and changes move by less than a day.
const searchSpan = 48 * time.Hour

// StartOf returns the first instant of the civil day d in loc. Where the clocks
// jump over midnight this is the jump; where a whole day was left out it is the
// first instant after it.
func StartOf(d Date, loc *time.Location) time.Time {
	y, m, day := toCivil(d)
	midnight := time.Date(y, time.Month(m), day, 0, 0, 0, 0, time.UTC)
	limit := midnight.Add(searchSpan)
	for at := midnight.Add(-searchSpan); ; {
		_, offset := at.In(loc).Zone()
		start := midnight.Add(-time.Duration(offset) * time.Second)
		if start.Before(at) {
			start = at
		}
		_, end := at.In(loc).ZoneBounds()
		if end.IsZero() || start.Before(end) || end.After(limit) {
			return start.UTC()
		}
		at = end
	}
}
