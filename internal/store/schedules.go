package store

import (
	"time"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/timetable"
)

// Schedules returns all schedules by name.
func (s *Snapshot) Schedules() ([]timetable.Schedule, error) { return s.schedules(``) }

func (s *Snapshot) schedules(where string, args ...any) (out []timetable.Schedule, err error) {
	for row, err := range s.rows(`SELECT name, kind, payload, every_seconds, daily_minute, enabled, next_at FROM schedule `+where+` ORDER BY name`, args...) {
		if err != nil {
			return nil, err
		}
		var v timetable.Schedule
		var every, minute, next int64
		if err := row.Scan(&v.Name, &v.Kind, &v.Payload, &every, &minute, &v.Enabled, &next); err != nil {
			return nil, err
		}
		v.Every, v.Minute, v.NextAt = time.Duration(every)*time.Second, int(minute), time.UnixMicro(next).UTC()
		out = append(out, v)
	}
	return out, nil
}

// EnsureSchedule adds a schedule if there is none of its name: what was set of one stays.
func (tx *Tx) EnsureSchedule(v timetable.Schedule) error { return tx.putSchedule(v, `DO NOTHING`) }

// SaveSchedule adds a schedule, or sets it anew, with its history.
func (tx *Tx) SaveSchedule(v timetable.Schedule) error {
	before, err := tx.schedules(`WHERE name = $1`, v.Name)
	if err != nil {
		return err
	}
	if err := tx.putSchedule(v, `DO UPDATE SET kind = excluded.kind, payload = excluded.payload, every_seconds = excluded.every_seconds,
		daily_minute = excluded.daily_minute, enabled = excluded.enabled, next_at = excluded.next_at`); err != nil {
		return err
	}
	change := Change{Entity: "schedule", Action: "created", After: v}
	if len(before) > 0 {
		change.Action, change.Before = "changed", before[0]
	}
	return tx.Record(change)
}

func (tx *Tx) putSchedule(v timetable.Schedule, conflict string) error {
	if err := v.Check(); err != nil {
		return err
	}
	zone, err := tx.billingZone()
	if err != nil {
		return err
	}
	if v.Payload == "" {
		v.Payload = "{}"
	}
	v.NextAt = time.Time{}
	return tx.Exec(`INSERT INTO schedule (name, kind, payload, every_seconds, daily_minute, enabled, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (name) `+conflict, v.Name, v.Kind, v.Payload, int64(v.Every/time.Second), int64(v.Minute), v.Enabled, v.Next(tx.by.At, zone).UnixMicro())
}

func (s *Snapshot) billingZone() (*time.Location, error) {
	settings, err := s.Settings()
	if err != nil {
		return nil, err
	}
	return period.LoadZone(settings.TimeZone)
}

// EnqueueDue enqueues a job for each schedule that is due, and moves the schedule on. Of several nodes one does: the
// other finds it moved. A job of the schedule that is not done yet stands for the new one.
func (tx *Tx) EnqueueDue() (enqueued int, err error) {
	now := tx.by.At.UnixMicro()
	due, err := tx.schedules(`WHERE enabled AND (next_at <= $1 OR `+outOfReach("$1")+`)`, now)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	zone, err := tx.billingZone()
	if err != nil {
		return 0, err
	}
	for _, v := range due {
		moved, err := tx.ExecCount(`UPDATE schedule SET next_at = $3 WHERE name = $1 AND next_at = $2 AND enabled`,
			v.Name, v.NextAt.UnixMicro(), v.Next(tx.by.At, zone).UnixMicro())
		if err != nil {
			return enqueued, err
		}
		if moved == 0 || v.NextAt.After(tx.by.At) { // another node was faster, or the clock was set back: it is only moved
			continue
		}
		if _, fresh, err := tx.Enqueue(NewJob{Kind: v.Kind, Key: "schedule/" + v.Name, Payload: RawJSON(v.Payload)}); err != nil {
			return enqueued, err
		} else if fresh {
			enqueued++
		}
	}
	return enqueued, nil
}
