package settle_test

import (
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/statement"
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
	return w.db.Write(w.ctx, w.by(), func(tx *store.Tx) error {
		if err := tx.LockForSending([]int64{b.CustomerID}); err != nil {
			return err
		}
		number, err := tx.NextNumber(store.InvoiceSeries, "{year}-{number}", w.today)
		if err != nil {
			return err
		}
		return tx.FinishBills([]store.Final{{Bill: &b, Number: number, Issued: w.today, Due: w.today, Words: &statement.Frozen{}, NotMailed: "a test"}})
	})
}
