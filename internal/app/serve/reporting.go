package serve

import (
	"context"

	"postmeter/internal/app/jobs"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/store"
)

// reporting makes reports that go through all customers, and keeps them.
func reporting(d Deps) Part {
	return Part{Jobs: map[string]jobs.Handler{billrun.UnbilledKind: d.reportUnbilled}}
}

// reportUnbilled is done again from the start when it was cut off: it changes nothing but the report that is kept.
func (d Deps) reportUnbilled(ctx context.Context, run *jobs.Run) error {
	var order billrun.UnbilledJob
	if err := run.Read(&order); err != nil {
		return err
	}
	p, err := order.Period()
	if err != nil {
		return err
	}
	progress := &counted{run: run, doing: "customers are looked at"}
	report, err := billrun.ReportUnbilled(ctx, d.DB, d.By(run.Job.Actor), p, progress.setTotal, progress.add)
	if err != nil {
		return err
	}
	return d.DB.Write(ctx, d.By(run.Job.Actor), func(tx *store.Tx) error {
		if err := report.Keep(tx, run.Job.ID); err != nil {
			return err
		}
		return run.End(tx, map[string]int64{"lists": report.Sums().Lists, "recipients": report.Sums().Recipients})
	})
}
