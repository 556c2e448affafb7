package follow

import (
	"context"
	"math/rand/v2"
	"time"
)

// Pace says how often logs are looked at.
type Pace struct {
	Interval time.Duration // between passes
	Longest  time.Duration // between attempts while the sink is away
}

// DefaultPace is that of a follower.
var DefaultPace = Pace{Interval: 5 * time.Second, Longest: 5 * time.Minute}

// Run does passes until the context ends. While the sink is away it waits longer each time, and not as long as others
// that lost it at the same moment. failed is told of each error, and of nil when it is over.
func (f *Follower) Run(ctx context.Context, pace Pace, failed func(error)) {
	wait, away := pace.Interval, false
	for {
		switch err := f.Step(ctx); {
		case ctx.Err() != nil:
			return
		case err != nil:
			failed(err)
			wait, away = min(2*wait, pace.Longest), true
		default:
			if away {
				failed(nil)
			}
			wait, away = pace.Interval, false
		}
		if !sleep(ctx, jitter(wait, away)) {
			return
		}
	}
}

// jitter is a time between half of wait and all of it, while the sink is away.
func jitter(wait time.Duration, away bool) time.Duration {
	if !away {
		return wait
	}
	return wait/2 + rand.N(wait/2+1)
}

// sleep waits; false if the context ended.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
