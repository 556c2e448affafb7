package store

import (
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

// BeginRun notes that a bill run starts. Until FinishRun it counts as broken off.
func (tx *Tx) BeginRun(p period.Period, selection any) (id int64, err error) {
	asked, err := toJSON(selection)
	if err != nil {
		return 0, err
	}
	if id, err = tx.NewIDs("bill_run", 1); err != nil {
		return 0, err
	}
	return id, tx.Exec(`INSERT INTO bill_run (id, start_day, end_day, started_at, finished_at, actor, selection, result)
		VALUES ($1, $2, $3, $4, NULL, $5, $6, '')`, id, int64(p.Start), int64(p.End), tx.by.At.UnixMicro(), tx.by.Actor, asked)
}

// FinishRun notes that a bill run came to its end, and with what.
func (tx *Tx) FinishRun(id, finishedAt int64, result any) error {
	text, err := toJSON(result)
	if err != nil {
		return err
	}
	return tx.Exec(`UPDATE bill_run SET finished_at = $2, result = $3 WHERE id = $1`, id, finishedAt, text)
}

// BrokenRuns returns how many runs of a period were broken off since the last one that came to its end.
func (s *Snapshot) BrokenRuns(p period.Period) (n int64, err error) {
	_, err = s.one(`SELECT count(*) FROM bill_run WHERE start_day = $1 AND end_day = $2 AND finished_at IS NULL
		AND id > coalesce((SELECT max(id) FROM bill_run WHERE start_day = $1 AND end_day = $2 AND finished_at IS NOT NULL), 0)`,
		[]any{int64(p.Start), int64(p.End)}, &n)
	return n, err
}

// CustomerIDs returns up to limit customer ids larger than after, in order.
func (s *Snapshot) CustomerIDs(after int64, limit int) ([]int64, error) {
	ids := make([]int64, 0, limit)
	err := s.raw(`SELECT id FROM customer WHERE id > $1 ORDER BY id LIMIT $2`, []any{after, int64(limit)}, func(r *rawRow) error {
		ids = append(ids, r.int(0))
		return nil
	})
	return ids, err
}

// CountCustomers returns the number of customers.
func (s *Snapshot) CountCustomers() (n int64, err error) {
	_, err = s.one(`SELECT count(*) FROM customer`, nil, &n)
	return n, err
}

// CustomerIDsOf returns the ids of customers by company. Those that do not exist are a NotFound fault each.
func (s *Snapshot) CustomerIDsOf(companies []string) ([]int64, error) {
	known := map[string]int64{}
	for row, err := range rowsIn(s, `SELECT id, company FROM customer WHERE company `+in, companies) {
		if err != nil {
			return nil, err
		}
		var id int64
		var company string
		if err := row.Scan(&id, &company); err != nil {
			return nil, err
		}
		known[company] = id
	}
	var ids []int64
	var unknown fault.List
	for _, company := range companies {
		if id, ok := known[company]; ok {
			ids = append(ids, id)
			continue
		}
		unknown = append(unknown, fault.New(fault.NotFound, "there is no customer %q: see the spelling of the company", company))
	}
	return newIDSet(ids).ids, unknown.Err()
}
