package serve

import (
	"context"
	"sync/atomic"

	"postmeter/internal/app/jobs"
	"postmeter/internal/app/mailer"
	"postmeter/internal/domain/fault"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

// billing runs and mails bills in the background.
func billing(d Deps) Part {
	return Part{Jobs: map[string]jobs.Handler{
		billrun.JobKind:     d.runBills,
		deliver.SendJobKind: d.sendBills,
		deliver.TestJobKind: d.testBills,
	}}
}

// counted tells a job's progress as it is added up.
type counted struct {
	run         *jobs.Run
	doing       string
	done, total atomic.Int64
}

func (c *counted) setTotal(n int64) {
	c.total.Store(n)
	c.run.Progress(c.done.Load(), n, c.doing)
}

func (c *counted) add(n int64) {
	done := c.done.Add(n)
	c.run.Progress(done, max(done, c.total.Load()), c.doing)
}

// runBills runs the bills of a period. A run that was cut off is begun again: what it had stored is found unchanged.
func (d Deps) runBills(ctx context.Context, run *jobs.Run) error {
	var order billrun.Job
	if err := run.Read(&order); err != nil {
		return err
	}
	p, err := order.Period()
	if err != nil {
		return err
	}
	customers := order.Customers
	if order.View != nil {
		if customers, err = insight.CompaniesOf(ctx, d.DB, *order.View); err != nil {
			return err
		}
	}
	progress := &counted{run: run, doing: "customers are billed"}
	result, err := billrun.Run(ctx, d.DB, d.By(run.Job.Actor), billrun.Options{
		Period: p, Customers: customers, Total: progress.setTotal, Progress: progress.add,
	})
	if err != nil {
		return err
	}
	run.Result(billrun.Kept(result))
	return nil
}

// order makes the order of a mailing.
func (d Deps) order(ctx context.Context, run *jobs.Run, job *deliver.Job) (deliver.Order, *counted, error) {
	o := deliver.Order{DB: d.DB, By: func() store.By { return d.By(run.Job.Actor) }, Bills: job.Bills, Host: mailer.HostName(), Letter: job.Letter}
	var err error
	if o.Transport, err = mailer.Transport(ctx, d.DB, d.SMTP, d.Vault); err != nil {
		return o, nil, err
	}
	if job.View != nil {
		if o.Bills, err = insight.BillIDs(ctx, d.DB, *job.View); err != nil {
			return o, nil, err
		}
	}
	progress := &counted{run: run, doing: "bills and mails"}
	o.Progress = progress.add
	return o, progress, nil
}

// sendBills makes drafts final and mails them. One that was cut off goes on: what was handed over is not mailed again.
func (d Deps) sendBills(ctx context.Context, run *jobs.Run) error {
	var job deliver.Job
	if err := run.Read(&job); err != nil {
		return err
	}
	o, progress, err := d.order(ctx, run, &job)
	if err != nil {
		return err
	}
	var result *deliver.Result
	if job.Again != 0 {
		result, err = deliver.Again(ctx, o, job.Again)
	} else {
		var p *deliver.Preview
		if p, err = deliver.Look(ctx, o); err != nil {
			return err
		}
		progress.setTotal(p.Bills + p.Mails + p.Queued)
		result, err = deliver.Send(ctx, o)
	}
	d.notify(ctx, o, &job, result, err)
	if err != nil {
		return err
	}
	run.Result(result)
	return nil
}

// notify tells whom the job names what is to be looked at. That it cannot is no fault of the mailing, which is done.
func (d Deps) notify(ctx context.Context, o deliver.Order, job *deliver.Job, r *deliver.Result, failed error) {
	if job.Notify == "" || ctx.Err() != nil {
		return
	}
	if err := deliver.Notify(ctx, o, job.Notify, r, failed); err != nil {
		d.Log.Warn("nobody is told how the mailing ended", "error", fault.MessageOf(err))
	}
}

// testBills mails drafts to the operator.
func (d Deps) testBills(ctx context.Context, run *jobs.Run) error {
	var job deliver.Job
	if err := run.Read(&job); err != nil {
		return err
	}
	o, progress, err := d.order(ctx, run, &job)
	if err != nil {
		return err
	}
	progress.setTotal(int64(len(o.Bills)))
	result, err := deliver.Test(ctx, o, job.To)
	if err != nil {
		return err
	}
	run.Result(result)
	return nil
}
