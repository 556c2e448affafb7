package gather

import (
	"context"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/usage"
	"postmeter/internal/stage/gather/follow"
	"postmeter/internal/store"
)

// LocalFeeds returns the logs on this machine that are to be followed.
func LocalFeeds(ctx context.Context, db *store.DB) (out []follow.Feed, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		servers, err := s.Servers()
		if err != nil {
			return err
		}
		for i := range servers {
			for _, f := range servers[i].Logs {
				out = append(out, follow.Feed{Server: servers[i].Name, Feed: f})
			}
		}
		return nil
	})
	return out, err
}

// FeedStates returns how the following of logs goes, on all machines.
func FeedStates(ctx context.Context, db *store.DB) (out []hosting.FeedState, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) (err error) {
		out, err = s.FeedStates()
		return err
	})
	return out, err
}

// Limits of what a follower says of itself.
const (
	maxFeedsTold  = 1000 // feeds and alerts of one call
	maxAlertBytes = 1000 // of a text
)

// Limits of what is kept of how logs are followed. Nothing of it is needed to count: a log that is forgotten and comes
// back is known by its content.
const (
	maxFeedsKept = 1000                // logs of a server
	forgetFeeds  = 90 * 24 * time.Hour // since nobody told of it
)

// Last returns the log that was last read at a path of the machine.
func (in *Intake) Last(ctx context.Context, log usage.Log, path string) (last usage.LastRead, err error) {
	err = in.DB.Read(ctx, func(s *store.Snapshot) (err error) {
		last, err = s.LastRead(log.Server, in.Machine, told(path), told(log.Format))
		return err
	})
	return last, err
}

// Tell stores how the following of logs goes, and what is odd about them.
func (in *Intake) Tell(ctx context.Context, feeds []usage.FeedState, alerts []usage.LogAlert) error {
	if len(feeds)+len(alerts) > maxFeedsTold {
		return fault.New(fault.Invalid, "%d logs are too many at once: at most %d are taken", len(feeds)+len(alerts), maxFeedsTold)
	}
	return in.DB.Write(ctx, in.By(), func(tx *store.Tx) error {
		servers, err := tx.Servers()
		if err != nil {
			return err
		}
		ids := make(map[string]int64, len(servers))
		for i := range servers {
			ids[servers[i].Name] = servers[i].ID
		}
		for _, f := range feeds {
			if ids[f.Server] == 0 {
				continue // it was taken away meanwhile
			}
			f.Path, f.Format, f.Problem = told(f.Path), told(f.Format), told(f.Problem)
			if err := tx.SaveFeedState(ids[f.Server], in.Machine, &f); err != nil {
				return err
			}
		}
		for _, a := range alerts {
			if ids[a.Server] == 0 {
				continue
			}
			a.Path, a.Format, a.Text = told(a.Path), told(a.Format), told(a.Text)
			if err := tx.AlertFeed(ids[a.Server], in.Machine, &a); err != nil {
				return err
			}
		}
		return in.bound(tx, ids, feeds, alerts)
	})
}

// bound keeps what machines may make of a server from growing for ever.
func (in *Intake) bound(tx *store.Tx, ids map[string]int64, feeds []usage.FeedState, alerts []usage.LogAlert) error {
	named := map[string]bool{}
	for i := range feeds {
		named[feeds[i].Server] = true
	}
	for i := range alerts {
		named[alerts[i].Server] = true
	}
	for name := range named {
		if ids[name] == 0 {
			continue
		}
		left, err := tx.ForgetFeeds(ids[name], in.By().At.Add(-forgetFeeds))
		if err != nil {
			return err
		}
		if left > maxFeedsKept {
			return fault.New(fault.Invalid, "it is not kept how the logs of %s are followed: there would be %d, and at most %d of a server are kept; "+
				"those that nobody follows any more are forgotten after %d days; usage is counted all the same", name, left, maxFeedsKept, forgetFeeds/(24*time.Hour))
		}
	}
	return nil
}

// told returns what a machine said, as a database can keep it.
func told(text string) string {
	if len(text) > maxAlertBytes {
		text = text[:maxAlertBytes] + "…"
	}
	return printable(text)
}
