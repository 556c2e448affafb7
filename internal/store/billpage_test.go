package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// Bills are paged by their ids, both ways, whatever is sought: those of a month in some state, of one month, of whom words find.
func TestPagesOfBillsShowAllThatAreSought(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	storetest.Each(t, func(t *testing.T, url string) {
		r := rand.New(rand.NewPCG(seed, 1))
		db := open(t, url)
		all := wordy(r, 400)
		type made struct {
			id, month int64
			state     string
			customer  *customer.Customer
		}
		var bills []made
		inTx(t, db, func(tx *store.Tx) error {
			if err := tx.InsertCustomers(all); err != nil {
				return err
			}
			for i := range 900 { // each customer may have a bill of each month
				b := made{int64(i + 1), 202608 + int64(i%3), []string{"draft", "final", "void"}[r.IntN(3)], all[(i/3)*7%len(all)]}
				number := ""
				if b.state != "draft" {
					number = fmt.Sprint("INV", i)
				}
				if err := billRow(tx, b.customer.ID, b.id, period.Month(b.month), b.state, number, 1, 0); err != nil {
					return err
				}
				bills = append(bills, b)
			}
			return nil
		})
		september := period.Month(202609).Period()
		for _, f := range []store.BillSearch{
			{}, {State: "draft"}, {Period: september}, {Period: september, State: "draft"}, {Period: september, State: "final"},
			{Words: "green"}, {Words: "gr club", State: "draft"}, {Words: "n00", Period: september}, {Words: "x0014"},
			{Words: "green", Period: september}, {Words: "n00", Period: september, State: "void"}, {CustomerID: all[7].ID},
		} {
			var want []int64
			for _, b := range bills {
				if (f.State == "" || f.State == b.state) && (f.Period == (period.Period{}) || period.Month(b.month).Period() == f.Period) &&
					(f.CustomerID == 0 || f.CustomerID == b.customer.ID) && meets(b.customer, &store.CustomerFilter{Words: f.Words}) {
					want = append(want, b.id)
				}
			}
			there, back, n := pagesOfBills(t, db, f)
			if !slices.Equal(there, want) || !slices.Equal(back, want) || n != int64(len(want)) {
				t.Errorf("%+v shows %d bills, %d backwards, and counts %d; want %d", f, len(there), len(back), n, len(want))
			}
		}
	})
}

// pagesOfBills goes through all pages of a search, and through those of the newest first, and counts; both ways in the order of ids.
func pagesOfBills(t *testing.T, db *store.DB, f store.BillSearch) (there, back []int64, n int64) {
	t.Helper()
	f.Limit = 40
	read := func(do func(*store.Snapshot) error) {
		t.Helper()
		if err := db.Read(context.Background(), do); err != nil {
			t.Fatal(err)
		}
	}
	for _, f.Falling = range []bool{false, true} {
		var ids []int64
		for f.After = 0; ; f.After = ids[len(ids)-1] {
			var page []store.BillRow
			read(func(s *store.Snapshot) (err error) {
				page, err = s.FindBills(f)
				return err
			})
			for i := range page {
				ids = append(ids, page[i].ID)
				if f.State != "" && page[i].Axes.State != invoice.State(f.State) {
					t.Errorf("bill %d is %s", page[i].ID, page[i].Axes.State)
				}
			}
			if len(page) < f.Limit {
				break
			}
		}
		if f.Falling {
			slices.Reverse(ids)
			back = ids
		} else {
			there = ids
		}
	}
	f.After, f.Falling = 0, false
	read(func(s *store.Snapshot) (err error) {
		n, err = s.CountBills(f, 10_000)
		return err
	})
	return there, back, n
}
