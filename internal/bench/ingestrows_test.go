//go:build bench

package bench

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"postmeter/internal/store"
)

// usageTables are the tables that counting writes, parents first, with their columns in the order of the key.
var usageTables = []struct {
	name, order string
	columns     []string
}{
	{"generation", "id", []string{"id", "server_id", "format", "head_hash", "read_offset", "prefix_hash", "state", "first_at", "last_at",
		"records", "counted", "already_known", "unknown_list", "unparsed", "alert", "seen_at"}},
	{"usage_record", "list_id, at, generation_id, position", []string{"list_id", "at", "generation_id", "position", "source", "charged", "recipients", "bytes", "line_hash"}},
	{"usage_sum", "list_id, day, source, charged, kb", []string{"list_id", "day", "source", "charged", "kb", "messages", "recipients", "recipient_bytes"}},
	{"usage_month", "list_id, month", []string{"list_id", "month", "messages", "recipients", "recipient_bytes", "revision"}},
}

// usageRows are all rows that counting wrote, by table, in the order of their keys.
type usageRows [][][]any

func dumpUsage(tb testing.TB, url string) usageRows {
	tb.Helper()
	driver, address := "pgx", url
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, address = "sqlite", file
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		tb.Fatal(err)
	}
	defer db.Close()
	out := make(usageRows, len(usageTables))
	for i, table := range usageTables {
		if out[i], err = dump(db, "SELECT "+strings.Join(table.columns, ", ")+" FROM "+table.name+" ORDER BY "+table.order, len(table.columns)); err != nil {
			tb.Fatal(err)
		}
		tb.Logf("%s: %d rows", table.name, len(out[i]))
	}
	return out
}

func dump(db *sql.DB, query string, width int) (out [][]any, err error) {
	rows, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		row, into := make([]any, width), make([]any, width)
		for i := range row {
			into[i] = &row[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		for i := range row {
			if b, ok := row[i].([]byte); row[i] == nil || ok && b == nil {
				row[i] = []byte{} // a driver reads an empty one as none; there are no nulls here
			}
		}
		out = append(out, row)
	}
	return out, rows.Err()
}

// load writes the rows into an empty database: one transaction, in the order of the keys.
func (rows usageRows) load(db *store.DB) error {
	return db.Write(context.Background(), by(), func(tx *store.Tx) error {
		for i, table := range usageTables {
			bulk := tx.Bulk(table.name, "", table.columns...)
			for _, row := range rows[i] {
				if err := bulk.Add(row...); err != nil {
					return err
				}
			}
			if err := bulk.Flush(); err != nil {
				return err
			}
		}
		return nil
	})
}
