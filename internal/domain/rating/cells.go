package rating

import (
	"slices"

	"postmeter/internal/domain/period"
)

// cell is one plan of a group in one slice.
type cell struct {
	plan        *Plan
	first       period.Date // the plan's first start in the group
	slice       int32
	days        uint32 // on which the plan is active
	items       int32  // the cell's last item, -1: none; items are chained
	from, to    int32  // the items that have lines, in r.order
	linesAmount int64  // sum of the cell's lines so far
}

// seg is a run of days of a group with one cell.
type seg struct {
	days period.Period
	cell int32
}

// item is what has a price and an allowance of its own.
type item struct {
	next   int32 // next item of the cell, -1: none
	list   int32 // of scope list, else -1
	server string
	name   string
	days   uint32 // active days
	sums   int32  // index of its first component's acc
	totals int32  // index of its first day's members, -1: nobody needs them
}

// daysOfSlice is how many days a slice can have.
const daysOfSlice = 31

// makeCells cuts the runs of all groups into segs and gives each its cell.
func (r *Rater) makeCells() {
	r.segs, r.cells, r.items, r.sums, r.totals = r.segs[:0], r.cells[:0], r.items[:0], r.sums[:0], r.totals[:0]
	for g := range r.groups {
		gs := &r.groups[g]
		gs.segFrom, gs.cellFrom = int32(len(r.segs)), int32(len(r.cells))
		s := 0
		for _, run := range r.runs[gs.runFrom:gs.runTo] {
			days, ok := run.days.Intersect(r.window)
			if !ok {
				continue
			}
			for r.slices[s].days.End < days.Start {
				s++
			}
			for s < len(r.slices) && r.slices[s].days.Start <= days.End {
				part, _ := days.Intersect(r.slices[s].days)
				r.addSeg(gs.cellFrom, int32(s), &run, part)
				if days.End < r.slices[s].days.End {
					break
				}
				s++
			}
		}
		gs.segTo, gs.cellTo = int32(len(r.segs)), int32(len(r.cells))
		r.sortCells(gs)
		r.addAssignedServers(g, gs)
	}
}

func (r *Rater) addSeg(from, s int32, run *run, days period.Period) {
	c := int32(len(r.cells)) - 1
	for c >= from && r.cells[c].slice == s && !r.cells[c].plan.same(run.plan) {
		c--
	}
	if c < from || r.cells[c].slice != s {
		c = int32(len(r.cells))
		r.cells = append(r.cells, cell{plan: run.plan, first: run.first, slice: s, items: -1})
		if run.plan.spec.Scope == ScopeGroup {
			r.addItem(c, item{list: -1})
		}
	}
	cl := &r.cells[c]
	cl.days |= r.slices[s].mask(days)
	if cl.items >= 0 {
		r.items[cl.items].days = cl.days
	}
	r.segs = append(r.segs, seg{days, c})
}

// sortCells puts the cells of each slice in the order of their plans' first
// starts. They are nearly always in it.
func (r *Rater) sortCells(gs *groupState) {
	cells := r.cells[gs.cellFrom:gs.cellTo]
	before := func(a, b *cell) bool { return a.slice == b.slice && a.first < b.first }
	for i := 1; i < len(cells); i++ {
		for j := i; j > 0 && before(&cells[j], &cells[j-1]); j-- {
			cells[j], cells[j-1] = cells[j-1], cells[j]
			r.swapSegs(gs, gs.cellFrom+int32(j))
		}
	}
}

// swapSegs follows a swap of cell c and the one before it.
func (r *Rater) swapSegs(gs *groupState, c int32) {
	for i := gs.segFrom; i < gs.segTo; i++ {
		switch s := &r.segs[i]; s.cell {
		case c:
			s.cell = c - 1
		case c - 1:
			s.cell = c
		}
	}
}

// addItem adds an item to a cell.
func (r *Rater) addItem(c int32, it item) int32 {
	cl := &r.cells[c]
	it.next, it.sums, it.totals = cl.items, int32(len(r.sums)), -1
	for range cl.plan.components {
		r.sums = append(r.sums, acc{})
	}
	if cl.plan.hasMembers {
		it.totals = int32(len(r.totals))
		r.totals = slices.Grow(r.totals, daysOfSlice)[:len(r.totals)+daysOfSlice]
		clear(r.totals[it.totals:])
	}
	cl.items = int32(len(r.items))
	r.items = append(r.items, it)
	return cl.items
}

// itemOf returns the item of a cell that a list belongs to.
func (r *Rater) itemOf(c, list int32) int32 {
	cl := &r.cells[c]
	switch cl.plan.spec.Scope {
	case ScopeList:
		if cl.items >= 0 && r.items[cl.items].list == list {
			return cl.items
		}
		return r.addItem(c, item{list: list})
	case ScopeServer:
		return r.serverItem(c, r.in.Lists[list].Server)
	}
	return cl.items
}

func (r *Rater) serverItem(c int32, server string) int32 {
	for i := r.cells[c].items; i >= 0; i = r.items[i].next {
		if r.items[i].server == server {
			return i
		}
	}
	return r.addItem(c, item{list: -1, server: server})
}

// addAssignedServers makes servers that the group has as a whole items of its
// server plans, whoever has their lists.
func (r *Rater) addAssignedServers(g int, gs *groupState) {
	for c := gs.cellFrom; c < gs.cellTo; c++ {
		if r.cells[c].plan.spec.Scope != ScopeServer {
			continue
		}
		objects := r.in.Customer.Groups[g].Objects
		for i := range objects {
			o := &objects[i]
			if o.Site != "" || o.Free {
				continue
			}
			if days := r.slices[r.cells[c].slice].mask(o.Dates) & r.cells[c].days; days != 0 {
				r.items[r.serverItem(c, o.Server)].days |= days
			}
		}
	}
}
