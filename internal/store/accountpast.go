package store

import (
	"slices"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/period"
)

// Past is what a customer was billed for months whose usage or assignments changed since, or that have corrections
// already.
type Past struct {
	Months map[period.Month]bool
	Bills  []PastBill     // final bills with a day in one of the months, by first day
	Late   []invoice.Line // corrections on final bills, and on drafts that will be sent before the period's
}

// PastBill is a final bill with its lines.
type PastBill struct {
	ID    int64
	Days  period.Period
	Lines []invoice.Line
}

// finalBill is a final bill with the revisions that it was made from.
type finalBill struct {
	id              int64
	days            period.Period
	customer, usage int64
}

// readPast finds the customers of the chunk whose final bills may say something else now. Where nothing is final it
// asks nothing.
func (c *chunk) readPast() error {
	if !c.base.past || c.print.finals == 0 {
		return nil
	}
	finals, err := c.finalBills()
	if err != nil {
		return err
	}
	c.past = map[int64]*Past{}
	for _, find := range []func(map[int64][]finalBill) error{c.changedContracts, c.changedUsage, c.corrections} {
		if err := find(finals); err != nil {
			return err
		}
	}
	return c.pastBills(finals)
}

// touch notes months to be compared.
func (c *chunk) touch(customer int64, months ...period.Month) *Past {
	p := c.past[customer]
	if p == nil {
		p = &Past{Months: map[period.Month]bool{}}
		c.past[customer] = p
	}
	for _, m := range months {
		p.Months[m] = true
	}
	return p
}

func (c *chunk) finalBills() (map[int64][]finalBill, error) {
	out := map[int64][]finalBill{}
	err := c.set.each(c.s, `SELECT customer_id, id, start_day, end_day, customer_revision, usage_revision FROM bill
		WHERE {ids} AND coalesce(state, '') = 'final'`, "customer_id", nil, func(_ int, r *rawRow) error {
		out[r.int(0)] = append(out[r.int(0)], finalBill{r.int(1), days(r, 2), r.int(4), r.int(5)})
		return nil
	})
	return out, err
}

// changedContracts finds bills that were made before the customer's contracts changed.
func (c *chunk) changedContracts(finals map[int64][]finalBill) error {
	return c.set.each(c.s, `SELECT id, contract_revision FROM customer WHERE {ids}`, "id", nil, func(_ int, r *rawRow) error {
		for _, b := range finals[r.int(0)] {
			if r.int(1) > b.customer {
				c.touch(r.int(0), b.days.Months()...)
			}
		}
		return nil
	})
}

// Usage of months, for the lists of a customer, that came in after some revision.
const (
	usageOfLists = `SELECT o.customer_id, m.month, max(m.revision) FROM object_assignment o JOIN usage_month m ON m.list_id = o.list_id
		WHERE {ids} AND o.list_id > 0 AND m.month BETWEEN $1 AND $2 AND m.revision > $3 GROUP BY o.customer_id, m.month`
	usageOfPlaces = `SELECT o.customer_id, m.month, max(m.revision) FROM object_assignment o
		JOIN list_name n ON n.server_id = o.server_id AND (o.site = '' OR n.site = o.site) JOIN usage_month m ON m.list_id = n.list_id
		WHERE {ids} AND o.list_id = 0 AND m.month BETWEEN $1 AND $2 AND m.revision > $3 GROUP BY o.customer_id, m.month`
)

// changedUsage finds bills that were made before usage of their months came in, or was corrected.
func (c *chunk) changedUsage(finals map[int64][]finalBill) error {
	first, last, since := period.Last.Month(), period.First.Month(), int64(-1)
	for _, bills := range finals {
		for _, b := range bills {
			first, last = min(first, b.days.Start.Month()), max(last, b.days.End.Month())
			if since < 0 || b.usage < since {
				since = b.usage
			}
		}
	}
	for _, query := range []string{usageOfLists, usageOfPlaces} {
		err := c.set.each(c.s, query, "o.customer_id", []any{int64(first), int64(last), since}, func(_ int, r *rawRow) error {
			month := period.Month(r.int(1))
			for _, b := range finals[r.int(0)] {
				if b.usage < r.int(2) && b.days.Overlaps(month.Period()) {
					c.touch(r.int(0), month)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// corrections reads the corrections that are billed already. Their months are compared again, since the bill that they
// correct may have been voided.
func (c *chunk) corrections(map[int64][]finalBill) error {
	counted := map[int64]bool{}
	for i := range c.rows {
		for _, b := range c.rows[i].Bills {
			counted[b.ID] = b.Final || b.Days.Start < c.builder.Period.Start
		}
	}
	return c.set.each(c.s, storedLines+` WHERE {ids} AND kind = 'late' ORDER BY customer_id, bill_id, line`, "customer_id", nil,
		func(_ int, r *rawRow) error {
			if counted[r.int(1)] {
				l := storedLine(r)
				p := c.touch(r.int(0), l.Month)
				p.Late = append(p.Late, l)
			}
			return nil
		})
}

const storedLines = `SELECT customer_id, bill_id, group_id, group_name, month, kind, ref, version_id, assignment_id, component,
	method, list_id, object, days, days_in_month, quantity, amount, tax FROM bill_line`

func storedLine(r *rawRow) invoice.Line {
	return invoice.Line{
		GroupID: r.int(2), Group: r.text(3), Month: period.Month(r.int(4)), Kind: r.text(5), Ref: r.text(6), Version: r.int(7),
		Assignment: r.int(8), Component: r.int(9), Method: r.text(10), ListID: r.int(11), Object: r.text(12), Days: r.int(13),
		DaysInMonth: r.int(14), Quantity: r.text(15), Amount: r.int(16), Tax: r.int(17),
	}
}

// pastBills reads the lines of the final bills that have a day in a month to be compared.
func (c *chunk) pastBills(finals map[int64][]finalBill) error {
	type place struct {
		past *Past
		at   int
	}
	wanted := map[int64]place{}
	var owners []int64
	for customer, p := range c.past {
		bills := finals[customer]
		slices.SortFunc(bills, func(a, b finalBill) int { return int(a.days.Start) - int(b.days.Start) })
		for _, b := range bills {
			if slices.ContainsFunc(b.days.Months(), func(m period.Month) bool { return p.Months[m] }) {
				wanted[b.id] = place{p, len(p.Bills)}
				p.Bills = append(p.Bills, PastBill{ID: b.id, Days: b.days})
			}
		}
		owners = append(owners, customer)
	}
	return newIDSet(owners).each(c.s, storedLines+` WHERE {ids} AND kind <> 'charge' ORDER BY customer_id, bill_id, line`, "customer_id", nil,
		func(_ int, r *rawRow) error {
			if to, ok := wanted[r.int(1)]; ok {
				b := &to.past.Bills[to.at]
				b.Lines = append(b.Lines, storedLine(r))
			}
			return nil
		})
}
