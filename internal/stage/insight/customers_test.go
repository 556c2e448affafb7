package insight_test

import (
	"context"
	"fmt"
	"testing"

	"postmeter/internal/domain/customer"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// Who looks at a list reads how many there are: exactly where all are on the page, and else never more than there are.
func TestCustomersOfAPageAreCounted(t *testing.T) {
	const clubs, closed, inactive = 2400, 30, 240
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		if err := h.db.Write(context.Background(), by(), func(tx *store.Tx) error {
			all := make([]*customer.Customer, clubs)
			for i := range all {
				c := customer.New(fmt.Sprintf("Club %04d", i))
				c.Active = i%(clubs/inactive) != 0
				if i%(clubs/closed) == 1 {
					c.Type = "Closed"
				}
				all[i] = &c
			}
			return tx.InsertCustomers(all)
		}); err != nil {
			t.Fatal(err)
		}
		look := func(f store.CustomerFilter) *insight.CustomerPage {
			t.Helper()
			page, err := insight.Customers(context.Background(), h.db, f)
			if err != nil {
				t.Fatal(err)
			}
			return page
		}
		for f, want := range map[store.CustomerFilter]int64{
			{Words: "club"}: clubs, {Words: "club", Type: "Closed"}: closed, {Words: "club 0001"}: 1, {Words: "club", Type: "Open"}: 0,
			{Type: "Closed", Active: store.No}: 0, {Active: store.No}: inactive,
		} {
			if page := look(f); page.Count != want || page.Count >= page.CountedTo {
				t.Errorf("%+v counts %d up to %d, want %d", f, page.Count, page.CountedTo, want)
			}
		}
		const active, most = clubs - inactive, 1000 // so many would all be looked at to be counted
		f, seen := store.CustomerFilter{Words: "club", Active: store.Yes}, int64(0)
		for more := true; more; more = f.After != "" {
			page := look(f)
			seen += int64(len(page.Customers))
			if page.Count > most || page.Count < int64(len(page.Customers)) || page.Count < page.CountedTo {
				t.Errorf("of %d %d are counted, up to %d", active, page.Count, page.CountedTo)
			}
			f.After = page.Next
		}
		if seen != active {
			t.Errorf("%d of %d are seen", seen, active)
		}
	})
}
