package settle_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
	"postmeter/internal/stage/settle"
	"postmeter/internal/store/storetest"
)

// sentBill is a world in which customer A1 has a final bill of September.
func sentBill(t *testing.T, url string) (w *world, bill int64) {
	t.Helper()
	w = newWorld(t, url)
	w.today = period.MustParse("2026-10-01")
	for _, do := range []func() error{
		func() error { return w.take(strings.ReplaceAll(provider, "%[1]d", "1")) },
		func() error { return w.run(months[0].Period()) },
		func() error { return w.send("A1", months[0]) },
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	b, err := w.bill("A1", months[0])
	if err != nil {
		t.Fatal(err)
	}
	return w, b.ID
}

// many does something several times at once, and returns how often it was done; the others must have been refused.
func many(t *testing.T, do func() error) (done int) {
	t.Helper()
	errs := make([]error, 8)
	var group sync.WaitGroup
	for i := range errs {
		group.Go(func() { errs[i] = do() })
	}
	group.Wait()
	for _, err := range errs {
		switch {
		case err == nil:
			done++
		case fault.KindOf(err) != fault.Conflict:
			t.Errorf("got %v", err)
		}
	}
	return done
}

func TestAPaymentThatIsSubmittedTwiceIsRecordedOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w, bill := sentBill(t, url)
		for _, reference := range []string{"RF18", ""} {
			if done := many(t, func() error {
				_, err := settle.Pay(context.Background(), w.db, w.by(), settle.Payment{BillID: bill, Amount: "10", Day: w.today, Reference: reference})
				return err
			}); done != 1 {
				t.Errorf("the payment with the reference %q was recorded %d times", reference, done)
			}
		}
		if err := w.audit(); err != nil {
			t.Error(err)
		}
	})
}

func TestABillIsVoidedOnceWhileItIsPaid(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		w, bill := sentBill(t, url)
		var group sync.WaitGroup
		group.Go(func() {
			many(t, func() error {
				_, err := settle.Pay(context.Background(), w.db, w.by(), settle.Payment{BillID: bill, Amount: "10", Day: w.today})
				return err
			})
		})
		done := many(t, func() error {
			_, err := settle.Void(context.Background(), w.db, w.by(), bill, "everybody does")
			return err
		})
		group.Wait()
		if done != 1 {
			t.Errorf("it was voided %d times", done)
		}
		if numbers := storetest.Rows(t, url, `SELECT number FROM credit_note`); len(numbers) != 1 || numbers[0] != "CN-2026-00001" {
			t.Errorf("the credit notes are %q", numbers)
		}
		if err := w.audit(); err != nil {
			t.Error(err)
		}
	})
}

func TestAPreviewOfAVoidChangesNothing(t *testing.T) {
	w, bill := sentBill(t, storetest.SQLite(t))
	before, err := w.statement("A1")
	if err != nil {
		t.Fatal(err)
	}
	preview, err := settle.PreviewVoid(context.Background(), w.db, w.by(), bill, "looking")
	if err != nil || preview.Total != "15.00" || preview.Left != "15.00" || preview.Owed != "0.00" {
		t.Errorf("the preview is %+v, %v", preview, err)
	}
	after, err := w.statement("A1")
	if err != nil || len(after.Entries) != len(before.Entries) {
		t.Errorf("looking has changed the books: %v", err)
	}
}
