package store

import (
	"postmeter/internal/domain/usage"
)

// Generation is a log as its content, and how far it was read.
type Generation struct {
	ID         int64
	ServerID   int64 // 0: lines of reports that name no known server
	Format     string
	HeadHash   []byte // of its first complete line
	Offset     int64  // bytes read and committed
	PrefixHash []byte // of the bytes before Offset
	State      []byte // what spans lines, as the format's reader wrote it
	Kept       usage.Window
	Figures    usage.Figures
	Alert      string
}

const generationColumns = `SELECT id, format, head_hash, read_offset, prefix_hash, state, first_at, last_at,
	records, counted, already_known, unknown_list, unparsed, alert FROM generation `

// Generation returns the log of a server whose first line has this hash; found is false for a new one.
func (s *Snapshot) Generation(serverID int64, format string, head []byte) (g Generation, found bool, err error) {
	g.ServerID = serverID
	where, args := `WHERE server_id = $3 AND format = $1 AND head_hash = $2`, []any{format, head, serverID}
	if serverID == 0 {
		where, args = `WHERE server_id IS NULL AND format = $1 AND head_hash = $2`, args[:2]
	}
	found, err = s.one(generationColumns+where, args,
		&g.ID, &g.Format, &g.HeadHash, &g.Offset, &g.PrefixHash, &g.State, &g.Kept.First, &g.Kept.Last,
		&g.Figures.Records, &g.Figures.Counted, &g.Figures.AlreadyKnown, &g.Figures.UnknownList, &g.Figures.Unparsed, &g.Alert)
	return g, found, err
}

// LastState returns the state of the generation of a format that a server began last; nil without one.
func (s *Snapshot) LastState(serverID int64, format string) ([]byte, error) {
	var state []byte
	_, err := s.one(`SELECT state FROM generation WHERE server_id = $1 AND format = $2 ORDER BY id DESC LIMIT 1`,
		[]any{serverID, format}, &state)
	return state, err
}

// OtherGenerations returns the stretches of time of which a server's other generations of a format hold records, by
// their ids, as far as they overlap within. A line of another format is another line.
func (s *Snapshot) OtherGenerations(serverID int64, format string, own int64, within usage.Window) (map[int64]usage.Window, error) {
	var out map[int64]usage.Window
	for row, err := range s.rows(`SELECT id, first_at, last_at FROM generation
		WHERE server_id = $1 AND format = $5 AND id <> $2 AND first_at > 0 AND first_at <= $3 AND last_at >= $4`,
		serverID, own, within.Last, within.First, format) {
		if err != nil {
			return nil, err
		}
		var id int64
		var w usage.Window
		if err := row.Scan(&id, &w.First, &w.Last); err != nil {
			return nil, err
		}
		if out == nil {
			out = make(map[int64]usage.Window)
		}
		out[id] = w
	}
	return out, nil
}

// InsertGeneration stores a new generation under g.ID.
func (tx *Tx) InsertGeneration(g *Generation) error {
	var server any
	if g.ServerID != 0 {
		server = g.ServerID
	}
	f := g.Figures
	return tx.Exec(`INSERT INTO generation (id, server_id, format, head_hash, read_offset, prefix_hash, state, first_at, last_at,
		records, counted, already_known, unknown_list, unparsed, alert, seen_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		g.ID, server, g.Format, g.HeadHash, g.Offset, bytesOrNone(g.PrefixHash), bytesOrNone(g.State), g.Kept.First, g.Kept.Last,
		f.Records, f.Counted, f.AlreadyKnown, f.UnknownList, f.Unparsed, g.Alert, tx.by.At.UnixMicro())
}

// UpdateGeneration stores how far a generation was read, and what was found.
func (tx *Tx) UpdateGeneration(g *Generation) error {
	f := g.Figures
	return tx.Exec(`UPDATE generation SET read_offset = $2, prefix_hash = $3, state = $4, first_at = $5, last_at = $6,
		records = $7, counted = $8, already_known = $9, unknown_list = $10, unparsed = $11, alert = $12, seen_at = $13 WHERE id = $1`,
		g.ID, g.Offset, bytesOrNone(g.PrefixHash), bytesOrNone(g.State), g.Kept.First, g.Kept.Last,
		f.Records, f.Counted, f.AlreadyKnown, f.UnknownList, f.Unparsed, g.Alert, tx.by.At.UnixMicro())
}

// AlertGeneration notes why a file that claims to be this log was not believed.
func (tx *Tx) AlertGeneration(id int64, alert string) error {
	return tx.Exec(`UPDATE generation SET alert = $2, seen_at = $3 WHERE id = $1`, id, alert, tx.by.At.UnixMicro())
}

// bytesOrNone returns b, and an empty value in place of a missing one.
func bytesOrNone(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
