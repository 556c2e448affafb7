package store

import (
	"encoding/json"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/period"
)

// PeriodBills adds up the bills of a period that are not void, in minor units.
type PeriodBills struct {
	Bills     int64
	Subtotal  int64
	Credit    int64 // used
	NewCredit int64 // of bills below zero: they come to 0, and the rest is credit for later ones
	Total     int64
}

// BillPair is what a customer's bills of two periods come to. An id of 0 says that there is none.
type BillPair struct {
	CustomerID    int64
	Company       string
	NowID, ThenID int64
	Now, Then     int64 // subtotals, minor units
}

// PairKind says which pairs are wanted.
type PairKind string

// The kinds of pairs.
const (
	InBoth   PairKind = "both"
	NewNow   PairKind = "new"
	OnlyThen PairKind = "then"
)

// pairs are the queries of the kinds: each goes along the bills of one period, and looks the other one's up by the customer, not by the
// period: it may have a million.
var pairs = map[PairKind]string{
	InBoth: `SELECT n.customer_id AS id, n.id AS now_id, p.id AS then_id, n.subtotal AS now_sum, p.subtotal AS then_sum FROM bill n
		JOIN bill p ON p.customer_id = n.customer_id AND p.start_day + 0 = $3 AND p.end_day + 0 = $4 AND p.state <> 'void'
		WHERE n.start_day = $1 AND n.end_day = $2 AND n.state <> 'void' AND n.subtotal <> p.subtotal`,
	NewNow: `SELECT n.customer_id AS id, n.id AS now_id, 0 AS then_id, n.subtotal AS now_sum, 0 AS then_sum FROM bill n
		WHERE n.start_day = $1 AND n.end_day = $2 AND n.state <> 'void' AND NOT EXISTS (SELECT 1 FROM bill p
			WHERE p.customer_id = n.customer_id AND p.start_day + 0 = $3 AND p.end_day + 0 = $4 AND p.state <> 'void')`,
	OnlyThen: `SELECT p.customer_id AS id, 0 AS now_id, p.id AS then_id, 0 AS now_sum, p.subtotal AS then_sum FROM bill p
		WHERE p.start_day = $3 AND p.end_day = $4 AND p.state <> 'void' AND NOT EXISTS (SELECT 1 FROM bill n
			WHERE n.customer_id = p.customer_id AND n.start_day + 0 = $1 AND n.end_day + 0 = $2 AND n.state <> 'void')`,
}

// BillPairs returns what customers are billed for a period beside what they were billed for an earlier one: how many there
// are of a kind, and the first of them, the largest differences first.
func (s *Snapshot) BillPairs(now, then period.Period, kind PairKind, limit int) (out []BillPair, count int64, err error) {
	args := []any{int64(now.Start), int64(now.End), int64(then.Start), int64(then.End)}
	err = s.joinWhole(func() error {
		if _, err := s.one(`SELECT count(*) FROM (`+pairs[kind]+`) AS found`, args, &count); err != nil || count == 0 {
			return err
		}
		for row, err := range s.rows(firstPairs(kind), append(args, int64(limit))...) {
			if err != nil {
				return err
			}
			var v BillPair
			if err := row.Scan(&v.CustomerID, &v.NowID, &v.ThenID, &v.Now, &v.Then); err != nil {
				return err
			}
			out = append(out, v)
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	return out, count, s.nameCompanies(out)
}

// firstPairs is the query for the pairs of a kind that differ most.
func firstPairs(kind PairKind) string {
	return `SELECT * FROM (` + pairs[kind] + `) AS found ORDER BY abs(now_sum - then_sum) DESC, id LIMIT $5`
}

// nameCompanies adds whose bills they are.
func (s *Snapshot) nameCompanies(pairs []BillPair) error {
	ids := make([]int64, len(pairs))
	for i := range pairs {
		ids[i] = pairs[i].CustomerID
	}
	companies := map[int64]string{}
	for row, err := range rowsIn(s, `SELECT id, company FROM customer WHERE id `+in, ids) {
		if err != nil {
			return err
		}
		var id int64
		var company string
		if err := row.Scan(&id, &company); err != nil {
			return err
		}
		companies[id] = company
	}
	for i := range pairs {
		pairs[i].Company = companies[pairs[i].CustomerID]
	}
	return nil
}

// PeriodBills adds up the bills of just this period.
func (s *Snapshot) PeriodBills(p period.Period) (b PeriodBills, err error) {
	_, err = s.one(`SELECT count(*), CAST(coalesce(sum(subtotal), 0) AS BIGINT), CAST(coalesce(sum(credit_applied), 0) AS BIGINT),
		CAST(coalesce(sum(total - subtotal - tax + credit_applied), 0) AS BIGINT), CAST(coalesce(sum(total), 0) AS BIGINT) FROM bill WHERE start_day = $1 AND end_day = $2 AND state <> 'void'`,
		[]any{int64(p.Start), int64(p.End)}, &b.Bills, &b.Subtotal, &b.Credit, &b.NewCredit, &b.Total)
	return b, err
}

// PeriodBefore returns the last period of bills that ended before a day; found is false without one.
func (s *Snapshot) PeriodBefore(day period.Date) (p period.Period, found bool, err error) {
	found, err = s.one(`SELECT start_day, end_day FROM bill WHERE start_day < $1 AND end_day < $1 AND state <> 'void'
		ORDER BY start_day DESC, end_day DESC LIMIT 1`, []any{int64(day)}, &p.Start, &p.End)
	return p, found, err
}

// InvoiceLines returns the lines of a bill as a run made them.
func (s *Snapshot) InvoiceLines(customerID, billID int64) (out []invoice.Line, err error) {
	for row, err := range s.rows(`SELECT group_id, group_name, month, kind, ref, version_id, assignment_id, component, method, list_id, object,
		days, days_in_month, quantity, amount, tax FROM bill_line WHERE customer_id = $1 AND bill_id = $2 ORDER BY line`, customerID, billID) {
		if err != nil {
			return nil, err
		}
		var l invoice.Line
		if err := row.Scan(&l.GroupID, &l.Group, &l.Month, &l.Kind, &l.Ref, &l.Version, &l.Assignment, &l.Component, &l.Method,
			&l.ListID, &l.Object, &l.Days, &l.DaysInMonth, &l.Quantity, &l.Amount, &l.Tax); err != nil {
			return nil, err
		}
		out = append(out, l)
	}
	return out, nil
}

// RunRow is a bill run as it is kept.
type RunRow struct {
	ID         int64
	Period     period.Period
	StartedAt  int64 // UTC microseconds
	FinishedAt int64 // 0: it was broken off, or is under way
	Actor      string
	Selection  string              // JSON: what was asked for
	Result     *invoice.KeptResult // nil until it is finished
}

// RunsOf returns the bill runs of a period, the latest first.
func (s *Snapshot) RunsOf(p period.Period, limit int) (out []RunRow, err error) {
	for row, err := range s.rows(`SELECT id, started_at, coalesce(finished_at, 0), actor, selection, result FROM bill_run
		WHERE start_day = $1 AND end_day = $2 ORDER BY id DESC LIMIT $3`, int64(p.Start), int64(p.End), int64(limit)) {
		if err != nil {
			return nil, err
		}
		r := RunRow{Period: p}
		var result string
		if err := row.Scan(&r.ID, &r.StartedAt, &r.FinishedAt, &r.Actor, &r.Selection, &result); err != nil {
			return nil, err
		}
		if result != "" {
			r.Result = &invoice.KeptResult{}
			if err := json.Unmarshal([]byte(result), r.Result); err != nil {
				return nil, fault.Wrap(fault.Internal, err, "the result of bill run %d cannot be read", r.ID)
			}
		}
		out = append(out, r)
	}
	return out, nil
}
