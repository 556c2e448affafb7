package billrun

import (
	"context"
	"slices"
	"sync"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// Options say what to run.
type Options struct {
	Period    period.Period
	Customers []string // companies; empty: all that are active
	DryRun    bool     // store nothing
	Workers   int      // goroutines that read and rate; 0: one for each core
	Batch     int      // customers of one transaction; 0: the right number

	// Total is told how many customers there are, Progress of each batch that is done. Both may be nil.
	Total, Progress func(customers int64)
}

// Limits of a run.
const (
	maxMonths   = 24   // months of a period
	batchSize   = 1000 // customers of one transaction
	maxAttempts = 5    // how often a batch is done again because somebody changed its bills meanwhile
	maxWorkers  = 8
)

// Run makes the drafts of a period. It returns an Invalid fault for a bad period, NotFound for customers that do not
// exist, and the store's faults. What was stored before a fault stays, and is right: start the run again.
func Run(ctx context.Context, db *store.DB, by store.By, o Options) (*Result, error) {
	r := newRun(db, by, o)
	if err := r.all(ctx); err != nil {
		return nil, err
	}
	return r.finish(ctx)
}

func newRun(db *store.DB, by store.By, o Options) *run {
	r := &run{db: db, by: by, options: o, reader: store.NewAccountReader(o.Period), tally: newTally(), visit: (*computing).account}
	r.reader.Past = true
	return r
}

// all goes through the customers, and through what nobody has.
func (r *run) all(ctx context.Context) error {
	if err := r.prepare(ctx); err != nil {
		return err
	}
	nobodys := r.newTally()
	var missed error
	var group sync.WaitGroup
	group.Go(func() { missed = r.unassigned(ctx, nobodys) }) // reads other rows than the pipeline
	err := r.pipeline(ctx)
	group.Wait()
	if err == nil {
		err = missed
	}
	if err != nil {
		return err
	}
	r.tally.add(nobodys)
	return nil
}

// newTally makes a tally that tells as much as that of the run.
func (r *run) newTally() *tally {
	t := newTally()
	if r.tally.report != nil {
		t.report = newReported()
	}
	return t
}

// run is a run on its way.
type run struct {
	db       *store.DB
	by       store.By
	options  Options
	reader   *store.AccountReader
	currency money.Currency
	zone     *time.Location
	selected []int64 // sorted; nil: all
	id       int64   // of its row, 0 in a dry run
	judge    judge
	tally    *tally
	past     pastReaders
	visit    func(*computing, *store.Loaded) error // what is done with each customer
}

func (r *run) prepare(ctx context.Context) error {
	if err := checkPeriod(r.options.Period); err != nil {
		return err
	}
	var total int64
	err := r.db.Read(ctx, func(s *store.Snapshot) error {
		set, err := s.Settings()
		if err != nil {
			return err
		}
		r.currency = set.Currency
		if r.zone, err = set.Location(); err != nil {
			return err
		}
		if len(r.options.Customers) > 0 {
			r.selected, err = s.CustomerIDsOf(r.options.Customers)
			total = int64(len(r.selected))
			return err
		}
		total, err = s.CountCustomers()
		return err
	})
	if err != nil {
		return err
	}
	if r.options.Total != nil {
		r.options.Total(total)
	}
	r.judge = newJudge(r.options.Period, r.by.At, len(r.selected) > 0)
	if r.options.DryRun {
		return nil
	}
	return r.db.Write(ctx, r.by, func(tx *store.Tx) error {
		r.id, err = tx.BeginRun(r.options.Period, selection{r.options.Customers})
		return err
	})
}

// selection is what was asked for, as the run's row keeps it.
type selection struct {
	Customers []string `json:"customers"` // empty: all that are active
}

func checkPeriod(p period.Period) error {
	switch {
	case !p.Valid():
		return fault.At("--end", "the period ends on %s, before it starts on %s", p.End, p.Start)
	case p.Start == period.First || p.End == period.Last:
		return fault.At("--start", "the period needs a first and a last day")
	case p.Days() > maxMonths*31:
		return fault.At("--end", "the period %s to %s is longer than %d months: run a month at a time", p.Start, p.End, maxMonths)
	}
	return nil
}

// finish stores that the run came to its end, and returns its result.
func (r *run) finish(ctx context.Context) (*Result, error) {
	result, err := r.tally.result(r)
	if err != nil || r.options.DryRun {
		return result, err
	}
	return result, r.db.Write(ctx, r.by, func(tx *store.Tx) error {
		return tx.FinishRun(r.id, tx.By().At.UnixMicro(), kept(result))
	})
}

// batches hands out the customers in batches of ids, in order.
func (r *run) batches(ctx context.Context, give func([]int64) error) error {
	size := r.options.Batch
	if size == 0 {
		size = batchSize
	}
	if r.selected != nil {
		for ids := range slices.Chunk(r.selected, size) {
			if err := give(ids); err != nil {
				return err
			}
		}
		return nil
	}
	for after := int64(0); ; {
		var ids []int64
		err := r.db.Read(ctx, func(s *store.Snapshot) (err error) {
			ids, err = s.CustomerIDs(after, size)
			return err
		})
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := give(ids); err != nil {
			return err
		}
		after = ids[len(ids)-1]
	}
}
