package rating

import (
	"cmp"
	"fmt"
	"math/big"
	"math/bits"
	"slices"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

// acc adds up one component of one item. The quantity is small + above/den.
type acc struct {
	small int128 // recipients that count as one unit each
	above int128 // what counts by size, in units/den
}

// lateDay is usage of a list on a day outside its recorded life.
type lateDay struct {
	list       int32
	piece      int32
	day        period.Date
	recipients int64
}

// addUsage adds every sum of a charged day to its item. A day on which a list
// sent although it is not recorded as living then becomes one of its days.
func (r *Rater) addUsage() error {
	r.late = r.late[:0]
	list, p, pc := int32(-1), int32(-1), (*piece)(nil)
	for i := range r.in.Usage {
		s := &r.in.Usage[i]
		if s.List != list || p < 0 || !pc.days.Contains(s.Day) {
			if list, p = s.List, r.pieceOf(s.List, s.Day); p < 0 {
				continue
			}
			pc = &r.pieces[p]
		}
		var ok bool
		if pc.item < 0 {
			pc.recipients, ok = addSmall(pc.recipients, s.Recipients)
		} else {
			ok = r.addSum(pc, s)
		}
		if !ok {
			return fault.At(fmt.Sprintf("usage[%d]", i), "the usage of %s is too large to be counted", r.in.Lists[s.List].Path())
		}
		if pc.item >= 0 && !pc.alive && !r.in.Lists[s.List].Dates.Contains(s.Day) {
			r.late = append(r.late, lateDay{s.List, p, s.Day, s.Recipients})
		}
	}
	if len(r.late) > 0 {
		return r.addLateDays()
	}
	return nil
}

// pieceOf returns the piece that holds a list's day, -1 if it is not charged.
func (r *Rater) pieceOf(l int32, day period.Date) int32 {
	ls := &r.lists[l]
	from, to := ls.from, ls.to
	for to-from > 4 {
		mid := (from + to) / 2
		if r.pieces[mid].days.Start <= day {
			from = mid
		} else {
			to = mid
		}
	}
	for ; from < to; from++ {
		if r.pieces[from].days.Contains(day) {
			return from
		}
	}
	return -1
}

func addSmall(a, b int64) (int64, bool) {
	s := a + b
	return s, (s > a) == (b > 0)
}

// addSum adds a sum to each component of the piece's item.
func (r *Rater) addSum(p *piece, s *Sum) bool {
	ok := true
	components := p.plan.components
	sums := r.sums[p.sums:][:len(components)]
	for i := range components {
		c, a := &components[i], &sums[i]
		switch {
		case c.method == Members:
		case c.method == Bandwidth:
			ok = ok && a.above.add(s.RecipientBytes)
		case c.unitKB == 0 || stepped(s.KB, c.stepKB) <= c.unitKB:
			ok = ok && a.small.add(s.Recipients)
		case c.stepKB == 0:
			ok = ok && a.above.add(s.RecipientBytes)
		default:
			ok = ok && a.above.addProduct(s.Recipients, stepped(s.KB, c.stepKB))
		}
	}
	return ok
}

// stepped rounds a size up to a multiple of a step; a step of 0 leaves it.
func stepped(kb, step int64) int64 {
	if step <= 1 {
		return kb
	}
	return (kb + step - 1) / step * step
}

// addLateDays adds the days on which lists sent outside their lives.
func (r *Rater) addLateDays() error {
	slices.SortFunc(r.late, func(a, b lateDay) int {
		if a.list != b.list {
			return cmp.Compare(a.list, b.list)
		}
		return cmp.Compare(a.day, b.day)
	})
	for i := 0; i < len(r.late); {
		first, sum := r.late[i], int64(0)
		for ; i < len(r.late) && r.late[i].list == first.list && r.late[i].day == first.day; i++ {
			var ok bool
			if sum, ok = addSmall(sum, r.late[i].recipients); !ok {
				return fault.At("usage", "the usage of %s is too large to be counted", r.in.Lists[first.list].Path())
			}
		}
		if sum > 0 {
			r.addLateDay(&first)
		}
	}
	return nil
}

func (r *Rater) addLateDay(d *lateDay) {
	p := &r.pieces[d.piece]
	c := &r.cells[p.cell]
	day := r.slices[c.slice].mask(period.Period{Start: d.day, End: d.day})
	p.extra |= day
	if c.plan.spec.Scope != ScopeGroup {
		r.items[p.item].days |= day
	}
}

// used returns what of a flow is over the allowance, and whether anything is.
func (c *component) used(a *acc, s share) (quantity, bool) {
	small, ok1 := a.small.int64()
	above, ok2 := a.above.int64()
	if ok1 && ok2 {
		if above == 0 {
			return c.over(small, 1, s)
		}
		hi, lo := bits.Mul64(magnitude(small), uint64(c.den))
		if n := int64(lo); hi == 0 && n >= 0 {
			if small < 0 {
				n = -n
			}
			if n, ok := addSmall(n, above); ok {
				return c.over(n, c.den, s)
			}
		}
	}
	n := a.small.big()
	n.Mul(n, big.NewInt(c.den))
	n.Add(n, a.above.big())
	return c.overExact(new(big.Rat).SetFrac(n, big.NewInt(c.den)), s)
}
