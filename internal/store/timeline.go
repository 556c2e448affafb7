package store

import "strings"

// HistoryRow is one change, as it was recorded. Before and After are JSON, or "".
type HistoryRow struct {
	ID            int64
	At            int64 // UTC microseconds
	Actor         string
	Entity        string
	EntityID      int64
	Action        string
	Before, After string
}

// HistoryOfThing returns up to limit changes of a thing that belongs to no customer, the newest first, and older than one
// of them (0: from the newest).
func (s *Snapshot) HistoryOfThing(entity string, id, before int64, limit int) ([]HistoryRow, error) {
	var c condition
	c.and("customer_id = 0 AND entity = " + c.arg(entity))
	c.and("entity_id = " + c.arg(id))
	return s.history(&c, before, limit)
}

// HistoryOf returns up to limit changes of a customer, the newest first: of some kinds of things or of all (nil), and older
// than one of them (0: from the newest).
func (s *Snapshot) HistoryOf(customerID int64, entities []string, before int64, limit int) ([]HistoryRow, error) {
	var c condition
	c.and("customer_id = " + c.arg(customerID))
	if len(entities) > 0 {
		places := make([]string, len(entities))
		for i, e := range entities {
			places[i] = c.arg(e)
		}
		c.and("entity IN (" + strings.Join(places, ", ") + ")")
	}
	return s.history(&c, before, limit)
}

func (s *Snapshot) history(c *condition, before int64, limit int) (out []HistoryRow, err error) {
	if before > 0 {
		c.and("id < " + c.arg(before))
	}
	query := `SELECT id, happened_at, actor, entity, entity_id, action, before, after FROM history` + c.where() + ` ORDER BY id DESC LIMIT ` + c.arg(int64(limit))
	for row, err := range s.rows(query, c.args...) {
		if err != nil {
			return nil, err
		}
		var h HistoryRow
		if err := row.Scan(&h.ID, &h.At, &h.Actor, &h.Entity, &h.EntityID, &h.Action, &h.Before, &h.After); err != nil {
			return nil, err
		}
		out = append(out, h)
	}
	return out, nil
}

// LastChange returns when one of some things was done last to a thing that belongs to no customer, in UTC microseconds; 0 if never.
func (s *Snapshot) LastChange(entity string, id int64, actions ...string) (at int64, err error) {
	var c condition
	c.and("customer_id = 0 AND entity = " + c.arg(entity))
	c.and("entity_id = " + c.arg(id))
	places := make([]string, len(actions))
	for i, a := range actions {
		places[i] = c.arg(a)
	}
	c.and("action IN (" + strings.Join(places, ", ") + ")")
	_, err = s.one(`SELECT happened_at FROM history`+c.where()+` ORDER BY id DESC LIMIT 1`, c.args, &at)
	return at, err
}
