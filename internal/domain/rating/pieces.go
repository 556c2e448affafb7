package rating

import "postmeter/internal/domain/period"

// piece is a run of days on which a list is charged to one group, within one
// item or without any plan. Days that nobody, someone else, or a free assignment
// has are in no piece.
type piece struct {
	days       period.Period
	group      int32
	cell, item int32  // -1: no plan
	plan       *Plan  // of the cell
	sums       int32  // of the item
	alive      bool   // the list is recorded as living on all the days
	extra      uint32 // days of the slice that exist because the list sent
	recipients int64  // without a plan: what was not charged
}

// listState is where a list's pieces lie.
type listState struct {
	from, to int32
}

// givePieces finds for each list which days belong to which item, and counts
// the days on which the list exists as active ones of its item.
func (r *Rater) givePieces() {
	r.pieces, r.lists = r.pieces[:0], r.lists[:0]
	for l := range r.in.Lists {
		from := int32(len(r.pieces))
		r.givePiecesOf(int32(l))
		r.lists = append(r.lists, listState{from, int32(len(r.pieces))})
	}
}

func (r *Rater) givePiecesOf(l int32) {
	if !r.window.Valid() {
		return
	}
	claims := r.claims(&r.in.Lists[l])
	for day := r.window.Start; day <= r.window.End; {
		owner, end := r.at(&claims, day, r.window.End)
		if owner != nil && owner.group >= 0 && !owner.free {
			r.givePlans(l, owner.group, period.Period{Start: day, End: end})
		}
		day = end + 1
	}
}

// givePlans cuts days of a group at its plans.
func (r *Rater) givePlans(l, group int32, days period.Period) {
	gs := &r.groups[group]
	day := days.Start
	for i := gs.segFrom; i < gs.segTo && day <= days.End; i++ {
		s := &r.segs[i]
		if s.days.End < day {
			continue
		}
		if s.days.Start > days.End {
			break
		}
		if s.days.Start > day {
			r.noPlan(group, period.Period{Start: day, End: s.days.Start - 1})
			day = s.days.Start
		}
		part := period.Period{Start: day, End: min(s.days.End, days.End)}
		r.give(l, group, s.cell, part)
		day = part.End + 1
	}
	if day <= days.End {
		r.noPlan(group, period.Period{Start: day, End: days.End})
	}
}

func (r *Rater) noPlan(group int32, days period.Period) {
	r.pieces = append(r.pieces, piece{days: days, group: group, cell: -1, item: -1})
}

func (r *Rater) give(l, group, c int32, days period.Period) {
	i, plan := r.itemOf(c, l), r.cells[c].plan
	life, ok := days.Intersect(r.in.Lists[l].Dates)
	r.pieces = append(r.pieces, piece{
		days: days, group: group, cell: c, item: i, plan: plan, sums: r.items[i].sums, alive: ok && life == days,
	})
	if ok && plan.spec.Scope != ScopeGroup {
		r.items[i].days |= r.slices[r.cells[c].slice].mask(life)
	}
}
