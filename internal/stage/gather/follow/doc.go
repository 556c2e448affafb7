// Package follow reads logs as they grow: it notices what was written, renamed, truncated, compressed or replaced, and
// hands the bytes that are new to a Sink, in the order in which they were written. docs/design/following.md says how
// each line then counts once.
//
// It owns open files and nothing else. How far a log was counted is asked of the sink, each time that a file is opened;
// what is in memory is only a shortcut. It knows no format and no database.
package follow

import (
	"context"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/usage"
)

// Feed is a log of a server that is to be followed.
type Feed struct {
	Server string
	hosting.Feed
}

// Sink counts. Its errors are faults: what is Invalid, NotFound or a Conflict concerns the log at hand; after any
// other the follower stops its pass and tries again later.
type Sink interface {
	// Known says how far a log was counted.
	Known(ctx context.Context, log usage.Log) (usage.Reached, error)

	// Take counts a stretch of a log, and says how far the log was counted then.
	Take(ctx context.Context, s *usage.Stretch) (usage.Reached, error)

	// Last returns the log that was last read at a path; its head is not needed.
	Last(ctx context.Context, log usage.Log, path string) (usage.LastRead, error)

	// Tell takes how the following goes, and what is odd.
	Tell(ctx context.Context, feeds []usage.FeedState, alerts []usage.LogAlert) error
}
