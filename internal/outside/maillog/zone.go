package maillog

import (
	"math"
	"time"
)

// clock turns civil times without a zone into instants. The hour that a clock change repeats is told apart by the
// order of the lines: a line that would lie before the one before it belongs to the second pass.
type clock struct {
	zone *time.Location
	last int64 // instant of the line before, in UTC seconds; 0 without one

	from, to, offset int64 // civil times, far from any clock change, at which the zone is offset seconds ahead of UTC
}

// disorder is how far, in seconds, lines of several processes may come out of order.
const disorder = 2

// instant returns the instant of a civil time, given as seconds since 1970 on its own clock; false if the clock change
// left that time out.
func (c *clock) instant(local int64) (int64, bool) {
	if local >= c.from && local < c.to {
		c.last = local - c.offset
		return c.last, true
	}
	first, second, ok := c.candidates(local)
	if !ok {
		return 0, false
	}
	if first == second {
		c.settle(first)
	}
	at := first
	if c.last > first+disorder && c.last <= second+disorder {
		at = second
	}
	c.last = at
	return at, true
}

// settle remembers the stretch between clock changes around an instant, but for a day at each end of it.
func (c *clock) settle(at int64) {
	t := time.Unix(at, 0).In(c.zone)
	_, offset := t.Zone()
	c.offset = int64(offset)
	start, end := t.ZoneBounds()
	c.from, c.to = math.MinInt64, math.MaxInt64
	if !start.IsZero() {
		c.from = start.Unix() + c.offset + secondsPerDay
	}
	if !end.IsZero() {
		c.to = end.Unix() + c.offset - secondsPerDay
	}
}

// candidates returns the instants at which the clock showed a time: the same twice if it did once.
func (c *clock) candidates(local int64) (first, second int64, ok bool) {
	for _, at := range stretches(local, c.zone) {
		switch {
		case !ok:
			first, second, ok = at, at, true
		case at < first:
			first = at
		case at > second:
			second = at
		}
	}
	return first, second, ok
}

// stretches returns the instants that local means in each of the stretches between clock changes around it.
func stretches(local int64, zone *time.Location) []int64 {
	var found []int64
	limit := time.Unix(local+secondsPerDay, 0)
	for t := time.Unix(local-secondsPerDay, 0).In(zone); ; {
		start, end := t.ZoneBounds()
		_, offset := t.Zone()
		at := local - int64(offset)
		if (start.IsZero() || at >= start.Unix()) && (end.IsZero() || at < end.Unix()) {
			found = append(found, at)
		}
		if end.IsZero() || end.After(limit) {
			return found
		}
		t = end.In(zone)
	}
}
