package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"postmeter/internal/domain/operator"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/store"
)

// makeReport does a job that reports what no bill covers.
func (w *world) makeReport(ctx context.Context, job *store.Job) error {
	var order billrun.UnbilledJob
	if err := json.Unmarshal(job.Payload, &order); err != nil {
		return err
	}
	p, err := order.Period()
	if err != nil {
		return err
	}
	report, err := billrun.ReportUnbilled(ctx, w.db, w.by(), p, nil, nil)
	if err != nil {
		return err
	}
	return w.db.Write(ctx, w.by(), func(tx *store.Tx) error { return report.Keep(tx, job.ID) })
}

// TestUnbilledUsageIsReported makes the report, looks at its parts, follows where they lead, and downloads it.
func TestUnbilledUsageIsReported(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		w.imports(provider)
		w.imports(customersToBill)
		w.imports(`{"servers":[{"name":"s2","host":"s2.test"}],"lists":[{"server":"s2","site":"orphans.test","list":"olga"}],
			"customers":[{"company":"=Gone & Co","email":"a@gone.test","start":"2026-08-01","end":"2026-08-20","groups":[{"name":"Main","plans":[{"plan":"std"}],"objects":[{"server":"s2","site":"gone.test"}]}]}]}`)
		w.imports(`{"lists":[{"server":"s2","site":"gone.test","list":"late"}]}`)
		w.reports("s2", "orphans.test", "olga")
		w.reports("s2", "gone.test", "late")
		w.reports("s2", "never.test", "heard")
		viewer, v := w.operator(operator.Viewer), w.operator(operator.Clerk)

		viewer.open("/").wants(http.StatusOK, `href="/reports"`, `href="/utilities"`)
		viewer.open("/reports").wants(http.StatusOK, "Review of a period", "Unbilled usage", `href="/bills?state=draft"`, "Billing checklist")
		viewer.open("/reports/unbilled").wants(http.StatusOK, "No report was made yet.").lacks("Make the report")
		viewer.do(http.MethodPost, "/reports/unbilled", pairs("start", "2026-09-01", "end", "2026-09-30"), nil).wants(http.StatusForbidden)
		viewer.open("/reports/unbilled.csv").wants(http.StatusNotFound)
		v.open("/reports/unbilled").wants(http.StatusOK, `value="2026-08-01"`, `value="2026-08-31"`)
		v.send("/reports/unbilled", "start", "2026-09-30", "end", "2026-09-01").wants(http.StatusUnprocessableEntity, `href="#f-end"`)
		v.send("/reports/unbilled", "start", "", "end", "2026-09-01").wants(http.StatusUnprocessableEntity, `href="#f-start"`)
		v.send("/reports/unbilled", "start", "2026-09-01", "end", "2026-09-30").wants(http.StatusOK, "Report unbilled usage", "2026-09-01 to 2026-09-30")
		w.work(v).wants(http.StatusOK, "Done", `href="/reports/unbilled"`)

		viewer.open("/reports/unbilled").wants(http.StatusOK, "for 2026-09", "3 lists<", "olga@orphans.test", "never.test/heard", "server s2", "On which days were most copies sent").
			wants(http.StatusOK, "Nobody ever had the list", "The customer had ended", "=Gone &amp; Co", `/unassigned?q=olga&amp;server=2"`, `href="/servers/2#unknown"`)
		viewer.open("/reports/unbilled?reason=after_end").wants(http.StatusOK, "1 list<", "late@gone.test").lacks("olga")
		viewer.open("/reports/unbilled?server=1").wants(http.StatusOK, "Nothing matches what is set.")
		viewer.open("/reports/unbilled?q=GONE&sort=-size").wants(http.StatusOK, "1 list<", "late@gone.test").lacks("olga")
		viewer.open("/reports/unbilled/usage/1").wants(http.StatusOK, "2026-09-01", "How many copies were sent on which days?", "1 day, 1 post, 5 copies", "Unbilled usage")
		viewer.open("/reports/unbilled/usage/99").wants(http.StatusNotFound)
		viewer.open("/reports/unbilled/days").wants(http.StatusOK, "2026-08-01", "2026-08-20", "=Gone &amp; Co", "Days that no bill covers")
		viewer.open("/reports/unbilled/corrections").wants(http.StatusOK, "No correction of an earlier bill waits")

		csv := viewer.open("/reports/unbilled.csv").wants(http.StatusOK, "usage,never_assigned,,s2/orphans.test/olga,2026-09-01,2026-09-01,,1,5,,\n",
			"usage,after_end,'=Gone & Co,s2/gone.test/late,", "days,,'=Gone & Co,,2026-08-01,2026-08-20,20,,,,\n")
		if got := csv.head.Get("Content-Disposition"); got != "attachment; filename=unbilled-2026-09-01-2026-09-30.csv" {
			t.Errorf("the file is called %q", got)
		}
		viewer.open("/reports/unbilled.csv?by=day").wants(http.StatusOK, "usage,never_assigned,,s2/orphans.test/olga,2026-09-01,2026-09-01,1,1,5,,\n")
	})
}

// TestManyUnbilledListsArePaged goes through the pages of a report, and back.
func TestManyUnbilledListsArePaged(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		viewer := w.operator(operator.Viewer)
		rows := make([]store.UnbilledRow, 130)
		for i := range rows {
			rows[i] = store.UnbilledRow{Kind: store.UnbilledUsage, Reason: "never_assigned", ServerID: 1, Place: fmt.Sprintf("s1/many.test/l%03d", i), Size: int64(i % 7)}
		}
		w.write(func(tx *store.Tx) error {
			return tx.KeepUnbilled(&store.Unbilled{ID: 1, Currency: "USD", Sums: store.UnbilledSums{Lists: 999, KeptUsage: 130}}, rows)
		})
		seen := map[string]bool{}
		path := "/reports/unbilled?sort=-size"
		for page := 0; path != "" && page < 9; page++ {
			a := viewer.open(path).wants(http.StatusOK, "130 lists. The report keeps the first 130 of 999")
			for _, m := range regexp.MustCompile(`l\d{3}@many\.test`).FindAllString(a.body, -1) {
				seen[m] = true
			}
			path = ""
			if _, next, found := strings.Cut(a.body, `rel="next" href="`); found {
				path = strings.ReplaceAll(next[:strings.IndexByte(next, '"')], "&amp;", "&")
			}
		}
		if len(seen) != len(rows) {
			t.Errorf("the pages show %d of %d lists", len(seen), len(rows))
		}
		viewer.open("/reports/unbilled?after=nonsense").wants(http.StatusOK, "l000")
	})
}
