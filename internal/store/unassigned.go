package store

import (
	"maps"
	"slices"
	"strconv"

	"postmeter/internal/domain/period"
)

// reassigned notes that assignments of a list have changed, or that it is new.
func (tx *Tx) reassigned(listID int64) {
	if listID == 0 {
		return
	}
	if tx.relisted == nil {
		tx.relisted = map[int64]bool{}
	}
	tx.relisted[listID] = true
}

// reassignedOf notes that the assignments to a customer change.
func (tx *Tx) reassignedOf(customerID int64) error {
	return tx.raw(`SELECT list_id FROM object_assignment WHERE customer_id = $1`, []any{customerID}, func(r *rawRow) error {
		tx.reassigned(r.int(0))
		return nil
	})
}

// noteUnassigned keeps, before the commit, which of the lists whose assignments have changed nobody has for good.
func (tx *Tx) noteUnassigned() error {
	for chunk := range slices.Chunk(slices.Sorted(maps.Keys(tx.relisted)), inChunk) {
		ids := make([]any, len(chunk))
		for i, id := range chunk {
			ids[i] = id
		}
		if err := tx.Exec(`DELETE FROM list_unassigned WHERE list_id `+inList(len(ids)), ids...); err != nil {
			return err
		}
		err := tx.Exec(`INSERT INTO list_unassigned (list_id, assigned_until)
			SELECT l.id, coalesce(max(o.end_day), 0) FROM list l LEFT JOIN object_assignment o ON o.list_id = l.id
			WHERE l.id `+inList(len(ids))+` GROUP BY l.id HAVING coalesce(max(o.end_day), 0) < `+strconv.Itoa(int(period.Last)), ids...)
		if err != nil {
			return err
		}
	}
	tx.relisted = nil
	return nil
}

// mostUnassigned is how many lists that nobody has are looked at one by one.
const mostUnassigned = 5000

// fewUnassigned says whether no more lists than that are assigned to nobody for good.
func (s *Snapshot) fewUnassigned(most int) (bool, error) {
	var n int64
	_, err := s.one(`SELECT count(*) FROM (SELECT 1 FROM list_unassigned LIMIT `+strconv.Itoa(most+1)+`) AS counted`, nil, &n)
	return n <= int64(most), err
}

// NeverAssigned counts the lists that nobody ever had, nor their site or server, at most most.
func (s *Snapshot) NeverAssigned(most int64) (n int64, err error) {
	_, err = s.one(`SELECT count(*) FROM (SELECT 1 FROM list_unassigned l WHERE l.assigned_until = 0`+neverPlaced+` LIMIT $1) AS counted`, []any{most}, &n)
	return n, err
}

// neverPlaced is the condition that nobody ever had the site or server of list l.
const neverPlaced = ` AND NOT EXISTS (SELECT 1 FROM list_name n JOIN object_assignment o ON o.server_id = n.server_id AND o.list_id = 0
	AND (o.site = n.site OR o.site = '') WHERE n.list_id = l.list_id)`

const unassignedChunk = 1000 // lists

func (s *Snapshot) neverAssigned(after int64) ([]int64, error) {
	var ids []int64
	err := s.raw(`SELECT l.list_id FROM list_unassigned l WHERE l.list_id > $1 AND l.assigned_until = 0`+neverPlaced+`
		ORDER BY l.list_id LIMIT $2`, []any{after, int64(unassignedChunk)}, func(r *rawRow) error {
		ids = append(ids, r.int(0))
		return nil
	})
	return ids, err
}
