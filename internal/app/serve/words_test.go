package serve

import (
	"context"
	"fmt"
	"testing"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/period"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// A process that finds customers of an earlier program makes them findable in the background, once.
func TestCustomersOfAnEarlierProgramBecomeFindable(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		const old = 1203 // more than one transaction does
		h.must(h.DB.Write(context.Background(), h.by(), func(tx *store.Tx) error {
			var all []*customer.Customer
			for i := range old {
				all = append(all, &customer.Customer{Company: fmt.Sprintf("Old Club %d", i), Active: true, PaymentMethod: customer.Invoice, Dates: period.Open()})
			}
			if err := tx.InsertCustomers(all); err != nil {
				return err
			}
			if err := tx.Exec(`DELETE FROM customer_word`); err != nil {
				return err
			}
			return tx.Exec(`INSERT INTO backfill (name, after_id) VALUES ('customer_word', 0)`)
		}))
		// It was begun before, and cut off.
		ctx, stop := context.WithCancel(context.Background())
		err := office.FillWords(ctx, h.DB, func() store.By { return h.by() }, func(int) { stop() })
		if err == nil {
			t.Fatal("what was cut off came to its end")
		}

		part := words(h.Deps)
		for range 2 {
			h.must(part.Started(context.Background(), "http://127.0.0.1:8080"))
		}
		h.step(h.node())
		var jobs []store.Job
		h.must(h.DB.Read(context.Background(), func(s *store.Snapshot) (err error) {
			if jobs, err = s.LastJobs(office.WordsKind, 10); err != nil {
				return err
			}
			n, _, err := s.CountFound(store.CustomerFilter{Words: "club 12"}, 10_000, 0)
			if err == nil && n != 1+10+3 { // 12, 120 to 129, 1200 to 1202
				t.Errorf("the search finds %d customers", n)
			}
			return err
		}))
		if len(jobs) != 1 || jobs[0].State != store.JobDone || jobs[0].Done != old-500 {
			t.Errorf("the jobs are %+v, want one that did the %d that were left", jobs, old-500)
		}
		h.must(part.Started(context.Background(), "http://127.0.0.1:8080"))
		if left, lacking, err := office.WordsLacking(context.Background(), h.DB, 10); err != nil || lacking {
			t.Errorf("%d customers lack words: %v", left, err)
		}
	})
}
