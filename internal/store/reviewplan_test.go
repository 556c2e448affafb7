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
