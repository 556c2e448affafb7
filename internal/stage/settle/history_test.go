package settle_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/ledger"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/stage/settle"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// How many random histories are played. The long test plays as many as rapid asks for.
const (
	sqliteHistories   = 40
	postgresHistories = 10
)

// TestEveryHistoryAddsUp plays random histories of bills and money, in any order and broken off anywhere, and audits
// the books after each step. In the end everything is billed, and nothing is missing or there twice.
func TestEveryHistoryAddsUp(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) {
		histories(t, "sqlite:"+filepath.Join(t.TempDir(), "history.db"), sqliteHistories)
	})
	t.Run("postgres", func(t *testing.T) { histories(t, storetest.Postgres(t), postgresHistories) })
}

func histories(t *testing.T, url string, limit int) {
	w := newWorld(t, url)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		if n++; limit > 0 && n > limit {
			return
		}
		h := &history{T: r, world: w, number: n}
		h.begin()
		for range rapid.IntRange(10, 50).Draw(r, "steps") {
			h.step()
		}
		h.finish()
	})
}

// months are what the histories bill.
var months = []period.Month{202609, 202610, 202611}

// history is one random history with customers of its own; all share a database.
type history struct {
	*rapid.T
	*world
	number  int
	records int
	money   int64            // net of what came in and was given, and not taken back
	sent    map[string]int64 // recipients by customer and month
}

// provider has a customer who pays, and one who paid in advance. Both have a one-time charge.
const provider = `
currency: USD
plans: [{id: std, name: Standard, monthly_price: "10", usage: [{method: messages, included: 100, overage: {per: 100, price: "0.37"}}]}]
charges: [{id: setup, name: Set-up, amount: "20"}, {id: prepaid, name: Prepaid, amount: "-45"}]
servers: [{name: s1, host: s1.test, kind: manual}]
lists: [{server: s1, site: a%[1]d.test, list: news}, {server: s1, site: b%[1]d.test, list: news}]
customers:
  - company: A%[1]d
    email: a@a.test
    start: 2026-09-01
    credit: "15"
    groups: [{name: Main, plans: [{plan: std}], charges: [{charge: setup, start: 2026-09-01}], objects: [{server: s1, site: a%[1]d.test, list: news}]}]
  - company: B%[1]d
    email: b@b.test
    start: 2026-09-01
    groups: [{name: Main, plans: [{plan: std}], charges: [{charge: setup, start: 2026-10-05}, {charge: prepaid, start: 2026-09-01}],
      objects: [{server: s1, site: b%[1]d.test, list: news}]}]
`

func (h *history) begin() {
	h.ctx, h.customers, h.today = context.Background(), nil, period.MustParse("2026-12-01")
	h.must(h.take(fmt.Sprintf(provider, h.number)))
	h.customers = []string{fmt.Sprintf("A%d", h.number), fmt.Sprintf("B%d", h.number)}
	h.money, h.sent = 1500, map[string]int64{}
	h.must(h.db.Read(h.ctx, func(s *store.Snapshot) error {
		all, err := s.Bills(store.BillFilter{AfterID: h.after})
		if len(all) > 0 {
			h.after = all[len(all)-1].ID
		}
		return err
	}))
}

func (h *history) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// kinds are what happens, the usual things more often.
var kinds = []string{"usage", "run", "send", "bill", "bill", "bill", "pay", "pay", "pay", "take back", "take back", "void", "void", "credit", "write off"}

// step does one random thing, sometimes broken off.
func (h *history) step() {
	before := h.entries()
	what := rapid.SampledFrom(kinds).Draw(h.T, "step")
	if rapid.IntRange(0, 4).Draw(h.T, "killed") == 0 {
		h.ctx = newFailing(rapid.IntRange(0, 60).Draw(h.T, "after"))
	}
	err := h.do(what)
	h.ctx = context.Background()
	switch fault.KindOf(err) {
	case fault.Conflict, fault.NotFound, fault.Invalid, fault.Canceled:
	default:
		h.must(err)
	}
	h.account(before, h.entries())
	h.must(h.audit())
	h.check()
}

func (h *history) do(what string) error {
	customer := rapid.SampledFrom(h.customers).Draw(h.T, "customer")
	month := rapid.SampledFrom(months).Draw(h.T, "month")
	switch what {
	case "usage":
		h.records++
		day := month.Period().Start + period.Date(rapid.IntRange(0, 29).Draw(h.T, "day"))
		site := strings.ToLower(customer) + ".test"
		recipients := rapid.Int64Range(1, 5000).Draw(h.T, "recipients")
		line := fmt.Sprintf(`{"id":"h%d-%d","server":"s1","site":%q,"list":"news","at":"%sT12:00:00Z","bytes":100,"recipients":%d}`,
			h.number, h.records, site, day, recipients)
		if h.report(line) != nil { // broken off: it is reported again
			h.ctx = context.Background()
			h.must(h.report(line))
		}
		h.sent[customer+" "+month.String()] += recipients
		return nil
	case "run":
		return h.run(month.Period(), h.customers...)
	case "send":
		return h.send(customer, month)
	case "bill":
		if err := h.run(month.Period(), customer); err != nil {
			return err
		}
		return h.send(customer, month)
	case "credit":
		_, err := settle.GiveCredit(h.ctx, h.db, h.by(), customer, h.amount(), "random")
		return err
	case "take back":
		return h.undo(customer)
	}
	b, err := h.some(customer)
	if err != nil {
		return err
	}
	switch what {
	case "pay":
		_, err = settle.Pay(h.ctx, h.db, h.by(), settle.Payment{BillID: b.ID, Amount: h.amount(), Day: h.today,
			Reference: rapid.SampledFrom([]string{"", "x", "y", "z"}).Draw(h.T, "reference")})
	case "void":
		_, err = settle.Void(h.ctx, h.db, h.by(), b.ID, "random")
	case "write off":
		_, err = settle.WriteOff(h.ctx, h.db, h.by(), b.ID, "random")
	}
	return err
}

func (h *history) amount() string {
	minor := rapid.OneOf(rapid.Int64Range(1, 6000), rapid.SampledFrom([]int64{1000, 3000})).Draw(h.T, "amount")
	return money.Amount{Minor: minor, Currency: money.MustCurrency("USD")}.String()
}

// some draws one of a customer's bills, void ones and drafts too.
func (h *history) some(customer string) (store.BillRow, error) {
	var bills []store.BillRow
	for _, month := range months {
		found, err := h.bills(customer, month)
		if err != nil {
			return store.BillRow{}, err
		}
		bills = append(bills, found...)
	}
	if len(bills) == 0 {
		return store.BillRow{}, fault.New(fault.NotFound, "no bill yet")
	}
	return rapid.SampledFrom(bills).Draw(h.T, "bill"), nil
}

// undo takes an entry of a customer back, mostly one that can be.
func (h *history) undo(customer string) error {
	account, err := h.statement(customer)
	if err != nil || len(account.Entries) == 0 {
		return err
	}
	likely := slices.DeleteFunc(slices.Clone(account.Entries), func(e settle.Row) bool { return !e.Kind.Reversible() || e.Undone })
	if len(likely) == 0 || rapid.IntRange(0, 9).Draw(h.T, "odd") == 0 {
		likely = account.Entries
	}
	e := rapid.SampledFrom(likely).Draw(h.T, "entry")
	if e.Bill != 0 {
		_, err = settle.TakeBack(h.ctx, h.db, h.by(), e.Bill, e.Entry, settle.Today, "random")
	} else {
		_, err = settle.TakeBackCredit(h.ctx, h.db, h.by(), customer, e.Entry, "random")
	}
	return err
}

// entries are those of all customers of the history.
func (h *history) entries() (all []ledger.Entry) {
	h.must(h.db.Read(context.Background(), func(s *store.Snapshot) error {
		ids, err := s.CustomerIDsOf(h.customers)
		for _, id := range ids {
			entries, err := s.Ledger(id)
			if err != nil {
				return err
			}
			all = append(all, entries...)
		}
		return err
	}))
	return all
}

// account keeps books of its own: what came in from outside. A step books one thing or nothing.
func (h *history) account(before, after []ledger.Entry) {
	for _, e := range after {
		if slices.ContainsFunc(before, func(b ledger.Entry) bool { return b.ID == e.ID }) {
			continue
		}
		switch e.Kind {
		case ledger.Payment, ledger.Credit, ledger.WriteOff, ledger.Reversal:
			h.money -= e.Net()
		}
	}
	if len(after) > len(before)+2 {
		h.Fatalf("one step booked %d entries", len(after)-len(before))
	}
}

// check compares what customers owe with what was billed and what came in; no charge is billed twice.
func (h *history) check() {
	var billed, owed int64
	for _, customer := range h.customers {
		for ref, times := range h.charges(customer) {
			if times > 1 {
				h.Fatalf("%s is billed for %s %d times", customer, ref, times)
			}
		}
	}
	writtenOff := int64(0)
	entries := h.entries()
	for _, b := range h.finals() {
		billed += b.Subtotal + b.Tax
	}
	for _, e := range entries {
		owed += e.Net()
		if e.Kind == ledger.CreditNote {
			writtenOff += h.givenUp(entries, e.BillID)
		}
	}
	if owed != billed-h.money+writtenOff {
		h.Fatalf("billed %d, came in %d, and %d is owed less credit", billed, h.money, owed)
	}
}

// givenUp is what had been written off of a bill that was voided then: nobody owes it, and nobody paid it.
func (h *history) givenUp(entries []ledger.Entry, bill int64) (sum int64) {
	for _, e := range entries {
		if e.BillID == bill && e.Kind == ledger.WriteOff && !ledger.Reversed(entries, e.ID) {
			sum -= e.Amount
		}
	}
	return sum
}

func (h *history) finals() (out []store.BillRow) {
	h.must(h.db.Read(context.Background(), func(s *store.Snapshot) error {
		rows, err := s.Bills(store.BillFilter{AfterID: h.after})
		for _, b := range rows {
			if b.Axes.State == invoice.Final && slices.Contains(h.customers, b.Company) {
				out = append(out, b)
			}
		}
		return err
	}))
	return out
}

// charges counts how often each one-time charge stands on final bills.
func (h *history) charges(customer string) map[string]int {
	out := map[string]int{}
	for _, b := range h.finals() {
		if b.Company != customer {
			continue
		}
		lines, err := h.lines(b.ID)
		h.must(err)
		for _, l := range lines {
			if fields := strings.Fields(l); fields[1] == "charge" {
				out[fields[2]]++
			}
		}
	}
	return out
}

// finish bills what is left, month by month, and December, on which the last corrections stand: then each day, each
// charge and each recipient is billed once.
func (h *history) finish() {
	for _, month := range append(slices.Clone(months), 202612) {
		h.must(h.run(month.Period(), h.customers...))
		for _, customer := range h.customers {
			b, err := h.bill(customer, month)
			h.must(err)
			if b.Axes.State == invoice.Draft {
				h.must(h.send(customer, month))
				h.must(h.audit())
			}
		}
	}
	days := 0
	for _, b := range h.finals() {
		days += b.Period.Days()
	}
	if days != 2*(91+31) {
		h.Errorf("%d days are billed, want twice 122", days)
	}
	for _, customer := range h.customers {
		for _, month := range months {
			over := max(0, h.sent[customer+" "+month.String()]-100)
			if got, want := h.billedFor(customer, month), 1000+(over*37+50)/100; got != want {
				h.Errorf("%s is billed %d for %s with all corrections, want %d", customer, got, month, want)
			}
		}
	}
	for customer, charges := range map[string]int{h.customers[0]: 1, h.customers[1]: 2} {
		if got := h.charges(customer); len(got) != charges {
			h.Errorf("%s is billed for %v", customer, got)
		}
	}
	h.check()
}

// billedFor adds up what all final bills bill a customer for a month, but for charges.
func (h *history) billedFor(customer string, month period.Month) (sum int64) {
	for _, b := range h.finals() {
		if b.Company != customer {
			continue
		}
		h.must(h.db.Read(h.ctx, func(s *store.Snapshot) error {
			lines, err := s.BillLines(b.CustomerID, b.ID)
			for _, l := range lines {
				if l.Month == month && l.Kind != "charge" {
					sum += l.Amount
				}
			}
			return err
		}))
	}
	return sum
}
