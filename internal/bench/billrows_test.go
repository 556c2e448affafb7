//go:build bench

package bench

import (
	"context"
	"database/sql"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"postmeter/internal/store"
)

const invoicesPerTransaction = 1000

var (
	customerColumns = split("id company contact email additional_addresses phone type active payment_method start_day end_day " +
		"salespeople note invoice_template web_template card_type card_last4 card_expiration house information revision created_at")
	billColumns = split("customer_id id start_day end_day state number currency subtotal tax credit_applied total credit_left " +
		"issue_day due_day tested_at made_at run_id customer_revision catalog_revision settings_revision usage_revision warnings usage")
	billLineColumns = split("customer_id bill_id line group_id group_name month kind ref version_id assignment_id component method " +
		"list_id object days days_in_month quantity amount tax")
	historyColumns = split("customer_id id happened_at actor entity entity_id action before after")
)

func split(names string) []string { return strings.Fields(names) }

// billRows are all rows that a run wrote, but for its own one, in the order of their keys.
type billRows struct{ bills, lines, history [][]any }

func openRaw(tb testing.TB, url string) *sql.DB {
	tb.Helper()
	driver, address := "pgx", url
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver = "sqlite"
		address = "file:" + file + "?_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=foreign_keys(on)&_pragma=cache_size(-16384)&_txlock=immediate"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		tb.Fatal(err)
	}
	return db
}

func dumpBills(tb testing.TB, url string) *billRows {
	tb.Helper()
	db := openRaw(tb, url)
	defer db.Close()
	return &billRows{
		bills:   dumpTable(tb, db, "bill", billColumns, "ORDER BY customer_id, id"),
		lines:   dumpTable(tb, db, "bill_line", billLineColumns, "ORDER BY customer_id, bill_id, line"),
		history: dumpTable(tb, db, "history", historyColumns, "WHERE entity = 'bill' ORDER BY customer_id, id"),
	}
}

func dumpTable(tb testing.TB, db *sql.DB, table string, columns []string, rest string) [][]any {
	tb.Helper()
	rows, err := dump(db, "SELECT "+strings.Join(columns, ", ")+" FROM "+table+" "+rest, len(columns))
	if err != nil {
		tb.Fatal(err)
	}
	return rows
}

// bareLoad is a fresh database with the customers, which bills refer to, and nothing else.
type bareLoad struct {
	tb   testing.TB
	url  string
	lite *sql.DB
	rows *billRows
}

func newBareLoad(tb testing.TB, url, seeded string, rows *billRows) *bareLoad {
	tb.Helper()
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	if err := db.Close(); err != nil {
		tb.Fatal(err)
	}
	from := openRaw(tb, seeded)
	customers := dumpTable(tb, from, "customer", customerColumns, "ORDER BY id")
	if err := from.Close(); err != nil {
		tb.Fatal(err)
	}
	b := &bareLoad{tb: tb, url: url, rows: rows}
	if strings.HasPrefix(url, "sqlite:") {
		b.lite = openRaw(tb, url)
		b.lite.SetMaxOpenConns(1)
	}
	if err := b.transaction([]part{{"customer", customerColumns, customers}}); err != nil {
		tb.Fatal(err)
	}
	if b.lite == nil {
		execute(tb.(*testing.T), url, "VACUUM ANALYZE customer")
	}
	return b
}

func (b *bareLoad) close() {
	if b != nil && b.lite != nil {
		if err := b.lite.Close(); err != nil {
			b.tb.Fatal(err)
		}
		b.lite = nil
	}
}

// part is rows of one table that are loaded together.
type part struct {
	table   string
	columns []string
	rows    [][]any
}

// load writes the rows, those of 1,000 invoices a transaction.
func (b *bareLoad) load() error {
	lines, history := b.rows.lines, b.rows.history
	for from := 0; from < len(b.rows.bills); from += invoicesPerTransaction {
		bills := b.rows.bills[from:min(from+invoicesPerTransaction, len(b.rows.bills))]
		last := bills[len(bills)-1][0].(int64)
		until := func(rows [][]any) int {
			n := 0
			for n < len(rows) && rows[n][0].(int64) <= last {
				n++
			}
			return n
		}
		l, h := until(lines), until(history)
		err := b.transaction([]part{{"bill", billColumns, bills}, {"bill_line", billLineColumns, lines[:l]}, {"history", historyColumns, history[:h]}})
		if err != nil {
			return err
		}
		lines, history = lines[l:], history[h:]
	}
	return nil
}

func (b *bareLoad) transaction(parts []part) error {
	if b.lite != nil {
		return b.insert(parts)
	}
	return b.copy(parts)
}

// copy is COPY, by the driver's own means.
func (b *bareLoad) copy(parts []part) error {
	ctx := context.Background()
	conn, err := bareConn(ctx, b)
	if err != nil {
		return err
	}
	tx, err := conn.Begin(ctx)
	if err != nil {
		return err
	}
	for _, p := range parts {
		if _, err := tx.CopyFrom(ctx, pgx.Identifier{p.table}, p.columns, pgx.CopyFromRows(p.rows)); err != nil {
			return err
		}
	}
	return tx.Commit(ctx)
}

var conns = map[string]*pgx.Conn{}

func bareConn(ctx context.Context, b *bareLoad) (*pgx.Conn, error) {
	if c := conns[b.url]; c != nil {
		return c, nil
	}
	c, err := pgx.Connect(ctx, b.url)
	if err == nil {
		conns[b.url] = c
		b.tb.Cleanup(func() { _ = c.Close(ctx); delete(conns, b.url) })
	}
	return c, err
}

const rowsPerInsert = 50 // more gains nothing

// insert is prepared inserts of many rows each.
func (b *bareLoad) insert(parts []part) error {
	tx, err := b.lite.Begin()
	if err != nil {
		return err
	}
	for _, p := range parts {
		row := "(" + strings.TrimSuffix(strings.Repeat("?,", len(p.columns)), ",") + ")"
		statement := func(n int) string {
			return "INSERT INTO " + p.table + " (" + strings.Join(p.columns, ",") + ") VALUES " + strings.TrimSuffix(strings.Repeat(row+",", n), ",")
		}
		full, err := tx.Prepare(statement(rowsPerInsert))
		if err != nil {
			return err
		}
		values := make([]any, 0, rowsPerInsert*len(p.columns))
		for len(p.rows) > 0 {
			n := min(rowsPerInsert, len(p.rows))
			values = values[:0]
			for _, r := range p.rows[:n] {
				values = append(values, r...)
			}
			p.rows = p.rows[n:]
			if n == rowsPerInsert {
				_, err = full.Exec(values...)
			} else {
				_, err = tx.Exec(statement(n), values...)
			}
			if err != nil {
				return err
			}
		}
		if err := full.Close(); err != nil {
			return err
		}
	}
	return tx.Commit()
}
