package store

import (
	"cmp"
	"slices"

	"postmeter/internal/domain/account"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
)

// rowKey orders the rows of one customer: by group, then by position and id. In this order they come from the database,
// nearly always.
type rowKey struct{ group, position, id int64 }

func (k rowKey) compare(o rowKey) int {
	if c := cmp.Compare(k.group, o.group); c != 0 {
		return c
	}
	if c := cmp.Compare(k.position, o.position); c != 0 {
		return c
	}
	return cmp.Compare(k.id, o.id)
}

// splitRows sorts rows by owner and key, and hands each owner its part of the slice.
func splitRows[T any](rows []T, owner func(*T) int, key func(*T) rowKey, give func(at int, rows []T)) {
	compare := func(a, b T) int {
		if c := cmp.Compare(owner(&a), owner(&b)); c != 0 {
			return c
		}
		return key(&a).compare(key(&b))
	}
	if !slices.IsSortedFunc(rows, compare) {
		slices.SortFunc(rows, compare)
	}
	for from := 0; from < len(rows); {
		at, to := owner(&rows[from]), from+1
		for to < len(rows) && owner(&rows[to]) == at {
			to++
		}
		give(at, rows[from:to:to])
		from = to
	}
}

// owned is a row with the place of its customer.
type owned[T any] struct {
	at  int
	row T
}

// readOwned collects rows by customer, sorted by key.
func readOwned[T any](c *chunk, query string, scan func(*rawRow) T, key func(*T) rowKey, give func(*account.Rows, []T)) error {
	var all []owned[T]
	err := c.set.each(c.s, query, "customer_id", nil, func(at int, r *rawRow) error {
		all = append(all, owned[T]{at, scan(r)})
		return nil
	})
	if err != nil || len(all) == 0 {
		return err
	}
	compare := func(a, b owned[T]) int {
		if c := cmp.Compare(a.at, b.at); c != 0 {
			return c
		}
		return key(&a.row).compare(key(&b.row))
	}
	if !slices.IsSortedFunc(all, compare) {
		slices.SortFunc(all, compare)
	}
	rows := make([]T, len(all))
	for i := range all {
		rows[i] = all[i].row
	}
	for from := 0; from < len(all); {
		to := from + 1
		for to < len(all) && all[to].at == all[from].at {
			to++
		}
		give(&c.rows[all[from].at], rows[from:to:to])
		from = to
	}
	return nil
}

func (c *chunk) groups() error {
	return readOwned(c, `SELECT customer_id, id, position, name FROM billing_group WHERE {ids}`,
		func(r *rawRow) account.GroupRow {
			return account.GroupRow{ID: r.int(1), Position: r.int(2), Name: r.text(3)}
		},
		func(g *account.GroupRow) rowKey { return rowKey{0, g.Position, g.ID} },
		func(to *account.Rows, rows []account.GroupRow) { to.Groups = rows })
}

func (c *chunk) planRows() error {
	return readOwned(c, `SELECT customer_id, group_id, id, position, plan_id, start_day, end_day FROM plan_assignment WHERE {ids}`,
		func(r *rawRow) account.PlanRow {
			return account.PlanRow{Group: r.int(1), ID: r.int(2), Position: r.int(3), Plan: r.int(4), Dates: days(r, 5)}
		},
		func(p *account.PlanRow) rowKey { return rowKey{p.Group, p.Position, p.ID} },
		func(to *account.Rows, rows []account.PlanRow) { to.Plans = rows })
}

func (c *chunk) chargeRows() error {
	return readOwned(c, `SELECT customer_id, group_id, id, position, charge_id, amount, quantity, start_day, end_day, billed
		FROM charge_assignment WHERE {ids}`,
		func(r *rawRow) account.ChargeRow {
			return account.ChargeRow{Group: r.int(1), ID: r.int(2), Position: r.int(3), Charge: r.int(4), Amount: r.text(5),
				Quantity: r.text(6), Dates: days(r, 7), Billed: r.bool(9)}
		},
		func(p *account.ChargeRow) rowKey { return rowKey{p.Group, p.Position, p.ID} },
		func(to *account.Rows, rows []account.ChargeRow) { to.Charges = rows })
}

// credits reads what the ledger has for customers to spend.
func (c *chunk) credits() error {
	return c.set.each(c.s, `SELECT customer_id, CAST(sum(credit) AS BIGINT) FROM ledger_entry WHERE {ids} GROUP BY customer_id`,
		"customer_id", nil, func(at int, r *rawRow) error {
			c.rows[at].Credit = r.int(1)
			return nil
		})
}

func (c *chunk) waivers() error {
	return readOwned(c, `SELECT customer_id, start_day, end_day FROM waiver WHERE {ids}`,
		func(r *rawRow) period.Period { return days(r, 1) },
		func(p *period.Period) rowKey { return rowKey{0, int64(p.Start), int64(p.End)} },
		func(to *account.Rows, rows []period.Period) { to.Waivers = rows })
}

// bills reads which bills exist, and the whole drafts of the period.
func (c *chunk) bills() error {
	drafts := false
	err := readOwned(c, `SELECT customer_id, id, start_day, end_day, state, run_id FROM bill WHERE {ids} AND state <> 'void'`,
		func(r *rawRow) account.Bill {
			b := account.Bill{ID: r.int(1), Days: days(r, 2), Final: r.text(4) == string(invoice.Final)}
			c.print.count++
			c.print.ids += b.ID
			c.print.runs += r.int(5)
			if b.Final {
				c.print.finals++
			}
			drafts = drafts || !b.Final && b.Days == c.builder.Period
			return b
		},
		func(b *account.Bill) rowKey { return rowKey{0, int64(b.Days.Start), b.ID} },
		func(to *account.Rows, rows []account.Bill) { to.Bills = rows })
	if err != nil || !drafts {
		return err
	}
	return c.readDrafts()
}

// readDrafts reads the drafts of the period with their lines. Sums stand in the conditions so that the customers' keys are the only way
// to them: by the period, each chunk would look at all drafts there are.
func (c *chunk) readDrafts() error {
	c.drafts = map[int64]*invoice.Bill{}
	args := []any{int64(c.builder.Period.Start), int64(c.builder.Period.End)}
	err := c.set.each(c.s, `SELECT customer_id, id, currency, subtotal, tax, credit_applied, total, credit_left, tested_at,
		customer_revision, catalog_revision, settings_revision, usage_revision, warnings, usage FROM bill
		WHERE coalesce(state, '') = 'draft' AND start_day + 0 = $1 AND end_day + 0 = $2 AND {ids} ORDER BY id DESC`, "customer_id", args,
		func(_ int, r *rawRow) (err error) {
			b := &invoice.Bill{
				CustomerID: r.int(0), ID: r.int(1), Period: c.builder.Period, Subtotal: r.int(3), Tax: r.int(4), CreditApplied: r.int(5),
				Total: r.int(6), CreditLeft: r.int(7), Tested: r.int(8) != 0, Usage: r.text(14),
				Made: invoice.Revisions{Customer: r.int(9), Catalog: r.int(10), Settings: r.int(11), Usage: r.int(12)},
			}
			c.drafts[b.CustomerID] = b
			if b.Currency, err = money.ParseCurrency(r.text(2)); err != nil {
				return err
			}
			b.Warnings, err = textsFrom(r.text(13))
			return err
		})
	if err != nil {
		return err
	}
	return c.set.each(c.s, `SELECT customer_id, bill_id, group_id, group_name, month, kind, ref, version_id, assignment_id, component,
		method, list_id, object, days, days_in_month, quantity, amount, tax FROM bill_line WHERE {ids} ORDER BY customer_id, bill_id, line`,
		"customer_id", nil, func(_ int, r *rawRow) error {
			b := c.drafts[r.int(0)]
			if b == nil || b.ID != r.int(1) {
				return nil
			}
			b.Lines = append(b.Lines, invoice.Line{
				GroupID: r.int(2), Group: r.text(3), Month: period.Month(r.int(4)), Kind: r.text(5), Ref: r.text(6), Version: r.int(7),
				Assignment: r.int(8), Component: r.int(9), Method: r.text(10), ListID: r.int(11), Object: r.text(12), Days: r.int(13),
				DaysInMonth: r.int(14), Quantity: r.text(15), Amount: r.int(16), Tax: r.int(17),
			})
			return nil
		})
}

// billedCharges finds the one-time charges that stand on a final bill, or on a draft of an earlier period, which will
// be sent before this one.
func (c *chunk) billedCharges() error {
	bills := map[int64]int64{} // customer by bill
	var ids []int64
	for i := range c.rows {
		rows := &c.rows[i]
		if !slices.ContainsFunc(rows.Charges, func(a account.ChargeRow) bool { return c.builder.Catalog.OneTime(a.Charge) }) {
			continue
		}
		for _, b := range rows.Bills {
			if b.Final || b.Days.Start < c.builder.Period.Start {
				bills[b.ID] = rows.Customer.ID
				ids = append(ids, rows.Customer.ID)
			}
		}
	}
	if len(bills) == 0 {
		return nil
	}
	c.billed = map[int64]map[int64]bool{}
	return newIDSet(ids).each(c.s, `SELECT customer_id, bill_id, assignment_id FROM bill_line
		WHERE kind = 'charge' AND assignment_id > 0 AND {ids}`, "customer_id", nil, func(_ int, r *rawRow) error {
		owner := r.int(0)
		if bills[r.int(1)] != owner {
			return nil
		}
		if c.billed[owner] == nil {
			c.billed[owner] = map[int64]bool{}
		}
		c.billed[owner][r.int(2)] = true
		return nil
	})
}
