package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"postmeter/internal/domain/period"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

const yearly, endless = "INV-{year}-{seq:5}", "R{number}"

func number(t *testing.T, db *store.DB, format, day string) (got string) {
	t.Helper()
	writeBills(t, db, func(tx *store.Tx) (err error) {
		got, err = tx.NextNumber(store.InvoiceSeries, format, period.MustParse(day))
		return err
	})
	return got
}

func TestNumbersCountInTheirSeries(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		for _, c := range []struct{ format, day, want string }{
			{yearly, "2026-12-31", "INV-2026-00001"},
			{yearly, "2026-12-31", "INV-2026-00002"},
			{yearly, "2027-01-01", "INV-2027-00001"},
			{yearly, "2026-12-31", "INV-2026-00003"}, // the clock was set back
			{endless, "2026-12-31", "R1"},
			{endless, "2027-01-01", "R2"},
		} {
			if got := number(t, db, c.format, c.day); got != c.want {
				t.Errorf("%s on %s: got %s, want %s", c.format, c.day, got, c.want)
			}
		}
		writeBills(t, db, func(tx *store.Tx) error {
			got, err := tx.NextNumber(store.CreditNoteSeries, endless, period.MustParse("2027-01-01"))
			if got != "R1" {
				t.Errorf("credit notes count by themselves: got %s", got)
			}
			return err
		})
	})
}

// TestNumbersHaveNoGaps takes numbers in parallel; every third transaction fails.
func TestNumbersHaveNoGaps(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		const writers, each = 6, 20
		taken := make(chan string, writers*each)
		var group sync.WaitGroup
		for w := range writers {
			group.Go(func() {
				for i := range each {
					failed := errors.New("changed my mind")
					var got string
					err := db.Write(context.Background(), by, func(tx *store.Tx) (err error) {
						if got, err = tx.NextNumber(store.InvoiceSeries, endless, 0); err == nil && (w+i)%3 == 0 {
							err = failed
						}
						return err
					})
					switch {
					case err == nil:
						taken <- got
					case !errors.Is(err, failed):
						t.Error(err)
					}
				}
			})
		}
		group.Wait()
		close(taken)
		seen := map[string]bool{}
		for got := range taken {
			if seen[got] {
				t.Errorf("%s was given out twice", got)
			}
			seen[got] = true
		}
		for i := range len(seen) {
			if n := fmt.Sprintf("R%d", i+1); !seen[n] {
				t.Errorf("%s is missing among %d", n, len(seen))
			}
		}
	})
}

func TestABadFormatTakesNoNumber(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		err := db.Write(context.Background(), by, func(tx *store.Tx) error {
			_, err := tx.NextNumber(store.InvoiceSeries, "no number", 0)
			return err
		})
		if err == nil {
			t.Error("a format without a number was taken")
		}
		if got := number(t, db, endless, "2026-01-01"); got != "R1" {
			t.Errorf("the next is %s", got)
		}
	})
}
