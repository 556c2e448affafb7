package store

import (
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/usage"
)

// feeds returns the logs on the billing machine that are to be followed, by server id, in the order of their paths.
func (s *Snapshot) feeds() (map[int64][]hosting.Feed, error) {
	out := make(map[int64][]hosting.Feed)
	for row, err := range s.rows(`SELECT server_id, path, format, rotated FROM log_feed ORDER BY server_id, path`) {
		if err != nil {
			return nil, err
		}
		var server int64
		var f hosting.Feed
		if err := row.Scan(&server, &f.Path, &f.Format, &f.Rotated); err != nil {
			return nil, err
		}
		out[server] = append(out[server], f)
	}
	return out, nil
}

// setFeeds replaces the feeds of a server.
func (tx *Tx) setFeeds(serverID int64, feeds []hosting.Feed) error {
	if err := tx.Exec(`DELETE FROM log_feed WHERE server_id = $1`, serverID); err != nil {
		return err
	}
	for _, f := range feeds {
		if err := tx.Exec(`INSERT INTO log_feed (server_id, path, format, rotated) VALUES ($1, $2, $3, $4)`,
			serverID, f.Path, f.Format, f.Rotated); err != nil {
			return err
		}
	}
	return nil
}

// FeedStates returns how the following of all logs goes, by server, machine and path.
func (s *Snapshot) FeedStates() ([]hosting.FeedState, error) {
	var out []hosting.FeedState
	for row, err := range s.rows(`SELECT server.name, machine, path, format, seen_at, grown_at, size, read_offset, problem, alert, alert_at
		FROM log_feed_state JOIN server ON server.id = server_id ORDER BY server.name, machine, path`) {
		if err != nil {
			return nil, err
		}
		var f hosting.FeedState
		if err := row.Scan(&f.Server, &f.Machine, &f.Path, &f.Format, &f.SeenAt, &f.GrownAt, &f.Size, &f.Offset,
			&f.Problem, &f.Alert, &f.AlertAt); err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// LastRead returns the log of a server that was last read at a path of a machine.
func (s *Snapshot) LastRead(server, machine, path, format string) (last usage.LastRead, err error) {
	_, err = s.one(`SELECT head, seen_at FROM log_feed_state JOIN server ON server.id = server_id
		WHERE server.name = $1 AND machine = $2 AND path = $3 AND format = $4`, []any{server, machine, path, format}, &last.Head, &last.SeenAt)
	return last, err
}

// ForgetFeeds takes away what was told of logs of a server and not since an instant, and returns how many are left.
func (tx *Tx) ForgetFeeds(serverID int64, since time.Time) (left int64, err error) {
	if err := tx.Exec(`DELETE FROM log_feed_state WHERE server_id = $1 AND told_at < $2`, serverID, since.UnixMicro()); err != nil {
		return 0, err
	}
	_, err = tx.one(`SELECT count(*) FROM log_feed_state WHERE server_id = $1`, []any{serverID}, &left)
	return left, err
}

// SaveFeedState stores how the following of a log on a machine goes. What was last odd about it stays.
func (tx *Tx) SaveFeedState(serverID int64, machine string, f *usage.FeedState) error {
	return tx.Exec(`INSERT INTO log_feed_state (server_id, machine, path, format, seen_at, grown_at, size, read_offset, problem, alert, alert_at, head, told_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', 0, $10, $11)
		ON CONFLICT (server_id, machine, path) DO UPDATE SET format = excluded.format, seen_at = excluded.seen_at,
		grown_at = CASE WHEN excluded.grown_at > 0 THEN excluded.grown_at ELSE log_feed_state.grown_at END,
		size = excluded.size, read_offset = excluded.read_offset, problem = excluded.problem,
		head = excluded.head, told_at = excluded.told_at`,
		serverID, machine, f.Path, f.Format, f.SeenAt, f.GrownAt, f.Size, f.Offset, f.Problem, f.Head, tx.by.At.UnixMicro())
}

// AlertFeed notes what is odd about a log on a machine, with the log that it is about if that is known.
func (tx *Tx) AlertFeed(serverID int64, machine string, a *usage.LogAlert) error {
	at := tx.by.At.UnixMicro()
	if len(a.Head) > 0 {
		if err := tx.Exec(`UPDATE generation SET alert = $4, seen_at = $5 WHERE server_id = $1 AND format = $2 AND head_hash = $3`,
			serverID, a.Format, a.Head, a.Path+": "+a.Text, at); err != nil {
			return err
		}
	}
	return tx.Exec(`INSERT INTO log_feed_state (server_id, machine, path, format, seen_at, grown_at, size, read_offset, problem, alert, alert_at, told_at)
		VALUES ($1, $2, $3, $4, $5, 0, 0, 0, '', $6, $5, $5)
		ON CONFLICT (server_id, machine, path) DO UPDATE SET alert = excluded.alert, alert_at = excluded.alert_at, told_at = excluded.told_at`,
		serverID, machine, a.Path, a.Format, at, a.Text)
}
