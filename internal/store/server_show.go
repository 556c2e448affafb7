package store

import (
	"errors"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/usage"
)

// ListCounts says how many lists a server has, as billing knows it.
type ListCounts struct {
	Known   int64 // not marked gone
	Gone    int64 // marked gone
	Missing int64 // among the known: syncs do not find them any more
}

// CountLists returns how many lists each server has; work grows with them. A server's id counts only its own, 0 all.
func (s *Snapshot) CountLists(serverID int64) (map[int64]ListCounts, error) {
	out := map[int64]ListCounts{}
	count := func(from, where string, into func(*ListCounts, int64)) error {
		var c condition
		c.and("n.last_day = " + c.arg(int64(period.Last)) + where)
		if serverID != 0 {
			c.and("n.server_id = " + c.arg(serverID))
		}
		return s.raw(`SELECT n.server_id, count(*) FROM `+from+c.where()+` GROUP BY n.server_id`, c.args, func(r *rawRow) error {
			counts := out[r.int(0)]
			into(&counts, r.int(1))
			out[r.int(0)] = counts
			return nil
		})
	}
	// Those that are gone or missing are few, and have indexes of their own: so the many are read from one table.
	return out, errors.Join(
		count("list_name n", "", func(c *ListCounts, n int64) { c.Known = n }),
		count("list l CROSS JOIN list_name n", " AND l.gone_day IS NOT NULL AND n.list_id = l.id",
			func(c *ListCounts, n int64) { c.Gone, c.Known = n, c.Known-n }),
		count("list_sync y CROSS JOIN list l CROSS JOIN list_name n",
			" AND y.missing_day IS NOT NULL AND l.id = y.list_id AND l.gone_day IS NULL AND n.list_id = l.id",
			func(c *ListCounts, n int64) { c.Missing = n }))
}

// Site is a site that syncs found on a server.
type Site struct {
	Name        string
	First, Last period.Date
}

// Sites returns the sites that syncs found on a server.
func (s *Snapshot) Sites(serverID int64) (out []Site, err error) {
	err = s.raw(`SELECT name, first_day, last_day FROM site WHERE server_id = $1 ORDER BY name`, []any{serverID}, func(r *rawRow) error {
		out = append(out, Site{r.text(0), period.Date(r.int(1)), period.Date(r.int(2))})
		return nil
	})
	return out, err
}

// LogSeen is a log of a server, and what became of its lines.
type LogSeen struct {
	ID          int64
	Format      string
	Offset      int64 // bytes read
	First, Last int64 // instants of the usage in it; 0 without any
	Figures     usage.Figures
	Alert       string
	SeenAt      int64 // when something of it was read last
}

// LogsSeen returns the logs of a server that were read last, at most limit, and the figures of all of them.
func (s *Snapshot) LogsSeen(serverID int64, limit int) (out []LogSeen, all usage.Figures, logs int64, err error) {
	err = s.raw(`SELECT id, format, read_offset, first_at, last_at, records, counted, already_known, unknown_list, unparsed, alert, seen_at
		FROM generation WHERE server_id = $1 ORDER BY seen_at DESC, id DESC LIMIT $2`, []any{serverID, int64(limit)}, func(r *rawRow) error {
		out = append(out, LogSeen{ID: r.int(0), Format: r.text(1), Offset: r.int(2), First: r.int(3), Last: r.int(4),
			Figures: figuresAt(r, 5), Alert: r.text(10), SeenAt: r.int(11)})
		return nil
	})
	if err != nil {
		return nil, all, 0, err
	}
	err = s.raw(`SELECT count(*), CAST(COALESCE(sum(records), 0) AS BIGINT), CAST(COALESCE(sum(counted), 0) AS BIGINT),
		CAST(COALESCE(sum(already_known), 0) AS BIGINT), CAST(COALESCE(sum(unknown_list), 0) AS BIGINT),
		CAST(COALESCE(sum(unparsed), 0) AS BIGINT) FROM generation WHERE server_id = $1`, []any{serverID}, func(r *rawRow) error {
		logs, all = r.int(0), figuresAt(r, 1)
		return nil
	})
	return out, all, logs, err
}

func figuresAt(r *rawRow, i int) usage.Figures {
	return usage.Figures{Records: r.int(i), Counted: r.int(i + 1), AlreadyKnown: r.int(i + 2), UnknownList: r.int(i + 3), Unparsed: r.int(i + 4)}
}

// UnknownName is a list that nobody knows, as logs and reports of a server name it, and what it sent.
type UnknownName struct {
	Key                  string
	Reason               string // "": no list has the name
	First, Last          int64
	Messages, Recipients int64
}

// UnknownNames returns the lists of a server that nobody knows, those with the most recipients first, at most limit.
func (s *Snapshot) UnknownNames(serverID int64, limit int) (out []UnknownName, all int64, err error) {
	err = s.raw(`SELECT list_key, max(reason), min(at), max(at), count(*), CAST(sum(recipients) AS BIGINT) FROM usage_unknown
		WHERE server_id = $1 GROUP BY list_key ORDER BY 6 DESC, 1`, []any{serverID}, func(r *rawRow) error {
		if all++; all <= int64(limit) {
			out = append(out, UnknownName{r.text(0), r.text(1), r.int(2), r.int(3), r.int(4), r.int(5)})
		}
		return nil
	})
	return out, all, err
}

// UnparsedLine is a line that carries a format's mark and does not fit it, with where it stands.
type UnparsedLine struct {
	LogID int64
	Unparsed
}

// UnparsedLines returns the lines of a server that did not fit, the newest first, at most limit.
func (s *Snapshot) UnparsedLines(serverID int64, limit int) (out []UnparsedLine, err error) {
	err = s.raw(`SELECT u.generation_id, u.position, u.reason, u.line FROM usage_unparsed u JOIN generation g ON g.id = u.generation_id
		WHERE g.server_id = $1 ORDER BY u.generation_id DESC, u.position DESC LIMIT $2`, []any{serverID, int64(limit)}, func(r *rawRow) error {
		out = append(out, UnparsedLine{r.int(0), Unparsed{r.int(1), r.text(2), r.text(3)}})
		return nil
	})
	return out, err
}
