package store

import (
	"context"
	"database/sql"
	"errors"
	"iter"
)

// Snapshot reads one consistent state of the database. It is not safe for concurrent use.
type Snapshot struct {
	db   *DB
	tx   *sql.Tx
	conn *sql.Conn
	ctx  context.Context //nolint:containedctx // lives exactly as long as its transaction

	matched map[string]matched  // what ways to customers lead to, as far as it was counted
	begin   map[string][]string // words by their beginning; none if they are too many to merge
}

// Tx is a writing transaction. What it changes it also records in the history (Record).
type Tx struct {
	Snapshot
	by      By
	history []change
	bumped  map[int64]bool // customers that are new or whose revision was raised
	touched map[place]bool // sites and servers where something was assigned

	relisted map[int64]bool // lists that are new or whose assignments have changed
}

// By returns who acts in this transaction.
func (tx *Tx) By() By { return tx.by }

func (tx *Tx) run(do func(*Tx) error) error {
	if err := do(tx); err != nil {
		return err
	}
	if err := tx.bumpHolders(); err != nil {
		return err
	}
	if err := tx.noteUnassigned(); err != nil {
		return err
	}
	return tx.writeHistory()
}

// Exec runs a statement whose result is not needed.
func (tx *Tx) Exec(query string, args ...any) error {
	_, err := tx.tx.ExecContext(tx.ctx, query, args...)
	return err
}

// ExecCount runs a statement and returns the number of rows that it changed.
func (tx *Tx) ExecCount(query string, args ...any) (int64, error) {
	result, err := tx.tx.ExecContext(tx.ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// rows iterates over the rows of a query; each step yields a function that scans the row.
// The error of the query, or of a broken-off read, comes as the last step.
func (s *Snapshot) rows(query string, args ...any) iter.Seq2[*sql.Rows, error] {
	return func(yield func(*sql.Rows, error) bool) {
		rows, err := s.tx.QueryContext(s.ctx, query, args...)
		if err != nil {
			yield(nil, err)
			return
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			if !yield(rows, nil) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, err)
		}
	}
}

// one scans the single row of a query. found is false when there is none.
func (s *Snapshot) one(query string, args []any, into ...any) (found bool, err error) {
	err = s.tx.QueryRowContext(s.ctx, query, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}
