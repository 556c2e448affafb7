package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// Pages of those who have words are read along the words: they show just those who match, in the order of companies, whatever else is
// asked, in both directions.
func TestPagesOfWordsShowAllWhoMatchInOrder(t *testing.T) {
	const customers = 1_500
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		all := wordy(rand.New(rand.NewPCG(seed, 1)), customers)
		inTx(t, db, func(tx *store.Tx) error { return tx.InsertCustomers(all) })
		slices.SortFunc(all, func(a, b *customer.Customer) int { return strings.Compare(a.Company, b.Company) })
		for _, f := range []store.CustomerFilter{
			{Words: "green"},                   // one word
			{Words: "gr"},                      // a few that begin alike, two of them on some customers
			{Words: "n"},                       // more than are merged
			{Words: "green club"},              // two
			{Words: "n gr"},                    // two beginnings
			{Words: "green", Active: store.No}, // and what is no word
			{Words: "gr", EndTo: 20_100, PaymentMethod: "free"}, // that few meet
			{EndTo: 20_060}, // few of all, with no word
			{StartFrom: 20_080, PaymentMethod: "free"},
			{StartFrom: 20_070, Salesperson: "Ann Green"},
			{Words: "green nobody"},
			{Words: "green é"}, // no letter of English, as some others
			{Words: "gr 0"},
			{Words: "green club я"},
			{Salesperson: "Ann Green"},
			{Salesperson: "Ann Green", Words: "club"},
			{Words: "green", StartFrom: 20_020, StartTo: 20_030},
		} {
			var want []string
			for _, c := range all {
				if meets(c, &f) {
					want = append(want, c.Company)
				}
			}
			for _, f.Falling = range []bool{false, true} {
				there, back := pagesOf(t, db, f)
				if !slices.Equal(there, want) || !slices.Equal(back, want) {
					t.Errorf("%+v shows %d, and %d backwards, want %d", f, len(there), len(back), len(want))
				}
				slices.Reverse(want)
			}
		}
	})
}

// More customers than are counted have words that begin alike, and none of them is among the first: they are sorted, a few words of each
// or very many.
func TestPagesOfVeryManyWordsShowAllWhoMatchInOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		for _, kind := range []struct {
			begins          string
			customers, each int
		}{{"a", 450, 0}, {"y", 3_400, 3}, {"z", 190, 55}} {
			all := make([]*customer.Customer, kind.customers)
			for i := range all {
				c := customer.New(fmt.Sprintf("%s%04d", map[string]string{"a": "A", "y": "B", "z": "C"}[kind.begins], i))
				for n := range kind.each {
					c.AdditionalAddresses = append(c.AdditionalAddresses, fmt.Sprintf("%s%d@%s", kind.begins, i*kind.each+n, kind.begins))
				}
				all[i] = &c
			}
			inTx(t, db, func(tx *store.Tx) error { return tx.InsertCustomers(all) })
			if kind.each == 0 {
				continue
			}
			there, back := pagesOf(t, db, store.CustomerFilter{Words: kind.begins})
			if len(there) != kind.customers || !slices.IsSorted(there) || !slices.Equal(there, back) {
				t.Errorf("%s shows %d, and %d backwards, want %d in order", kind.begins, len(there), len(back), kind.customers)
			}
		}
	})
}

// wordy makes customers that share words.
func wordy(r *rand.Rand, n int) (out []*customer.Customer) {
	one := func(of ...string) string { return of[r.IntN(len(of))] }
	for i := range n {
		start := period.Date(20_000 + r.IntN(100))
		c := &customer.Customer{
			Company: one("Green", "Grey", "Blue", "Great Green") + " " + one("Club", "Shop", "Éclair", "Яхта", "05 Club") + fmt.Sprintf(" n%03d x%04d", r.IntN(300), i),
			Active:  r.IntN(3) > 0, PaymentMethod: one(customer.Invoice, customer.Free),
			Dates: period.Period{Start: start, End: start + 50},
		}
		if r.IntN(4) == 0 {
			c.Salespeople = []string{"Ann Green"}
		}
		out = append(out, c)
	}
	return out
}

// meets says by a plain look whether a customer meets a filter.
func meets(c *customer.Customer, f *store.CustomerFilter) bool {
	for _, begins := range customer.Words(f.Words) {
		if !slices.ContainsFunc(c.SearchWords(), func(word string) bool { return strings.HasPrefix(word, begins) }) {
			return false
		}
	}
	return (f.Active == store.Either || c.Active == (f.Active == store.Yes)) &&
		(f.PaymentMethod == "" || c.PaymentMethod == f.PaymentMethod) &&
		(f.Salesperson == "" || slices.Contains(c.Salespeople, f.Salesperson)) &&
		(f.EndTo == 0 || c.Dates.End <= f.EndTo) && (f.StartFrom == 0 || c.Dates.Start >= f.StartFrom) &&
		(f.StartTo == 0 || c.Dates.Start <= f.StartTo)
}

// pagesOf goes through all pages of a filter and back again; both ways in the order of the list.
func pagesOf(t *testing.T, db *store.DB, f store.CustomerFilter) (there, back []string) {
	t.Helper()
	f.Limit = 60
	page := func(after, before string) (found []customer.Customer) {
		t.Helper()
		f.After, f.Before = after, before
		if err := db.Read(context.Background(), func(s *store.Snapshot) (err error) {
			found, err = s.FindCustomers(f)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return found
	}
	var last *customer.Customer
	for found := page("", ""); len(found) > 0; found = page(store.CustomerCursor(last, ""), "") {
		for i := range found {
			there = append(there, found[i].Company)
		}
		if len(there)%f.Limit != 0 && len(page(store.CustomerCursor(&found[len(found)-1], ""), "")) > 0 {
			t.Errorf("%+v: a page of %d is not the last", f, len(found))
		}
		last = &found[len(found)-1]
	}
	if last == nil {
		return nil, nil
	}
	for at := []customer.Customer{*last}; len(at) > 0; at = page("", store.CustomerCursor(&at[0], "")) {
		for i := range at {
			back = append(back, at[len(at)-1-i].Company)
		}
	}
	slices.Reverse(back)
	return there, back
}

// The words that an earlier program stored are those of this one, after the database was opened.
func TestWordsOfAnEarlierProgramAreInOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		all := wordy(rand.New(rand.NewPCG(1, 2)), 300)
		inTx(t, db, func(tx *store.Tx) error { return tx.InsertCustomers(all) })
		want, _ := pagesOf(t, db, store.CustomerFilter{Words: "gr club"})
		for _, statement := range []string{
			`CREATE TABLE earlier (word TEXT NOT NULL, customer_id BIGINT NOT NULL, PRIMARY KEY (word, customer_id))`,
			`INSERT INTO earlier SELECT word, customer_id FROM customer_word`,
			`DROP TABLE customer_word`,
			`ALTER TABLE earlier RENAME TO customer_word`,
			`CREATE INDEX customer_word_customer ON customer_word (customer_id)`,
			`DROP INDEX list_gone`,
			`DROP INDEX list_sync_found`,
			`DELETE FROM goose_db_version WHERE version_id IN (19, 24)`,
		} {
			exec(t, db, statement)
		}
		got, back := pagesOf(t, open(t, url), store.CustomerFilter{Words: "gr club"})
		if len(want) < 100 || !slices.Equal(got, want) || !slices.Equal(back, want) {
			t.Errorf("%d are found, and %d backwards, want %d", len(got), len(back), len(want))
		}
		noteInitials(t, url, all)
	})
}

// noteInitials compares with what the words of customers begin: what the database notes of them is all of it, and nothing else of English.
func noteInitials(t *testing.T, url string, all []*customer.Customer) {
	t.Helper()
	noted := map[string]int64{}
	for _, row := range storetest.Rows(t, url, `SELECT DISTINCT company, initials FROM customer_word`) {
		company, bits, _ := strings.Cut(row, "|")
		var err error
		if noted[company], err = strconv.ParseInt(bits, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	const english = 1<<36 - 1
	for _, c := range all {
		want := customer.Initials(c.SearchWords())
		if got := noted[c.Company]; got&want != want || got&english != want&english {
			t.Fatalf("words of %s begin with %b, noted is %b", c.Company, want, got)
		}
	}
}
