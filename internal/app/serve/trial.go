package serve

import (
	"context"
	"fmt"

	"postmeter/internal/app/jobs"
	"postmeter/internal/app/mailer"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/store"
)

// trying sends test mails the way that bills go.
func trying(d Deps) Part {
	return Part{Jobs: map[string]jobs.Handler{
		deliver.TrialJob: func(ctx context.Context, run *jobs.Run) error {
			var t deliver.Trial
			if err := run.Read(&t); err != nil {
				return err
			}
			transport, err := mailer.Transport(ctx, d.DB, d.SMTP, d.Vault)
			if err != nil {
				return err
			}
			id := fmt.Sprintf("test-%d-%d@%s", run.Job.ID, run.Job.CreatedAt, mailer.HostName())
			result, err := deliver.Try(ctx, d.DB, func() store.By { return d.By(run.Job.Actor) }, transport, t.To, id)
			if err != nil {
				return err
			}
			run.Result(result)
			return nil
		},
	}}
}
