package store

import (
	"database/sql"
	"encoding/json"
	"strconv"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

// The kinds of rows of a report of what no bill covers.
const (
	UnbilledUsage      = "usage"      // what was sent and nobody pays for
	UnbilledDays       = "days"       // of customers
	UnbilledCorrection = "correction" // of an earlier bill, which waits since its customer gets no bill
)

// Unbilled is the last report of what no bill covers.
type Unbilled struct {
	ID         int64 // of the job that made it
	Period     period.Period
	FinishedAt int64 // UTC microseconds
	Actor      string
	Currency   string
	Sums       UnbilledSums
}

// UnbilledSums are what all rows come to, also those that are not kept.
type UnbilledSums struct {
	Lists       int64       `json:"lists"` // rows of usage
	Messages    int64       `json:"messages"`
	Recipients  int64       `json:"recipients"`
	Intervals   int64       `json:"intervals"` // rows of days
	Days        int64       `json:"days"`
	Corrections int64       `json:"corrections"`
	Amount      int64       `json:"amount"` // of the corrections, in minor units
	KeptUsage   int64       `json:"kept_usage"`
	KeptDays    int64       `json:"kept_days"`
	KeptWaiting int64       `json:"kept_corrections"`
	ByDay       []UsedOnDay `json:"by_day"` // what was sent, in the order of days
}

// UsedOnDay is what was sent on a day.
type UsedOnDay struct {
	Day                  period.Date
	Messages, Recipients int64
}

// MarshalJSON writes the day's number and both figures, since there are many.
func (u UsedOnDay) MarshalJSON() ([]byte, error) {
	return json.Marshal([3]int64{int64(u.Day), u.Messages, u.Recipients})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (u *UsedOnDay) UnmarshalJSON(text []byte) error {
	var v [3]int64
	err := json.Unmarshal(text, &v)
	*u = UsedOnDay{period.Date(v[0]), v[1], v[2]}
	return err
}

// UnbilledRow is one thing that no bill covers.
type UnbilledRow struct {
	Kind       string
	Position   int64
	Reason     string // of usage
	CustomerID int64  // 0: nobody's
	Company    string
	ServerID   int64  // of usage
	Place      string // of usage
	Days       period.Period
	Messages   int64
	Size       int64 // recipients of usage, how many days, or an amount in minor units
	ByDay      []UsedOnDay
}

// KeepUnbilled stores a report in the place of the one before. Rows of a kind come in their order.
func (tx *Tx) KeepUnbilled(u *Unbilled, rows []UnbilledRow) error {
	for _, table := range []string{"unbilled_row", "unbilled"} {
		if err := tx.Exec(`DELETE FROM ` + table); err != nil {
			return err
		}
	}
	sums, err := toJSON(u.Sums)
	if err != nil {
		return err
	}
	if err := tx.Exec(`INSERT INTO unbilled (id, start_day, end_day, finished_at, actor, currency, sums) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		u.ID, int64(u.Period.Start), int64(u.Period.End), u.FinishedAt, u.Actor, u.Currency, sums); err != nil {
		return err
	}
	bulk := tx.Bulk("unbilled_row", "", "unbilled_id", "kind", "position", "reason", "customer_id", "company", "server_id", "place", "folded",
		"start_day", "end_day", "messages", "size", "by_day")
	at := map[string]int64{}
	for i := range rows {
		r := &rows[i]
		at[r.Kind]++
		days, err := toJSON(r.ByDay)
		if err != nil {
			return err
		}
		if err := bulk.Add(u.ID, r.Kind, at[r.Kind], r.Reason, r.CustomerID, r.Company, r.ServerID, r.Place, strings.ToLower(r.Company+" "+r.Place),
			int64(r.Days.Start), int64(r.Days.End), r.Messages, r.Size, days); err != nil {
			return err
		}
	}
	return bulk.Flush()
}

// LastUnbilled returns the last report of what no bill covers; found is false when there was none.
func (s *Snapshot) LastUnbilled() (u Unbilled, found bool, err error) {
	var sums string
	found, err = s.one(`SELECT id, start_day, end_day, finished_at, actor, currency, sums FROM unbilled ORDER BY id DESC LIMIT 1`, nil,
		&u.ID, &u.Period.Start, &u.Period.End, &u.FinishedAt, &u.Actor, &u.Currency, &sums)
	if err == nil && found {
		err = json.Unmarshal([]byte(sums), &u.Sums)
	}
	return u, found, err
}

// The orders of rows of a report.
const (
	UnbilledByPosition = "position" // customer, list and day
	UnbilledBySize     = "size"
	UnbilledByEnd      = "end"
)

// UnbilledFilter says which rows of a report are wanted. The zero value of a field wants all.
type UnbilledFilter struct {
	Kind     string
	Reason   string
	ServerID int64
	Search   string // each word is a part of customer or place
	Sort     string // one of the orders; "": by position
	Falling  bool
	After    string // cursor (Cursor of the last row); a damaged one is none
	Limit    int
}

// Cursor is where a page of rows goes on after one.
func (f *UnbilledFilter) Cursor(r *UnbilledRow) string {
	return strconv.FormatInt(f.key(r), 10) + "." + strconv.FormatInt(r.Position, 10)
}

func (f *UnbilledFilter) key(r *UnbilledRow) int64 {
	switch f.Sort {
	case UnbilledBySize:
		return r.Size
	case UnbilledByEnd:
		return int64(r.Days.End)
	}
	return r.Position
}

// column is what the rows are sorted by.
func (f *UnbilledFilter) column() string {
	switch f.Sort {
	case UnbilledBySize:
		return "size"
	case UnbilledByEnd:
		return "end_day"
	}
	return "position"
}

func (f *UnbilledFilter) condition(reportID int64) *condition {
	c := &condition{}
	c.and("unbilled_id = " + c.arg(reportID))
	c.and("kind = " + c.arg(f.Kind))
	if f.Reason != "" {
		c.and("reason = " + c.arg(f.Reason))
	}
	if f.ServerID != 0 {
		c.and("server_id = " + c.arg(f.ServerID))
	}
	for _, word := range strings.Fields(strings.ToLower(f.Search)) {
		c.and("folded LIKE " + c.arg("%"+likeText(strings.ReplaceAll(word, "*", ""))+"%") + ` ESCAPE '\'`)
	}
	return c
}

// after adds what comes after the cursor.
func (f *UnbilledFilter) after(c *condition) {
	key, position, ok := strings.Cut(f.After, ".")
	k, wrongKey := strconv.ParseInt(key, 10, 64)
	p, wrongPosition := strconv.ParseInt(position, 10, 64)
	if !ok || wrongKey != nil || wrongPosition != nil {
		return
	}
	than := ">"
	if f.Falling {
		than = "<"
	}
	c.and("(" + f.column() + ", position) " + than + " (" + c.arg(k) + ", " + c.arg(p) + ")")
}

const unbilledColumns = `SELECT kind, position, reason, customer_id, company, server_id, place, start_day, end_day, messages, size, by_day FROM unbilled_row`

// UnbilledRows returns rows of a report in an order.
func (s *Snapshot) UnbilledRows(reportID int64, f UnbilledFilter) (out []UnbilledRow, err error) {
	c := f.condition(reportID)
	f.after(c)
	way := ""
	if f.Falling {
		way = " DESC"
	}
	query := unbilledColumns + c.where() + ` ORDER BY ` + f.column() + way + `, position` + way + ` LIMIT ` + c.arg(int64(f.Limit))
	for row, err := range s.rows(query, c.args...) {
		if err != nil {
			return nil, err
		}
		r, err := scanUnbilled(row)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// CountUnbilled counts the rows of a report that a filter wants, at most most.
func (s *Snapshot) CountUnbilled(reportID int64, f UnbilledFilter, most int64) (n int64, err error) {
	c := f.condition(reportID)
	_, err = s.one(`SELECT count(*) FROM (SELECT 1 FROM unbilled_row`+c.where()+` LIMIT `+c.arg(most)+`) AS counted`, c.args, &n)
	return n, err
}

// UnbilledRow returns one row of a report. One that is not there is a NotFound fault.
func (s *Snapshot) UnbilledRow(reportID int64, kind string, position int64) (r UnbilledRow, err error) {
	for row, err := range s.rows(unbilledColumns+` WHERE unbilled_id = $1 AND kind = $2 AND position = $3`, reportID, kind, position) {
		if err != nil {
			return r, err
		}
		return scanUnbilled(row)
	}
	return r, fault.New(fault.NotFound, "The report has no such row. It may have been made anew: open it again.")
}

func scanUnbilled(row *sql.Rows) (r UnbilledRow, err error) {
	var days string
	if err := row.Scan(&r.Kind, &r.Position, &r.Reason, &r.CustomerID, &r.Company, &r.ServerID, &r.Place, &r.Days.Start, &r.Days.End,
		&r.Messages, &r.Size, &days); err != nil {
		return r, err
	}
	return r, json.Unmarshal([]byte(days), &r.ByDay)
}
