package rating

import (
	"math/bits"
	"slices"
	"strings"

	"postmeter/internal/domain/money"
)

// nameItems gives the items that have active days their names, and orders the
// items of each cell by them.
func (r *Rater) nameItems() {
	r.names = r.names[:0]
	for i := range r.items {
		it := &r.items[i]
		it.name = it.server
		if it.list >= 0 && it.days != 0 {
			l := &r.in.Lists[it.list]
			r.names = append(append(append(append(append(r.names, l.Server...), '/'), l.Site...), '/'), l.Name...)
		}
	}
	if len(r.names) > 0 {
		r.shareNames(string(r.names))
	}
	r.order = r.order[:0]
	for c := range r.cells {
		r.orderItems(&r.cells[c])
	}
}

// shareNames hands out parts of one string that holds all names of list items.
func (r *Rater) shareNames(all string) {
	for i := range r.items {
		it := &r.items[i]
		if it.list >= 0 && it.days != 0 {
			l := &r.in.Lists[it.list]
			n := len(l.Server) + len(l.Site) + len(l.Name) + 2
			it.name, all = all[:n], all[n:]
		}
	}
}

func (r *Rater) orderItems(c *cell) {
	c.from = int32(len(r.order))
	for i := c.items; i >= 0; i = r.items[i].next {
		if r.items[i].days != 0 {
			r.order = append(r.order, i)
		}
	}
	c.to = int32(len(r.order))
	if part := r.order[c.from:c.to]; len(part) > 1 {
		slices.SortFunc(part, func(a, b int32) int {
			if d := strings.Compare(r.items[a].name, r.items[b].name); d != 0 {
				return d
			}
			return int(r.items[a].list) - int(r.items[b].list)
		})
	}
}

// groupLines makes the lines of a group: by month, then plans, overage, minimum,
// charges.
func (r *Rater) groupLines(g int) error {
	gs := &r.groups[g]
	cells := r.cells[gs.cellFrom:gs.cellTo]
	for s := range r.slices {
		n := 0
		for n < len(cells) && int(cells[n].slice) == s {
			n++
		}
		if err := r.cellLines(g, cells[:n]); err != nil {
			return err
		}
		cells = cells[n:]
		if err := r.chargeLines(g, s); err != nil {
			return err
		}
	}
	return nil
}

// cellLines makes the lines of a group's plans in one slice.
func (r *Rater) cellLines(g int, cells []cell) error {
	for i := range cells {
		if err := r.planLines(g, &cells[i]); err != nil {
			return err
		}
	}
	for i := range cells {
		if err := r.overageLines(g, &cells[i]); err != nil {
			return err
		}
	}
	for i := range cells {
		if err := r.minimumLine(g, &cells[i]); err != nil {
			return err
		}
	}
	return nil
}

// line adds a line of a cell and returns it to be completed.
func (r *Rater) line(g int, c *cell, kind Kind, days uint32) *Line {
	s := &r.slices[c.slice]
	return r.add(Line{
		Group: g, Month: s.month, Kind: kind, Ref: c.plan.spec.ID, Version: c.plan.version,
		Charge: -1, Component: -1, List: -1, Days: bits.OnesCount32(days), DaysInMonth: s.of,
	})
}

func (r *Rater) add(l Line) *Line {
	r.quote.Lines = append(r.quote.Lines, l)
	return &r.quote.Lines[len(r.quote.Lines)-1]
}

func (r *Rater) planLines(g int, c *cell) error {
	for _, i := range r.order[c.from:c.to] {
		it := &r.items[i]
		l := r.line(g, c, KindPlan, it.days)
		l.Object, l.List = it.name, it.list
		s := share{int64(l.Days), int64(l.DaysInMonth)}
		amount, err := partOf(&c.plan.price, s, r.in.Currency.Decimals())
		if err != nil {
			return r.tooLarge(g, "plan", c.plan.ID())
		}
		l.Quantity, l.Amount = shareQuantity(s), amount
		if err := r.countLine(g, c, amount); err != nil {
			return err
		}
	}
	return nil
}

// countLine adds an amount to the cell's sum, which the minimum is compared with.
func (r *Rater) countLine(g int, c *cell, amount int64) error {
	sum, ok := addSmall(c.linesAmount, amount)
	if !ok {
		return r.tooLarge(g, "plan", c.plan.ID())
	}
	c.linesAmount = sum
	return nil
}

func (r *Rater) overageLines(g int, c *cell) error {
	if len(c.plan.components) == 0 {
		return nil
	}
	for _, i := range r.order[c.from:c.to] {
		it := &r.items[i]
		for k := range c.plan.components {
			if err := r.overageLine(g, c, it, k); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *Rater) overageLine(g int, c *cell, it *item, k int) error {
	p := &c.plan.components[k]
	if len(p.tiers) == 0 {
		return nil
	}
	s := share{int64(bits.OnesCount32(it.days)), int64(r.slices[c.slice].of)}
	var q quantity
	var some bool
	if p.method == Members {
		num, den, ok := p.level(r.totals[it.totals:], it.days)
		if !ok {
			return r.tooLarge(g, "the members of plan", c.plan.ID())
		}
		q, some = p.over(num, den, s)
	} else {
		q, some = p.used(&r.sums[int(it.sums)+k], s)
	}
	if !some {
		return nil
	}
	amount, err := p.amount(&q, s, r.in.Currency.Decimals())
	var number money.Decimal
	if err == nil {
		number, err = q.rounded()
	}
	if err != nil {
		return r.tooLarge(g, p.method.String()+" of plan", c.plan.ID())
	}
	l := r.line(g, c, KindOverage, it.days)
	l.Object, l.List, l.Method, l.Component = it.name, it.list, p.method, k
	l.Quantity, l.Amount = number, amount
	return r.countLine(g, c, amount)
}

// minimumLine tops the lines of a plan up to its minimum.
func (r *Rater) minimumLine(g int, c *cell) error {
	if c.plan.minimum.isZero() {
		return nil
	}
	s := share{int64(bits.OnesCount32(c.days)), int64(r.slices[c.slice].of)}
	target, err := partOf(&c.plan.minimum, s, r.in.Currency.Decimals())
	if err != nil {
		return r.tooLarge(g, "the minimum of plan", c.plan.ID())
	}
	if target <= c.linesAmount {
		return nil
	}
	l := r.line(g, c, KindMinimum, c.days)
	l.Quantity, l.Amount = money.FromInt(1), target-c.linesAmount
	return nil
}
