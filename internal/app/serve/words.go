package serve

import (
	"context"

	"postmeter/internal/app/jobs"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

// wordsCounted is up to where the customers that lack words are counted.
const wordsCounted = 10_000_000

// words makes customers that an earlier program stored findable by all their words, in the background.
func words(d Deps) Part {
	return Part{
		Jobs: map[string]jobs.Handler{office.WordsKind: d.fillWords},
		Started: func(ctx context.Context, _ string) error {
			if _, lacking, err := office.WordsLacking(ctx, d.DB, 1); err != nil || !lacking {
				return err
			}
			_, _, err := office.Enqueue(ctx, d.DB, d.By("serve"), store.NewJob{Kind: office.WordsKind, Key: office.WordsKind})
			return err
		},
	}
}

// fillWords goes on where it was cut off.
func (d Deps) fillWords(ctx context.Context, run *jobs.Run) error {
	left, _, err := office.WordsLacking(ctx, d.DB, wordsCounted)
	if err != nil {
		return err
	}
	var done int64
	return office.FillWords(ctx, d.DB, func() store.By { return d.By(run.Job.Actor) }, func(customers int) {
		done += int64(customers)
		run.Progress(done, max(done, left), "customers")
	})
}
