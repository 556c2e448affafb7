package settle_test

import (
	"fmt"
	"strconv"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/period"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

// send makes a customer's draft of a month final, as sending does, without the mail. A stale draft is refused.
func (w *world) send(customer string, month period.Month) error {
	b, err := w.bill(customer, month)
	if err != nil {
		return err
	}
	facts, err := insight.Facts(w.ctx, w.db, b.ID)
	if err != nil {
		return err
	}
	switch {
	case b.Axes.State != invoice.Draft:
		return fault.New(fault.Conflict, "bill %d is no draft", b.ID)
	case facts.Bill.Stale:
		return fault.New(fault.Conflict, "bill %d is stale: run it again", b.ID)
	}
	return w.db.Write(w.ctx, w.by(), func(tx *store.Tx) error { return finish(tx, &b, w.today) })
}

// finish is what sending does in one transaction.
func finish(tx *store.Tx, b *store.BillRow, today period.Date) error {
	if err := tx.LockBills(); err != nil {
		return err
	}
	number, err := tx.NextNumber(store.InvoiceSeries, "{number}", today)
	if err != nil {
		return err
	}
	n, err := tx.ExecCount(`UPDATE bill SET state = 'final', number = $3, issue_day = $4, due_day = $4
		WHERE customer_id = $1 AND id = $2 AND state = 'draft'`, b.CustomerID, b.ID, number, int64(today))
	if err != nil {
		return err
	}
	if n != 1 {
		return fmt.Errorf("bill %s is no draft any more", strconv.FormatInt(b.ID, 10))
	}
	b.Issued = today
	return tx.PostInvoice(store.LedgerBill(b))
}
