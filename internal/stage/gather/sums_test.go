package gather_test

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // registers the driver
)

// tables reads what a house holds, as an auditor would: straight from the tables.
type tables struct {
	t  testing.TB
	db *sql.DB
}

func openTables(t testing.TB, url string) tables {
	t.Helper()
	driver, address := "pgx", url
	if name, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, address = "sqlite", name
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return tables{t, db}
}

// rows returns the rows of a query as texts, values apart by spaces.
func (s tables) rows(query string) (out []string) {
	s.t.Helper()
	rows, err := s.db.Query(query)
	if err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		s.t.Fatal(err)
	}
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			s.t.Fatal(err)
		}
		out = append(out, strings.TrimSuffix(fmt.Sprintln(values...), "\n"))
	}
	if err := rows.Err(); err != nil {
		s.t.Fatal(err)
	}
	return out
}

// sums returns the day sums, and checks that they and the months are what the records add up to.
func (s tables) sums() []string {
	s.t.Helper()
	sums := s.rows(`SELECT list_id, day, source, CASE WHEN charged THEN 1 ELSE 0 END, kb, messages, recipients, recipient_bytes
		FROM usage_sum WHERE messages <> 0 OR recipients <> 0 OR recipient_bytes <> 0 ORDER BY 1, 2, 3, 4, 5`)
	records := s.rows(`SELECT list_id, source, CASE WHEN charged THEN 1 ELSE 0 END, (bytes + 1023) / 1024,
		CAST(SUM(CASE WHEN recipients < 0 THEN 0 ELSE 1 END) AS BIGINT), CAST(SUM(recipients) AS BIGINT), CAST(SUM(recipients * bytes) AS BIGINT)
		FROM usage_record GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`)
	byClass := s.rows(`SELECT list_id, source, CASE WHEN charged THEN 1 ELSE 0 END, kb, CAST(SUM(messages) AS BIGINT),
		CAST(SUM(recipients) AS BIGINT), CAST(SUM(recipient_bytes) AS BIGINT) FROM usage_sum GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`)
	if !slices.Equal(records, byClass) {
		s.t.Errorf("records add up to\n%s\nand the day sums to\n%s", strings.Join(records, "\n"), strings.Join(byClass, "\n"))
	}
	months := s.rows(`SELECT list_id, CAST(SUM(messages) AS BIGINT), CAST(SUM(recipients) AS BIGINT), CAST(SUM(recipient_bytes) AS BIGINT)
		FROM usage_month GROUP BY 1 ORDER BY 1`)
	lists := s.rows(`SELECT list_id, CAST(SUM(messages) AS BIGINT), CAST(SUM(recipients) AS BIGINT), CAST(SUM(recipient_bytes) AS BIGINT)
		FROM usage_sum GROUP BY 1 ORDER BY 1`)
	if !slices.Equal(months, lists) {
		s.t.Errorf("months add up to\n%s\nand day sums to\n%s", strings.Join(months, "\n"), strings.Join(lists, "\n"))
	}
	return sums
}

// lists returns, by site/list, the deliveries, recipients and recipients × bytes that were counted.
func (s tables) lists() map[string]string {
	s.t.Helper()
	out := make(map[string]string)
	for _, row := range s.rows(`SELECT n.site || '/' || n.name, CAST(SUM(u.messages) AS BIGINT), CAST(SUM(u.recipients) AS BIGINT),
		CAST(SUM(u.recipient_bytes) AS BIGINT) FROM usage_sum u JOIN list_name n ON n.list_id = u.list_id GROUP BY 1 ORDER BY 1`) {
		name, figures, _ := strings.Cut(row, " ")
		out[name] = figures
	}
	return out
}
