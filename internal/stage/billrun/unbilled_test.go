package billrun_test

import (
	"fmt"
	"testing"

	"postmeter/internal/stage/billrun"
)

// found is what a run reports as sent and not billed, a line each.
func found(r *billrun.Result) string {
	out := ""
	for _, u := range r.UnbilledUsage.List {
		out += fmt.Sprintf("%s|%s|%s|%s|%s|%d\n", u.Reason, u.Customer, u.List, u.Start, u.End, u.Recipients)
	}
	return out
}

func TestWhatIsSentAndNotBilledIsReported(t *testing.T) {
	each(t, func(h *house) {
		h.take(provider)
		h.take(`
lists:
  - {server: s1, site: gone.test, list: old}
  - {server: s1, site: gap.test, list: gap}
  - {server: s1, site: house.test, list: own}
customers:
  - {company: Gone, email: a@gone.test, start: 2026-08-01, end: 2026-09-10, groups: [{name: G, plans: [{plan: std}], objects: [{server: s1, site: gone.test}]}]}
  - {company: Sleeper, email: a@sleep.test, active: false, groups: [{name: G, plans: [{plan: std}], objects: [{server: s1, site: gap.test, list: gap, end: 2026-09-09}]}]}
  - {company: Gap, email: a@gap.test, start: 2026-09-01, groups: [{name: G, plans: [{plan: std, end: 2026-09-25}], objects: [{server: s1, site: gap.test, list: gap, start: 2026-09-20}]}]}
  - {company: Ours, house: true, groups: [{name: G, objects: [{server: s1, site: house.test}]}]}`)
		h.posts("acme.test/news", "2026-09-03", 10)
		h.posts("nobody.test/lost", "2026-08-15", 7) // told until somebody has it
		h.posts("nobody.test/lost", "2026-09-03", 70)
		h.posts("gone.test/old", "2026-09-10", 1000)
		h.posts("gone.test/old", "2026-09-11", 300)
		h.posts("gone.test/old", "2026-09-30", 33)
		h.posts("gap.test/gap", "2026-08-30", 5)
		h.posts("gap.test/gap", "2026-09-09", 20)
		h.posts("gap.test/gap", "2026-09-15", 200)
		h.posts("gap.test/gap", "2026-09-22", 2000)
		h.posts("gap.test/gap", "2026-09-26", 20000)
		h.posts("house.test/own", "2026-09-26", 4)
		h.posts("never.test/heard", "2026-09-26", 3)
		r := h.run(september)
		h.expect("unbilled usage", found(r), ""+
			"not_assigned||s1/gap.test/gap|2026-09-15|2026-09-15|200\n"+
			"never_assigned||s1/nobody.test/lost|2026-08-15|2026-09-03|77\n"+
			"unknown_list||s1: never.test/heard|2026-09-26|2026-09-26|3\n"+
			"no_plan|Gap|s1/gap.test/gap|2026-09-26|2026-09-26|20000\n"+
			"after_end|Gone|s1/gone.test/old|2026-09-11|2026-09-30|333\n"+
			"inactive|Sleeper|s1/gap.test/gap|2026-08-30|2026-09-09|25\n")
		if r.UnbilledUsage.Recipients != 200+77+3+20000+333+25 || r.UnbilledUsage.Lists != 6 || r.House != 1 {
			h.Errorf("totals: %+v", r.UnbilledUsage)
		}
		h.expect("unbilled days", fmt.Sprint(r.UnbilledDays), "{31 1 [{Gone 2026-08-01 2026-08-31 31}]}")
		if r := h.run(september, "Gap"); found(r) != "not_assigned||s1/gap.test/gap|2026-09-15|2026-09-15|200\n"+
			"no_plan|Gap|s1/gap.test/gap|2026-09-26|2026-09-26|20000\n" {
			h.Errorf("of one customer:\n%s", found(r))
		}
	})
}

func TestUnbilledDaysAreToldUntilTheyAreBilledOrWaived(t *testing.T) {
	each(t, func(h *house) {
		h.take(provider)
		h.take(`customers: [{company: Acme, email: nonsense, start: 2026-07-20}, {company: Other, start: null}]`)
		h.posts("other.test/big", "2026-07-31", 7)
		r := h.run(september)
		h.expect("skipped, and an open start", fmt.Sprint(r.UnbilledDays.List),
			"[{Acme 2026-07-20 2026-09-30 73} {Other 2026-07-01 2026-08-31 62}]")
		h.take(`customers: [{company: Acme, email: a@acme.test}]`)
		h.run(august)
		h.exec(`INSERT INTO waiver (customer_id, id, start_day, end_day, reason) SELECT id, 1, $1, $2, 'goodwill' FROM customer WHERE company = 'Acme'`,
			int64(august.Start-12), int64(august.Start-3))
		r = h.run(september)
		h.expect("the rest", fmt.Sprint(r.UnbilledDays.List), "[{Acme 2026-07-30 2026-07-31 2}]")
	})
}

func TestDraftsOfOtherPeriodsAreKeptAndTold(t *testing.T) {
	each(t, func(h *house) {
		h.take(provider)
		half := september
		half.End = half.Start + 14
		r := h.run(half, "Other")
		if len(r.Warnings) != 1 {
			h.Errorf("a part of a month is worth a warning: %q", r.Warnings)
		}
		r = h.run(september, "Other")
		if r.Overlapping.Count != 1 || r.Overlapping.Bills[0].End != "2026-09-15" || r.Billed != 1 {
			h.Errorf("%+v", r.Overlapping)
		}
		h.expect("both", h.rows(`SELECT count(*) FROM bill`), "2\n")
	})
}
