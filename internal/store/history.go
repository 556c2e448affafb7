package store

import "encoding/json"

// Change is one change of one thing, for its history. Before and After are written as JSON; nil is nothing.
// No secret may stand in them.
type Change struct {
	CustomerID int64  // 0: belongs to no customer
	Entity     string // table or thing: customer, plan, bill …
	EntityID   int64
	Action     string // created, changed, removed, run …
	Before     any
	After      any
}

type change struct {
	Change
	before, after string
}

// Record notes a change. Its row is written when the transaction commits, by writeHistory: the only place that
// writes history.
func (tx *Tx) Record(c Change) error {
	before, err := historyText(c.Before)
	if err != nil {
		return err
	}
	after, err := historyText(c.After)
	if err != nil {
		return err
	}
	tx.history = append(tx.history, change{c, before, after})
	return nil
}

// RawJSON is text that is JSON already; Record takes it as it is.
type RawJSON string

func historyText(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case RawJSON:
		return string(v), nil
	}
	text, err := json.Marshal(v)
	return string(text), err
}

func (tx *Tx) writeHistory() error {
	if len(tx.history) == 0 {
		return nil
	}
	id, err := tx.NewIDs("history", len(tx.history))
	if err != nil {
		return err
	}
	bulk := tx.Bulk("history", "", "customer_id", "id", "happened_at", "actor", "entity", "entity_id", "action", "before", "after")
	at := tx.by.At.UnixMicro()
	for i, c := range tx.history {
		if err := bulk.Add(c.CustomerID, id+int64(i), at, tx.by.Actor, c.Entity, c.EntityID, c.Action, c.before, c.after); err != nil {
			return err
		}
	}
	tx.history = nil
	return bulk.Flush()
}

// Bump raises the revision of 'settings', 'catalog' or 'usage' and returns the new value.
func (tx *Tx) Bump(name string) (int64, error) {
	var value int64
	_, err := tx.one(`UPDATE revision SET value = value + 1 WHERE name = $1 RETURNING value`, []any{name}, &value)
	return value, err
}

// Revisions returns the current revisions of settings, catalogue and usage.
func (s *Snapshot) Revisions() (settings, catalog, usage int64, err error) {
	_, err = s.one(`SELECT max(CASE WHEN name = 'settings' THEN value END), max(CASE WHEN name = 'catalog' THEN value END),
		max(CASE WHEN name = 'usage' THEN value END) FROM revision`, nil, &settings, &catalog, &usage)
	return settings, catalog, usage, err
}
