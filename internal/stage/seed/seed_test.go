package seed_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
	"postmeter/internal/stage/seed"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

func fill(t *testing.T, url string, o seed.Options) (*seed.Made, error) {
	t.Helper()
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	by := store.By{Actor: "test", At: time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)}
	return seed.Make(context.Background(), db, by, o, func(int64) {})
}

var small = seed.Options{Customers: 40, ListsPerCustomer: 3, PostsPerList: 8, Month: period.Month(202609), Seed: 3}

// figure returns the one number of a query.
func figure(t *testing.T, url, query string) string {
	t.Helper()
	driver, address := "pgx", url
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, address = "sqlite", file
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var n any
	if err := db.QueryRowContext(context.Background(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return fmt.Sprint(n)
}

// TestSumsAreThoseOfTheDeliveries compares what metering would have kept with the deliveries themselves.
func TestSumsAreThoseOfTheDeliveries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		made, err := fill(t, url, small)
		if err != nil {
			t.Fatal(err)
		}
		if made.Customers != 40 || made.Lists != 120 || made.Records != 960 {
			t.Errorf("made %+v", made)
		}
		for _, query := range []string{
			`SELECT count(*) - (SELECT CAST(sum(messages) AS BIGINT) FROM usage_sum) FROM usage_record`,
			`SELECT CAST(sum(recipients) AS BIGINT) - (SELECT CAST(sum(recipients) AS BIGINT) FROM usage_sum) FROM usage_record`,
			`SELECT CAST(sum(recipients * bytes) AS BIGINT) - (SELECT CAST(sum(recipient_bytes) AS BIGINT) FROM usage_sum) FROM usage_record`,
			`SELECT CAST(sum(recipient_bytes) AS BIGINT) - (SELECT CAST(sum(recipient_bytes) AS BIGINT) FROM usage_month) FROM usage_sum`,
			`SELECT count(*) - (SELECT CAST(sum(counted) AS BIGINT) FROM generation) FROM usage_record`,
			`SELECT count(*) FROM usage_record r WHERE NOT EXISTS (SELECT 1 FROM usage_sum s WHERE s.list_id = r.list_id
				AND s.kb = (r.bytes + 1023) / 1024 AND s.day = r.at / 86400000000)`,
			`SELECT count(*) FROM object_assignment o WHERE NOT EXISTS (SELECT 1 FROM list_name n WHERE n.list_id = o.list_id AND n.server_id = o.server_id)`,
		} {
			if got := figure(t, url, query); got != "0" {
				t.Errorf("%s: %s", query, got)
			}
		}
		if _, err := fill(t, url, small); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a database with customers was filled again: %v", err)
		}
	})
}

func TestTheSameSeedMakesTheSameProvider(t *testing.T) {
	show := func(o seed.Options) string {
		url := storetest.SQLite(t)
		if _, err := fill(t, url, o); err != nil {
			t.Fatal(err)
		}
		return figure(t, url, `SELECT group_concat(company || email || payment_method || start_day) FROM (SELECT * FROM customer ORDER BY id)`) +
			figure(t, url, `SELECT sum(list_id * day * kb * recipients) FROM usage_sum`)
	}
	want := show(small)
	if show(small) != want {
		t.Error("the same seed made another provider")
	}
	other := small
	other.Seed++
	if show(other) == want {
		t.Error("another seed made the same provider")
	}
}

func TestOptionsOutOfRangeAreRefused(t *testing.T) {
	for _, o := range []seed.Options{{}, {Customers: -1}, {Customers: seed.MaxCustomers + 1}, {Customers: 1, ListsPerCustomer: -1}, {Customers: 1, PostsPerList: seed.MaxPostsPerList + 1}} {
		if err := o.Check(); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
