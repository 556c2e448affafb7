package store

import (
	"fmt"
	"slices"
	"strings"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
)

// SaveSites notes the sites that a sync found on a day.
func (tx *Tx) SaveSites(serverID int64, sites []string, day period.Date) error {
	id, err := tx.NewIDs("site", len(sites)) // a site that is known keeps its own
	if err != nil {
		return err
	}
	bulk := tx.Bulk("site", "ON CONFLICT (server_id, name) DO UPDATE SET last_day = excluded.last_day",
		"server_id", "name", "first_day", "last_day", "id")
	for i, name := range sites {
		if err := bulk.Add(serverID, name, int64(day), int64(day), id+int64(i)); err != nil {
			return err
		}
	}
	return bulk.Flush()
}

// SaveFound notes which lists a sync found, and that they are not missing.
func (tx *Tx) SaveFound(listIDs []int64) error {
	bulk := tx.Bulk("list_sync", "ON CONFLICT (list_id) DO UPDATE SET missing_day = NULL WHERE list_sync.missing_day IS NOT NULL",
		"list_id", "found_at")
	at := tx.by.At.UnixMicro()
	for _, id := range listIDs {
		if err := bulk.Add(id, at); err != nil {
			return err
		}
	}
	return bulk.Flush()
}

// SaveMissing notes that a sync did not find lists that were not missing before.
func (tx *Tx) SaveMissing(listIDs []int64, day period.Date) error {
	bulk := tx.Bulk("list_sync", "ON CONFLICT (list_id) DO UPDATE SET missing_day = excluded.missing_day", "list_id", "found_at", "missing_day")
	for _, id := range listIDs {
		if err := bulk.Add(id, int64(0), int64(day)); err != nil {
			return err
		}
	}
	return bulk.Flush()
}

// ReplaceAdministrators stores who runs some lists, in place of who did. Of addresses that differ only in capital
// letters a list keeps the first.
func (tx *Tx) ReplaceAdministrators(of map[int64][]hosting.Administrator) error {
	ids := make([]int64, 0, len(of))
	for id := range of {
		ids = append(ids, id)
	}
	if err := tx.execIn(`DELETE FROM list_administrator WHERE list_id `+in, ids); err != nil {
		return err
	}
	bulk := tx.Bulk("list_administrator", "", "list_id", "role", "folded", "address", "name")
	for id, all := range of {
		seen := map[[2]string]bool{}
		for _, a := range all {
			folded := strings.ToLower(a.Address)
			if key := [2]string{string(a.Role), folded}; !seen[key] {
				seen[key] = true
				if err := bulk.Add(id, string(a.Role), folded, a.Address, a.Name); err != nil {
					return err
				}
			}
		}
	}
	return bulk.Flush()
}

// execIn runs a statement with IN (…) in it, once for each chunk of the ids.
func (tx *Tx) execIn(query string, ids []int64) error {
	for len(ids) > 0 {
		n := min(len(ids), inChunk)
		args := make([]any, n)
		for i := range n {
			args[i] = ids[i]
		}
		ids = ids[n:]
		if err := tx.Exec(strings.Replace(query, in, inList(n), 1), args...); err != nil {
			return err
		}
	}
	return nil
}

// PostCount is a server's own count of the posts of a list.
type PostCount struct{ ListID, Posts int64 }

// SavePostCounts keeps the counts that a sync read. A count that is less than the last one began anew: the list was
// made again.
func (tx *Tx) SavePostCounts(counts []PostCount, month period.Month) error {
	bulk := tx.Bulk("post_reading", `ON CONFLICT (list_id, month) DO UPDATE SET last_at = excluded.last_at, last_posts = excluded.last_posts,
		first_at = CASE WHEN excluded.last_posts < post_reading.last_posts THEN excluded.first_at ELSE post_reading.first_at END,
		first_posts = CASE WHEN excluded.last_posts < post_reading.last_posts THEN excluded.first_posts ELSE post_reading.first_posts END`,
		"list_id", "month", "first_at", "first_posts", "last_at", "last_posts")
	at := tx.by.At.UnixMicro()
	for _, c := range counts {
		if err := bulk.Add(c.ListID, int64(month), at, c.Posts, at, c.Posts); err != nil {
			return err
		}
	}
	return bulk.Flush()
}

// RemoteID is the id that a server has for a list.
type RemoteID struct {
	ListID int64
	Remote string
}

// SetRemoteIDs notes the ids that a server has for lists under their present names.
func (tx *Tx) SetRemoteIDs(ids []RemoteID) error {
	for chunk := range slices.Chunk(ids, inChunk) {
		var values strings.Builder
		var args []any
		for i, v := range chunk {
			if i > 0 {
				values.WriteByte(',')
			}
			fmt.Fprintf(&values, "(CAST($%d AS BIGINT),CAST($%d AS TEXT))", 2*i+1, 2*i+2)
			args = append(args, v.ListID, v.Remote)
		}
		err := tx.Exec(`UPDATE list_name SET remote_id = w.column2 FROM (VALUES `+values.String()+`) AS w WHERE list_id = w.column1
			AND last_day = (SELECT max(m.last_day) FROM list_name m WHERE m.list_id = w.column1)`, args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// NewName is a place that a list has from a day on.
type NewName struct {
	ListID, ServerID     int64
	Site, List, RemoteID string
	From                 period.Date
}

// RenameLists gives lists other places from a day on. All old names end before any new one begins, so lists may change
// places.
func (tx *Tx) RenameLists(names []NewName) error {
	for _, n := range names {
		if err := tx.Exec(`DELETE FROM list_name WHERE list_id = $1 AND first_day >= $2`, n.ListID, int64(n.From)); err != nil {
			return err
		}
		if err := tx.Exec(`UPDATE list_name SET last_day = $2 - 1 WHERE list_id = $1 AND last_day >= $2`, n.ListID, int64(n.From)); err != nil {
			return err
		}
	}
	for _, n := range names {
		err := tx.Exec(`INSERT INTO list_name (list_id, first_day, last_day, server_id, site, name, remote_id) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			n.ListID, int64(n.From), int64(period.Last), n.ServerID, n.Site, n.List, n.RemoteID)
		if err != nil {
			return err
		}
	}
	return nil
}

// StartLists sets the first days of lists' lives.
func (tx *Tx) StartLists(starts map[int64]period.Date) error {
	for id, day := range starts {
		if err := tx.Exec(`UPDATE list SET start_day = $2 WHERE id = $1`, id, int64(day)); err != nil {
			return err
		}
	}
	return nil
}

// ListsChanged raises the revisions of the customers who have one of the lists, or the site or server of one: their
// drafts are stale. sites are those that the lists have, or had.
func (tx *Tx) ListsChanged(serverID int64, listIDs []int64, sites map[string]bool) error {
	var holders []int64
	for row, err := range rowsIn(&tx.Snapshot, `SELECT DISTINCT customer_id FROM object_assignment WHERE list_id `+in, listIDs) {
		if err != nil {
			return err
		}
		var id int64
		if err := row.Scan(&id); err != nil {
			return err
		}
		holders = append(holders, id)
	}
	for _, id := range holders {
		if !tx.bumped[id] {
			if err := tx.BumpCustomer(id); err != nil {
				return err
			}
		}
	}
	for site := range sites {
		tx.touch(place{serverID, site})
	}
	return nil
}
