package servers

import (
	"context"
	"fmt"
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/usage"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/stage/gather"
	"postmeter/internal/store"
)

// sent reads the counters of mails of a server that has them; nil is one that has none.
func (d *Deps) sent(ctx context.Context, conn listserver.Server) (sent []hosting.Sent, err error) {
	if !conn.Can(listserver.SentCounters) {
		return nil, nil
	}
	err = d.asked(ctx, func(ctx context.Context) (err error) {
		sent, err = conn.Sent(ctx, time.Time{})
		return err
	})
	return orNone(sent), err
}

// grow counts what the counters have grown by since the last sync. What they show at the first sync is noted and not
// counted, since it may be years old, unless a person says so; a counter that appears later began since, and counts from zero.
func (s *syncing) grow() error {
	began := s.target.state.SyncedAt != 0
	noted := 0
	for i := range s.counters {
		v := &s.counters[i]
		have, found, err := s.tx.Counter(s.target.ID, s.target.Kind, v.Key)
		if err != nil {
			return err
		}
		if found && have.Alert == "" && have.Recipients == v.Count {
			continue
		}
		r := gather.CounterReading{Kind: s.target.Kind, Name: v.Key, List: listKey(v), At: v.At.UnixMicro(), MessageBytes: s.target.AverageBytes,
			Tally: usage.Tally{Messages: 1, Recipients: v.Count}, Start: s.start}
		if !found && began && s.start != gather.StartHere {
			r.Start = gather.StartZero
		}
		growth, err := gather.CountGrowth(s.tx, s.target.ID, &r)
		if err != nil {
			return err
		}
		s.result.CountedMails += growth.Recipients
		switch {
		case growth.Alert != "":
			s.note("%s: %s: %s", v.Note, growth.Alert, gather.HowToGoOn)
		case growth.New && growth.Tally == usage.Tally{} && !began:
			noted++
		case growth.Recipients > 0:
			s.note("%s counted on %s/%s: %s", hosting.Things(growth.Recipients, "mail", "mails"), v.Site, v.List, v.Note)
		}
	}
	if noted > 0 {
		s.note("%s read for the first time: what was shown then was sent before, and is not counted (a first sync counts it if it is told to count from zero)",
			hosting.Things(int64(noted), "counter of mails was", "counters of mails were"))
	}
	if s.counters == nil {
		return nil
	}
	return s.tx.NoteCounterReading(s.target.ID, s.target.Kind, "", s.today.Month())
}

// listKey is what a counter's list is looked up by.
func listKey(v *hosting.Sent) string {
	if v.RemoteID != "" {
		return v.RemoteID
	}
	return v.List + "@" + v.Site
}

// note adds a note for people to the result, up to a limit.
func (s *syncing) note(format string, args ...any) {
	if len(s.result.Notes) < maxNamed {
		s.result.Notes = append(s.result.Notes, fmt.Sprintf(format, args...))
	}
}

// CountersFinding is the code of the finding that counters went back.
const CountersFinding = "counters"

// Suspended is a counter that went back: nothing of it is counted until a person says how to go on.
type Suspended struct {
	Kind       string `json:"kind"`
	Name       string `json:"name"`
	Messages   int64  `json:"messages"` // that it showed when it was last believed
	Recipients int64  `json:"recipients"`
	Until      string `json:"until"` // when that was, UTC
	Alert      string `json:"alert"`
}

// suspended returns counters of a server that went back, the first ones, and how many there are.
func suspended(s *store.Snapshot, serverID int64) ([]Suspended, int64, error) {
	all, count, err := s.SuspendedCounters(serverID, shownCounters)
	out := []Suspended{}
	for i := range all {
		c := &all[i]
		out = append(out, Suspended{c.Kind, c.Name, c.Messages, c.Recipients, instantOr(c.Until), c.Alert})
	}
	return out, count, err
}

// suspended tells of counters that went back.
func (v *Validation) suspended(s *store.Snapshot, t *target) error {
	all, count, err := suspended(s, t.ID)
	if count == 0 {
		return err
	}
	v.find(hosting.Trouble, CountersFinding, fmt.Sprintf("%s back, and what is shown is not counted: %s %s.",
		hosting.Things(count, "counter went", "counters went"), all[0].Name, all[0].Alert),
		"Say how to go on: "+gather.HowToGoOn+". Of counters of mails it is said to a sync, of stats files when they are read.")
	return err
}
