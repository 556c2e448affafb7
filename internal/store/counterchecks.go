package store

import (
	"fmt"
	"strings"
	"time"

	"postmeter/internal/domain/period"
)

// CounterCheck compares a server's own count of what it sent to a list with what was metered of it between the same
// instants.
type CounterCheck struct {
	Site, List string
	From, To   int64 // UTC microseconds
	Counted    int64 // by the server's counter
	Metered    int64
}

// PostChecks returns the comparisons of a server's lists for a month that have something to compare. They begin with the
// last reading of the month before, if there is one.
func (s *Snapshot) PostChecks(serverID int64, month period.Month) (out []CounterCheck, err error) {
	err = s.raw(`WITH r AS MATERIALIZED (SELECT n.list_id, n.site, n.name, n.last_day, p.first_at, p.first_posts, p.last_at, p.last_posts
			FROM list_name n JOIN post_reading p ON p.list_id = n.list_id AND p.month = $2 WHERE n.server_id = $1)
		SELECT k.site, k.name, k.from_at, k.last_at, k.last_posts - k.from_posts,
		(SELECT count(*) FROM usage_record r WHERE r.list_id = k.list_id AND r.at > k.from_at AND r.at <= k.last_at
			AND r.charged AND r.source = 'listserver')
		FROM (SELECT n.list_id, n.site, n.name, n.last_at, n.last_posts,
			CASE WHEN b.last_posts <= n.first_posts THEN b.last_at ELSE n.first_at END AS from_at,
			CASE WHEN b.last_posts <= n.first_posts THEN b.last_posts ELSE n.first_posts END AS from_posts
			FROM r n LEFT JOIN post_reading b ON b.list_id = n.list_id AND b.month = $3
			WHERE n.last_day = (SELECT max(m.last_day) FROM list_name m WHERE m.list_id = n.list_id)) AS k
		WHERE k.last_at > k.from_at ORDER BY k.site, k.name`,
		[]any{serverID, int64(month), int64(month.Previous())}, func(r *rawRow) error {
			out = append(out, CounterCheck{r.text(0), r.text(1), r.int(2), r.int(3), r.int(4), r.int(5)})
			return nil
		})
	return out, err
}

// NoteCounterReading notes that a counter was read now; name "" is all counters of the kind.
func (tx *Tx) NoteCounterReading(serverID int64, kind, name string, month period.Month) error {
	return tx.Exec(`INSERT INTO counter_reading (server_id, kind, name, month, first_at, last_at) VALUES ($1, $2, $3, $4, $5, $5)
		ON CONFLICT (server_id, kind, name, month) DO UPDATE SET last_at = excluded.last_at`,
		serverID, kind, name, int64(month), tx.by.At.UnixMicro())
}

// SentChecks returns the comparisons of a server's lists for a month, in recipients: what its counters grew by, which is usage
// of the list server, with what the log of the mail server shows. They begin with the last reading of the month before,
// if there is one, and end with the last of the month. together says that one reading takes in all counters; else each list
// has one of its own, called SITE/LIST. Lists to which neither sent anything are left out. zone is that of billing: days
// that lie between the two readings are taken from their sums.
func (s *Snapshot) SentChecks(serverID int64, kind string, together bool, month period.Month, zone *time.Location) (out []CounterCheck, err error) {
	name := `n.site || '/' || n.name`
	if together {
		name = `''`
	}
	args := []any{serverID, kind, int64(month), int64(month.Previous())}
	var days strings.Builder
	for day := month.Previous().Period().Start; day <= month.Next().Period().Start; day++ {
		args = append(args, int64(day), period.StartOf(day, zone).UnixMicro())
		fmt.Fprintf(&days, ", (CAST($%d AS BIGINT), CAST($%d AS BIGINT))", len(args)-1, len(args))
	}
	err = s.raw(`WITH d(day, starts) AS (VALUES `+days.String()[2:]+`),
		k AS (SELECT n.list_id, n.site, n.name, COALESCE(b.last_at, p.first_at) AS from_at, p.last_at
			FROM list_name n JOIN counter_reading p ON p.server_id = n.server_id AND p.kind = $2 AND p.name = `+name+` AND p.month = $3
			LEFT JOIN counter_reading b ON b.server_id = n.server_id AND b.kind = $2 AND b.name = p.name AND b.month = $4
			WHERE n.server_id = $1 AND n.last_day = (SELECT max(m.last_day) FROM list_name m WHERE m.list_id = n.list_id)),
		w AS (SELECT k.*, (SELECT max(day) FROM d WHERE starts <= from_at) AS from_day, (SELECT min(starts) FROM d WHERE starts > from_at) AS from_edge,
			(SELECT max(day) FROM d WHERE starts <= last_at) AS to_day, (SELECT max(starts) FROM d WHERE starts <= last_at) AS to_edge
			FROM k WHERE last_at > from_at)
		SELECT site, name, from_at, last_at, CAST(sum(CASE WHEN source = 'listserver' THEN recipients ELSE 0 END) AS BIGINT),
			CAST(sum(CASE WHEN source = 'mailserver' THEN recipients ELSE 0 END) AS BIGINT)
		FROM (SELECT w.*, u.source, u.recipients FROM w JOIN usage_sum u ON u.list_id = w.list_id AND u.day > w.from_day AND u.day < w.to_day
			UNION ALL SELECT w.*, r.source, r.recipients FROM w JOIN usage_record r
				ON r.list_id = w.list_id AND r.at > w.from_at AND r.at < w.from_edge AND r.at <= w.last_at
			UNION ALL SELECT w.*, r.source, r.recipients FROM w JOIN usage_record r
				ON r.list_id = w.list_id AND r.at >= w.from_edge AND r.at >= w.to_edge AND r.at <= w.last_at) AS sent
		WHERE source IN ('listserver', 'mailserver') GROUP BY list_id, site, name, from_at, last_at ORDER BY site, name`,
		args, func(r *rawRow) error {
			out = append(out, CounterCheck{r.text(0), r.text(1), r.int(2), r.int(3), r.int(4), r.int(5)})
			return nil
		})
	return out, err
}
