package store

import "postmeter/internal/domain/usage"

// Counter is a counter that a server keeps itself, as it was when it was last believed. It is known by server, kind
// and name; the growths that were counted are records of its own generation.
type Counter struct {
	ServerID int64
	Kind     string // whose counter: the format of its generation
	Name     string // of what, within the kind
	usage.Tally
	GenerationID int64
	Next         int64  // position of the next record in that generation
	Until        int64  // instant of the last believed reading, UTC microseconds
	Alert        string // not "": it went back, and nothing is counted until an operator says how to go on
}

// Counter returns a counter of a server; found is false for one that was never read.
func (s *Snapshot) Counter(serverID int64, kind, name string) (c Counter, found bool, err error) {
	c.ServerID, c.Kind, c.Name = serverID, kind, name
	found, err = s.one(`SELECT messages, recipients, bytes, recipient_bytes, generation_id, next_position, counted_until, alert
		FROM usage_counter WHERE server_id = $1 AND kind = $2 AND name = $3`, []any{serverID, kind, name},
		&c.Messages, &c.Recipients, &c.Bytes, &c.RecipientBytes, &c.GenerationID, &c.Next, &c.Until, &c.Alert)
	return c, found, err
}

// SuspendedCounters returns the counters of a server that went back, by kind and name, at most limit, and how many there are.
func (s *Snapshot) SuspendedCounters(serverID int64, limit int) (out []Counter, all int64, err error) {
	err = s.raw(`SELECT kind, name, messages, recipients, bytes, recipient_bytes, generation_id, next_position, counted_until, alert
		FROM usage_counter WHERE server_id = $1 AND alert <> '' ORDER BY kind, name`, []any{serverID}, func(r *rawRow) error {
		if all++; all <= int64(limit) {
			out = append(out, Counter{ServerID: serverID, Kind: r.text(0), Name: r.text(1), GenerationID: r.int(6), Next: r.int(7), Until: r.int(8), Alert: r.text(9),
				Tally: usage.Tally{Messages: r.int(2), Recipients: r.int(3), Bytes: r.int(4), RecipientBytes: r.int(5)}})
		}
		return nil
	})
	return out, all, err
}

// SaveCounter stores a counter. Who does must hold LockUsage of its server since before the counter was read.
func (tx *Tx) SaveCounter(c *Counter) error {
	return tx.Exec(`INSERT INTO usage_counter (server_id, kind, name, messages, recipients, bytes, recipient_bytes, generation_id,
		next_position, counted_until, alert) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
		ON CONFLICT (server_id, kind, name) DO UPDATE SET messages = excluded.messages, recipients = excluded.recipients,
		bytes = excluded.bytes, recipient_bytes = excluded.recipient_bytes, next_position = excluded.next_position,
		counted_until = excluded.counted_until, alert = excluded.alert`,
		c.ServerID, c.Kind, c.Name, c.Messages, c.Recipients, c.Bytes, c.RecipientBytes, c.GenerationID, c.Next, c.Until, c.Alert)
}

// AddGeneration adds figures to a generation that is not read by offset.
func (tx *Tx) AddGeneration(id int64, f usage.Figures, alert string) error {
	return tx.Exec(`UPDATE generation SET records = records + $2, counted = counted + $3, already_known = already_known + $4,
		unknown_list = unknown_list + $5, unparsed = unparsed + $6, alert = $7, seen_at = $8 WHERE id = $1`,
		id, f.Records, f.Counted, f.AlreadyKnown, f.UnknownList, f.Unparsed, alert, tx.by.At.UnixMicro())
}
