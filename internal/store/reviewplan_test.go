package store_test

import (
	"strings"
	"testing"

	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// A review goes along the bills of one period: were those of the other one gone through for each, it would not come to its end with
// many.
func TestAReviewLooksUpTheOtherPeriodByCustomer(t *testing.T) {
	url := storetest.SQLite(t)
	open(t, url)
	for kind, query := range store.PairQueries() {
		query = strings.NewReplacer("$1", "1", "$2", "2", "$3", "3", "$4", "4").Replace(query)
		byPeriod := 0
		for _, step := range storetest.Rows(t, url, "EXPLAIN QUERY PLAN "+query) {
			if strings.Contains(step, "bill_period") {
				byPeriod++
			}
		}
		if byPeriod != 1 {
			t.Errorf("%s goes along bills of a period %d times", kind, byPeriod)
		}
	}
}

// Nor does PostgreSQL do so, even if its statistics tell it of a few bills where there are a million.
func TestAReviewGoesThroughBillsOnce(t *testing.T) {
	err := open(t, storetest.Postgres(t)).Read(t.Context(), func(s *store.Snapshot) error {
		while, after, err := s.NestedLoops()
		if while != "off" || after != "on" {
			t.Errorf("going through bills once for each other is %s while pairs are found, and %s after", while, after)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
