package billrun_test

import (
	"context"
	"testing"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
	"postmeter/internal/stage/billrun"
)

func TestARunThatIsStoppedKeepsWhatItStored(t *testing.T) {
	each(t, func(h *house) {
		h.seeded(60)
		ctx, stop := context.WithCancel(context.Background())
		batches := 0
		_, err := billrun.Run(ctx, h.db, by(), billrun.Options{Period: september, Batch: 5, Progress: func(int64) {
			if batches++; batches == 3 {
				stop()
			}
		}})
		if fault.KindOf(err) != fault.Canceled {
			t.Fatalf("a stopped run says so: %v", err)
		}
		if n := h.rows(`SELECT count(*) FROM bill`); n != "15\n" {
			h.Errorf("three batches of five were stored, and there are %s bills", n)
		}
		if r := h.run(september); r.Billed != 60 || r.Created != 45 || r.Unchanged != 15 {
			h.Errorf("started again: %+v", r)
		}
	})
}

func TestABadPeriodIsRefused(t *testing.T) {
	each(t, func(h *house) {
		for _, p := range []period.Period{
			{Start: september.End, End: september.Start}, period.Open(), {Start: september.Start, End: september.Start + 3000},
		} {
			if _, err := billrun.Run(context.Background(), h.db, by(), billrun.Options{Period: p}); fault.KindOf(err) != fault.Invalid {
				h.Errorf("%s: %v", p, err)
			}
		}
		if n := h.rows(`SELECT count(*) FROM bill_run`); n != "0\n" {
			h.Errorf("a refused run left a row: %s", n)
		}
	})
}

func TestAnAmountThatCannotBeCountedSkipsItsCustomerAlone(t *testing.T) {
	each(t, func(h *house) {
		h.take(provider)
		h.take(`
charges: [{id: vast, name: Vast, amount: "90000000000000000"}]
customers: [{company: Acme, groups: [{name: Main, charges: [{charge: vast, quantity: 2, start: 2026-09-01}]}]}]`)
		r := h.run(september)
		if r.Billed != 1 || len(r.Skipped) != 1 || r.Skipped[0].Codes[0] != "cannot_rate" {
			h.Errorf("%+v", r)
		}
	})
}
