package store

import (
	"maps"
	"slices"
	"strings"

	"postmeter/internal/domain/period"
)

// Found is what was found about a customer: codes, or none.
type Found struct {
	CustomerID int64
	Codes      string // as FoundCodes writes them
}

// FoundBy says what found it.
type FoundBy struct {
	Action string // of the history: "validated" or "run"
	ID     int64  // of the job or run
	Period period.Period
}

// FoundCodes writes codes, so that the same ones are the same text.
func FoundCodes(codes []string) string {
	codes = slices.Clone(codes)
	slices.Sort(codes)
	return strings.Join(slices.Compact(codes), " ")
}

// LastFound returns what was found last about some customers, or about all (nil). Those of whom nothing was are not in it.
func (s *Snapshot) LastFound(customerIDs []int64) (map[int64]string, error) {
	out := map[int64]string{}
	keep := func(r *rawRow) error {
		out[r.int(0)] = r.text(1)
		return nil
	}
	const query = `SELECT customer_id, codes FROM customer_found`
	if customerIDs == nil {
		return out, s.raw(query, nil, keep)
	}
	return out, newIDSet(slices.Clone(customerIDs)).rows(s, query+` WHERE {ids}`, "customer_id", nil, keep)
}

// foundNote is what the history keeps.
type foundNote struct {
	Codes  []string `json:"codes"`
	Period string   `json:"period,omitempty"`
}

// NoteFound stores what was found, with an entry in the history of each customer about whom it is something else than last time.
// It reads and writes no more than the customers that it is given.
func (tx *Tx) NoteFound(found []Found, by FoundBy) error {
	if len(found) == 0 {
		return nil
	}
	if err := tx.Lock("found", 0); err != nil { // what was last is said by one at a time
		return err
	}
	now := make(map[int64]string, len(found))
	for _, f := range found {
		now[f.CustomerID] = f.Codes
	}
	ids := slices.Sorted(maps.Keys(now))
	last, err := tx.LastFound(ids)
	if err != nil {
		return err
	}
	there := map[int64]bool{} // the others were deleted meanwhile
	if err := newIDSet(slices.Clone(ids)).rows(&tx.Snapshot, `SELECT id FROM customer WHERE {ids}`, "id", nil, func(r *rawRow) error {
		there[r.int(0)] = true
		return nil
	}); err != nil {
		return err
	}
	return tx.writeFound(slices.DeleteFunc(ids, func(id int64) bool { return !there[id] || last[id] == now[id] }), last, now, by)
}

// writeFound writes what changed.
func (tx *Tx) writeFound(ids []int64, last, now map[int64]string, by FoundBy) error {
	bulk := tx.Bulk("customer_found", "ON CONFLICT (customer_id) DO UPDATE SET codes = excluded.codes", "customer_id", "codes")
	var none []int64
	for _, id := range ids {
		if err := tx.Record(Change{CustomerID: id, Entity: "validation", EntityID: by.ID, Action: by.Action,
			Before: foundNote{Codes: strings.Fields(last[id])},
			After:  foundNote{strings.Fields(now[id]), by.Period.Start.String() + " to " + by.Period.End.String()}}); err != nil {
			return err
		}
		if now[id] == "" {
			none = append(none, id)
		} else if err := bulk.Add(id, now[id]); err != nil {
			return err
		}
	}
	if err := bulk.Flush(); err != nil || len(none) == 0 {
		return err
	}
	return tx.eachIn(`DELETE FROM customer_found WHERE `, "customer_id", none)
}
