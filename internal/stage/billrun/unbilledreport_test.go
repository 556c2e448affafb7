package billrun_test

import (
	"context"
	"fmt"
	"testing"

	"postmeter/internal/stage/billrun"
	"postmeter/internal/store"
)

// TestTheReportTellsWhatARunTells makes a report, which has what a run of the same period tells, with days and customers, and finds
// its rows by words, reason, server and size.
func TestTheReportTellsWhatARunTells(t *testing.T) {
	each(t, func(h *house) {
		h.take(provider)
		h.take(`
lists:
  - {server: s1, site: gone.test, list: old}
  - {server: s1, site: gap.test, list: gap}
customers:
  - {company: Gone, email: a@gone.test, start: 2026-08-01, end: 2026-09-10, groups: [{name: G, plans: [{plan: std}], objects: [{server: s1, site: gone.test}]}]}
  - {company: Gap, email: a@gap.test, start: 2026-09-01, groups: [{name: G, plans: [{plan: std, end: 2026-09-25}], objects: [{server: s1, site: gap.test, list: gap, start: 2026-09-20}]}]}`)
		h.posts("nobody.test/lost", "2026-08-15", 7)
		h.posts("nobody.test/lost", "2026-09-03", 70)
		h.posts("gone.test/old", "2026-09-11", 300)
		h.posts("gone.test/old", "2026-09-30", 33)
		h.posts("gap.test/gap", "2026-09-15", 200)
		h.posts("gap.test/gap", "2026-09-26", 20000)
		h.posts("never.test/heard", "2026-09-26", 3)
		h.posts("never.test/heard", "2026-09-27", 4)
		report, err := billrun.ReportUnbilled(context.Background(), h.db, by(), september, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.db.Write(context.Background(), by(), func(tx *store.Tx) error { return report.Keep(tx, 7) }); err != nil {
			t.Fatal(err)
		}
		r := h.run(september)
		sums := report.Sums()
		h.expect("the sums are those of a run", fmt.Sprint(sums.Lists, sums.Messages, sums.Recipients, sums.Intervals, sums.Days),
			fmt.Sprint(r.UnbilledUsage.Lists, r.UnbilledUsage.Messages, r.UnbilledUsage.Recipients, r.UnbilledDays.Intervals, r.UnbilledDays.Days))
		h.expect("rows", h.reportRows(store.UnbilledFilter{Kind: store.UnbilledUsage}), ""+
			"1 not_assigned| 0|s1/gap.test/gap 2026-09-15 2026-09-15 200 [2026-09-15 200]\n"+
			"2 never_assigned| 0|s1/nobody.test/lost 2026-08-15 2026-09-03 77 [2026-08-15 7 2026-09-03 70]\n"+
			"3 unknown_list| 0|s1: never.test/heard 2026-09-26 2026-09-27 7 [2026-09-26 3 2026-09-27 4]\n"+
			"4 no_plan|Gap true|s1/gap.test/gap 2026-09-26 2026-09-26 20000 [2026-09-26 20000]\n"+
			"5 after_end|Gone true|s1/gone.test/old 2026-09-11 2026-09-30 333 [2026-09-11 300 2026-09-30 33]\n")
		h.expect("found by words, the largest first", h.positions(store.UnbilledFilter{Kind: store.UnbilledUsage, Search: "GAP.test", Sort: store.UnbilledBySize, Falling: true}), "4 1 ")
		h.expect("of a customer", h.positions(store.UnbilledFilter{Kind: store.UnbilledUsage, Search: "gone"}), "5 ")
		h.expect("a sign is no pattern", h.positions(store.UnbilledFilter{Kind: store.UnbilledUsage, Search: "%"}), "")
		h.expect("by the last day", h.positions(store.UnbilledFilter{Kind: store.UnbilledUsage, Sort: store.UnbilledByEnd}), "2 1 4 3 5 ")
		h.expect("by reason", h.positions(store.UnbilledFilter{Kind: store.UnbilledUsage, Reason: "no_plan"}), "4 ")
		h.expect("of a server that is none", h.positions(store.UnbilledFilter{Kind: store.UnbilledUsage, ServerID: 99}), "")
		h.expect("days", h.positions(store.UnbilledFilter{Kind: store.UnbilledDays}), "1 ")
	})
}

// reportRows are the rows of the last report, a line each.
func (h *house) reportRows(f store.UnbilledFilter) (out string) {
	f.Limit = 1000
	h.readReport(func(s *store.Snapshot, report int64) error {
		rows, err := s.UnbilledRows(report, f)
		for i := range rows {
			r := &rows[i]
			customer := any(int64(0))
			if r.CustomerID != 0 {
				customer = true
			}
			days := []any{}
			for _, d := range r.ByDay {
				days = append(days, d.Day, d.Recipients)
			}
			out += fmt.Sprintln(r.Position, fmt.Sprintf("%s|%s %v|%s", r.Reason, r.Company, customer, r.Place), r.Days.Start, r.Days.End, r.Size, days)
		}
		return err
	})
	return out
}

// positions are those of the rows that a filter finds, read in pages of one row.
func (h *house) positions(f store.UnbilledFilter) (out string) {
	f.Limit = 1
	h.readReport(func(s *store.Snapshot, report int64) error {
		n, err := s.CountUnbilled(report, f, 100)
		for range n {
			rows, err := s.UnbilledRows(report, f)
			if err != nil || len(rows) != 1 {
				return fmt.Errorf("%d rows: %w", len(rows), err)
			}
			out += fmt.Sprint(rows[0].Position, " ")
			f.After = f.Cursor(&rows[0])
		}
		return err
	})
	return out
}

func (h *house) readReport(do func(*store.Snapshot, int64) error) {
	h.Helper()
	err := h.db.Read(context.Background(), func(s *store.Snapshot) error {
		report, found, err := s.LastUnbilled()
		if err != nil || !found {
			return fmt.Errorf("there is no report: %w", err)
		}
		return do(s, report.ID)
	})
	if err != nil {
		h.Fatal(err)
	}
}
