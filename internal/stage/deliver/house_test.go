package deliver_test

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"postmeter/internal/domain/period"
	"postmeter/internal/outside/mail"
	"postmeter/internal/outside/mail/mailtest"
	"postmeter/internal/outside/providerfile"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

const provider = `
company: {name: Exämple Lists, address: "1 Mail Street"}
currency: USD
time_zone: America/New_York
settings:
  billing_admin_name: Billing
  billing_admin_email: billing@lists.test
  bounce_email: bounces@lists.test
  invoice_number_format: "INV-{year}-{seq:5}"
  payment_terms_days: 14
plans: [{id: std, name: Standard, monthly_price: "25.00", usage: [{method: messages, overage: {per: 1000, price: "1"}}]}]
servers: [{name: s1, host: lists.example.org}]
`

// house is a provider's database and mail server.
type house struct {
	testing.TB
	url    string
	db     *store.DB
	server *mailtest.Server
	now    atomic.Int64 // UTC microseconds: the one clock
}

func newHouse(t testing.TB, url string) *house {
	t.Helper()
	h := &house{TB: t, url: url, server: mailtest.New(t)}
	h.setClock("2026-10-01T12:00:00Z")
	var err error
	h.db, err = store.Open(context.Background(), url, store.Options{})
	h.must(err)
	t.Cleanup(func() { h.must(h.db.Close()) })
	h.take(provider)
	return h
}

// each gives a test a house on each engine.
func each(t *testing.T, do func(h *house)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, url string) { do(newHouse(t, url)) })
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) setClock(at string) {
	now, err := time.Parse(time.RFC3339, at)
	h.must(err)
	h.now.Store(now.UnixMicro())
}

func (h *house) by() store.By {
	return store.By{Actor: "test", At: time.UnixMicro(h.now.Load()).UTC()}
}

func (h *house) take(text string) {
	h.Helper()
	root, err := providerfile.Parse("provider.yaml", []byte(text))
	h.must(err)
	_, err = office.Import(context.Background(), h.db, h.by(), []office.File{{Name: "provider.yaml", Root: root}}, nil)
	h.must(err)
}

// customers makes customers with a list each, whose invoices go to the addresses. They are called C1, C2 …
func (h *house) customers(addresses ...string) {
	h.Helper()
	h.take(customersFile(addresses...))
}

func customersFile(addresses ...string) string {
	var b strings.Builder
	b.WriteString("currency: USD\nlists:\n")
	for i := range addresses {
		fmt.Fprintf(&b, "  - {server: s1, site: c%d.test, list: news}\n", i+1)
	}
	b.WriteString("customers:\n")
	for i, a := range addresses {
		first, more, _ := strings.Cut(a, " ")
		fmt.Fprintf(&b, `  - company: C%d
    email: %q
    additional_addresses: [%s]
    start: 2026-01-01
    groups: [{name: Main, plans: [{plan: std}], objects: [{server: s1, site: c%d.test, list: news}]}]
`, i+1, first, more, i+1)
	}
	return b.String()
}

// run makes the drafts of a month.
func (h *house) run(month period.Month) {
	h.Helper()
	_, err := billrun.Run(context.Background(), h.db, h.by(), billrun.Options{Period: month.Period()})
	h.must(err)
}

func (h *house) transport() mail.Transport {
	h.Helper()
	t, err := mail.Parse(h.server.URL(), mail.Options{StepLimit: 300 * time.Millisecond, FinalLimit: 300 * time.Millisecond})
	h.must(err)
	return t
}

func (h *house) order(bills ...int64) deliver.Order {
	return deliver.Order{DB: h.db, By: h.by, Transport: h.transport(), Bills: bills, Pause: time.Millisecond}
}

func (h *house) send(bills ...int64) *deliver.Result {
	h.Helper()
	r, err := deliver.Send(context.Background(), h.order(bills...))
	h.must(err)
	return r
}

// bill returns a bill by customer; there must be one.
func (h *house) bill(customer string) insight.Entry {
	h.Helper()
	var found []insight.Entry
	for _, b := range h.bills() {
		if b.Customer == customer {
			found = append(found, b)
		}
	}
	if len(found) != 1 {
		h.Fatalf("%s has %d bills", customer, len(found))
	}
	return found[0]
}

func (h *house) bills() []insight.Entry {
	h.Helper()
	bills, err := insight.Bills(context.Background(), h.db, insight.Query{})
	h.must(err)
	return bills
}

// statuses returns the statuses of all bills, by customer.
func (h *house) statuses() string {
	h.Helper()
	var out []string
	for _, b := range h.bills() {
		out = append(out, b.Customer+" "+string(b.Status))
	}
	return strings.Join(out, ", ")
}

// got returns how many mails the server has for an address.
func (h *house) got(address string) (n int) {
	for _, m := range h.server.Mails() {
		if m.To == address {
			n++
		}
	}
	return n
}

const september, october = period.Month(202609), period.Month(202610)

// want fails the test where what a user sees is not what it should be.
func want[T comparable](h *house, what string, got, want T) {
	h.Helper()
	if got != want {
		h.Errorf("%s: got %v, want %v", what, got, want)
	}
}
