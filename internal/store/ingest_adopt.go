package store

import (
	"strings"
	"time"

	"postmeter/internal/domain/usage"
)

// adoptChunk is how many records AdoptUnknownUsage moves at a time.
const adoptChunk = 20_000

// AdoptUnknownUsage takes over the usage and the member readings of lists of a server that were not known when they
// were read and are known now. It is to be called in the transaction that adds or renames lists, after that. loc is
// the billing time zone. It returns the number of records that moved.
func (tx *Tx) AdoptUnknownUsage(serverID int64, loc *time.Location) (moved int64, err error) {
	if err := tx.LockUsage(serverID); err != nil {
		return 0, err
	}
	keys, err := tx.unknownKeys(serverID)
	if err != nil || len(keys) == 0 {
		return 0, err
	}
	names, err := tx.ListNames(serverID)
	if err != nil {
		return 0, err
	}
	directory, calendar := usage.NewDirectory(names), usage.NewCalendar(loc)
	for _, text := range keys {
		for _, key := range []unknownKey{{text, usage.FromListServer}, {text, usage.FromMailServer}, {text, usage.Reported}} {
			match := key.match(directory)
			if match.None() {
				continue
			}
			n, err := tx.adoptUsage(serverID, key, match, calendar)
			if err != nil {
				return 0, err
			}
			moved += n
			if key.source == usage.Reported {
				if err := tx.adoptReported(serverID, key, match); err != nil {
					return 0, err
				}
			}
		}
	}
	return moved, nil
}

// unknownKey is a name that no list had, in usage of a source.
type unknownKey struct{ text, source string }

// match looks the name up: reports say site and list apart, logs do not.
func (k unknownKey) match(d *usage.Directory) usage.Match {
	if k.source != usage.Reported {
		return d.Named(k.text)
	}
	site, list, _ := strings.Cut(k.text, "/")
	return d.At(site, list)
}

// unknownKeys returns the names that no list had. There may be many records of each: the query steps from name to name
// along the key of the table.
func (s *Snapshot) unknownKeys(serverID int64) ([]string, error) {
	const names = `SELECT list_key FROM (WITH RECURSIVE k (list_key) AS (SELECT min(list_key) FROM T WHERE server_id = $1
		UNION ALL SELECT (SELECT min(t.list_key) FROM T t WHERE t.server_id = $1 AND t.list_key > k.list_key) FROM k WHERE k.list_key IS NOT NULL)
		SELECT list_key FROM k WHERE list_key IS NOT NULL) AS found`
	query := strings.ReplaceAll(names, "FROM T", "FROM usage_unknown") + " UNION " + strings.ReplaceAll(names, "FROM T", "FROM reading_unknown")
	var out []string
	for row, err := range s.rows(query+` ORDER BY 1`, serverID) {
		if err != nil {
			return nil, err
		}
		var key string
		if err := row.Scan(&key); err != nil {
			return nil, err
		}
		out = append(out, key)
	}
	return out, nil
}

// adoptUsage moves the records of one name, a chunk at a time.
func (tx *Tx) adoptUsage(serverID int64, key unknownKey, match usage.Match, calendar *usage.Calendar) (moved int64, err error) {
	var after unknownRow
	for {
		rows, err := tx.unknownRows(serverID, key, &after)
		if err != nil || len(rows) == 0 {
			return moved, err
		}
		var found []unknownRow
		for _, r := range rows {
			r.Day = calendar.Day(r.At)
			if r.ListID, _ = match.On(r.Day); r.ListID != 0 {
				found = append(found, r)
			}
		}
		if err := tx.moveRows(serverID, key, rows, found); err != nil {
			return moved, err
		}
		moved += int64(len(found))
		after = rows[len(rows)-1]
	}
}

// unknownRow is a row of usage_unknown.
type unknownRow struct {
	usage.Record
	generation int64
}

// unknownRows returns the next rows of a name, in the order of the table.
func (s *Snapshot) unknownRows(serverID int64, key unknownKey, after *unknownRow) ([]unknownRow, error) {
	var out []unknownRow
	for row, err := range s.rows(`SELECT at, generation_id, position, charged, recipients, bytes, line_hash FROM usage_unknown
		WHERE server_id = $1 AND list_key = $2 AND source = $3 AND (at, generation_id, position) > ($4, $5, $6)
		ORDER BY at, generation_id, position LIMIT $7`,
		serverID, key.text, key.source, after.At, after.generation, after.Position, int64(adoptChunk)) {
		if err != nil {
			return nil, err
		}
		var r unknownRow
		if err := row.Scan(&r.At, &r.generation, &r.Position, &r.Charged, &r.Recipients, &r.Bytes, &r.Hash); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// moveRows stores found as usage of known lists, takes them out of the unknown, and corrects the figures of their
// generations. rows are the chunk that they are part of.
func (tx *Tx) moveRows(serverID int64, key unknownKey, rows, found []unknownRow) error {
	byGeneration := make(map[int64][]usage.Record)
	var order []int64
	for _, r := range found {
		if byGeneration[r.generation] == nil {
			order = append(order, r.generation)
		}
		byGeneration[r.generation] = append(byGeneration[r.generation], r.Record)
	}
	for _, generation := range order {
		records := byGeneration[generation]
		usage.Sort(records)
		if err := tx.AddUsage(generation, key.source, records); err != nil {
			return err
		}
		err := tx.Exec(`UPDATE generation SET counted = counted + $2, unknown_list = unknown_list - $2 WHERE id = $1`,
			generation, int64(len(records)))
		if err != nil {
			return err
		}
	}
	return tx.deleteUnknown(serverID, key, rows, found)
}

// deleteUnknown deletes the rows that were found: the whole chunk at once if it can.
func (tx *Tx) deleteUnknown(serverID int64, key unknownKey, rows, found []unknownRow) error {
	const row = `DELETE FROM usage_unknown WHERE server_id = $1 AND list_key = $2 AND source = $3 `
	if len(found) == len(rows) {
		last := rows[len(rows)-1]
		return tx.Exec(row+`AND (at, generation_id, position) <= ($4, $5, $6)
			AND (at, generation_id, position) >= ($7, $8, $9)`, serverID, key.text, key.source,
			last.At, last.generation, last.Position, rows[0].At, rows[0].generation, rows[0].Position)
	}
	for _, r := range found {
		err := tx.Exec(row+`AND at = $4 AND generation_id = $5 AND position = $6`, serverID, key.text, key.source, r.At, r.generation, r.Position)
		if err != nil {
			return err
		}
	}
	return nil
}
