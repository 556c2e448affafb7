package billrun

import (
	"context"
	"errors"
	"runtime"
	"sync"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/rating"
	"postmeter/internal/store"
)

// batch is a set of customers on its way through the pipeline.
type batch struct {
	number  int
	ids     []int64
	print   store.BillsPrint // of the customers' bills, as they were read
	changes store.DraftChanges
	tally   *tally
	err     error
}

// pipeline reads and rates batches in parallel and stores them in order.
func (r *run) pipeline(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := r.options.Workers
	if workers == 0 {
		workers = min(maxWorkers, max(2, runtime.GOMAXPROCS(0)))
	}
	todo := make(chan *batch)
	done := make(chan *batch)
	room := make(chan struct{}, workers+2) // batches in memory
	var group sync.WaitGroup
	var planned error
	group.Go(func() {
		defer close(todo)
		planned = r.plan(ctx, todo, room)
	})
	var working sync.WaitGroup
	for range workers {
		working.Go(func() { r.work(ctx, todo, done) })
	}
	group.Go(func() {
		working.Wait()
		close(done)
	})
	err := r.storeInOrder(ctx, done, room)
	if err != nil {
		cancel()
		for range done { // let the workers end
		}
	}
	group.Wait()
	if err == nil {
		err = planned
	}
	return err
}

// plan gives out batches as long as there is room for them.
func (r *run) plan(ctx context.Context, todo chan<- *batch, room chan<- struct{}) error {
	number := 0
	return r.batches(ctx, func(ids []int64) error {
		b := &batch{number: number, ids: ids}
		number++
		select {
		case room <- struct{}{}:
		case <-ctx.Done():
			return stopped(ctx)
		}
		select {
		case todo <- b:
			return nil
		case <-ctx.Done():
			return stopped(ctx)
		}
	})
}

func stopped(ctx context.Context) error {
	return fault.Wrap(fault.Canceled, context.Cause(ctx), "the bill run was stopped; what it stored is kept: start it again to go on")
}

func (r *run) work(ctx context.Context, todo <-chan *batch, done chan<- *batch) {
	rater := &rating.Rater{}
	for b := range todo {
		b.err = r.compute(ctx, rater, b)
		select {
		case done <- b:
		case <-ctx.Done():
			return
		}
	}
}

// compute fills a batch from one snapshot.
func (r *run) compute(ctx context.Context, rater *rating.Rater, b *batch) error {
	b.changes, b.tally = store.DraftChanges{RunID: r.id, Period: r.options.Period}, r.newTally()
	return r.db.Read(ctx, func(s *store.Snapshot) error {
		c := &computing{judge: &r.judge, rater: rater, snapshot: s, batch: b, past: &r.past}
		var err error
		if !r.options.DryRun {
			if c.lastFound, err = s.LastFound(b.ids); err != nil {
				return err
			}
		}
		b.print, err = r.reader.Read(s, b.ids, func(l *store.Loaded) error { return r.visit(c, l) })
		return err
	})
}

// storeInOrder stores the batches as they were planned, whichever is done first.
func (r *run) storeInOrder(ctx context.Context, done <-chan *batch, room <-chan struct{}) error {
	waiting := map[int]*batch{}
	next := 0
	for b := range done {
		if b.err != nil {
			return b.err
		}
		waiting[b.number] = b
		for b := waiting[next]; b != nil; b = waiting[next] {
			if err := r.store(ctx, b); err != nil {
				return err
			}
			delete(waiting, next)
			next++
			<-room
		}
	}
	if ctx.Err() != nil {
		return stopped(ctx)
	}
	return nil
}

// errChanged says that somebody changed bills of a batch after it was read.
var errChanged = errors.New("the bills of the batch were changed")

// store stores a batch. If another process changed its bills since it was read, it is computed again.
func (r *run) store(ctx context.Context, b *batch) error {
	rater := &rating.Rater{}
	for attempt := 0; ; attempt++ {
		err := r.tryStore(ctx, b)
		if err == nil {
			break
		}
		if !errors.Is(err, errChanged) {
			return err
		}
		if attempt == maxAttempts {
			return fault.New(fault.Busy, "another process keeps changing the bills of these customers; what was stored is kept: start the run again")
		}
		if err := r.compute(ctx, rater, b); err != nil {
			return err
		}
	}
	r.tally.add(b.tally)
	if r.options.Progress != nil {
		r.options.Progress(int64(len(b.ids)))
	}
	return nil
}

func (r *run) tryStore(ctx context.Context, b *batch) error {
	if r.options.DryRun || b.changes.Empty() {
		return nil
	}
	return r.db.Write(ctx, r.by, func(tx *store.Tx) error {
		if err := tx.LockBills(); err != nil {
			return err
		}
		now, err := tx.BillsPrint(b.ids)
		if err != nil {
			return err
		}
		if now != b.print {
			return errChanged
		}
		return tx.SaveDrafts(&b.changes)
	})
}
