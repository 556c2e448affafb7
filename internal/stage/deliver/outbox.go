package deliver

import (
	"context"
	"errors"
	"sync"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/statement"
	"postmeter/internal/outside/mail"
	"postmeter/internal/store"
)

// job is a mail that was reserved, with what it is made from.
type job struct {
	delivery *store.Delivery
	facts    *statement.Facts
}

// mail works the outbox off: one goroutine reserves mails and reads what they say, several talk to the mail server, and
// one, the clerk, writes down what they begin and end.
func (r *run) mail(ctx context.Context) error {
	count, err := r.count(ctx)
	if err != nil {
		return errors.Join(err, r.first.Close())
	}
	if count == 0 {
		return r.first.Close()
	}
	inner, stop := context.WithCancelCause(ctx)
	jobs := make(chan job, r.order.Connections)
	clerk := newClerk(r)
	var feeding, talking, writing sync.WaitGroup
	writing.Go(func() { clerk.work(context.WithoutCancel(ctx)) })
	feeding.Go(func() {
		defer close(jobs)
		if err := r.feed(inner, jobs); err != nil {
			stop(err)
		}
	})
	for i := range min(int64(r.order.Connections), count) {
		t := &talker{run: r, clerk: clerk}
		if i == 0 {
			t.connection = r.first
		}
		talking.Go(func() {
			if err := t.work(inner, jobs); err != nil {
				stop(err)
			}
		})
	}
	talking.Wait()
	stop(errDone) // the feeder may wait for somebody to take a job
	feeding.Wait()
	close(clerk.orders)
	writing.Wait()
	err = clerk.leftover(context.WithoutCancel(ctx))
	if cause := context.Cause(inner); !errors.Is(cause, errDone) {
		err = errors.Join(cause, err)
	}
	return err
}

// errDone ends the goroutines of an order when all is done.
var errDone = errors.New("done")

func (r *run) count(ctx context.Context) (n int64, err error) {
	err = r.order.DB.Read(ctx, func(s *store.Snapshot) error {
		n, err = s.CountQueued(r.order.Bills)
		return err
	})
	return n, err
}

// feed reserves mails as long as there are any, and hands them out.
func (r *run) feed(ctx context.Context, jobs chan<- job) error {
	facts := store.NewFacts()
	bills := r.order.Bills
	for {
		some := bills[:min(len(bills), r.order.Batch)]
		batch, err := r.reserve(ctx, some, facts)
		if err != nil {
			return err
		}
		for _, j := range batch {
			select {
			case jobs <- j:
			case <-ctx.Done():
				return nil
			}
		}
		switch {
		case len(batch) > 0:
		case len(some) == len(bills):
			return nil
		default:
			bills = bills[len(some):]
		}
	}
}

// reserve takes a batch of mails that are due, and reads their bills.
func (r *run) reserve(ctx context.Context, bills []int64, facts *store.Facts) ([]job, error) {
	var mails []store.Delivery
	err := r.order.DB.Write(ctx, r.order.By(), func(tx *store.Tx) (err error) {
		mails, err = tx.Reserve(r.presence.Name(), bills, r.order.Batch)
		return err
	})
	if err != nil || len(mails) == 0 {
		return nil, err
	}
	r.order.Step("reserved")
	ids := make([]int64, len(mails))
	for i := range mails {
		ids[i] = mails[i].BillID
	}
	batch := make([]job, len(mails))
	return batch, r.order.DB.Read(ctx, func(s *store.Snapshot) error {
		rows, err := s.BillsByID(ids)
		if err != nil {
			return err
		}
		read, err := facts.Read(s, rows)
		if err != nil {
			return err
		}
		byID := make(map[int64]*statement.Facts, len(read))
		for _, f := range read {
			byID[f.Bill.ID] = f
		}
		for i := range mails {
			batch[i] = job{&mails[i], byID[mails[i].BillID]}
		}
		return nil
	})
}

// backoff is how long a mail waits after each attempt that the mail server put off; the last holds for all after it.
var backoff = []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour}

// maxMailAttempts is how often a mail is tried before it counts as refused: for about six days, if nobody asks for more.
const maxMailAttempts = 40

// settle turns an outcome into the new state of a mail.
func settle(d *store.Delivery, o mail.Outcome, at time.Time) {
	d.Detail, d.DueAt = o.Detail, 0
	switch {
	case o.State == mail.Taken:
		d.State = store.Sent
	case o.State == mail.Refused:
		d.State = store.Refused
	case o.State == mail.Unknown:
		d.State = store.Unconfirmed
	case d.Attempts >= maxMailAttempts:
		d.State, d.Detail = store.Refused, "given up after many attempts: "+o.Detail
	default:
		d.State = store.Queued
		d.DueAt = at.Add(backoff[min(max(int(d.Attempts), 1), len(backoff))-1]).UnixMicro()
	}
}

// outdated says why a mail is not to be sent any more.
func outdated(f *statement.Facts) (string, bool) {
	if f.Bill.Status == invoice.StatusVoid {
		return "the bill was taken back before it was mailed", true
	}
	return "", false
}

// errServer is the fault of a mail server that does not do its work.
func errServer(t mail.Transport, detail string) error {
	return fault.New(fault.Unavailable, "%s does not take mails: %s", t, detail)
}
