package deliver

import (
	"context"
	"errors"
	"sync"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/statement"
	"postmeter/internal/store"
)

// clerk writes down what the talkers begin and end. Whatever comes in while one transaction is being committed goes
// into the next together, so that a commit, which waits for the disk, serves several mails.
type clerk struct {
	run    *run
	orders chan *entry

	mu      sync.Mutex
	unsaved []*entry // ends that could not be written down
}

// entry is what one talker wants written down: the end of one mail, the beginning of the next, or both.
type entry struct {
	end   *store.Delivery
	facts *statement.Facts // of end, for the result
	final bool             // end is not tried again in this run: it counts
	begin *store.Delivery
	begun bool
	done  chan error
}

func newClerk(r *run) *clerk { return &clerk{run: r, orders: make(chan *entry)} }

// write gets an entry committed. begun is false if another process has taken the mail to begin.
func (c *clerk) write(e *entry) (begun bool, err error) {
	e.done = make(chan error, 1)
	c.orders <- e
	err = <-e.done
	return e.begun, err
}

// work commits entries until the orders are closed.
func (c *clerk) work(ctx context.Context) {
	for first := range c.orders {
		batch := []*entry{first}
		for more := true; more; {
			select {
			case e, ok := <-c.orders:
				if more = ok; ok {
					batch = append(batch, e)
				}
			default:
				more = false
			}
		}
		err := c.commit(ctx, batch)
		for _, e := range batch {
			e.done <- err
		}
	}
}

func (c *clerk) commit(ctx context.Context, batch []*entry) error {
	c.run.order.Step("writing")
	err := c.try(ctx, batch)
	for attempt := 1; fault.KindOf(err) == fault.Busy && attempt < maxAttempts; attempt++ {
		err = c.try(ctx, batch)
	}
	if err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, e := range batch {
			if e.end != nil {
				c.unsaved = append(c.unsaved, &entry{end: e.end, facts: e.facts, final: true})
			}
		}
		return err
	}
	for _, e := range batch {
		if e.end != nil && e.final {
			c.run.result.mailed(e.end, e.facts)
			c.run.order.Progress(1)
		}
	}
	c.run.order.Step("written")
	return nil
}

// try writes a batch down. What it changes in the entries is the same when it is tried again.
func (c *clerk) try(ctx context.Context, batch []*entry) error {
	var ends, begins []*store.Delivery
	var beginners []*entry
	for _, e := range batch {
		if e.end != nil {
			ends = append(ends, e.end)
		}
		if e.begin != nil {
			begin := *e.begin
			begins, beginners = append(begins, &begin), append(beginners, e)
		}
	}
	err := c.run.order.DB.Write(ctx, c.run.order.By(), func(tx *store.Tx) error {
		if err := tx.EndDeliveries(ends); err != nil {
			return err
		}
		return tx.BeginDeliveries(begins, c.run.presence.Name())
	})
	if err != nil {
		return err
	}
	for i, e := range beginners {
		*e.begin, e.begun = *begins[i], begins[i].State == store.Sending
	}
	return nil
}

// leftover tries once more to write down what mails came to; without that they are unconfirmed.
func (c *clerk) leftover(ctx context.Context) error {
	if len(c.unsaved) == 0 {
		return nil
	}
	err := c.commitLeft(ctx)
	if err != nil {
		return errors.Join(fault.Wrap(fault.KindOf(err), err, "what became of %d mails could not be written down: they are unconfirmed", len(c.unsaved)), err)
	}
	return nil
}

func (c *clerk) commitLeft(ctx context.Context) error {
	batch := c.unsaved
	if err := c.try(ctx, batch); err != nil {
		return err
	}
	for _, e := range batch {
		c.run.result.mailed(e.end, e.facts)
	}
	return nil
}
