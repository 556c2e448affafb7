package insight_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"postmeter/internal/domain/period"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store/storetest"
)

// TestAReviewSaysWhatChangedAndWhy has two months: one customer sent more, one came in the middle, one left, one cannot be
// billed.
func TestAReviewSaysWhatChangedAndWhy(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		h.take(`
customers:
  - {company: Late Comer, email: a@b.test, start: 2026-10-16, groups: [{name: G, plans: [{plan: std}], objects: [{server: s1, site: late.test}]}]}
  - {company: Leaver, email: a@c.test, start: 2026-09-01, end: 2026-09-30, groups: [{name: G, plans: [{plan: std}], objects: [{server: s1, site: left.test}]}]}
  - {company: Nowhere, start: 2026-10-01, groups: [{name: G, plans: [{plan: std}], objects: [{server: s1, site: nowhere.test}]}]}
`)
		october := period.Month(202610).Period()
		for _, p := range []period.Period{september, october} {
			if p == october {
				h.ingest("2026-10-03T12:00:00+0000 PM1 list_id=news.acme.test recips=20100 refused=0 size=1000 secs=1 sender=a@b.test msgid=<x@y>\n")
			}
			_, err := billrun.Run(context.Background(), h.db, by(), billrun.Options{Period: p})
			h.must(err)
		}
		r, err := insight.ReadReview(context.Background(), h.db, october)
		h.must(err)
		tell := func(all []insight.Changed) string {
			var out []string
			for _, c := range all {
				out = append(out, fmt.Sprintf("%s %d to %d %v", c.Company, c.Then, c.Now, c.Parts))
			}
			return strings.Join(out, "; ")
		}
		// 25.00, a set-up of 10.00 and the minimum of 30.00; then 25.00 and 20,000 messages over at 0.90 per 1,000
		if got, want := tell(r.Changed), "Acme 4000 to 4300 [{usage 1300} {charges -1000}]"; got != want {
			t.Errorf("changed: %s, want %s", got, want)
		}
		if got, want := tell(r.New), "Late Comer 0 to 1548 [{plan 1290} {usage 258}]"; got != want {
			t.Errorf("new: %s, want %s", got, want)
		}
		if got, want := tell(r.Missing), "Leaver 3000 to 0 [{plan -2500} {usage -500}]"; got != want {
			t.Errorf("missing: %s, want %s", got, want)
		}
		if r.Then.Period != september || r.Then.Bills != 3 || r.Now.Bills != 3 || r.Now.Subtotal-r.Then.Subtotal != 300+1548-3000 {
			t.Errorf("now %+v, then %+v", r.Now, r.Then)
		}
		if r.Run == nil || r.Run.Result.SkippedCount != 2 || r.Broken || r.ChangedCount != 1 {
			t.Fatalf("the run is %+v", r.Run)
		}
		if s := r.Run.Result.Skipped; s[0].Customer != "Leaver" || s[1].Codes[0] != "email_missing" {
			t.Errorf("skipped %+v", s)
		}
		first, err := insight.ReadReview(context.Background(), h.db, september)
		h.must(err)
		if first.Then.Bills != 0 || first.NewCount != 3 || len(first.Changed)+len(first.Missing) != 0 {
			t.Errorf("the first period: %+v", first)
		}
	})
}
