package serve

import (
	"context"
	"errors"
	"os"
	"slices"
	"sync"
	"time"

	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/gather/follow"
	"postmeter/internal/store"
)

// following follows the logs that lie on this machine.
func following(d Deps) Part {
	return Part{Loops: []Loop{{Name: "follow logs", Run: func(ctx context.Context) error { return followLogs(ctx, d) }}}}
}

// feedsAgain is how often it is looked whether other logs are to be followed.
const feedsAgain = 30 * time.Second

// followLogs follows what the database says is to be followed, until the context ends.
func followLogs(ctx context.Context, d Deps) error {
	machine, err := os.Hostname()
	if err != nil {
		return err
	}
	intake := &gather.Intake{DB: d.DB, By: func() store.By { return d.By("log follower") }, Machine: machine}
	for ctx.Err() == nil {
		feeds, err := gather.LocalFeeds(ctx, d.DB)
		if err != nil {
			return err
		}
		if err := followFeeds(ctx, d, intake, feeds); err != nil {
			return err
		}
	}
	return nil
}

// followFeeds follows logs until other ones are to be followed.
func followFeeds(ctx context.Context, d Deps, intake *gather.Intake, feeds []follow.Feed) (err error) {
	follower := follow.New(intake, feeds, follow.Options{Now: d.Now, Note: func(text string) { d.Log.Warn("log", "note", text) }})
	defer func() { err = errors.Join(err, follower.Close()) }()
	inner, stop := context.WithCancel(ctx)
	defer stop()
	var watching sync.WaitGroup
	watching.Go(func() {
		defer stop()
		watchFeeds(inner, d, feeds)
	})
	follower.Run(inner, follow.DefaultPace, func(err error) {
		if err == nil {
			d.Log.Info("logs are followed again")
			return
		}
		d.Log.Error("logs are not followed; nothing is lost, it is tried again", "error", shown(err))
	})
	stop()
	watching.Wait()
	return nil
}

// watchFeeds returns when other logs are to be followed.
func watchFeeds(ctx context.Context, d Deps, feeds []follow.Feed) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-time.After(feedsAgain):
		}
		now, err := gather.LocalFeeds(ctx, d.DB)
		if err == nil && !slices.Equal(now, feeds) {
			return
		}
		if err != nil && ctx.Err() == nil {
			d.Log.Warn("it cannot be read which logs are to be followed", "error", shown(err))
		}
	}
}
