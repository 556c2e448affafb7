package serve

import (
	"context"
	"sync/atomic"

	"postmeter/internal/app/jobs"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/store"
)

// validating validates all customers in the background, and keeps what was found.
func validating(d Deps) Part {
	return Part{Jobs: map[string]jobs.Handler{billrun.ValidateKind: d.validateCustomers}}
}

// validateCustomers is done again from the start when it was cut off: it changes nothing but its result.
func (d Deps) validateCustomers(ctx context.Context, run *jobs.Run) error {
	var order billrun.ValidateJob
	if err := run.Read(&order); err != nil {
		return err
	}
	p, err := order.Period()
	if err != nil {
		return err
	}
	var done, total atomic.Int64
	findings, err := billrun.Validate(ctx, d.DB, d.By(run.Job.Actor), billrun.Options{
		Period: p,
		Total: func(n int64) {
			total.Store(n)
			run.Progress(done.Load(), n, "customers are validated")
		},
		Progress: func(n int64) {
			now := done.Add(n)
			run.Progress(now, max(now, total.Load()), "customers are validated")
		},
	})
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, d.By(run.Job.Actor), func(tx *store.Tx) error {
		result, err := billrun.KeepFindings(tx, run.Job.ID, p, findings)
		if err != nil {
			return err
		}
		if err := tx.Record(store.Change{Entity: "validation", EntityID: run.Job.ID, Action: "done", After: result}); err != nil {
			return err
		}
		return run.End(tx, result)
	})
}
