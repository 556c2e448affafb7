package storetest

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // registers the driver
)

// Rows returns what a query gives on the database that url names, one text a row with its values separated by |. It
// looks at the database from outside, over a connection of its own.
func Rows(t testing.TB, url, query string) []string {
	t.Helper()
	out, err := rows(url, query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return out
}

func rows(url, query string) (out []string, err error) {
	driver, source := "pgx", url
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, source = "sqlite", "file:"+file+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		return nil, err
	}
	defer func() { _ = db.Close() }()
	found, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	defer func() { _ = found.Close() }()
	columns, err := found.Columns()
	if err != nil {
		return nil, err
	}
	for found.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := found.Scan(into...); err != nil {
			return nil, err
		}
		texts := make([]string, len(values))
		for i, v := range values {
			if b, ok := v.([]byte); ok {
				v = string(b)
			}
			texts[i] = fmt.Sprint(v)
		}
		out = append(out, strings.Join(texts, "|"))
	}
	return out, found.Err()
}

// Dump returns every value of every table of the database, for tests that look for what must stand nowhere.
func Dump(t testing.TB, url string) string {
	t.Helper()
	tables := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if !strings.HasPrefix(url, "sqlite:") {
		tables = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()`
	}
	var out strings.Builder
	for _, table := range Rows(t, url, tables) {
		for _, row := range Rows(t, url, "SELECT * FROM "+table) {
			out.WriteString(table + "|" + row + "\n")
		}
	}
	return out.String()
}
