package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// Those who match stand far down the list: they are found all the same, in its order, page by page in both directions.
func TestManyWhoStandFarDownTheListAreFound(t *testing.T) {
	const others, clubs, rows = 3_200, 450, 50
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		var want []string
		inTx(t, db, func(tx *store.Tx) error {
			var all []*customer.Customer
			add := func(company string, active bool) {
				all = append(all, &customer.Customer{Company: company, Active: active, PaymentMethod: customer.Invoice, Dates: period.Open()})
			}
			for i := range others {
				add(fmt.Sprintf("A%04d Shop", i), true)
			}
			for i := range clubs {
				company := fmt.Sprintf("Z%04d Club", clubs-i)
				want = append(want, company)
				add(company, i%2 == 0)
			}
			return tx.InsertCustomers(all)
		})
		slices.Sort(want)
		page := func(f store.CustomerFilter) (found []customer.Customer) {
			t.Helper()
			f.Words, f.Limit = "clu", rows
			if err := db.Read(context.Background(), func(s *store.Snapshot) (err error) {
				found, err = s.FindCustomers(f)
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return found
		}
		var there, back []string
		var last *customer.Customer
		for f := (store.CustomerFilter{}); ; f.After = store.CustomerCursor(last, "") {
			found := page(f)
			if len(found) == 0 {
				break
			}
			for i := range found {
				there = append(there, found[i].Company)
			}
			last = &found[len(found)-1]
		}
		if !slices.Equal(there, want) {
			t.Errorf("%d are found in the order of the list, want %d: %v", len(there), len(want), there)
		}
		for f := (store.CustomerFilter{Before: store.CustomerCursor(last, "")}); ; {
			found := page(f)
			if len(found) == 0 {
				break
			}
			for i := range found {
				back = append(back, found[len(found)-1-i].Company)
			}
			f.Before = store.CustomerCursor(&found[0], "")
		}
		slices.Reverse(back)
		if !slices.Equal(back, want[:len(want)-1]) {
			t.Errorf("backwards %d are found, want %d", len(back), len(want)-1)
		}
		if found := page(store.CustomerFilter{Rough: true}); len(found) != rows {
			t.Errorf("roughly %d are found, want a page", len(found))
		}
		if err := db.Read(context.Background(), func(s *store.Snapshot) error {
			n, exact, err := s.CountFound(store.CustomerFilter{Words: "clu"}, 10_000, 0)
			if n != clubs || !exact {
				t.Errorf("%d are counted (%v), want %d", n, exact, clubs)
			}
			if err != nil {
				return err
			}
			n, exact, err = s.CountFound(store.CustomerFilter{Words: "clu", Active: store.No}, 10_000, 0)
			if n != clubs/2 || !exact {
				t.Errorf("%d inactive ones are counted (%v), want %d", n, exact, clubs/2)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// A salesperson is found by the whole name, in whatever capitals of English, and nobody else whose name has the same words.
func TestSalespeopleAreFoundByTheirWholeNames(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		c := customer.New("Harbour Choir")
		long := strings.Repeat("Maximilian-Änne ", 9)
		c.Salespeople = []string{"Änne O'Neil-Grün", "Bo", "bo", long + "Alt", long + "Neu", `=<"Quotes"> & \\`}
		inTx(t, db, func(tx *store.Tx) error { return tx.InsertCustomers([]*customer.Customer{&c}) })
		kept := storetest.Rows(t, url, `SELECT word, company, customer_id, initials FROM customer_word ORDER BY word`)
		exec(t, db, `UPDATE customer_word SET word = '=bo b' WHERE word = '=bo'`) // as an earlier program wrote names
		exec(t, db, `DELETE FROM goose_db_version WHERE version_id = 25`)
		db = open(t, url)
		if now := storetest.Rows(t, url, `SELECT word, company, customer_id, initials FROM customer_word ORDER BY word`); !slices.Equal(now, kept) {
			t.Errorf("the words of an earlier program become %q, want %q", now, kept)
		}
		for name, want := range map[string]int{
			long + "Alt": 1, strings.ToLower(long + "Neu"): 0, long + "alt": 1, long + "Nie": 0, `=<"Quotes"> & \\`: 1, `=<"quotes"> & \\`: 1, `"Quotes"`: 0,
			"Änne O'Neil-Grün": 1, "bo": 1, "BO": 1, "Grün, Änne O'Neil": 0, "O'Neil-Grün Änne": 0,
			"Änne": 0, "Änne O'Neil-Grün Bo": 0, "%": 0, "\"Bo\"]": 0, "[]": 0,
		} {
			if err := db.Read(context.Background(), func(s *store.Snapshot) error {
				f := store.CustomerFilter{Salesperson: name, Limit: 10}
				found, err := s.FindCustomers(f)
				n, exact, counting := s.CountFound(f, 10, 0)
				if len(found) != want || n != int64(want) || !exact {
					t.Errorf("%s finds %d, and counts %d (%v), want %d", name, len(found), n, exact, want)
				}
				return errors.Join(err, counting)
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
