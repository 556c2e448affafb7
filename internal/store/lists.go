package store

import (
	"database/sql"
	"fmt"
	"strings"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
)

// listColumns reads a list under its present name: the newest of its names.
const listColumns = `SELECT l.id, s.name, n.site, n.name, n.remote_id, l.start_day, l.end_day, l.gone_day
	FROM list l JOIN list_name n ON n.list_id = l.id AND n.last_day = (SELECT max(m.last_day) FROM list_name m WHERE m.list_id = l.id)
	JOIN server s ON s.id = n.server_id `

// Lists calls each with every list, ordered by server, site, name and start.
func (s *Snapshot) Lists(each func(hosting.List) error) error {
	for row, err := range s.rows(listColumns + `ORDER BY s.name, n.site, n.name, l.start_day, l.id`) {
		if err != nil {
			return err
		}
		list, err := scanList(row)
		if err != nil {
			return err
		}
		if err := each(list); err != nil {
			return err
		}
	}
	return nil
}

// ListsAt returns the lists that now are at the places, which name a server, a site and a list. serverIDs gives the id
// of a server's name.
func (s *Snapshot) ListsAt(places []hosting.Place, serverIDs map[string]int64) ([]hosting.List, error) {
	var out []hosting.List
	for len(places) > 0 {
		chunk := places[:min(len(places), inChunk)]
		places = places[len(chunk):]
		query, args := wantedPlaces(chunk, serverIDs)
		for row, err := range s.rows(query, args...) {
			if err != nil {
				return nil, err
			}
			list, err := scanList(row)
			if err != nil {
				return nil, err
			}
			out = append(out, list)
		}
	}
	return out, nil
}

// wantedPlaces makes the query of ListsAt: the places are a table of their own, so that both engines look each up by
// the index.
func wantedPlaces(places []hosting.Place, serverIDs map[string]int64) (query string, args []any) {
	var values strings.Builder
	for i, p := range places {
		if i > 0 {
			values.WriteByte(',')
		}
		fmt.Fprintf(&values, "(CAST($%d AS BIGINT),CAST($%d AS TEXT),CAST($%d AS TEXT))", 3*i+1, 3*i+2, 3*i+3)
		args = append(args, serverIDs[p.Server], p.Site, p.List)
	}
	return `WITH want (server_id, site, name) AS (VALUES ` + values.String() + `)
		SELECT l.id, s.name, n.site, n.name, n.remote_id, l.start_day, l.end_day, l.gone_day
		FROM want w JOIN list_name n ON n.server_id = w.server_id AND n.site = w.site AND n.name = w.name
		JOIN list l ON l.id = n.list_id JOIN server s ON s.id = n.server_id
		WHERE n.last_day = (SELECT max(m.last_day) FROM list_name m WHERE m.list_id = l.id)`, args
}

// ListsByID returns the lists with the ids.
func (s *Snapshot) ListsByID(ids []int64) ([]hosting.List, error) {
	var out []hosting.List
	for row, err := range rowsIn(s, listColumns+`WHERE l.id `+in, ids) {
		if err != nil {
			return nil, err
		}
		list, err := scanList(row)
		if err != nil {
			return nil, err
		}
		out = append(out, list)
	}
	return out, nil
}

func scanList(row *sql.Rows) (hosting.List, error) {
	var v hosting.List
	var gone sql.NullInt64
	err := row.Scan(&v.ID, &v.Place.Server, &v.Place.Site, &v.Place.List, &v.RemoteID, &v.Life.Start, &v.Life.End, &gone)
	v.Gone = period.Last
	if gone.Valid {
		v.Gone = period.Date(gone.Int64)
	}
	return v, err
}

// InsertLists stores new lists and sets their ids. Each has its name for all time. serverIDs gives the id of a server's name.
func (tx *Tx) InsertLists(lists []*hosting.List, serverIDs map[string]int64) error {
	return tx.InsertListsFrom(lists, serverIDs, func(*hosting.List) period.Date { return period.First })
}

// InsertListsFrom is InsertLists for lists that may have their name from a day on only, since another had it before.
func (tx *Tx) InsertListsFrom(lists []*hosting.List, serverIDs map[string]int64, from func(*hosting.List) period.Date) error {
	if len(lists) == 0 {
		return nil
	}
	id, err := tx.NewIDs("list", len(lists))
	if err != nil {
		return err
	}
	rows := tx.Bulk("list", "", "id", "start_day", "end_day", "gone_day")
	names := tx.Bulk("list_name", "", "list_id", "first_day", "last_day", "server_id", "site", "name", "remote_id")
	for i, v := range lists {
		v.ID = id + int64(i)
		tx.reassigned(v.ID)
		if err := rows.Add(v.ID, int64(v.Life.Start), int64(v.Life.End), goneDay(v)); err != nil {
			return err
		}
	}
	if err := rows.Flush(); err != nil {
		return err
	}
	for _, v := range lists {
		err := names.Add(v.ID, int64(from(v)), int64(period.Last), serverIDs[v.Place.Server], v.Place.Site, v.Place.List, v.RemoteID)
		if err != nil {
			return err
		}
	}
	return names.Flush()
}

// UpdateList stores a list's life, whether it is gone, and the id that its server has for it.
func (tx *Tx) UpdateList(v *hosting.List) error {
	if err := tx.Exec(`UPDATE list SET start_day = $2, end_day = $3, gone_day = $4 WHERE id = $1`,
		v.ID, int64(v.Life.Start), int64(v.Life.End), goneDay(v)); err != nil {
		return err
	}
	return tx.Exec(`UPDATE list_name SET remote_id = $2 WHERE list_id = $1
		AND last_day = (SELECT max(m.last_day) FROM list_name m WHERE m.list_id = $1)`, v.ID, v.RemoteID)
}

func goneDay(v *hosting.List) any {
	if v.Gone == period.Last {
		return nil
	}
	return int64(v.Gone)
}
