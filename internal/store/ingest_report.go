package store

import (
	"fmt"
	"strconv"

	"postmeter/internal/domain/period"
)

// UsageKey is the id that a source gave to a record, and what it stands for.
type UsageKey struct {
	ID           string
	ContentHash  []byte
	ListID       int64 // 0 while its list is unknown
	At           int64
	GenerationID int64
	Position     int64
	Corrects     string // the id that it corrects, or ""
	Reason       string // of a correction
}

// UsageKeys returns those of the ids that a server's records have.
func (s *Snapshot) UsageKeys(serverID int64, ids []string) (map[string]UsageKey, error) {
	out := make(map[string]UsageKey, len(ids))
	query := `SELECT record_id, content_hash, list_id, at, generation_id, position, corrects, reason
		FROM usage_key WHERE server_id = ` + strconv.FormatInt(serverID, 10) + ` AND record_id ` + in
	for row, err := range rowsIn(s, query, ids) {
		if err != nil {
			return nil, err
		}
		var k UsageKey
		if err := row.Scan(&k.ID, &k.ContentHash, &k.ListID, &k.At, &k.GenerationID, &k.Position, &k.Corrects, &k.Reason); err != nil {
			return nil, err
		}
		out[k.ID] = k
	}
	return out, nil
}

// AddUsageKeys stores the ids of new records.
func (tx *Tx) AddUsageKeys(serverID int64, keys []UsageKey) error {
	bulk := tx.Bulk("usage_key", "", "server_id", "record_id", "content_hash", "list_id", "at", "generation_id", "position", "corrects", "reason")
	for _, k := range keys {
		err := bulk.Add(serverID, k.ID, k.ContentHash, k.ListID, k.At, k.GenerationID, k.Position, k.Corrects, k.Reason)
		if err != nil {
			return err
		}
	}
	return bulk.Flush()
}

// ReportedSize returns recipients and bytes of the stored record of an id; found is false while its list is unknown.
func (s *Snapshot) ReportedSize(k UsageKey) (recipients, bytes int64, found bool, err error) {
	found, err = s.one(`SELECT recipients, bytes FROM usage_record WHERE list_id = $1 AND at = $2 AND generation_id = $3 AND position = $4`,
		[]any{k.ListID, k.At, k.GenerationID, k.Position}, &recipients, &bytes)
	return recipients, bytes, found, err
}

// CorrectedBy returns the recipients that stored corrections of a record add to it; negative if they take some back.
func (s *Snapshot) CorrectedBy(serverID int64, id string) (int64, error) {
	var recipients int64
	_, err := s.one(`SELECT CAST(COALESCE(SUM(r.recipients), 0) AS BIGINT) FROM usage_key k JOIN usage_record r
		ON r.list_id = k.list_id AND r.at = k.at AND r.generation_id = k.generation_id AND r.position = k.position
		WHERE k.server_id = $1 AND k.corrects = $2 AND k.corrects <> ''`, []any{serverID, id}, &recipients)
	return recipients, err
}

// Reading is how many members a list had on a day.
type Reading struct {
	ListID  int64
	Day     period.Date
	Members int64
}

// Reading returns the members of a list as read on a day.
func (s *Snapshot) Reading(listID int64, day period.Date) (members int64, found bool, err error) {
	found, err = s.one(`SELECT members FROM member_reading WHERE list_id = $1 AND day = $2`, []any{listID, int64(day)}, &members)
	return members, found, err
}

// SetReadings stores readings; a later reading of the same day takes the place of an earlier one. The months that
// they may change get a new revision of usage.
func (tx *Tx) SetReadings(readings []Reading) error {
	if len(readings) == 0 {
		return nil
	}
	if err := tx.KeepReadings(readings); err != nil {
		return err
	}
	earliest := make(map[int64]period.Date)
	for _, r := range readings {
		if first, ok := earliest[r.ListID]; !ok || r.Day < first {
			earliest[r.ListID] = r.Day
		}
	}
	revision, err := tx.Bump("usage")
	if err != nil {
		return err
	}
	months := tx.Bulk("usage_month", "ON CONFLICT (list_id, month) DO NOTHING",
		"list_id", "month", "messages", "recipients", "recipient_bytes", "revision")
	byMonth := make(map[period.Month][]int64)
	for list, day := range earliest {
		byMonth[day.Month()] = append(byMonth[day.Month()], list)
		// A month in which the list sent nothing has a row too: its bills may count members.
		if err := months.Add(list, int64(day.Month()), int64(0), int64(0), int64(0), revision); err != nil {
			return err
		}
	}
	if err := months.Flush(); err != nil {
		return err
	}
	for month, lists := range byMonth {
		// A reading holds until the next one: it may change every later month.
		query := fmt.Sprintf(`UPDATE usage_month SET revision = %d WHERE month >= %d AND list_id `, revision, month) + in
		if err := tx.execIn(query, lists); err != nil {
			return err
		}
	}
	return nil
}

// KeepReadings stores readings that say what is known: each says what the list's latest reading up to its day says. No
// bill changes by them.
func (tx *Tx) KeepReadings(readings []Reading) error {
	bulk := tx.Bulk("member_reading", "ON CONFLICT (list_id, day) DO UPDATE SET members = excluded.members", "list_id", "day", "members")
	for _, r := range readings {
		if err := bulk.Add(r.ListID, int64(r.Day), r.Members); err != nil {
			return err
		}
	}
	return bulk.Flush()
}

// SetUnknownReading keeps a reading of a list that is not known.
func (tx *Tx) SetUnknownReading(serverID int64, key string, day period.Date, members int64) error {
	return tx.Exec(`INSERT INTO reading_unknown (server_id, list_key, day, members) VALUES ($1, $2, $3, $4)
		ON CONFLICT (server_id, list_key, day) DO UPDATE SET members = excluded.members`, serverID, key, int64(day), members)
}
