// Package timetable says when something that is done again and again is due next.
package timetable

import (
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

// Schedule is work that comes back: each so often, or daily at a time of the day.
type Schedule struct {
	Name    string        // what people call it; unique
	Kind    string        // of the job
	Payload string        // of the job, JSON; "": {}
	Every   time.Duration // whole seconds; 0: daily
	Minute  int           // of the day, of a daily one, in the billing time zone
	Enabled bool
	NextAt  time.Time
}

// Limits of a schedule.
const (
	MinEvery      = 10 * time.Second
	MaxEvery      = 366 * 24 * time.Hour
	minutesOfADay = 24 * 60
)

// Check finds what is wrong with a schedule: Invalid faults.
func (s *Schedule) Check() error {
	var faults fault.List
	if s.Name == "" || s.Kind == "" {
		faults.Add("name", "is missing")
	}
	switch {
	case s.Every == 0 && (s.Minute < 0 || s.Minute >= minutesOfADay):
		faults.Add("minute", "must be one of a day, from 0 to %d", minutesOfADay-1)
	case s.Every != 0 && (s.Every < MinEvery || s.Every > MaxEvery || s.Every%time.Second != 0):
		faults.Add("every", "must be whole seconds, from %s to %s", MinEvery, MaxEvery)
	}
	return faults.Err()
}

// Next returns when the schedule is due first after an instant. What was missed is not made up for. An interval keeps
// its step; a daily time that a clock change leaves out is taken as that day has it.
func (s *Schedule) Next(after time.Time, zone *time.Location) time.Time {
	if s.Every > 0 {
		if s.NextAt.IsZero() || s.NextAt.After(after) {
			return after.Add(s.Every)
		}
		steps := int64(after.Sub(s.NextAt)/s.Every) + 1
		return s.NextAt.Add(time.Duration(steps * int64(s.Every)))
	}
	y, m, d := period.DateOf(after, zone).YMD()
	for {
		at := time.Date(y, time.Month(m), d, s.Minute/60, s.Minute%60, 0, 0, zone)
		if at.After(after) {
			return at
		}
		d++
	}
}
