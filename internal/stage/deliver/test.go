package deliver

import (
	"context"
	"errors"
	"slices"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/statement"
	"postmeter/internal/outside/mail"
	"postmeter/internal/store"
)

// TestResult is what became of a test mailing.
type TestResult struct {
	To      string    `json:"to"`
	Tested  int64     `json:"tested"`
	Failed  []Trouble `json:"failed"` // mails that the mail server did not take
	Skipped []Skipped `json:"skipped"`
}

// Test mails drafts to an operator's address: exactly what their customers would get, but for a mark and the number.
// Nothing of a bill changes but that it counts as tested.
func Test(ctx context.Context, o Order, to string) (result *TestResult, err error) {
	o.setDefaults()
	o.Bills = slices.Compact(slices.Sorted(slices.Values(o.Bills)))
	if err := customer.CheckEmail(to); err != nil {
		return nil, err
	}
	if err := o.exist(ctx); err != nil {
		return nil, err
	}
	head, err := o.letterhead(ctx)
	if err != nil {
		return nil, err
	}
	t := &testing{order: &o, head: head, to: to, result: &TestResult{To: to, Failed: []Trouble{}, Skipped: []Skipped{}}}
	if t.connection, err = o.Transport.Open(ctx); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, t.connection.Close()) }()
	if err := o.drafts(ctx, func(ids []int64) error { return t.batch(ctx, ids) }); err != nil {
		return nil, fault.Wrap(fault.KindOf(err), err, "%s; %d bills were tested before", fault.MessageOf(err), t.result.Tested)
	}
	return t.result, nil
}

// testing is a test mailing on its way.
type testing struct {
	order      *Order
	head       *letterhead
	to         string
	connection mail.Connection
	result     *TestResult
}

// batch mails some drafts, and then notes that they were tested.
func (t *testing) batch(ctx context.Context, ids []int64) error {
	by := t.order.By()
	var j *judge
	var fit []ready
	var facts []*statement.Facts
	err := t.order.DB.Read(ctx, func(s *store.Snapshot) (err error) {
		j, fit, facts, err = t.read(s, by, ids)
		return err
	})
	if err != nil {
		return err
	}
	var tested []store.BillRow
	for i := range fit {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
			break
		}
		m, failed := t.head.test(facts[i], t.to, by.At, j.today, len(fit[i].addresses) > 0)
		if failed != nil {
			err = fault.Wrap(fault.Internal, failed, "bill %d: the template fails: %v", fit[i].bill.ID, failed)
			break
		}
		var taken bool
		if taken, err = t.send(ctx, fit[i].bill, m); err != nil {
			break
		}
		if taken {
			tested = append(tested, *fit[i].bill)
		}
		t.order.Progress(1)
	}
	written := t.order.DB.Write(context.WithoutCancel(ctx), by, func(tx *store.Tx) error { return tx.MarkTested(tested, t.to) })
	if written == nil {
		t.result.Tested += int64(len(tested))
	}
	return errors.Join(err, written)
}

// read reads the bills of a batch that may be sent, and notes the others.
func (t *testing) read(s *store.Snapshot, by store.By, ids []int64) (*judge, []ready, []*statement.Facts, error) {
	rows, err := s.BillsByID(ids)
	if err != nil {
		return nil, nil, nil, err
	}
	j, err := newJudge(s, by.At)
	if err != nil {
		return nil, nil, nil, err
	}
	fit, skipped, err := j.sort(s, rows)
	if err != nil {
		return nil, nil, nil, err
	}
	t.result.Skipped = append(t.result.Skipped, t.order.unsendable(skipped)...)
	good := make([]store.BillRow, len(fit))
	for i := range fit {
		good[i] = *fit[i].bill
	}
	facts, err := store.NewFacts().Read(s, good)
	return j, fit, facts, err
}

// send mails one bill; a fault is the mail server's. A mail that was not taken is told in the result.
func (t *testing) send(ctx context.Context, b *store.BillRow, m *mail.Message) (taken bool, err error) {
	for try := 1; ; try++ {
		if t.connection.Broken() {
			if err := t.connection.Close(); err != nil {
				return false, err
			}
			if t.connection, err = t.order.Transport.Open(ctx); err != nil {
				return false, err
			}
		}
		outcome := t.connection.Send(ctx, m)
		switch {
		case outcome.State == mail.Taken:
			return true, nil
		case outcome.State == mail.Later && outcome.Trouble && t.connection.Broken() && try < maxTries:
		case outcome.State == mail.Later && outcome.Trouble:
			return false, errServer(t.order.Transport, outcome.Detail)
		default:
			t.result.Failed = append(t.result.Failed, Trouble{Bill: b.ID, Customer: b.Company, Address: t.to, Detail: outcome.Detail})
			return false, nil
		}
	}
}
