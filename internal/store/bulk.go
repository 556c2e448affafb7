package store

import (
	"database/sql"
	"fmt"
	"strings"
	"sync"

	"postmeter/internal/store/migrate"
)

// Sizes of a bulk load.
const (
	sqliteRowsPerInsert = 50    // rows of one statement: more gains nothing
	postgresRowsPerCopy = 20000 // rows held in memory before a COPY
)

// Bulk loads many rows into one table: by COPY on PostgreSQL, by prepared inserts of many rows on SQLite.
// It is not safe for concurrent use, and ends with its transaction.
type Bulk struct {
	tx       *Tx
	table    string
	columns  []string
	conflict string
	values   []any
	full     *sql.Stmt // SQLite: the statement for sqliteRowsPerInsert rows
	staged   bool      // PostgreSQL: the staging table exists
}

// Bulk starts a load. conflict is "" or an "ON CONFLICT …" clause; with one, no two rows of the load may have the
// same key.
func (tx *Tx) Bulk(table, conflict string, columns ...string) *Bulk {
	return &Bulk{tx: tx, table: table, conflict: conflict, columns: columns}
}

// Add adds a row: int64, string, bool, []byte or nil, one for each column.
func (b *Bulk) Add(row ...any) error {
	if len(row) != len(b.columns) {
		return fmt.Errorf("bulk load of %s: %d values for %d columns", b.table, len(row), len(b.columns))
	}
	if b.values == nil {
		b.values = valueBuffers.take()
	}
	b.values = append(b.values, row...)
	if len(b.values) < b.limit() {
		return nil
	}
	return b.write()
}

// limit is the number of values at which the rows are written.
func (b *Bulk) limit() int {
	if b.tx.db.engine == migrate.Postgres {
		return postgresRowsPerCopy * len(b.columns)
	}
	return sqliteRowsPerInsert * len(b.columns)
}

// nextIsLast says whether the next row makes the load write what it holds.
func (b *Bulk) nextIsLast() bool { return len(b.values)+len(b.columns) >= b.limit() }

// Flush writes what was added. It must be called after the last row.
func (b *Bulk) Flush() error {
	err := b.write()
	if b.values != nil {
		valueBuffers.give(b.values)
		b.values = nil
	}
	return err
}

// buffers keeps the memory of loads for the next ones: a batch of rows after the other is loaded.
type buffers struct{ pool sync.Pool }

var valueBuffers buffers

func (p *buffers) take() []any {
	if held, ok := p.pool.Get().(*[]any); ok {
		return (*held)[:0]
	}
	return make([]any, 0, sqliteRowsPerInsert)
}

func (p *buffers) give(values []any) {
	values = values[:cap(values)]
	clear(values) // what they refer to shall not stay
	p.pool.Put(&values)
}

func (b *Bulk) write() error {
	if len(b.values) == 0 {
		return nil
	}
	var err error
	switch {
	case b.tx.db.engine == migrate.SQLite:
		err = b.insert()
	case b.conflict == "":
		err = b.copyInto(b.table)
	default:
		err = b.merge()
	}
	b.values = b.values[:0]
	if err != nil {
		return fmt.Errorf("bulk load of %s: %w", b.table, err)
	}
	return nil
}

func (b *Bulk) insert() error {
	rows := len(b.values) / len(b.columns)
	if rows != sqliteRowsPerInsert {
		return b.tx.Exec(b.statement(rows), b.values...)
	}
	if b.full == nil {
		stmt, err := b.tx.tx.PrepareContext(b.tx.ctx, b.statement(rows))
		if err != nil {
			return err
		}
		b.full = stmt
	}
	_, err := b.full.ExecContext(b.tx.ctx, b.values...)
	return err
}

func (b *Bulk) statement(rows int) string {
	row := "(" + strings.TrimSuffix(strings.Repeat("?,", len(b.columns)), ",") + ")"
	return "INSERT INTO " + b.table + " (" + strings.Join(b.columns, ",") + ") VALUES " +
		strings.TrimSuffix(strings.Repeat(row+",", rows), ",") + " " + b.conflict
}

// merge copies into a staging table and inserts from there, since COPY knows no ON CONFLICT.
func (b *Bulk) merge() error {
	stage := "stage_" + b.table
	if !b.staged {
		err := b.tx.Exec("CREATE TEMP TABLE IF NOT EXISTS " + stage + " (LIKE " + b.table + " INCLUDING DEFAULTS) ON COMMIT DROP")
		if err != nil {
			return err
		}
		b.staged = true
	}
	if err := b.tx.Exec("TRUNCATE " + stage); err != nil {
		return err
	}
	if err := b.copyInto(stage); err != nil {
		return err
	}
	columns := strings.Join(b.columns, ",")
	return b.tx.Exec("INSERT INTO " + b.table + " (" + columns + ") SELECT " + columns + " FROM " + stage + " " + b.conflict)
}
