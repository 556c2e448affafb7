package settle_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/ledger"
	"postmeter/internal/domain/period"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/outside/providerfile"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
	"postmeter/internal/stage/settle"
	"postmeter/internal/store"
)

// world is a provider on one engine, driven through the stages as the commands drive them. Its methods return what the
// stages return.
type world struct {
	ctx   context.Context //nolint:containedctx // of one test; a kill replaces it for one step
	db    *store.DB
	today period.Date
	said  *billrun.Result // by the last run

	// What audits look at: bills with larger ids, of these customers. Nothing means all.
	after     int64
	customers []string
}

func newWorld(t testing.TB, url string) *world {
	t.Helper()
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &world{ctx: context.Background(), db: db, today: period.MustParse("2026-09-01")}
}

func (w *world) by() store.By {
	return store.By{Actor: "test", At: period.StartOf(w.today, time.UTC).Add(12 * time.Hour)}
}

func (w *world) take(text string) error {
	root, err := providerfile.Parse("provider.yaml", []byte(text))
	if err != nil {
		return err
	}
	_, err = office.Import(w.ctx, w.db, w.by(), []office.File{{Name: "provider.yaml", Root: root}}, nil)
	return err
}

// report counts usage records in the form of jsonl.
func (w *world) report(line string) error {
	result, err := gather.Ingest(w.ctx, gather.Order{DB: w.db, By: w.by, Format: maillog.JSONL,
		Inputs: []gather.Input{{Name: "report", Stream: strings.NewReader(line + "\n")}}})
	if err == nil && result.Counted != 1 && result.AlreadyKnown != 1 {
		err = fmt.Errorf("the report was not counted: %+v", result)
	}
	return err
}

func (w *world) run(p period.Period, customers ...string) (err error) {
	w.said, err = billrun.Run(w.ctx, w.db, w.by(), billrun.Options{Period: p, Customers: customers, Workers: 1})
	return err
}

// bills are those of a customer that start in a month, in the order in which they were made.
func (w *world) bills(customer string, month period.Month) ([]store.BillRow, error) {
	var out []store.BillRow
	err := w.db.Read(w.ctx, func(s *store.Snapshot) error {
		rows, err := s.Bills(store.BillFilter{Period: month.Period()})
		for _, b := range rows {
			if b.Company == customer && b.Period.Start.Month() == month {
				out = append(out, b)
			}
		}
		return err
	})
	return out, err
}

// bill is the latest of a customer's bills of a month.
func (w *world) bill(customer string, month period.Month) (store.BillRow, error) {
	bills, err := w.bills(customer, month)
	if err == nil && len(bills) == 0 {
		err = fault.New(fault.NotFound, "%s has no bill of %s", customer, month)
	}
	if err != nil {
		return store.BillRow{}, err
	}
	return bills[len(bills)-1], nil
}

func (w *world) statement(customer string) (*settle.Account, error) {
	return settle.Statement(w.ctx, w.db, customer)
}

// audit compares the ledger of every customer with the bills.
func (w *world) audit() error {
	var wrong []string
	err := w.db.Read(w.ctx, func(s *store.Snapshot) error {
		rows, err := s.Bills(store.BillFilter{AfterID: w.after})
		if err != nil {
			return err
		}
		ids, err := w.ids(s)
		if err != nil {
			return err
		}
		for _, id := range ids {
			var documents []ledger.Document
			for i := range rows {
				if rows[i].CustomerID == id {
					documents = append(documents, ledger.Document{Bill: store.LedgerBill(&rows[i]),
						Final: rows[i].Axes.State == invoice.Final, Void: rows[i].Axes.State == invoice.Void})
				}
			}
			entries, err := s.Ledger(id)
			if err != nil {
				return err
			}
			wrong = append(wrong, ledger.Audit(documents, entries)...)
			wrong = append(wrong, w.status(rows, id, entries)...)
		}
		return nil
	})
	if err == nil && len(wrong) > 0 {
		err = fmt.Errorf("the books are wrong: %s", strings.Join(wrong, "; "))
	}
	return err
}

func (w *world) ids(s *store.Snapshot) ([]int64, error) {
	if len(w.customers) > 0 {
		return s.CustomerIDsOf(w.customers)
	}
	return s.CustomerIDs(0, 1000)
}

// status compares what lists of bills say is open and written off with what the ledger says.
func (w *world) status(rows []store.BillRow, customer int64, entries []ledger.Entry) (wrong []string) {
	for i := range rows {
		b := &rows[i]
		if b.CustomerID != customer || b.Axes.State == invoice.Draft {
			continue
		}
		if s := ledger.StandingOf(entries, b.ID); b.Axes.Open != s.Open || b.Axes.WrittenOff != s.WrittenOff {
			wrong = append(wrong, fmt.Sprintf("bill %d is listed with %d open and %d written off, and it is %d and %d",
				b.ID, b.Axes.Open, b.Axes.WrittenOff, s.Open, s.WrittenOff))
		}
		if s := ledger.StandingOf(entries, b.ID); b.Axes.Status() == invoice.StatusPaid && s.Settled() != b.Axes.Total {
			wrong = append(wrong, fmt.Sprintf("bill %d over %d is paid, and %d came", b.ID, b.Axes.Total, s.Settled()))
		}
	}
	return wrong
}

// takeBack reverses the latest payment of an amount on a bill.
func (w *world) takeBack(b *store.BillRow, amount, reason string) error {
	account, err := w.statement(b.Company)
	if err != nil {
		return err
	}
	for i := len(account.Entries) - 1; i >= 0; i-- {
		e := &account.Entries[i]
		if e.Kind == ledger.Payment && e.Bill == b.ID && !e.Undone && paid(e) == amount {
			_, err := settle.TakeBack(w.ctx, w.db, w.by(), b.ID, e.Entry, settle.Today, reason)
			return err
		}
	}
	return fault.New(fault.NotFound, "bill %d has no payment of %s", b.ID, amount)
}

// lines shows the lines of a bill, one text each.
func (w *world) lines(id int64) ([]string, error) {
	facts, err := insight.Facts(w.ctx, w.db, id)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, l := range insight.DocumentOf(facts).Lines {
		out = append(out, strings.Join(strings.Fields(fmt.Sprintln(l.Month, l.Kind, l.Ref, l.Method, l.Object, l.Amount)), " "))
	}
	return out, nil
}
