package store

import (
	"fmt"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/usage"
)

// LockUsage keeps others from counting usage of a server until this transaction ends. Who counts, and who takes usage
// over for a new list, must hold it: what one of them reads must still be so when it writes.
func (tx *Tx) LockUsage(serverID int64) error { return tx.Lock("usage", serverID) }

// ListNames returns all names that lists ever had on a server.
func (s *Snapshot) ListNames(serverID int64) ([]usage.Name, error) {
	var out []usage.Name
	for row, err := range s.rows(`SELECT list_id, first_day, last_day, site, name, remote_id FROM list_name
		WHERE server_id = $1 ORDER BY list_id, first_day`, serverID) {
		if err != nil {
			return nil, err
		}
		var n usage.Name
		if err := row.Scan(&n.ListID, &n.First, &n.Last, &n.Site, &n.List, &n.RemoteID); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, nil
}

// recordColumns are the columns of usage_record in the order in which addRecord fills them.
var recordColumns = []string{"list_id", "at", "generation_id", "position", "source", "charged", "recipients", "bytes", "line_hash"}

// AddUsage stores records of known lists from one generation and source, in the order of usage.Sort, with their sums
// and months, under a new revision of usage.
func (tx *Tx) AddUsage(generationID int64, source string, records []usage.Record) error {
	if len(records) == 0 {
		return nil
	}
	sums, err := usage.Sums(records)
	if err != nil {
		return err
	}
	bulk := tx.Bulk("usage_record", "", recordColumns...)
	var generation, from any = generationID, source // boxed once, not once a row
	for i := range records {
		r := &records[i]
		if err := bulk.Add(r.ListID, r.At, generation, r.Position, from, r.Charged, r.Recipients, r.Bytes, r.Hash); err != nil {
			return err
		}
	}
	if err := bulk.Flush(); err != nil {
		return err
	}
	return tx.addSums(source, sums)
}

// sumColumns are the columns of usage_sum.
var sumColumns = []string{"list_id", "day", "source", "charged", "kb", "messages", "recipients", "recipient_bytes"}

// addSums adds sums to usage_sum and usage_month. Most are of days of which there are none yet: those are loaded as
// they are, which takes a third of the time of adding to what may be there. The revision is taken last: on PostgreSQL
// who counts for another server waits for it until this transaction ends.
func (tx *Tx) addSums(source string, sums []usage.Sum) error {
	months, err := usage.MonthSums(sums)
	if err != nil {
		return err
	}
	begun, err := tx.daysBegun(source, sums)
	if err != nil {
		return err
	}
	fresh := tx.Bulk("usage_sum", "", sumColumns...)
	added := tx.Bulk("usage_sum", `ON CONFLICT (list_id, day, source, charged, kb) DO UPDATE SET messages = usage_sum.messages + excluded.messages,
		recipients = usage_sum.recipients + excluded.recipients, recipient_bytes = usage_sum.recipient_bytes + excluded.recipient_bytes`, sumColumns...)
	var from any = source
	for i := range sums {
		s := &sums[i]
		bulk := fresh
		if begun[listDay{s.ListID, s.Day}] {
			bulk = added
		}
		if err := bulk.Add(s.ListID, int64(s.Day), from, s.Charged, s.KB, s.Messages, s.Recipients, s.RecipientBytes); err != nil {
			return err
		}
	}
	if err := fresh.Flush(); err != nil {
		return err
	}
	if err := added.Flush(); err != nil {
		return err
	}
	return tx.addMonths(months)
}

type listDay struct {
	list int64
	day  period.Date
}

// daysBegun returns the days of lists, among those of sums, that have sums of a source already.
func (s *Snapshot) daysBegun(source string, sums []usage.Sum) (map[listDay]bool, error) {
	out := make(map[listDay]bool)
	if len(sums) == 0 {
		return out, nil
	}
	first, last := sums[0].Day, sums[0].Day
	var lists []int64
	for i := range sums {
		first, last = min(first, sums[i].Day), max(last, sums[i].Day)
		if n := len(lists); n == 0 || lists[n-1] != sums[i].ListID {
			lists = append(lists, sums[i].ListID)
		}
	}
	query := fmt.Sprintf(`SELECT DISTINCT list_id, day, source FROM usage_sum WHERE day BETWEEN %d AND %d AND list_id `, first, last) + in
	for row, err := range rowsIn(s, query, lists) {
		if err != nil {
			return nil, err
		}
		var at listDay
		var from string
		if err := row.Scan(&at.list, &at.day, &from); err != nil {
			return nil, err
		}
		if from == source {
			out[at] = true
		}
	}
	return out, nil
}

func (tx *Tx) addMonths(months []usage.MonthSum) error {
	revision, err := tx.Bump("usage")
	if err != nil {
		return err
	}
	bulk := tx.Bulk("usage_month", `ON CONFLICT (list_id, month) DO UPDATE SET messages = usage_month.messages + excluded.messages,
		recipients = usage_month.recipients + excluded.recipients, recipient_bytes = usage_month.recipient_bytes + excluded.recipient_bytes,
		revision = excluded.revision`,
		"list_id", "month", "messages", "recipients", "recipient_bytes", "revision")
	for i := range months {
		m := &months[i]
		if err := bulk.Add(m.ListID, int64(m.Month), m.Messages, m.Recipients, m.RecipientBytes, revision); err != nil {
			return err
		}
	}
	return bulk.Flush()
}

// UnknownRecord is a record whose list is not known.
type UnknownRecord struct {
	usage.Record
	Key    string // as the log names the list
	Reason string // "" when no list has the name
}

// AddUnknown keeps records of unknown lists.
func (tx *Tx) AddUnknown(serverID, generationID int64, source string, records []UnknownRecord) error {
	bulk := tx.Bulk("usage_unknown", "", "server_id", "list_key", "at", "generation_id", "position", "source", "charged",
		"recipients", "bytes", "line_hash", "reason")
	for i := range records {
		r := &records[i]
		err := bulk.Add(serverID, r.Key, r.At, generationID, r.Position, source, r.Charged, r.Recipients, r.Bytes, r.Hash, r.Reason)
		if err != nil {
			return err
		}
	}
	return bulk.Flush()
}

// Unparsed is a line that carries a format's mark and does not fit it.
type Unparsed struct {
	Position int64
	Reason   string
	Line     string // shortened; valid UTF-8 without NUL
}

// AddUnparsed keeps such lines of a generation.
func (tx *Tx) AddUnparsed(generationID int64, lines []Unparsed) error {
	bulk := tx.Bulk("usage_unparsed", "ON CONFLICT (generation_id, position) DO UPDATE SET reason = excluded.reason, line = excluded.line", "generation_id", "position", "reason", "line")
	for _, u := range lines {
		if err := bulk.Add(generationID, u.Position, u.Reason, u.Line); err != nil {
			return err
		}
	}
	return bulk.Flush()
}
