package rating

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

// addMembers adds each list's members to the daily totals of its items, where a
// plan prices them.
func (r *Rater) addMembers() error {
	if len(r.totals) == 0 {
		return nil
	}
	r.sortReadings()
	for from := 0; from < len(r.readings); {
		to := from
		list := r.in.Members[r.readings[from]].List
		for to < len(r.readings) && r.in.Members[r.readings[to]].List == list {
			to++
		}
		if err := r.addMembersOf(list, r.readings[from:to]); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// sortReadings orders the readings by list and day.
func (r *Rater) sortReadings() {
	r.readings = r.readings[:0]
	for i := range r.in.Members {
		r.readings = append(r.readings, int32(i))
	}
	less := func(a, b int32) int {
		x, y := &r.in.Members[a], &r.in.Members[b]
		if x.List != y.List {
			return cmp.Compare(x.List, y.List)
		}
		return cmp.Compare(x.Day, y.Day)
	}
	if !slices.IsSortedFunc(r.readings, less) {
		slices.SortStableFunc(r.readings, less)
	}
}

// addMembersOf walks the days of a list's pieces along its readings.
func (r *Rater) addMembersOf(l int32, readings []int32) error {
	ls := &r.lists[l]
	life := r.in.Lists[l].Dates
	next, members := 0, int64(0)
	for p := ls.from; p < ls.to; p++ {
		pc := &r.pieces[p]
		if pc.item < 0 || r.items[pc.item].totals < 0 {
			continue
		}
		s := &r.slices[r.cells[pc.cell].slice]
		exists := pc.extra
		if alive, ok := pc.days.Intersect(life); ok {
			exists |= s.mask(alive)
		}
		totals := r.totals[r.items[pc.item].totals:]
		for days := exists; days != 0; days &= days - 1 {
			bit := bits.TrailingZeros32(days)
			day := s.days.Start + period.Date(bit)
			for next < len(readings) && r.in.Members[readings[next]].Day <= day {
				members = r.in.Members[readings[next]].Members
				next++
			}
			sum, ok := addSmall(totals[bit], members)
			if !ok {
				return fault.At(fmt.Sprintf("members[%d]", readings[max(next-1, 0)]), "there are too many members to be counted")
			}
			totals[bit] = sum
		}
	}
	return nil
}

// level returns the measure of an item's daily totals as num/den; false if it
// cannot be counted.
func (c *component) level(totals []int64, days uint32) (num, den int64, ok bool) {
	switch c.measure {
	case LastDay:
		return totals[31-bits.LeadingZeros32(days)], 1, true
	case Average:
		for d := days; d != 0; d &= d - 1 {
			sum := num + totals[bits.TrailingZeros32(d)]
			if sum < num {
				return 0, 0, false
			}
			num = sum
		}
		return num, int64(bits.OnesCount32(days)), true
	}
	for d := days; d != 0; d &= d - 1 {
		num = max(num, totals[bits.TrailingZeros32(d)])
	}
	return num, 1, true
}
