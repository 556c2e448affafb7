package deliver

import (
	"context"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/statement"
	"postmeter/internal/store"
)

// maxAttempts is how often a transaction is tried while others are in the way.
const maxAttempts = 5

// drafts calls do with the ids of the bills of an order, a batch at a time.
func (o *Order) drafts(ctx context.Context, do func(ids []int64) error) error {
	if len(o.Bills) > 0 {
		for ids := o.Bills; len(ids) > 0; {
			n := min(len(ids), o.Batch)
			if err := do(ids[:n]); err != nil {
				return err
			}
			ids = ids[n:]
		}
		return nil
	}
	for after := int64(0); ; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		var ids []int64
		err := o.DB.Read(ctx, func(s *store.Snapshot) (err error) {
			ids, err = s.DraftIDs(after, o.Batch)
			return err
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := do(ids); err != nil {
			return err
		}
		after = ids[len(ids)-1]
	}
}

// finish makes drafts final: all that may be sent of a batch in one transaction.
func (r *run) finish(ctx context.Context, ids []int64) error {
	for attempt := 1; ; attempt++ {
		b := &finishing{run: r}
		by := r.order.By()
		err := r.order.DB.Write(ctx, by, func(tx *store.Tx) error { return b.do(tx, ids) })
		if err == nil {
			r.result.finished(b)
			r.order.Step("finished")
			r.order.Progress(int64(len(ids)))
			return nil
		}
		if fault.KindOf(err) != fault.Busy || attempt == maxAttempts {
			return err
		}
	}
}

// finishing is one transaction.
type finishing struct {
	run     *run
	finals  []store.Final
	skipped []Skipped
}

func (b *finishing) do(tx *store.Tx, ids []int64) error {
	owners, err := tx.OwnersOf(ids)
	if err != nil {
		return err
	}
	if err := tx.LockForSending(owners); err != nil {
		return err
	}
	rows, err := tx.BillsByID(ids) // as they are under the lock
	if err != nil {
		return err
	}
	j, err := newJudge(&tx.Snapshot, tx.By().At)
	if err != nil {
		return err
	}
	fit, skipped, err := j.sort(&tx.Snapshot, rows)
	if err != nil {
		return err
	}
	b.skipped = skipped
	if len(fit) == 0 {
		return nil
	}
	if err := b.fill(tx, j, fit); err != nil {
		return err
	}
	b.run.order.Step("finishing")
	return tx.FinishBills(b.finals)
}

// fill gives each bill its words, dates, mails and number. Numbers come last: others wait for the row that counts.
func (b *finishing) fill(tx *store.Tx, j *judge, fit []ready) error {
	rows := make([]store.BillRow, len(fit))
	for i := range fit {
		rows[i] = *fit[i].bill
	}
	facts, err := store.NewFacts().Read(&tx.Snapshot, rows)
	if err != nil {
		return err
	}
	numbers, err := tx.NextNumbers(store.InvoiceSeries, j.set.InvoiceNumberFormat, j.today, len(fit))
	if err != nil {
		return err
	}
	for i := range fit {
		f := store.Final{Bill: fit[i].bill, Number: numbers[i], Issued: j.today, Due: j.due(),
			Words: statement.Freeze(facts[i]), NotMailed: fit[i].notMailed}
		for _, a := range fit[i].addresses {
			f.Mails = append(f.Mails, store.Mail{Address: a, MessageID: b.run.head.messageID()})
		}
		b.finals = append(b.finals, f)
	}
	return nil
}

// finished counts what a transaction made final.
func (r *Result) finished(b *finishing) {
	for i := range b.finals {
		f := &b.finals[i]
		r.Sent++
		r.total += f.Bill.Axes.Total
		r.currency = f.Bill.Currency
		if len(f.Mails) == 0 {
			r.NotMailed++
		}
	}
	r.Skipped = append(r.Skipped, b.skipped...)
}

// amounts writes the sums for people and programs.
func (r *Result) amounts() {
	r.Total = money.Amount{Minor: r.total, Currency: r.currency}.String()
	r.Currency = r.currency.Code()
}
