package rating

import "postmeter/internal/domain/period"

// slice is a part of the period that lies in one month. Its days are numbered
// from 0, so that a set of them is a bit mask.
type slice struct {
	days  period.Period
	month period.Month
	of    int // days of the calendar month
}

// mask returns the set of days that s and p have in common.
func (s *slice) mask(p period.Period) uint32 {
	start, end := max(p.Start, s.days.Start), min(p.End, s.days.End)
	if start > end {
		return 0
	}
	return uint32((uint64(1)<<(end-start+1) - 1) << (start - s.days.Start))
}

// cutPeriod cuts the period at month ends, and finds the customer's days in it.
func (r *Rater) cutPeriod() {
	r.slices = r.slices[:0]
	p := r.in.Period
	for start := p.Start; start <= p.End; {
		year, m, day := start.YMD()
		month := period.Month(year*100 + m)
		of := month.Days()
		end := min(start+period.Date(of-day), p.End)
		r.slices = append(r.slices, slice{period.Period{Start: start, End: end}, month, of})
		start = end + 1
	}
	r.window = period.Period{
		Start: max(p.Start, r.in.Customer.Dates.Start),
		End:   min(p.End, r.in.Customer.Dates.End),
	}
}
