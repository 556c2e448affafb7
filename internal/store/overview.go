package store

import (
	"postmeter/internal/domain/period"
)

// Overview counts what there is. Counts stop at a limit, so that they cost the same however much there is.
type Overview struct {
	Servers, Synced, Lists, Plans, Charges, Customers, Groups, Assigned int64
}

// Overview counts the things of each kind, up to most.
func (s *Snapshot) Overview(most int64) (Overview, error) {
	var o Overview
	for _, c := range []struct {
		from string
		into *int64
	}{
		{"server", &o.Servers},
		{"server WHERE synced_at IS NOT NULL", &o.Synced},
		{"list", &o.Lists},
		{"plan", &o.Plans},
		{"charge", &o.Charges},
		{"customer", &o.Customers},
		{"billing_group", &o.Groups},
		{"object_assignment", &o.Assigned},
	} {
		if _, err := s.one(`SELECT count(*) FROM (SELECT 1 FROM `+c.from+` LIMIT $1) AS counted`, []any{most}, c.into); err != nil {
			return o, err
		}
	}
	return o, nil
}

// MoreLists says whether there are more lists than so many.
func (s *Snapshot) MoreLists(than int64) (more bool, err error) {
	var n int64
	_, err = s.one(`SELECT count(*) FROM (SELECT 1 FROM list LIMIT $1) AS counted`, []any{than + 1}, &n)
	return n > than, err
}

// LastRunPeriod returns the period of the newest bill run; found is false without one.
func (s *Snapshot) LastRunPeriod() (p period.Period, found bool, err error) {
	found, err = s.one(`SELECT start_day, end_day FROM bill_run ORDER BY id DESC LIMIT 1`, nil, &p.Start, &p.End)
	return p, found, err
}

// RunMark changes with each bill run that begins or ends.
type RunMark struct{ ID, FinishedAt int64 }

// Mark changes with each change that is recorded in the history or booked, each list that is new, and each usage that comes in.
type Mark struct {
	Run            RunMark
	Changes, Usage int64
}

// Mark returns how far changes are.
func (s *Snapshot) Mark() (m Mark, err error) {
	_, err = s.one(`SELECT (SELECT CAST(coalesce(sum(next_id), 0) AS BIGINT) FROM id_counter WHERE kind IN ('history', 'ledger_entry', 'bill', 'list')),
		(SELECT value FROM revision WHERE name = 'usage')`, nil, &m.Changes, &m.Usage)
	if err != nil {
		return m, err
	}
	_, err = s.one(`SELECT id, coalesce(finished_at, 0) FROM bill_run ORDER BY id DESC LIMIT 1`, nil, &m.Run.ID, &m.Run.FinishedAt)
	return m, err
}

// PeriodSums are what became of the bills of one period, in minor units of the settings' currency.
type PeriodSums struct {
	Drafts, Sent          int64 // bills
	DraftTotal, SentTotal int64
	Open, Overdue         int64 // of the sent ones: not paid yet, and due before today
	OverdueBills          int64
}

// PeriodSums adds up the bills of exactly one period that are not void.
func (s *Snapshot) PeriodSums(p period.Period, today period.Date) (v PeriodSums, err error) {
	const query = `SELECT
		count(CASE WHEN state = 'draft' THEN 1 END), count(CASE WHEN state = 'final' THEN 1 END),
		CAST(coalesce(sum(CASE WHEN state = 'draft' THEN total END), 0) AS BIGINT),
		CAST(coalesce(sum(CASE WHEN state = 'final' THEN total END), 0) AS BIGINT),
		CAST(coalesce(sum(CASE WHEN state = 'final' THEN open END), 0) AS BIGINT),
		CAST(coalesce(sum(CASE WHEN state = 'final' AND open > 0 AND due_day < $3 THEN open END), 0) AS BIGINT),
		count(CASE WHEN state = 'final' AND open > 0 AND due_day < $3 THEN 1 END)
		FROM (SELECT b.state, b.total, b.due_day, b.total + coalesce((SELECT CAST(sum(e.amount) AS BIGINT) FROM ledger_entry e
			WHERE e.customer_id = b.customer_id AND e.bill_id = b.id AND e.kind <> 'invoice'), 0) AS open
			FROM bill b WHERE b.start_day = $1 AND b.end_day = $2 AND b.state <> 'void') AS bills`
	_, err = s.one(query, []any{int64(p.Start), int64(p.End), int64(today)},
		&v.Drafts, &v.Sent, &v.DraftTotal, &v.SentTotal, &v.Open, &v.Overdue, &v.OverdueBills)
	return v, err
}

// UsageByMonth returns the copies that were delivered in each of the last months that have any, the oldest first.
func (s *Snapshot) UsageByMonth(since period.Month) (months []period.Month, recipients []int64, err error) {
	for row, err := range s.rows(`SELECT month, CAST(sum(recipients) AS BIGINT) FROM usage_month WHERE month >= $1 GROUP BY month ORDER BY month`, int64(since)) {
		if err != nil {
			return nil, nil, err
		}
		var month period.Month
		var n int64
		if err := row.Scan(&month, &n); err != nil {
			return nil, nil, err
		}
		months, recipients = append(months, month), append(recipients, n)
	}
	return months, recipients, nil
}
