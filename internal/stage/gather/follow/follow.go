package follow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"postmeter/internal/domain/usage"
)

// Options tune a follower. Now is needed.
type Options struct {
	Now          func() time.Time
	Note         func(text string) // takes what the people who run the machine should know; may be nil
	StretchBytes int64             // of one stretch at most; 0: DefaultStretchBytes
	Keep         int               // passes for which a rotated file stays open when it is quiet; 0: DefaultKeep
	Spool        *Spool            // where unread parts of rotated files go while the sink is away; may be nil
	TellEvery    time.Duration     // how often the sink is told how it goes; 0: DefaultTellEvery
}

// Defaults of the options.
const (
	DefaultStretchBytes = 256 << 20
	DefaultKeep         = 120
	DefaultTellEvery    = time.Minute
)

// tellAtOnce is of how many feeds the sink is told in one call.
const tellAtOnce = 400

// maxAlerts is how many alerts wait for the sink. More are in the notes only.
const maxAlerts = 500

// Follower follows logs. It is not safe for concurrent use.
type Follower struct {
	Options
	sink   Sink
	feeds  []*feed
	first  int // the feed with which the next pass begins
	alerts []usage.LogAlert
	told   time.Time
	saved  time.Time // when the spool was last told of a whole pass
}

// New returns a follower of feeds. Nothing is opened before the first step.
func New(sink Sink, feeds []Feed, options Options) *Follower {
	if options.StretchBytes == 0 {
		options.StretchBytes = DefaultStretchBytes
	}
	if options.Keep == 0 {
		options.Keep = DefaultKeep
	}
	if options.TellEvery == 0 {
		options.TellEvery = DefaultTellEvery
	}
	f := &Follower{Options: options, sink: sink}
	if f.Spool != nil {
		f.alerts = f.Spool.loadAlerts()
	}
	for _, one := range feeds {
		f.feeds = append(f.feeds, &feed{Follower: f, Feed: one, scan: true, state: usage.FeedState{Server: one.Server, Format: one.Format, Path: one.Path}})
	}
	return f
}

// Step does one pass: all that was written before it began is handed to the sink. After an error, which is the sink's,
// the next pass goes on with the log that failed last of all, so that one cannot keep the others waiting.
func (f *Follower) Step(ctx context.Context) error {
	begun := f.Now()
	err := f.pass(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		f.save(ctx)
	case err == nil && f.Spool != nil && (begun.Sub(f.saved) >= f.TellEvery || begun.Before(f.saved)):
		f.saved = begun
		if err := errors.Join(f.Spool.passed(begun), f.Spool.saveAlerts(f.alerts)); err != nil {
			f.note("spool: %v", err)
		}
	}
	return err
}

func (f *Follower) pass(ctx context.Context) error {
	for i := range f.feeds {
		at := (f.first + i) % len(f.feeds)
		if err := f.feeds[at].step(ctx); err != nil {
			f.first = (at + 1) % len(f.feeds)
			return err
		}
	}
	return f.tell(ctx)
}

// tell tells the sink how it goes, if something is odd, or if it is time.
func (f *Follower) tell(ctx context.Context) error {
	now := f.Now()
	if len(f.alerts) == 0 && !f.told.IsZero() && now.Sub(f.told) < f.TellEvery && !now.Before(f.told) {
		return nil
	}
	for states := range slices.Chunk(f.States(), tellAtOnce) {
		if err := f.sink.Tell(ctx, states, f.alerts); err != nil {
			return err
		}
		f.alerts = nil
	}
	f.told = now
	return nil
}

// States returns how the following of each log goes.
func (f *Follower) States() []usage.FeedState {
	out := make([]usage.FeedState, len(f.feeds))
	for i, fd := range f.feeds {
		out[i] = fd.state
	}
	return out
}

// Close closes all files.
func (f *Follower) Close() error {
	var failed error
	for _, fd := range f.feeds {
		for _, one := range append(fd.left, fd.current) {
			if one != nil {
				failed = errors.Join(failed, one.Close())
			}
		}
		fd.left, fd.current = nil, nil
	}
	return failed
}

func (f *Follower) alert(a usage.LogAlert) {
	f.note("%s: %s", a.Path, a.Text)
	if len(f.alerts) < maxAlerts {
		f.alerts = append(f.alerts, a)
	}
}

func (f *Follower) note(format string, args ...any) {
	if f.Note != nil {
		f.Note(fmt.Sprintf(format, args...))
	}
}
