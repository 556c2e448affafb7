package usage

import (
	"time"

	"postmeter/internal/domain/period"
)

// Calendar tells to which civil date of the billing time zone an instant belongs. It remembers the stretch between
// two clock changes in which it last was, since logs run in the order of time. It is not safe for concurrent use.
type Calendar struct {
	zone     *time.Location
	from, to int64 // microseconds; the stretch in which offset holds: from ≤ at < to
	offset   int64 // microseconds that the zone is ahead of UTC
}

// microsPerDay is the length of a civil day without a clock change.
const microsPerDay = 24 * 60 * 60 * 1_000_000

// NewCalendar returns the calendar of a zone.
func NewCalendar(zone *time.Location) *Calendar { return &Calendar{zone: zone} }

// Day returns the civil date of an instant, in UTC microseconds.
func (c *Calendar) Day(at int64) period.Date {
	if at < c.from || at >= c.to {
		c.move(at)
	}
	local := at + c.offset
	day := local / microsPerDay
	if local%microsPerDay < 0 {
		day--
	}
	return period.Date(day)
}

func (c *Calendar) move(at int64) {
	t := time.UnixMicro(at).In(c.zone)
	_, offset := t.Zone()
	c.offset = int64(offset) * 1_000_000
	start, end := t.ZoneBounds()
	c.from, c.to = -1<<63, 1<<63-1
	if !start.IsZero() {
		c.from = start.UnixMicro()
	}
	if !end.IsZero() {
		c.to = end.UnixMicro()
	}
}
