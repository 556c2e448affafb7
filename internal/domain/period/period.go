package period

import "iter"

// Period is an interval of civil dates that includes both ends. The zero value
// is the single day 1970-01-01; use Open for all time.
type Period struct{ Start, End Date }

// Open returns the period of all time: both ends open.
func Open() Period { return Period{First, Last} }

// Valid says whether the period does not end before it starts.
func (p Period) Valid() bool { return p.Start <= p.End }

// Days returns the number of days, 0 for one that ends before it starts.
func (p Period) Days() int {
	if p.End < p.Start {
		return 0
	}
	return int(p.End-p.Start) + 1
}

// Contains says whether d is one of the period's days.
func (p Period) Contains(d Date) bool { return p.Start <= d && d <= p.End }

// Overlaps says whether the two have a day in common.
func (p Period) Overlaps(q Period) bool { return p.Start <= q.End && q.Start <= p.End }

// Intersect returns the days that both have; false if there are none.
func (p Period) Intersect(q Period) (Period, bool) {
	r := Period{max(p.Start, q.Start), min(p.End, q.End)}
	return r, r.Start <= r.End
}

// Months returns the months that have a day in p, in order.
func (p Period) Months() []Month {
	var out []Month
	for s := range p.Slices() {
		out = append(out, s.Start.Month())
	}
	return out
}

// Slices cuts p at month ends and yields the parts in order.
func (p Period) Slices() iter.Seq[Period] {
	return func(yield func(Period) bool) {
		for start := p.Start; start <= p.End; {
			end := min(start.Month().Period().End, p.End)
			if !yield(Period{start, end}) {
				return
			}
			start = end + 1
		}
	}
}

// String returns "2026-09-01 to 2026-09-30", with nothing for an open end.
func (p Period) String() string { return p.Start.Text() + " to " + p.End.Text() }
