package follow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"postmeter/internal/domain/fault"
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
	Patience     time.Duration     // how long a file system may take for one answer before other logs are read meanwhile; 0: DefaultPatience
}

// Defaults of the options.
const (
	DefaultStretchBytes = 256 << 20
	DefaultKeep         = 120
	DefaultTellEvery    = time.Minute
	DefaultPatience     = 10 * time.Second
)

// tellAtOnce is of how many feeds the sink is told in one call.
const tellAtOnce = 400

// maxAlerts is how many alerts wait for the sink. More are in the notes only.
const maxAlerts = 500

// Follower follows logs. It is not safe for concurrent use.
type Follower struct {
	Options
	sink  Sink
	feeds []*feed
	first int // the feed with which the next pass begins
	told  time.Time
	saved time.Time // when the spool was last told of a whole pass

	turns  *turns // who has the turn may touch what follows, and its own feed
	alerts []usage.LogAlert
	closed bool
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
	if options.Patience == 0 {
		options.Patience = DefaultPatience
	}
	f := &Follower{Options: options, sink: sink, turns: newTurns()}
	if f.Spool != nil {
		f.alerts = f.Spool.loadAlerts()
	}
	for _, one := range feeds {
		f.feeds = append(f.feeds, &feed{Follower: f, Feed: one, scan: true, state: usage.FeedState{Server: one.Server, Format: one.Format, Path: one.Path}})
	}
	return f
}

// Step does one pass: all that was written before it began is handed to the sink, but for logs on a file system that
// does not answer. After an error, which is the sink's, the next pass goes on with the log that failed last of all, so
// that one cannot keep the others waiting.
func (f *Follower) Step(ctx context.Context) error {
	begun := f.Now()
	err := f.pass(ctx)
	switch {
	case err != nil && ctx.Err() == nil:
		f.save(ctx)
	case err == nil && f.Spool != nil && !f.hanging() && (begun.Sub(f.saved) >= f.TellEvery || begun.Before(f.saved)):
		f.saved = begun
		f.saveAlerts(f.Spool.passed(begun))
	}
	return err
}

func (f *Follower) pass(ctx context.Context) error {
	if err := f.each(func(fd *feed) error { return fd.step(ctx) }); err != nil {
		return err
	}
	f.turns.take()
	defer f.turns.give()
	return f.tell(ctx)
}

// saveAlerts keeps the alerts that wait for the sink.
func (f *Follower) saveAlerts(before error) {
	f.turns.take()
	defer f.turns.give()
	if err := errors.Join(before, f.Spool.saveAlerts(f.alerts)); err != nil {
		f.note("spool: %v", err)
	}
}

// tell tells the sink how it goes, if something is odd, or if it is time.
func (f *Follower) tell(ctx context.Context) error {
	now := f.Now()
	if len(f.alerts) == 0 && !f.told.IsZero() && now.Sub(f.told) < f.TellEvery && !now.Before(f.told) {
		return nil
	}
	for states := range slices.Chunk(f.states(), tellAtOnce) {
		err := f.sink.Tell(ctx, states, f.alerts)
		if fault.KindOf(err) == fault.Invalid {
			f.note("%s", fault.MessageOf(err)) // lines are counted all the same
		} else if err != nil {
			return err
		}
		f.alerts = nil
	}
	f.told = now
	return nil
}

// States returns how the following of each log goes.
func (f *Follower) States() []usage.FeedState {
	f.turns.take()
	defer f.turns.give()
	return f.states()
}

func (f *Follower) states() []usage.FeedState {
	out := make([]usage.FeedState, len(f.feeds))
	for i, fd := range f.feeds {
		out[i] = fd.state
	}
	return out
}

// Close closes all files; those of a file system that does not answer are closed when it does.
func (f *Follower) Close() error {
	f.turns.take()
	defer f.turns.give()
	f.closed = true
	var failed error
	for _, fd := range f.feeds {
		if fd.at == nil {
			failed = errors.Join(failed, fd.closeAll())
		}
	}
	return failed
}

// closeAll closes the files of a feed.
func (fd *feed) closeAll() (failed error) {
	for _, one := range append(fd.left, fd.current) {
		if one != nil {
			failed = errors.Join(failed, one.bare().Close())
		}
	}
	fd.left, fd.current = nil, nil
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
