package insight_test

import (
	"context"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/period"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/outside/providerfile"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

const provider = `
company: {name: Test Lists}
currency: USD
time_zone: America/New_York
servers: [{name: s1, host: s1.test, kind: manual, service_senders: ["*-request@*"]}]
plans:
  - {id: std, name: Standard, monthly_price: "25", minimum: "30", usage: [{method: messages, unit_kb: 40, included: 100, overage: {per: 1000, price: "0.90"}}]}
  - {id: gb, name: Gigabyte, scope: list, usage: [{method: bandwidth, overage: {price: "3"}}]}
charges: [{id: setup, name: Set-up, amount: "10"}]
lists:
  - {server: s1, site: acme.test, list: news}
  - {server: s1, site: acme.test, list: dev}
  - {server: s1, site: other.test, list: big}
customers:
  - company: Acme
    email: billing@acme.test
    start: 2026-09-01
    groups:
      - name: Main
        plans: [{plan: std}]
        charges: [{charge: setup}]
        objects: [{server: s1, site: acme.test}]
  - company: Other
    email: billing@other.test
    start: 2026-09-01
    payment_method: free
    groups:
      - name: Main
        plans: [{plan: gb}]
        objects: [{server: s1, site: other.test, list: big}]
`

var september = period.Month(202609).Period()

func by() store.By { return store.By{Actor: "test", At: time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)} }

// house is a database with a provider, on one engine.
type house struct {
	testing.TB
	db *store.DB
}

func newHouse(t testing.TB, url string) house {
	t.Helper()
	h := house{t, nil}
	var err error
	h.db, err = store.Open(context.Background(), url, store.Options{})
	h.must(err)
	t.Cleanup(func() { h.must(h.db.Close()) })
	h.take(provider)
	return h
}

func (h house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h house) take(text string) {
	h.Helper()
	root, err := providerfile.Parse("provider.yaml", []byte(text))
	h.must(err)
	_, err = office.Import(context.Background(), h.db, by(), []office.File{{Name: "provider.yaml", Root: root}}, nil)
	h.must(err)
}

func (h house) ingest(log string) {
	h.Helper()
	_, err := gather.Ingest(context.Background(), gather.Order{DB: h.db, By: by, Server: "s1", Format: maillog.Mailman3,
		Inputs: []gather.Input{{Name: "log", Stream: strings.NewReader(log)}}})
	h.must(err)
}

func (h house) bill() []insight.Entry {
	h.Helper()
	_, err := billrun.Run(context.Background(), h.db, by(), billrun.Options{Period: september})
	h.must(err)
	return h.list(insight.Query{})
}

func (h house) list(q insight.Query) []insight.Entry {
	h.Helper()
	bills, err := insight.Bills(context.Background(), h.db, q)
	h.must(err)
	return bills
}

// line is a delivery in the log.
func line(at, list string, recipients, size int, sender string) string {
	return fmt.Sprintf("%s PM1 list_id=%s recips=%d refused=1 size=%d secs=0.1 sender=%s msgid=<1@x>\n", at, list, recipients+1, size, sender)
}

// smallLog has a delivery on each side of the month's ends, where the provider's days begin at four o'clock UTC.
func smallLog() string {
	return line("2026-09-01T03:59:59+0000", "news.acme.test", 1000, 100, "a@acme.test") + // still August
		line("2026-09-01T04:00:00+0000", "news.acme.test", 2000, 61440, "a@acme.test") + // 1.5 units each
		line("2026-09-10T10:00:00+0000", "dev.acme.test", 1, 900, "dev-request@acme.test") + // service mail
		line("2026-09-10T10:00:00+0000", "big.other.test", 7, 1<<30, "a@other.test") +
		line("2026-10-01T03:59:59+0000", "dev.acme.test", 50, 100, "a@acme.test") +
		line("2026-10-01T04:00:00+0000", "dev.acme.test", 5000, 100, "a@acme.test") // October
}

func each(t *testing.T, do func(h house)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, url string) { do(newHouse(t, url)) })
}

func TestEveryLineLeadsToTheLog(t *testing.T) {
	each(t, func(h house) {
		h.ingest(smallLog())
		for _, bill := range h.bill() {
			facts, err := insight.Facts(context.Background(), h.db, bill.ID)
			h.must(err)
			for _, l := range facts.Lines {
				e, err := insight.Explain(context.Background(), h.db, bill.ID, l.Number)
				h.must(err)
				if !e.Agrees || e.Amount == "" || len(e.Steps) == 0 {
					h.Errorf("%s, line %d: %q", bill.Customer, l.Number, e.Problems)
				}
				if l.Kind == "overage" && bill.Customer == "Acme" {
					checkAcme(h, facts.Lines[1].Number, bill.ID)
				}
			}
		}
	})
}

// checkAcme knows where in the log Acme's deliveries stand.
func checkAcme(h house, number int, id int64) {
	e, err := insight.Explain(context.Background(), h.db, id, number)
	h.must(err)
	if len(e.Records) != 2 {
		h.Fatalf("%d deliveries explain the line, want 2: %+v", len(e.Records), e.Records)
	}
	log := smallLog()
	for i, want := range []string{"2026-09-01T04:00:00+0000", "2026-10-01T03:59:59+0000"} {
		r := e.Records[i]
		if got := log[r.Log.Offset : r.Log.Offset+int64(len(want))]; got != want {
			h.Errorf("the place in the log holds %q, want %q", got, want)
		}
		if r.Log.Server != "s1" || r.Log.Format != "mailman3" || r.Log.Head == "" {
			h.Errorf("the log is not named: %+v", r.Log)
		}
	}
	if e.Quantity != "2950" || e.Amount != "2.66" { // 2,000 × 1.5 + 50 - 100; 2.655
		h.Errorf("quantity %s, amount %s", e.Quantity, e.Amount)
	}
}

func TestLateUsageMakesADraftStale(t *testing.T) {
	each(t, func(h house) {
		h.ingest(smallLog())
		for _, b := range h.bill() {
			if b.Stale {
				h.Errorf("%s is stale at once", b.Customer)
			}
		}
		h.ingest(line("2026-09-20T10:00:00+0000", "news.acme.test", 9, 100, "late@acme.test"))
		for _, b := range h.list(insight.Query{}) {
			if b.Stale != (b.Customer == "Acme") {
				h.Errorf("%s: stale is %v", b.Customer, b.Stale)
			}
			if b.Customer != "Acme" {
				continue
			}
			e, err := insight.Explain(context.Background(), h.db, b.ID, 2)
			h.must(err)
			if e.Agrees || len(e.Problems) == 0 {
				h.Error("a line whose usage has changed is explained as if it were right")
			}
		}
		for _, b := range h.bill() {
			if b.Stale {
				h.Errorf("%s is stale after it was run again", b.Customer)
			}
		}
	})
}

func TestAChangedPlanMakesDraftsStale(t *testing.T) {
	each(t, func(h house) {
		h.ingest(smallLog())
		h.bill()
		h.take(strings.Replace(provider, `"0.90"`, `"0.95"`, 1))
		for _, b := range h.list(insight.Query{}) {
			if !b.Stale {
				h.Errorf("%s is not stale", b.Customer)
			}
		}
	})
}

func TestBillsAreListedByDaysAndStatus(t *testing.T) {
	each(t, func(h house) {
		h.bill()
		august := period.Month(202608).Period()
		for _, test := range []struct {
			q    insight.Query
			want int
		}{
			{insight.Query{}, 2},
			{insight.Query{Period: september}, 2},
			{insight.Query{Period: august}, 0},
			{insight.Query{Status: invoice.StatusDraft}, 2},
			{insight.Query{Status: invoice.StatusPaid}, 0},
		} {
			if got := h.list(test.q); len(got) != test.want {
				h.Errorf("%+v lists %d bills, want %d", test.q, len(got), test.want)
			}
		}
	})
}

func TestWhatDoesNotExistIsNotFound(t *testing.T) {
	each(t, func(h house) {
		bills := h.bill()
		for _, test := range []struct {
			bill int64
			line int
		}{{77, 1}, {bills[0].ID, 0}, {bills[0].ID, 99}} {
			if _, err := insight.Explain(context.Background(), h.db, test.bill, test.line); fault.KindOf(err) != fault.NotFound {
				h.Errorf("bill %d, line %d: got %v, want not found", test.bill, test.line, err)
			}
		}
	})
}

// busyLog is a month in which a list sends n messages, among others that send many more.
func busyLog(n, others int) string {
	var b strings.Builder
	start := time.Date(2026, 9, 1, 5, 0, 0, 0, time.UTC)
	for i := range n + others {
		list := "news.acme.test"
		if i >= n {
			list = "big.other.test"
		}
		at := start.Add(time.Duration(i%n) * 4 * time.Minute).Format("2006-01-02T15:04:05-0700")
		b.WriteString(line(at, list, 1+i%300, 500+i%90000, "a@acme.test"))
	}
	return b.String()
}

const busyMonth = 10_000 // messages

// TestABusyMonthIsExplained reads the deliveries of the line and no others, and adds all of them up.
func TestABusyMonthIsExplained(t *testing.T) {
	each(t, func(h house) {
		h.ingest(busyLog(busyMonth, 3*busyMonth))
		bills := h.bill()
		e, err := insight.Explain(context.Background(), h.db, bills[0].ID, 2)
		h.must(err)
		if !e.Agrees || len(e.Records) != busyMonth {
			h.Fatalf("%d deliveries, want %d: %q", len(e.Records), busyMonth, e.Problems)
		}
		sum := new(big.Rat)
		for i := range busyMonth {
			q := big.NewRat(int64(500+i%90000), 40*1024)
			if q.Cmp(big.NewRat(1, 1)) < 0 {
				q = big.NewRat(1, 1)
			}
			sum.Add(sum, q.Mul(q, big.NewRat(int64(1+i%300), 1)))
		}
		sum.Sub(sum, big.NewRat(100, 1))
		if got := strings.TrimSuffix(strings.TrimRight(sum.FloatString(6), "0"), "."); got != e.Quantity {
			h.Errorf("the line says %s, the log adds up to %s", e.Quantity, got)
		}
	})
}

// BenchmarkExplain explains a line of a month of 10,000 messages.
func BenchmarkExplain(b *testing.B) {
	for engine, url := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(engine, func(b *testing.B) {
			h := newHouse(b, url(b))
			h.ingest(busyLog(busyMonth, 3*busyMonth))
			bills := h.bill()
			for b.Loop() {
				if _, err := insight.Explain(context.Background(), h.db, bills[0].ID, 2); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestAContractThatContradictsItselfIsSaid gives the list of a billed customer to another one as well.
func TestAContractThatContradictsItselfIsSaid(t *testing.T) {
	each(t, func(h house) {
		h.ingest(smallLog())
		bills := h.bill()
		h.take(strings.Replace(provider, "        objects: [{server: s1, site: other.test, list: big}]",
			"        objects: [{server: s1, site: acme.test}, {server: s1, site: other.test, list: big}]", 1))
		e, err := insight.Explain(context.Background(), h.db, bills[0].ID, 2)
		h.must(err)
		if e.Agrees || len(e.Problems) != 1 || !strings.Contains(e.Problems[0], "contradicts itself") {
			h.Errorf("got %v, %q", e.Agrees, e.Problems)
		}
	})
}
