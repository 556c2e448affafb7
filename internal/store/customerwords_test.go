package store_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// What an earlier program stored is not found by words until they are filled in: bit by bit, and each customer once.
func TestWordsOfCustomersOfAnEarlierProgramAreFilledIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		inTx(t, db, func(tx *store.Tx) error {
			var all []*customer.Customer
			for i := range 5 {
				all = append(all, &customer.Customer{Company: fmt.Sprintf("Old Club %d", i), Active: true, PaymentMethod: customer.Invoice,
					Dates: period.Open(), Salespeople: []string{fmt.Sprintf("Ann %d", i%2)}})
			}
			return tx.InsertCustomers(all)
		})
		exec(t, db, `DELETE FROM customer_word`)
		exec(t, db, `DROP TABLE backfill`)
		exec(t, db, `DELETE FROM goose_db_version WHERE version_id = 16`)

		db = open(t, url)
		lacking := func(want int64) {
			t.Helper()
			if err := db.Read(context.Background(), func(s *store.Snapshot) error {
				left, found, err := s.WordsLacking(100)
				if left != want || found != (want > 0) {
					t.Errorf("%d customers lack words (%v), want %d", left, found, want)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		finds := func(f store.CustomerFilter, want int64) {
			t.Helper()
			if err := db.Read(context.Background(), func(s *store.Snapshot) error {
				n, _, err := s.CountFound(f, 100, 0)
				if n != want {
					t.Errorf("%+v finds %d customers, want %d", f, n, want)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		fill := func(wantMore bool) {
			t.Helper()
			inTx(t, db, func(tx *store.Tx) error {
				_, more, err := tx.FillWords(3)
				if more != wantMore {
					t.Errorf("more is %v, want %v", more, wantMore)
				}
				return err
			})
		}
		lacking(5)
		finds(store.CustomerFilter{Words: "club"}, 0)
		finds(store.CustomerFilter{Salesperson: "Ann 1"}, 2) // a filter knows all, however slowly
		fill(true)
		lacking(2)
		finds(store.CustomerFilter{Words: "club"}, 3)
		fill(false)
		lacking(0)
		finds(store.CustomerFilter{Words: "clu ol"}, 5)
		finds(store.CustomerFilter{Words: "ann"}, 5)
		finds(store.CustomerFilter{Salesperson: "Ann 1"}, 2)
		finds(store.CustomerFilter{Salesperson: "Ann"}, 0)
	})
}

// Who still types is told that there are many, not how many; whose word is whole is told.
func TestManyWordsThatBeginAlikeAreNotAllCounted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		const clubs, counted = 2200, 2000
		inTx(t, db, func(tx *store.Tx) error {
			all := make([]*customer.Customer, clubs)
			for i := range all {
				c := customer.New(fmt.Sprintf("Club 05%04d", i))
				all[i] = &c
			}
			return tx.InsertCustomers(all)
		})
		for words, want := range map[string]int64{"05": counted, "05000": 10, "050000": 1, "club": clubs, "07": 0} {
			if err := db.Read(context.Background(), func(s *store.Snapshot) error {
				n, exact, err := s.CountFound(store.CustomerFilter{Words: words}, 10_001, 0)
				if n != want || exact != (words != "05") {
					t.Errorf("%s counts %d (%v), want %d", words, n, exact, want)
				}
				n, exact, counting := s.CountFound(store.CustomerFilter{Words: words}, 10, 0)
				if n != min(want, 10) || !exact {
					t.Errorf("%s counts %d of 10 (%v), want %d", words, n, exact, min(want, 10))
				}
				return errors.Join(err, counting)
			}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
