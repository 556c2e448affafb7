//go:build bench

package bench

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"postmeter/internal/domain/period"
	"postmeter/internal/outside/mail"
	"postmeter/internal/outside/mail/mailtest"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/stage/seed"
	"postmeter/internal/store"
)

// sentBefore is how many bills of the month before are sent.
const sentBefore = 2_000

// billedProvider makes a provider with two months billed, and some bills of the first sent.
func billedProvider(t *testing.T, address string, customers int64) string {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, address, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	by := func() store.By { return store.By{Actor: "bench", At: pagesDay} }
	month := period.Month(202609)
	_, err = seed.Make(ctx, db, by(), seed.Options{Customers: int(customers), ListsPerCustomer: 3, PostsPerList: 8, Month: month, Seed: 1}, func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := billrun.Run(ctx, db, by(), billrun.Options{Period: month.Period()}); err != nil {
		t.Fatal(err)
	}
	sendSome(t, ctx, address, db, by)
	if _, err := billrun.Run(ctx, db, by(), billrun.Options{Period: (month.Period().End + 1).Month().Period()}); err != nil {
		t.Fatal(err)
	}
	return address
}

func sendSome(t *testing.T, ctx context.Context, address string, db *store.DB, by func() store.By) {
	t.Helper()
	server := mailtest.New(t)
	server.Count = true
	transport, err := mail.Parse(server.URL(), mail.Options{})
	if err != nil {
		t.Fatal(err)
	}
	ids := numbers(t, ctx, sqlOf(t, address), fmt.Sprintf(`SELECT id FROM bill ORDER BY id LIMIT %d`, sentBefore))
	if _, err := deliver.Send(ctx, deliver.Order{DB: db, By: by, Transport: transport, Bills: ids}); err != nil {
		t.Fatal(err)
	}
}

// samples are the things that pages are about.
type samples struct {
	customers, drafts, sent, servers, plans, charges, jobs []int64
	formPlans                                              []int64    // that the form can show
	groups                                                 [][2]int64 // customer and group
	companies, addresses, numbers                          []string
}

func sqlOf(t *testing.T, address string) *sql.DB {
	t.Helper()
	driver, source := "pgx", address
	if file, ok := strings.CutPrefix(address, "sqlite:"); ok {
		driver, source = "sqlite", "file:"+file
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func numbers(t *testing.T, ctx context.Context, db *sql.DB, query string) (out []int64) {
	t.Helper()
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
		out = append(out, n)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

func texts(t *testing.T, ctx context.Context, db *sql.DB, query string) (out []string) {
	t.Helper()
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
		out = append(out, text)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return out
}

// sampled is how many things of each kind pages are asked about.
const sampled = 500

func readSamples(t *testing.T, ctx context.Context, address string) samples {
	t.Helper()
	db := sqlOf(t, address)
	var top int64
	if err := db.QueryRowContext(ctx, `SELECT max(id) FROM customer`).Scan(&top); err != nil {
		t.Fatal(err)
	}
	var some []string
	for range sampled {
		some = append(some, fmt.Sprint(1+rand.Int64N(top)))
	}
	those := strings.Join(some, ",")
	s := samples{
		customers: numbers(t, ctx, db, `SELECT id FROM customer WHERE id IN (`+those+`)`),
		drafts:    numbers(t, ctx, db, `SELECT id FROM bill WHERE state = 'draft' AND customer_id IN (`+those+`)`),
		sent:      numbers(t, ctx, db, fmt.Sprintf(`SELECT id FROM bill WHERE number <> '' LIMIT %d`, sampled)),
		servers:   numbers(t, ctx, db, `SELECT id FROM server`),
		plans:     numbers(t, ctx, db, `SELECT id FROM plan`),
		charges:   numbers(t, ctx, db, `SELECT id FROM charge`),
		companies: texts(t, ctx, db, `SELECT company FROM customer WHERE id IN (`+those+`)`),
		addresses: texts(t, ctx, db, `SELECT name || '@' || site FROM list_name WHERE list_id IN (`+those+`)`),
		numbers:   texts(t, ctx, db, fmt.Sprintf(`SELECT number FROM bill WHERE number <> '' LIMIT %d`, sampled)),
	}
	for _, id := range numbers(t, ctx, db, `SELECT id FROM billing_group WHERE customer_id IN (`+those+`)`) {
		s.groups = append(s.groups, [2]int64{numbers(t, ctx, db, fmt.Sprintf(`SELECT customer_id FROM billing_group WHERE id = %d`, id))[0], id})
		if len(s.groups) == 20 {
			break
		}
	}
	return s
}

// pageKind is a page, or a view of one.
type pageKind struct {
	name string
	path func(*samples) string
}

func one[T any](of []T) T { return of[rand.IntN(len(of))] }

func fixed(name, path string) pageKind { return pageKind{name, func(*samples) string { return path }} }

func about(name, path string, of func(*samples) []int64) pageKind {
	return pageKind{name, func(s *samples) string { return fmt.Sprintf(path, one(of(s))) }}
}

func ofGroup(name, path string) pageKind {
	return pageKind{name, func(s *samples) string {
		g := one(s.groups)
		return fmt.Sprintf("/customers/%d/groups/%d", g[0], g[1]) + path
	}}
}

func sought(name, path string, of func(*samples) string) pageKind {
	return pageKind{name, func(s *samples) string { return path + url.QueryEscape(of(s)) }}
}

func customersOf(s *samples) []int64 { return s.customers }
func draftsOf(s *samples) []int64    { return s.drafts }
func sentOf(s *samples) []int64      { return s.sent }
func serversOf(s *samples) []int64   { return s.servers }
func plansOf(s *samples) []int64     { return s.plans }
func chargesOf(s *samples) []int64   { return s.charges }

// cursor is a place somewhere in the list of customers.
func cursor(s *samples) string {
	i := rand.IntN(min(len(s.customers), len(s.companies)))
	return fmt.Sprintf("%d %s", s.customers[i], s.companies[i])
}

func word(s *samples) string { return strings.Fields(one(s.companies))[0] }

// beginning is what somebody has typed so far of a company.
func beginning(s *samples) string {
	company := one(s.companies)
	return company[:2+rand.IntN(len(company)-2)]
}

func wordPrefix(s *samples) string { return strings.ToLower(word(s)[:3]) }

func agent(*samples) string { return fmt.Sprintf("Agent %03d", rand.IntN(250)) }

var pageKinds = []pageKind{
	fixed("Home", "/"),
	fixed("Customers, first", "/customers"),
	fixed("Customers, last", "/customers?before="+url.QueryEscape("9000000000 zzz")),
	sought("Customers, somewhere", "/customers?after=", cursor),
	fixed("Customers, by start", "/customers?sort=start"),
	fixed("Customers, by end falling", "/customers?sort=-end"),
	fixed("Customers, inactive", "/customers?active=no"),
	fixed("Customers, card", "/customers?payment=credit_card"),
	sought("Customers, common word", "/customers?q=", word),
	sought("Customers, three letters", "/customers?q=", wordPrefix),
	sought("Customers, a company", "/customers?q=", func(s *samples) string { return one(s.companies) }),
	sought("Customers, while typing", "/customers?q=", beginning),
	sought("Customers, word, by start", "/customers?sort=start&q=", word),
	sought("Customers, word and card", "/customers?payment=credit_card&q=", word),
	sought("Customers, number's beginning", "/customers?q=", func(*samples) string { return fmt.Sprintf("0%d", rand.IntN(100)) }),
	about("Customers, plan", "/customers?plan=%d", plansOf),
	about("Customer", "/customers/%d", customersOf),
	about("Customer, edit", "/customers/%d/edit", customersOf),
	fixed("Customer, new", "/customers/new"),
	about("Customer, statement", "/customers/%d/statement", customersOf),
	about("Customer, history", "/customers/%d/history", customersOf),
	about("Customer, terminate", "/customers/%d/terminate", customersOf),
	about("Customer, groups", "/customers/%d/groups", customersOf),
	ofGroup("Group", ""),
	ofGroup("Group, edit", "/edit"),
	ofGroup("Group, add a plan", "/plans/new"),
	ofGroup("Pick lists", "/add/lists"),
	ofGroup("Pick lists, also assigned", "/add/lists?show=all"),
	pageKind{"Pick lists, searched", func(s *samples) string {
		g := one(s.groups)
		return fmt.Sprintf("/customers/%d/groups/%d/add/lists?show=all&q=%s", g[0], g[1], url.QueryEscape(one(s.addresses)))
	}},
	ofGroup("Pick lists, common word", "/add/lists?show=all&q=news"),
	ofGroup("Pick sites", "/add/sites?show=all"),
	ofGroup("Pick servers", "/add/servers?show=all"),
	fixed("Validation", "/validation"),
	fixed("Bill", "/bill"),
	fixed("Bill, end before", "/bill?end_before=2026-10-01"),
	fixed("Bill, end after", "/bill?end_after=2026-09-10"),
	fixed("Bill, start after", "/bill?start_after=2026-09-20"),
	fixed("Bill, active before", "/bill?active_before=2026-09-30"),
	sought("Bill, salesperson", "/bill?salesperson=", agent),
	fixed("Bill, salesperson, none", "/bill?salesperson=Nobody"),
	sought("Bill, word and active", "/bill?active=yes&q=", word),
	sought("Bill, word and end", "/bill?end_before=2026-10-01&q=", word),
	fixed("Run Billing", "/bill/run"),
	fixed("Run Billing, of a view", "/bill/run?end_before=2026-10-01"),
	fixed("Review", "/bill/review"),
	fixed("Review, month before", "/bill/review?start=2026-09-01&end=2026-09-30"),
	fixed("Checklist", "/checklist"),
	fixed("Checklist, month before", "/checklist?start=2026-09-01&end=2026-09-30"),
	fixed("Bills", "/bills"),
	fixed("Bills of a month", "/bills?start=2026-10-01&end=2026-10-31"),
	fixed("Bills, sent", "/bills?state=final"),
	fixed("Bills, void", "/bills?state=void"),
	fixed("Bills, unconfirmed", "/bills?state=unconfirmed"),
	sought("Bills, common word", "/bills?q=", word),
	sought("Bills, a company", "/bills?q=", func(s *samples) string { return one(s.companies) }),
	about("Draft", "/bills/%d", draftsOf),
	about("Invoice", "/bills/%d", sentOf),
	about("Line", "/bills/%d/lines/1", draftsOf),
	about("Pay", "/bills/%d/pay", sentOf),
	about("Void", "/bills/%d/void", sentOf),
	fixed("Send", "/send"),
	fixed("Send, of a month", "/send?start=2026-10-01&end=2026-10-31"),
	sought("Send, common word", "/send?q=", word),
	sought("Send, a company", "/send?q=", func(s *samples) string { return one(s.companies) }),
	fixed("Send, what is mailed", "/send/run"),
	about("Send, one bill", "/send/run?bill=%d", draftsOf),
	fixed("Test, what is mailed", "/send/test"),
	fixed("Servers", "/servers"),
	about("Server", "/servers/%d", serversOf),
	about("Server, edit", "/servers/%d/edit", serversOf),
	about("Server, move", "/servers/%d/move", serversOf),
	fixed("Plans", "/plans"),
	about("Plan", "/plans/%d", plansOf),
	about("Plan, edit", "/plans/%d/edit", func(s *samples) []int64 { return s.formPlans }),
	fixed("Charges", "/charges"),
	about("Charge", "/charges/%d", chargesOf),
	fixed("Settings", "/settings"),
	fixed("Admins", "/admins"),
	fixed("Profile", "/profile"),
	fixed("Jobs", "/jobs"),
	sought("Search, a company", "/search?q=", func(s *samples) string { return one(s.companies) }),
	sought("Search, common word", "/search?q=", word),
	sought("Search, three letters", "/search?q=", wordPrefix),
	sought("Search, while typing", "/search?q=", beginning),
	sought("Search, a list", "/search?q=", func(s *samples) string { return strings.ToUpper(one(s.addresses)) }),
	sought("Search, a list's beginning", "/search?q=", func(s *samples) string { return one(s.addresses)[:4] }),
	sought("Search, a bill", "/search?q=", func(s *samples) string { return strings.TrimPrefix(one(s.numbers), "INV") }),
}
