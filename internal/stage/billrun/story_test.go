package billrun_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"postmeter/internal/domain/period"
	"postmeter/internal/stage/billrun"
)

func TestADraftIsReplacedAndSaysWhatChanged(t *testing.T) {
	each(t, func(h *house) {
		h.take(provider)
		h.posts("acme.test/news", "2026-09-03", 1100)
		first := h.run(september)
		h.expect("lines", h.lines("Acme", september), "Main|plan|std||30|1|3000\nMain|overage|std||30|1000|1000\n")
		if first.Billed != 2 || first.Created != 2 || first.Total != "55.00" || len(first.Skipped) != 0 {
			h.Errorf("first run: %+v", first)
		}
		id := h.rows(`SELECT b.id FROM bill b JOIN customer c ON c.id = b.customer_id WHERE company = 'Acme'`)
		h.exec(`UPDATE bill SET tested_at = 5`)

		h.posts("acme.test/dev", "2026-09-30", 500) // found late
		again := h.run(september)
		if again.Billed != 2 || again.Replaced.Count != 1 || again.Unchanged != 1 || again.Total != "60.00" {
			h.Errorf("second run: %+v", again)
		}
		want := billrun.Replaced{Customer: "Acme", Before: "40.00", After: "45.00", Changed: 1}
		if got := again.Replaced.Bills[0]; got.ID == 0 {
			h.Error("the replaced draft has no id")
		} else if got.ID = 0; got != want {
			h.Errorf("replaced: %+v, want %+v", got, want)
		}
		h.expect("id", h.rows(`SELECT b.id FROM bill b JOIN customer c ON c.id = b.customer_id WHERE company = 'Acme'`), id)
		h.expect("a replaced draft must be tested again, the other not",
			h.rows(`SELECT company, tested_at FROM bill b JOIN customer c ON c.id = b.customer_id ORDER BY company`), "Acme|0\nOther|5\n")

		before := h.rows(`SELECT entity, action, before, after FROM history WHERE entity = 'bill' ORDER BY id`)
		if !strings.Contains(before, `run again|{"start":"2026-09-01","end":"2026-09-30","total":"40.00 USD","lines":2}|`+
			`{"start":"2026-09-01","end":"2026-09-30","total":"45.00 USD","lines":2,"lines_added":0,"lines_removed":0,"lines_changed":1}`) {
			h.Errorf("the history does not say what changed:\n%s", before)
		}
		third := h.run(september)
		if third.Unchanged != 2 || third.Total != "60.00" {
			h.Errorf("third run: %+v", third)
		}
		h.expect("an unchanged draft makes no history", h.rows(`SELECT entity, action, before, after FROM history WHERE entity = 'bill' ORDER BY id`), before)
		h.expect("revisions", h.rows(`SELECT count(*) FROM bill b WHERE usage_revision = (SELECT value FROM revision WHERE name = 'usage')`), "2\n")
	})
}

func TestAFinalBillIsNeverTouched(t *testing.T) {
	each(t, func(h *house) {
		h.take(provider)
		h.run(september)
		h.exec(`UPDATE bill SET state = 'final', number = '1' WHERE customer_id = (SELECT id FROM customer WHERE company = 'Acme')`)
		was := h.everything()
		h.posts("acme.test/news", "2026-09-03", 9100)
		for _, p := range []period.Period{september, {Start: september.Start + 5, End: september.End + 5}} {
			r := h.run(p, "Acme")
			if r.Billed != 0 || fmt.Sprint(r.Skipped) != "[{Acme [already_billed]}]" {
				h.Errorf("%s: %+v", p, r)
			}
		}
		h.expect("bills", h.everything(), was)
		h.exec(`UPDATE bill SET state = 'void' WHERE state = 'final'`)
		if r := h.run(september, "Acme"); r.Billed != 1 || r.Total != "120.00" {
			h.Errorf("a void bill frees its days: %+v", r)
		}
	})
}

func TestWhoCannotBeBilledIsSkippedAndLosesTheDraft(t *testing.T) {
	each(t, func(h *house) {
		h.take(provider)
		h.run(september)
		h.take("customers: [{company: Acme, email: nonsense}]")
		r := h.run(september)
		if r.Billed != 1 || fmt.Sprint(r.Skipped) != "[{Acme [email_malformed]}]" || r.Total != "15.00" {
			h.Errorf("%+v", r)
		}
		if r.Withdrawn.Count != 1 || r.Withdrawn.Bills[0].Because != "email_malformed" {
			h.Errorf("withdrawn: %+v", r.Withdrawn)
		}
		h.expect("bills left", h.rows(`SELECT c.company FROM bill b JOIN customer c ON c.id = b.customer_id`), "Other\n")
		h.expect("lines without a bill", h.rows(`SELECT count(*) FROM bill_line l WHERE NOT EXISTS
			(SELECT 1 FROM bill b WHERE b.customer_id = l.customer_id AND b.id = l.bill_id)`), "0\n")
		if got := h.rows(`SELECT after FROM history WHERE action = 'withdrawn'`); got != "{\"because\":\"email_malformed\"}\n" {
			h.Errorf("history: %s", got)
		}
		h.take("customers: [{company: Acme, active: false}]")
		if r := h.run(september); len(r.Skipped) != 0 {
			h.Errorf("an inactive customer is no news: %+v", r.Skipped)
		}
		if r := h.run(september, "Acme"); fmt.Sprint(r.Skipped) != "[{Acme [inactive]}]" {
			h.Errorf("one that was asked for is: %+v", r.Skipped)
		}
		if _, err := billrun.Run(h.Context(), h.db, by(), billrun.Options{Period: september, Customers: []string{"Acmee"}}); err == nil ||
			!strings.Contains(err.Error(), `"Acmee"`) {
			h.Errorf("unknown customer: %v", err)
		}
	})
}

func TestAPlanVersionMidMonthActsLikeAChangeOfPlan(t *testing.T) {
	each(t, func(h *house) {
		h.take(provider)
		h.exec(`INSERT INTO plan_version (id, plan_id, first_day, definition) SELECT 1000, id, $1, $2 FROM plan WHERE code = 'flat'`,
			int64(september.Start+15), `{"id":"flat","scope":"group","monthly_price":"45"}`)
		h.run(september)
		h.expect("lines", h.lines("Other", september), "Main|plan|flat||15|0.5|750\nMain|plan|flat||15|0.5|2250\n")
	})
}

func TestAOneTimeChargeIsBilledOnce(t *testing.T) {
	each(t, func(h *house) {
		h.take(provider)
		h.take(`customers: [{company: Other, start: 2026-08-01, groups: [{name: Main, charges: [{charge: setup, start: 2026-08-05}]}]}]`)
		h.run(august, "Other")
		h.run(september, "Other")
		h.expect("August", h.lines("Other", august), "Main|plan|flat||31|1|1500\nMain|charge|setup||27|1|5000\n")
		h.expect("September, while August is a draft", h.lines("Other", september), "Main|plan|flat||30|1|1500\n")
		h.exec(`UPDATE bill SET state = 'final', number = '1' WHERE start_day = $1`, int64(august.Start))
		h.run(september, "Other")
		h.expect("September, after August was sent", h.lines("Other", september), "Main|plan|flat||30|1|1500\n")
		h.exec(`UPDATE bill SET state = 'void' WHERE start_day = $1`, int64(august.Start))
		h.run(september, "Other")
		h.expect("September, after August was voided", h.lines("Other", september),
			"Main|plan|flat||30|1|1500\nMain|charge|setup||27|1|5000\n")
	})
}

func TestCreditIsUsedAndCarried(t *testing.T) {
	each(t, func(h *house) {
		h.take(provider)
		h.take(`customers: [{company: Acme, credit: "12.50"}, {company: Other, groups: [{name: Main, charges: [{charge: prepaid, start: 2026-09-01}]}]}]`)
		h.run(september)
		h.expect("bills", h.rows(`SELECT company, subtotal, credit_applied, total, credit_left FROM bill b
			JOIN customer c ON c.id = b.customer_id ORDER BY company`), "Acme|3000|1250|1750|0\nOther|-8500|0|0|8500\n")
	})
}

func TestAListThatMovedKeepsItsUsage(t *testing.T) {
	each(t, func(h *house) {
		h.take(provider)
		h.posts("acme.test/news", "2026-09-03", 300)
		h.posts("acme.test/news", "2026-09-20", 400)
		h.exec(`UPDATE list_name SET last_day = $1 WHERE name = 'news'`, int64(september.Start+14))
		h.exec(`INSERT INTO list_name (list_id, first_day, last_day, server_id, site, name, remote_id)
			SELECT list_id, last_day + 1, $1, server_id, 'new.test', 'letter', '' FROM list_name WHERE name = 'news'`, int64(period.Last))
		h.run(september, "Acme")
		h.expect("lines", h.lines("Acme", september), "Main|plan|std||30|1|3000\nMain|overage|std||30|600|600\n")
		h.expect("usage", h.rows(`SELECT usage FROM bill`),
			`[{"object":"s1/acme.test/news","messages":1,"recipients":300,"bytes":300000,"members":-1},`+
				`{"object":"s1/new.test/letter","messages":1,"recipients":400,"bytes":400000,"members":-1}]`+"\n")
	})
}

func TestTheMostSpecificAssignmentWinsAcrossCustomers(t *testing.T) {
	each(t, func(h *house) {
		h.take(provider)
		h.take(`
lists: [{server: s1, site: other.test, list: theirs}]
customers:
  - company: Acme
    groups: [{name: Main, objects: [{server: s1, site: other.test, list: theirs, start: 2026-09-11}]}]
  - company: Other
    groups: [{name: Main, plans: [{plan: flat, end: 2026-08-31}, {plan: std, start: 2026-09-01}]}]`)
		h.exec(`DELETE FROM plan_assignment WHERE start_day = $1 AND end_day = $2 AND plan_id = (SELECT id FROM plan WHERE code = 'flat')`,
			int64(period.First), int64(period.Last))
		h.posts("other.test/theirs", "2026-09-10", 1100)
		h.posts("other.test/theirs", "2026-09-11", 5100)
		r := h.run(september)
		h.expect("Other has its site but for the list that is Acme's", h.lines("Other", september),
			"Main|plan|std||30|1|3000\nMain|overage|std||30|1000|1000\n")
		h.expect("Acme has the list from its day on", h.lines("Acme", september), "Main|plan|std||30|1|3000\nMain|overage|std||30|5000|5000\n")
		if r.UnbilledUsage.Lists != 0 {
			h.Errorf("all is billed: %+v", r.UnbilledUsage)
		}
	})
}

func TestADryRunGivesTheSameBillsAndStoresNothing(t *testing.T) {
	each(t, func(h *house) {
		h.take(provider)
		h.posts("acme.test/news", "2026-09-03", 1100)
		h.posts("nobody.test/lost", "2026-09-03", 70)
		dry := h.runWith(billrun.Options{Period: september, DryRun: true})
		if got := h.everything() + h.rows(`SELECT id FROM bill_run`); got != "" {
			h.Errorf("a dry run stored:\n%s", got)
		}
		h.expect("results", text(h, dry), text(h, h.run(september)))
	})
}

func text(h *house, r *billrun.Result) string {
	out, err := json.MarshalIndent(r, "", " ")
	h.must(err)
	return string(out)
}
