package insight

import (
	"context"
	"time"

	"postmeter/internal/store"
)

// Job reads one job of the background. It is NotFound when there is none, or it ended long ago.
func Job(ctx context.Context, db *store.DB, id int64) (j store.Job, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		j, err = s.Job(id)
		return err
	})
	return j, err
}

// UnfinishedJobs reads up to limit jobs that are due and have not ended, the oldest first.
func UnfinishedJobs(ctx context.Context, db *store.DB, now time.Time, limit int) (all []store.Job, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		all, err = s.UnfinishedJobs(now.UnixMicro(), limit)
		return err
	})
	return all, err
}

// LastJobs reads up to limit jobs of all kinds, the newest first.
func LastJobs(ctx context.Context, db *store.DB, limit int) (all []store.Job, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		all, err = s.LastJobs("", limit)
		return err
	})
	return all, err
}
