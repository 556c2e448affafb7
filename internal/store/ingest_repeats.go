package store

import (
	"postmeter/internal/domain/usage"
)

// Span is the stretch of time in which records of one list, or of one unknown name, are looked for.
type Span struct {
	ListID int64
	Key    string // when ListID is 0
	usage.Window
}

// CountRepeats fills in how often the lines that were asked for are kept from other generations, and were seen in
// this one. others are the generations that count as others.
func (s *Snapshot) CountRepeats(serverID, generationID int64, others map[int64]usage.Window, spans []*Span, into usage.Repeats) error {
	for _, span := range spans {
		if err := s.countKept(serverID, generationID, others, span, into); err != nil {
			return err
		}
	}
	return s.countSeen(generationID, spans, into)
}

func (s *Snapshot) countKept(serverID, generationID int64, others map[int64]usage.Window, span *Span, into usage.Repeats) error {
	query, args := `SELECT at, generation_id, line_hash FROM usage_record WHERE list_id = $1 AND at BETWEEN $2 AND $3`,
		[]any{span.ListID, span.First, span.Last}
	if span.ListID == 0 {
		query = `SELECT at, generation_id, line_hash FROM usage_unknown WHERE server_id = $4 AND list_key = $1 AND at BETWEEN $2 AND $3`
		args = []any{span.Key, span.First, span.Last, serverID}
	}
	for row, err := range s.rows(query, args...) {
		if err != nil {
			return err
		}
		var line usage.Line
		var generation int64
		if err := row.Scan(&line.At, &generation, &line.Hash); err != nil {
			return err
		}
		if generation == generationID {
			into.Add(line, usage.Occurrences{Own: 1})
		} else if _, ok := others[generation]; ok {
			into.Add(line, usage.Occurrences{Others: 1})
		}
	}
	return nil
}

// countSeen adds the lines of this generation that were known when they were read.
func (s *Snapshot) countSeen(generationID int64, spans []*Span, into usage.Repeats) error {
	if len(spans) == 0 {
		return nil
	}
	all := spans[0].Window
	for _, span := range spans {
		all.First, all.Last = min(all.First, span.First), max(all.Last, span.Last)
	}
	for row, err := range s.rows(`SELECT at, line_hash, seen FROM usage_repeat WHERE generation_id = $1 AND at BETWEEN $2 AND $3`,
		generationID, all.First, all.Last) {
		if err != nil {
			return err
		}
		var line usage.Line
		var seen int64
		if err := row.Scan(&line.At, &line.Hash, &seen); err != nil {
			return err
		}
		into.Add(line, usage.Occurrences{Own: seen})
	}
	return nil
}

// AddRepeats notes lines that were known when they were read, and how often each was.
func (tx *Tx) AddRepeats(generationID int64, seen map[usage.Line]int64) error {
	bulk := tx.Bulk("usage_repeat", "ON CONFLICT (generation_id, at, line_hash) DO UPDATE SET seen = usage_repeat.seen + excluded.seen",
		"generation_id", "at", "line_hash", "seen")
	for line, n := range seen {
		if err := bulk.Add(generationID, line.At, line.Hash, n); err != nil {
			return err
		}
	}
	return bulk.Flush()
}
