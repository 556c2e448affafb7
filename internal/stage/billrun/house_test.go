package billrun_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/period"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/outside/providerfile"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

var (
	august    = period.Month(202608).Period()
	september = period.Month(202609).Period()
)

func by() store.By { return store.By{Actor: "test", At: time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)} }

// house is a provider in a database of one engine.
type house struct {
	testing.TB
	db   *store.DB
	raw  *sql.DB
	sent int
}

// each runs a story on a new database of each engine.
func each(t *testing.T, story func(h *house)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, url string) { story(newHouse(t, url)) })
}

func newHouse(t testing.TB, url string) *house {
	t.Helper()
	h := &house{TB: t}
	var err error
	h.db, err = store.Open(context.Background(), url, store.Options{})
	h.must(err)
	h.raw = openRaw(t, url)
	t.Cleanup(func() { h.must(h.raw.Close()); h.must(h.db.Close()) })
	return h
}

func openRaw(t testing.TB, url string) *sql.DB {
	t.Helper()
	driver, address := "pgx", url
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, address = "sqlite", "file:"+file+"?_pragma=busy_timeout(10000)"
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

const provider = `
company: {name: Test Lists}
currency: USD
time_zone: UTC
servers: [{name: s1, host: s1.test, kind: manual}]
plans:
  - {id: std, name: Standard, monthly_price: "30", usage: [{method: messages, included: 100, overage: {per: 1000, price: "10"}}]}
  - {id: flat, name: Flat, monthly_price: "15"}
charges: [{id: setup, name: Set-up, amount: "50"}, {id: prepaid, name: Prepaid, amount: "-100"}]
lists:
  - {server: s1, site: acme.test, list: news}
  - {server: s1, site: acme.test, list: dev}
  - {server: s1, site: other.test, list: big}
  - {server: s1, site: nobody.test, list: lost}
customers:
  - company: Acme
    email: billing@acme.test
    start: 2026-09-01
    groups:
      - {name: Main, plans: [{plan: std}], objects: [{server: s1, site: acme.test, list: news}, {server: s1, site: acme.test, list: dev}]}
  - company: Other
    email: billing@other.test
    start: 2026-09-01
    groups:
      - {name: Main, plans: [{plan: flat}], objects: [{server: s1, site: other.test}]}
`

func (h *house) take(text string) {
	h.Helper()
	root, err := providerfile.Parse("provider.yaml", []byte(text))
	h.must(err)
	_, err = office.Import(context.Background(), h.db, by(), []office.File{{Name: "provider.yaml", Root: root}}, nil)
	h.must(err)
}

// posts lets a list send one small message on a day, at noon.
func (h *house) posts(place, day string, recipients int) {
	h.Helper()
	part := strings.Split(place, "/")
	h.sent++
	h.report(fmt.Sprintf(`{"id":"r%d","server":"s1","site":%q,"list":%q,"at":"%sT12:00:00Z","bytes":1000,"recipients":%d}`,
		h.sent, part[0], part[1], day, recipients))
}

func (h *house) report(line string) {
	h.Helper()
	_, err := gather.Ingest(context.Background(), gather.Order{DB: h.db, By: by, Format: maillog.JSONL,
		Inputs: []gather.Input{{Name: "report", Stream: strings.NewReader(line + "\n")}}})
	h.must(err)
}

func (h *house) run(p period.Period, customers ...string) *billrun.Result {
	h.Helper()
	return h.runWith(billrun.Options{Period: p, Customers: customers})
}

func (h *house) runWith(o billrun.Options) *billrun.Result {
	h.Helper()
	r, err := billrun.Run(context.Background(), h.db, by(), o)
	h.must(err)
	return r
}

func (h *house) exec(query string, args ...any) {
	h.Helper()
	_, err := h.raw.ExecContext(context.Background(), query, args...)
	h.must(err)
}

// rows returns what a query gives, a row a line, columns separated by a bar.
func (h *house) rows(query string, args ...any) string {
	h.Helper()
	rows, err := h.raw.QueryContext(context.Background(), query, args...)
	h.must(err)
	defer rows.Close()
	columns, err := rows.Columns()
	h.must(err)
	var out strings.Builder
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		h.must(rows.Scan(into...))
		for i, v := range values {
			if i > 0 {
				out.WriteByte('|')
			}
			fmt.Fprint(&out, v)
		}
		out.WriteByte('\n')
	}
	h.must(rows.Err())
	return out.String()
}

// lines returns the lines of a customer's bill of a period.
func (h *house) lines(company string, p period.Period) string {
	h.Helper()
	return h.rows(`SELECT l.group_name, l.kind, l.ref, l.object, l.days, l.quantity, l.amount FROM bill_line l
		JOIN bill b ON b.customer_id = l.customer_id AND b.id = l.bill_id JOIN customer c ON c.id = b.customer_id
		WHERE c.company = $1 AND b.start_day = $2 AND b.end_day = $3 ORDER BY l.line`, company, int64(p.Start), int64(p.End))
}

// everything is what bills say, without ids and instants.
func (h *house) everything() string {
	h.Helper()
	return h.rows(`SELECT c.company, b.start_day, b.end_day, b.state, b.number, b.currency, b.subtotal, b.tax, b.credit_applied, b.total,
			b.credit_left, b.tested_at, b.customer_revision, b.catalog_revision, b.settings_revision, b.usage_revision, b.warnings, b.usage
			FROM bill b JOIN customer c ON c.id = b.customer_id ORDER BY c.company, b.start_day, b.end_day`) +
		h.rows(`SELECT c.company, b.start_day, l.line, l.group_id, l.group_name, l.month, l.kind, l.ref, l.version_id, l.assignment_id,
			l.component, l.method, l.list_id, l.object, l.days, l.days_in_month, l.quantity, l.amount, l.tax
			FROM bill_line l JOIN bill b ON b.customer_id = l.customer_id AND b.id = l.bill_id JOIN customer c ON c.id = b.customer_id
			ORDER BY c.company, b.start_day, b.end_day, l.line`)
}

func (h *house) expect(what, got, want string) {
	h.Helper()
	if got != want {
		h.Errorf("%s:\ngot\n%s\nwant\n%s", what, got, want)
	}
}
