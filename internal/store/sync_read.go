package store

import (
	"database/sql"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
)

// ListsOfServer returns the lists whose present place is on a server, with what syncs said of them, by site and name.
func (s *Snapshot) ListsOfServer(serverID int64) ([]hosting.Known, error) {
	var out []hosting.Known
	for row, err := range s.rows(`SELECT l.id, s.name, n.site, n.name, n.remote_id, l.start_day, l.end_day, l.gone_day, y.missing_day,
		COALESCE(y.found_at, 0) FROM list_name n JOIN list l ON l.id = n.list_id JOIN server s ON s.id = n.server_id
		LEFT JOIN list_sync y ON y.list_id = l.id
		WHERE n.server_id = $1 AND n.last_day = (SELECT max(m.last_day) FROM list_name m WHERE m.list_id = l.id)
		ORDER BY n.site, n.name, l.id`, serverID) {
		if err != nil {
			return nil, err
		}
		var v hosting.Known
		var gone, missing sql.NullInt64
		if err := row.Scan(&v.ID, &v.Place.Server, &v.Place.Site, &v.Place.List, &v.RemoteID, &v.Life.Start, &v.Life.End, &gone,
			&missing, &v.FoundAt); err != nil {
			return nil, err
		}
		v.Gone, v.Missing = dayOr(gone, period.Last), dayOr(missing, period.Last)
		out = append(out, v)
	}
	return out, nil
}

func dayOr(v sql.NullInt64, none period.Date) period.Date {
	if v.Valid {
		return period.Date(v.Int64)
	}
	return none
}

// ServerAdministrators returns who runs the lists of a server, by list.
func (s *Snapshot) ServerAdministrators(serverID int64) (map[int64][]hosting.Administrator, error) {
	out := map[int64][]hosting.Administrator{}
	err := s.raw(`SELECT a.list_id, a.role, a.address, a.name FROM list_name n JOIN list_administrator a ON a.list_id = n.list_id
		WHERE n.server_id = $1 AND n.last_day = (SELECT max(m.last_day) FROM list_name m WHERE m.list_id = n.list_id)
		ORDER BY a.list_id, a.role, a.address`, []any{serverID}, func(r *rawRow) error {
		list := r.int(0)
		out[list] = append(out[list], hosting.Administrator{Role: hosting.Role(r.text(1)), Address: r.text(2), Name: r.text(3)})
		return nil
	})
	return out, err
}

// LatestReadings returns the latest member readings, up to a day, of the lists of a server.
func (s *Snapshot) LatestReadings(serverID int64, until period.Date) (map[int64]Reading, error) {
	out := map[int64]Reading{}
	err := s.raw(`SELECT r.list_id, r.day, r.members FROM list_name n JOIN member_reading r ON r.list_id = n.list_id
		AND r.day = (SELECT max(m.day) FROM member_reading m WHERE m.list_id = n.list_id AND m.day <= $2)
		WHERE n.server_id = $1`, []any{serverID, int64(until)}, func(r *rawRow) error {
		out[r.int(0)] = Reading{r.int(0), period.Date(r.int(1)), r.int(2)}
		return nil
	})
	return out, err
}

// PlacesHeld returns the last day on which each place of a server was that of a list: every name that lists ever had there.
func (s *Snapshot) PlacesHeld(serverID int64) (map[[2]string]period.Date, error) {
	out := map[[2]string]period.Date{}
	err := s.raw(`SELECT site, name, max(last_day) FROM list_name WHERE server_id = $1 GROUP BY site, name`, []any{serverID}, func(r *rawRow) error {
		out[[2]string{r.text(0), r.text(1)}] = period.Date(r.int(2))
		return nil
	})
	return out, err
}

// FirstUsage returns the first day on which each of some lists sent anything.
func (s *Snapshot) FirstUsage(listIDs []int64) (map[int64]period.Date, error) {
	out := map[int64]period.Date{}
	for row, err := range rowsIn(s, `SELECT list_id, min(day) FROM usage_sum WHERE list_id `+in+` GROUP BY list_id`, listIDs) {
		if err != nil {
			return nil, err
		}
		var id int64
		var day period.Date
		if err := row.Scan(&id, &day); err != nil {
			return nil, err
		}
		out[id] = day
	}
	return out, nil
}
