package store

import (
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/period"
)

// LockBills waits until no other transaction changes which bills there are, and keeps others from it until this one
// ends. Whoever makes, withdraws or finishes bills takes it first.
func (tx *Tx) LockBills() error { return tx.Lock("bills", 0) }

// BillsPrint tells whether the bills of some customers are still those that were read: it changes when one is made,
// run again, withdrawn, made final or voided.
type BillsPrint struct{ count, ids, runs, finals int64 }

// Plus adds the prints of other customers.
func (p BillsPrint) Plus(o BillsPrint) BillsPrint {
	return BillsPrint{p.count + o.count, p.ids + o.ids, p.runs + o.runs, p.finals + o.finals}
}

// BillsPrint returns the print of customers' bills.
func (s *Snapshot) BillsPrint(customerIDs []int64) (BillsPrint, error) {
	var p BillsPrint
	err := newIDSet(append([]int64(nil), customerIDs...)).each(s, `SELECT customer_id, count(*), CAST(sum(id) AS BIGINT),
		CAST(sum(run_id) AS BIGINT), CAST(sum(CASE WHEN state = 'final' THEN 1 ELSE 0 END) AS BIGINT)
		FROM bill WHERE {ids} AND state <> 'void' GROUP BY customer_id`, "customer_id", nil, func(_ int, r *rawRow) error {
		p = p.Plus(BillsPrint{r.int(1), r.int(2), r.int(3), r.int(4)})
		return nil
	})
	return p, err
}

// DraftChanges are what a bill run stores of a batch of customers.
type DraftChanges struct {
	RunID     int64
	New       []*invoice.Bill // get their ids
	Replaced  []Replacement
	Refreshed []Refresh
	Withdrawn []Withdrawal
	Found     []Found // about customers of whom it is something else than last time
	Period    period.Period
}

// Replacement is a draft that takes the place of another with the same id.
type Replacement struct {
	Bill  *invoice.Bill
	Lines int // of the old one
	invoice.Difference
}

// Refresh is a draft that came out as it was, from newer revisions.
type Refresh struct {
	ID, CustomerID int64
	Before, Now    invoice.Revisions
}

// Withdrawal is a draft whose customer is not billed any more.
type Withdrawal struct {
	Bill    *invoice.Bill // the stored draft
	Because string        // codes, for the history
}

// Empty says whether there is nothing to store.
func (d *DraftChanges) Empty() bool {
	return len(d.New)+len(d.Replaced)+len(d.Refreshed)+len(d.Withdrawn)+len(d.Found) == 0
}

var billColumnNames = []string{"customer_id", "id", "start_day", "end_day", "state", "number", "currency", "subtotal", "tax",
	"credit_applied", "total", "credit_left", "issue_day", "due_day", "tested_at", "made_at", "run_id", "customer_revision",
	"catalog_revision", "settings_revision", "usage_revision", "warnings", "usage"}

var lineColumnNames = []string{"customer_id", "bill_id", "line", "group_id", "group_name", "month", "kind", "ref", "version_id",
	"assignment_id", "component", "method", "list_id", "object", "days", "days_in_month", "quantity", "amount", "tax"}

// replaceBill lets a row take the place of a draft with its id, and of nothing else.
const replaceBill = `ON CONFLICT (customer_id, id) DO UPDATE SET currency = excluded.currency, subtotal = excluded.subtotal,
	tax = excluded.tax, credit_applied = excluded.credit_applied, total = excluded.total, credit_left = excluded.credit_left,
	tested_at = 0, made_at = excluded.made_at, run_id = excluded.run_id, customer_revision = excluded.customer_revision,
	catalog_revision = excluded.catalog_revision, settings_revision = excluded.settings_revision,
	usage_revision = excluded.usage_revision, warnings = excluded.warnings, usage = excluded.usage WHERE bill.state = 'draft'`

// SaveDrafts stores the changes, with their history.
func (tx *Tx) SaveDrafts(d *DraftChanges) error {
	if err := tx.withdraw(d.Withdrawn); err != nil {
		return err
	}
	if err := tx.newDrafts(d); err != nil {
		return err
	}
	if err := tx.replaceDrafts(d); err != nil {
		return err
	}
	if err := tx.refreshDrafts(d.Refreshed); err != nil {
		return err
	}
	return tx.NoteFound(d.Found, FoundBy{"run", d.RunID, d.Period})
}

func (tx *Tx) newDrafts(d *DraftChanges) error {
	if len(d.New) == 0 {
		return nil
	}
	first, err := tx.NewIDs("bill", len(d.New))
	if err != nil {
		return err
	}
	bills := tx.Bulk("bill", "", billColumnNames...)
	lines := tx.Bulk("bill_line", "", lineColumnNames...)
	for i, b := range d.New {
		b.ID = first + int64(i)
		if err := tx.addBill(bills, b, d.RunID); err != nil {
			return err
		}
	}
	if err := bills.Flush(); err != nil {
		return err
	}
	for _, b := range d.New {
		if err := addLines(lines, b); err != nil {
			return err
		}
		if err := tx.Record(Change{CustomerID: b.CustomerID, Entity: "bill", EntityID: b.ID, Action: "run", After: billNote(b)}); err != nil {
			return err
		}
	}
	return lines.Flush()
}

func (tx *Tx) replaceDrafts(d *DraftChanges) error {
	if len(d.Replaced) == 0 {
		return nil
	}
	bills := tx.Bulk("bill", replaceBill, billColumnNames...)
	lines := tx.Bulk("bill_line", "", lineColumnNames...)
	for i := range d.Replaced {
		b := d.Replaced[i].Bill
		if err := tx.Exec(`DELETE FROM bill_line WHERE customer_id = $1 AND bill_id = $2`, b.CustomerID, b.ID); err != nil {
			return err
		}
		if err := tx.addBill(bills, b, d.RunID); err != nil {
			return err
		}
		if err := tx.Record(replaced(&d.Replaced[i])); err != nil {
			return err
		}
	}
	if err := bills.Flush(); err != nil {
		return err
	}
	for i := range d.Replaced {
		if err := addLines(lines, d.Replaced[i].Bill); err != nil {
			return err
		}
	}
	return lines.Flush()
}

func (tx *Tx) withdraw(gone []Withdrawal) error {
	for i := range gone {
		b := gone[i].Bill
		if err := tx.Exec(`DELETE FROM bill_line WHERE customer_id = $1 AND bill_id = $2`, b.CustomerID, b.ID); err != nil {
			return err
		}
		n, err := tx.ExecCount(`DELETE FROM bill WHERE customer_id = $1 AND id = $2 AND state = 'draft'`, b.CustomerID, b.ID)
		if err != nil {
			return err
		}
		if n != 1 {
			return fault.New(fault.Conflict, "bill %d is no draft any more: run the bills again", b.ID)
		}
		if err := tx.Record(withdrawn(&gone[i])); err != nil {
			return err
		}
	}
	return nil
}

// refreshDrafts notes the newer revisions from which drafts came out as they were. That is no change of theirs.
func (tx *Tx) refreshDrafts(drafts []Refresh) error {
	byNow := map[invoice.Revisions][]int64{} // drafts by the revisions that they share: all in a batch
	for _, d := range drafts {
		if d.Now.Customer != d.Before.Customer {
			if err := tx.Exec(`UPDATE bill SET customer_revision = $3 WHERE customer_id = $1 AND id = $2 AND state = 'draft'`,
				d.CustomerID, d.ID, d.Now.Customer); err != nil {
				return err
			}
		}
		shared := d.Now
		shared.Customer = 0
		byNow[shared] = append(byNow[shared], d.ID)
	}
	for now, ids := range byNow {
		if err := tx.eachIn(`UPDATE bill SET catalog_revision = $1, settings_revision = $2, usage_revision = $3
			WHERE state = 'draft' AND `, "id", ids, now.Catalog, now.Settings, now.Usage); err != nil {
			return err
		}
	}
	return nil
}

func (tx *Tx) addBill(bulk *Bulk, b *invoice.Bill, run int64) error {
	warnings, err := textsJSON(b.Warnings)
	if err != nil {
		return err
	}
	return bulk.Add(b.CustomerID, b.ID, int64(b.Period.Start), int64(b.Period.End), string(invoice.Draft), "", b.Currency.Code(),
		b.Subtotal, b.Tax, b.CreditApplied, b.Total, b.CreditLeft, int64(0), int64(0), int64(0), tx.by.At.UnixMicro(), run,
		b.Made.Customer, b.Made.Catalog, b.Made.Settings, b.Made.Usage, warnings, b.Usage)
}

func addLines(bulk *Bulk, b *invoice.Bill) error {
	for i := range b.Lines {
		l := &b.Lines[i]
		if err := bulk.Add(b.CustomerID, b.ID, int64(i+1), l.GroupID, l.Group, int64(l.Month), l.Kind, l.Ref, l.Version, l.Assignment,
			l.Component, l.Method, l.ListID, l.Object, l.Days, l.DaysInMonth, l.Quantity, l.Amount, l.Tax); err != nil {
			return err
		}
	}
	return nil
}
