package operator

import "time"

// Throttle limits how often something may be tried: Burst times at once, and then once each Every. What is remembered
// of the past is one instant, the next at which nothing would be left of the tries so far.
type Throttle struct {
	Every time.Duration
	Burst int
}

// Tries to sign in: for one name, and for one address, behind which there may be many people.
var (
	ByName    = Throttle{Every: time.Minute, Burst: 8}
	ByAddress = Throttle{Every: 15 * time.Second, Burst: 40}
)

// Try says whether one more try is allowed now, what to remember if it is, and how long to wait if it is not. free is
// what was remembered, or zero.
func (t Throttle) Try(now, free time.Time) (next time.Time, wait time.Duration, allowed bool) {
	if free.Before(now) {
		free = now
	}
	next = free.Add(t.Every)
	if wait = next.Sub(now) - t.Every*time.Duration(t.Burst); wait > 0 {
		return free, wait, false
	}
	return next, 0, true
}
