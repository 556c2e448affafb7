package store

import (
	"database/sql"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
)

// VanishedLists returns the lists of a server that syncs do not find any more and nobody marked gone, and the first day
// of that. It goes through those of all servers, which are few, and not through all lists of one.
func (s *Snapshot) VanishedLists(serverID int64) (out []hosting.List, since period.Date, err error) {
	since = period.Last
	for row, err := range s.rows(`SELECT l.id, s.name, n.site, n.name, n.remote_id, l.start_day, l.end_day, l.gone_day, y.missing_day
		FROM list_sync y CROSS JOIN list l CROSS JOIN list_name n JOIN server s ON s.id = n.server_id
		WHERE y.missing_day IS NOT NULL AND l.id = y.list_id AND l.gone_day IS NULL AND n.list_id = l.id AND n.last_day = $2 AND n.server_id = $1
		ORDER BY n.site, n.name, l.id`, serverID, int64(period.Last)) {
		if err != nil {
			return nil, since, err
		}
		var v hosting.List
		var gone sql.NullInt64
		var missing period.Date
		if err := row.Scan(&v.ID, &v.Place.Server, &v.Place.Site, &v.Place.List, &v.RemoteID, &v.Life.Start, &v.Life.End, &gone, &missing); err != nil {
			return nil, since, err
		}
		v.Gone = dayOr(gone, period.Last)
		out, since = append(out, v), min(since, missing)
	}
	return out, since, nil
}

// ListsFoundSince returns the lists that a sync found for the first time at an instant or later.
func (s *Snapshot) ListsFoundSince(at int64) ([]hosting.List, error) {
	var out []hosting.List
	for row, err := range s.rows(listColumns+`JOIN list_sync y ON y.list_id = l.id
		WHERE y.found_at >= $1 AND y.missing_day IS NULL ORDER BY s.name, n.site, n.name`, at) {
		if err != nil {
			return nil, err
		}
		v, err := scanList(row)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// ListOwners returns the addresses of the owners of lists, in small letters.
func (s *Snapshot) ListOwners(listIDs []int64) (map[int64][]string, error) {
	out := map[int64][]string{}
	for row, err := range rowsIn(s, `SELECT list_id, folded FROM list_administrator WHERE role = 'owner' AND list_id `+in+` ORDER BY list_id, folded`, listIDs) {
		if err != nil {
			return nil, err
		}
		var id int64
		var address string
		if err := row.Scan(&id, &address); err != nil {
			return nil, err
		}
		out[id] = append(out[id], address)
	}
	return out, nil
}

// MembersOf returns how many members lists had when that was last read.
func (s *Snapshot) MembersOf(listIDs []int64) (map[int64]int64, error) {
	return s.ofLists(`SELECT r.list_id, r.members FROM member_reading r
		WHERE r.day = (SELECT max(m.day) FROM member_reading m WHERE m.list_id = r.list_id) AND r.list_id `+in, listIDs)
}

// FoundAt returns when a sync first found lists, UTC microseconds.
func (s *Snapshot) FoundAt(listIDs []int64) (map[int64]int64, error) {
	return s.ofLists(`SELECT list_id, found_at FROM list_sync WHERE list_id `+in, listIDs)
}

// ofLists reads a number for each of many lists.
func (s *Snapshot) ofLists(query string, listIDs []int64) (map[int64]int64, error) {
	out := map[int64]int64{}
	for row, err := range rowsIn(s, query, listIDs) {
		if err != nil {
			return nil, err
		}
		var id, value int64
		if err := row.Scan(&id, &value); err != nil {
			return nil, err
		}
		out[id] = value
	}
	return out, nil
}
