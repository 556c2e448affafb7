package store_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/ledger"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

var usd = money.MustCurrency("USD")

// owner inserts a customer with an opening credit, in minor units.
func owner(t *testing.T, db *store.DB, company string, credit int64) int64 {
	t.Helper()
	c := customer.New(company)
	writeBills(t, db, func(tx *store.Tx) error {
		if err := tx.InsertCustomers([]*customer.Customer{&c}); err != nil || credit == 0 {
			return err
		}
		return tx.InsertOpeningCredits([]store.OpeningCredit{{CustomerID: c.ID, Currency: "USD", Credit: credit}}, 20000)
	})
	return c.ID
}

func entriesOf(t *testing.T, db *store.DB, customerID int64) (out []ledger.Entry) {
	t.Helper()
	readBills(t, db, func(s *store.Snapshot) (err error) {
		out, err = s.Ledger(customerID)
		return err
	})
	return out
}

func TestABillIsBookedWithItsCredit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		acme := owner(t, db, "Acme", 500)
		bill := ledger.Bill{CustomerID: acme, ID: 7, Day: 20500, Currency: usd, Total: 700, CreditApplied: 300}
		before := storetest.Rows(t, url, `SELECT revision FROM customer`)
		writeBills(t, db, func(tx *store.Tx) error { return tx.PostInvoice(bill) })
		got := entriesOf(t, db, acme)
		want := []ledger.Entry{
			{CustomerID: acme, ID: 1, At: by.At.UnixMicro(), Day: 20000, Kind: ledger.OpeningCredit, Currency: usd, Credit: 500},
			{CustomerID: acme, ID: 2, At: by.At.UnixMicro(), Day: 20500, Kind: ledger.Invoice, Currency: usd, Amount: 700, Credit: -300, BillID: 7},
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(money.Currency{})); diff != "" {
			t.Error(diff)
		}
		history := storetest.Rows(t, url, `SELECT entity, action, after FROM history WHERE entity = 'ledger_entry'`)
		if len(history) != 1 || !strings.Contains(history[0], `"kind":"invoice","day":"2026-02-16","currency":"USD","amount":"7.00","credit":"-3.00","bill":7`) {
			t.Errorf("the history says %q", history)
		}
		if got := storetest.Rows(t, url, `SELECT revision FROM customer`); got[0] == before[0] {
			t.Errorf("drafts of the customer are not stale: its revision stays %s", got[0])
		}
	})
}

func TestCreditIsSpentOnceByTwoBillsAtOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		acme := owner(t, db, "Acme", 500)
		var group sync.WaitGroup
		errs := make([]error, 8)
		for i := range errs {
			group.Go(func() {
				errs[i] = db.Write(context.Background(), by, func(tx *store.Tx) error {
					return tx.PostInvoice(ledger.Bill{CustomerID: acme, ID: int64(i + 1), Day: 20500, Currency: usd, CreditApplied: 500})
				})
			})
		}
		group.Wait()
		done := 0
		for _, err := range errs {
			switch {
			case err == nil:
				done++
			case fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "run the bill again"):
				t.Errorf("got %v", err)
			}
		}
		if balance, err := ledger.BalanceOf(entriesOf(t, db, acme)); done != 1 || err != nil || balance.Credit != 0 {
			t.Errorf("%d bills spent the credit, %d is left, %v", done, balance.Credit, err)
		}
	})
}

func TestTheLedgerAndTheHistoryAreNeverEdited(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		acme := owner(t, db, "Acme", 500)
		writeBills(t, db, func(tx *store.Tx) error {
			return tx.PostInvoice(ledger.Bill{CustomerID: acme, ID: 7, Day: 20500, Currency: usd, Total: 700})
		})
		before := storetest.Dump(t, url)
		for _, statement := range []string{
			`UPDATE ledger_entry SET amount = 0`, `DELETE FROM ledger_entry`, `UPDATE history SET after = ''`, `DELETE FROM history`,
		} {
			err := db.Write(context.Background(), by, func(tx *store.Tx) error { return tx.Exec(statement) })
			if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "append only") {
				t.Errorf("%s: got %v", statement, err)
			}
		}
		if diff := cmp.Diff(before, storetest.Dump(t, url)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTheDatabaseRefusesASecondBookingOfTheSame(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		acme := owner(t, db, "Acme", 500)
		entry := func(kind ledger.Kind, bill, reverses int64) ledger.Entry {
			return ledger.Entry{CustomerID: acme, Day: 20500, Kind: kind, Currency: usd, BillID: bill, Reverses: reverses}
		}
		writeBills(t, db, func(tx *store.Tx) error {
			return tx.Book([]ledger.Entry{entry(ledger.Invoice, 7, 0), entry(ledger.Payment, 7, 0), entry(ledger.Reversal, 7, 3), entry(ledger.Payment, 7, 0)})
		})
		for what, again := range map[string]ledger.Entry{
			"an invoice": entry(ledger.Invoice, 7, 0), "a reversal": entry(ledger.Reversal, 7, 3),
		} {
			err := db.Write(context.Background(), by, func(tx *store.Tx) error { return tx.Book([]ledger.Entry{again}) })
			if fault.KindOf(err) != fault.Conflict {
				t.Errorf("%s twice: got %v", what, err)
			}
		}
	})
}

func TestAVoidBillHasItsCreditNoteAndFreesItsDays(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		id := billedCustomer(t, db)
		note := store.CreditNote{CustomerID: id, BillID: 2, Number: "CN-1", Issued: 20500, Currency: usd, Amount: 1000, Reason: "wrong"}
		writeBills(t, db, func(tx *store.Tx) error {
			if err := tx.LockLedger(id); err != nil {
				return err
			}
			if err := tx.VoidBill(note); err != nil {
				return err
			}
			return billRow(tx, id, 9, 202607, "final", "9", 1000, 0) // the same days again
		})
		readBills(t, db, func(s *store.Snapshot) error {
			notes, err := s.CreditNotes(id)
			if diff := cmp.Diff(map[int64]store.CreditNote{2: note}, notes, cmp.AllowUnexported(money.Currency{})); diff != "" {
				t.Error(diff)
			}
			return err
		})
		for what, again := range map[string]int64{"a void bill": 2, "a draft": 4, "no bill": 99} {
			err := db.Write(context.Background(), by, func(tx *store.Tx) error {
				return tx.VoidBill(store.CreditNote{CustomerID: id, BillID: again, Number: "CN-2", Issued: 20500, Currency: usd})
			})
			if fault.KindOf(err) != fault.Conflict {
				t.Errorf("%s: got %v", what, err)
			}
		}
	})
}

func TestBookingForNobodyIsNotFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		err := open(t, url).Write(context.Background(), by, func(tx *store.Tx) error { return tx.LockLedger(77) })
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("got %v", err)
		}
	})
}

func TestTheCreditThatABillGivesIsReadFromIt(t *testing.T) {
	row := store.BillRow{CustomerID: 1, ID: 2, Currency: usd, Subtotal: -500, Issued: period.Date(20500)}
	if got := store.LedgerBill(&row); got.CreditAdded != 500 || got.Worth() != -500 {
		t.Errorf("got %+v", got)
	}
}
