package store

import (
	"slices"
	"strings"

	"postmeter/internal/domain/period"
)

// BillSearch says which bills a page of a list shows. The zero value of a field wants all.
type BillSearch struct {
	Period        period.Period // bills of exactly these days
	State         string        // draft, final or void
	Trouble       string        // unconfirmed, or failed: an address did not take it
	CustomerID    int64
	Words         string // each of its words is the beginning of a word of the customer
	Falling       bool   // the newest first
	After, Before int64  // ids: bills after it, or before it, in the order of the list
	Limit         int    // rows at most
}

// troubles are what is looked for among the mails of bills.
var troubles = map[string]string{
	"unconfirmed": "d.state IN ('unconfirmed', 'sending')",
	"failed":      "d.state IN ('refused', 'bounced')",
}

// narrowBills adds the conditions of a search. order is by what its bills are sorted.
func (s *Snapshot) narrowBills(c *condition, f *BillSearch) (order string, err error) {
	if f.Period != (period.Period{}) {
		c.and("b.start_day = " + c.arg(int64(f.Period.Start)))
		c.and("b.end_day = " + c.arg(int64(f.Period.End)))
	}
	switch f.State {
	case "":
	case "draft": // as the index of drafts has it
		c.and("b.state = 'draft'")
	default:
		c.and("b.state = " + c.arg(f.State))
	}
	if trouble := troubles[f.Trouble]; trouble != "" {
		c.and("b.id IN (SELECT d.bill_id FROM delivery d WHERE " + trouble + ")")
	}
	if f.CustomerID != 0 {
		c.and("b.customer_id = " + c.arg(f.CustomerID))
	}
	ways, _, err := s.ways(&CustomerFilter{Words: f.Words})
	if err != nil || len(ways) == 0 {
		return "b.id", err
	}
	rarest, matches, err := s.rarest(ways)
	if err != nil {
		return "", err
	}
	lookup := -1
	order = "b.id"
	if matches <= lookedUpTo { // few customers: their bills are looked up and sorted
		lookup, order = rarest, "b.id + 0"
		c.and("b.customer_id IN (SELECT " + ways[lookup].query(c) + ")")
	}
	for i := range ways {
		if i != lookup {
			c.and("EXISTS (SELECT " + ways[i].query(c) + " AND " + ways[i].id + " = b.customer_id)")
		}
	}
	return order, nil
}

// FindBills returns a page of bills. The ids are found by an index, and then their bills are read.
func (s *Snapshot) FindBills(f BillSearch) ([]BillRow, error) {
	var c condition
	order, err := s.narrowBills(&c, &f)
	if err != nil {
		return nil, err
	}
	down := f.Falling != (f.Before != 0)
	compare, direction := ">", ""
	if down {
		compare, direction = "<", " DESC"
	}
	if cursor := max(f.After, f.Before); cursor != 0 {
		c.and("b.id " + compare + " " + c.arg(cursor))
	}
	var ids []int64
	for row, err := range s.rows(`SELECT b.id FROM bill b`+c.where()+` ORDER BY `+order+direction+` LIMIT `+c.arg(f.Limit), c.args...) {
		if err != nil {
			return nil, err
		}
		var id int64
		if err := row.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	rows, err := s.BillsByID(ids)
	slices.SortFunc(rows, func(a, b BillRow) int { return int(a.ID - b.ID) })
	if f.Falling {
		slices.Reverse(rows)
	}
	return rows, err
}

// CountBills counts the bills of a search, at most most.
func (s *Snapshot) CountBills(f BillSearch, most int64) (n int64, err error) {
	var c condition
	if _, err := s.narrowBills(&c, &f); err != nil {
		return 0, err
	}
	_, err = s.one(`SELECT count(*) FROM (SELECT 1 FROM bill b`+c.where()+` LIMIT `+c.arg(most)+`) AS counted`, c.args, &n)
	return n, err
}

// CountSomeBills is CountBills for a page. Where a search by words would mean to look at too many, it counts among the first ones:
// exact says whether it counted all, or up to most.
func (s *Snapshot) CountSomeBills(f BillSearch, most int64) (n int64, exact bool, err error) {
	ways, _, err := s.ways(&CustomerFilter{Words: f.Words})
	if err != nil {
		return 0, false, err
	}
	if len(ways) > 0 {
		_, matches, err := s.rarest(ways)
		if err != nil {
			return 0, false, err
		}
		if matches > lookedUpTo {
			return s.countAmongFirst(f, ways)
		}
	}
	n, err = s.CountBills(f, most)
	return n, true, err
}

func (s *Snapshot) countAmongFirst(f BillSearch, ways []way) (n int64, all bool, err error) {
	f.Words = ""
	var c condition
	if _, err := s.narrowBills(&c, &f); err != nil {
		return 0, false, err
	}
	from := `(SELECT b.id, b.customer_id FROM bill b` + c.where() + ` ORDER BY b.id LIMIT ` + c.arg(int64(lookedUpTo)) + `) AS b`
	asked := make([]string, len(ways))
	for i := range ways {
		asked[i] = "EXISTS (SELECT " + ways[i].query(&c) + " AND " + ways[i].id + " = b.customer_id)"
	}
	var looked int64
	_, err = s.one(`SELECT count(*), count(CASE WHEN `+strings.Join(asked, " AND ")+` THEN 1 END) FROM `+from, c.args, &looked, &n)
	return n, looked < lookedUpTo, err
}

// LastBills returns the last bill of each of some customers that is not void.
func (s *Snapshot) LastBills(customers []int64) (map[int64]BillRow, error) {
	out := make(map[int64]BillRow, len(customers))
	for row, err := range rowsIn(s, billColumns+` WHERE b.customer_id `+in+` AND b.state <> 'void' AND NOT EXISTS (SELECT 1 FROM bill l
		WHERE l.customer_id = b.customer_id AND l.state <> 'void' AND (l.end_day > b.end_day OR l.end_day = b.end_day AND l.id > b.id))`, customers) {
		if err != nil {
			return nil, err
		}
		b, err := scanBill(row)
		if err != nil {
			return nil, err
		}
		out[b.CustomerID] = b
	}
	return out, nil
}

// BillEvent is a row of the history that is about a bill.
type BillEvent struct {
	At     int64 // UTC microseconds
	Actor  string
	Action string
	After  string // JSON
}

// BillEvents returns the history of a bill, the latest first.
func (s *Snapshot) BillEvents(customerID, billID int64, limit int) (out []BillEvent, err error) {
	for row, err := range s.rows(`SELECT happened_at, actor, action, after FROM history WHERE customer_id = $1 AND entity = 'bill' AND entity_id = $2
		ORDER BY id DESC LIMIT $3`, customerID, billID, int64(limit)) {
		if err != nil {
			return nil, err
		}
		var e BillEvent
		if err := row.Scan(&e.At, &e.Actor, &e.Action, &e.After); err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

// PeriodStates counts the bills of a period by how far they are.
type PeriodStates struct{ Drafts, Tested, Final, Void, Unconfirmed, Failed int64 }

// PeriodStates counts the bills of exactly one period: Tested are drafts too; of the mails, the bills that wait for a decision.
func (s *Snapshot) PeriodStates(p period.Period) (v PeriodStates, err error) {
	args := []any{int64(p.Start), int64(p.End)}
	if _, err = s.one(`SELECT count(CASE WHEN state = 'draft' THEN 1 END), count(CASE WHEN state = 'draft' AND tested_at <> 0 THEN 1 END),
		count(CASE WHEN state = 'final' THEN 1 END), count(CASE WHEN state = 'void' THEN 1 END) FROM bill WHERE start_day = $1 AND end_day = $2`,
		args, &v.Drafts, &v.Tested, &v.Final, &v.Void); err != nil {
		return v, err
	}
	for trouble, into := range map[string]*int64{"unconfirmed": &v.Unconfirmed, "failed": &v.Failed} {
		query := strings.Replace(`SELECT count(DISTINCT b.id) FROM delivery d JOIN bill b ON b.customer_id = d.customer_id AND b.id = d.bill_id
			WHERE `+in+` AND b.start_day = $1 AND b.end_day = $2 AND b.state = 'final'`, in, troubles[trouble], 1)
		if _, err = s.one(query, args, into); err != nil {
			return v, err
		}
	}
	return v, nil
}

// NeverAssigned counts the lists that nobody ever had, nor their site or server, at most most.
func (s *Snapshot) NeverAssigned(most int64) (n int64, err error) {
	_, err = s.one(`SELECT count(*) FROM (SELECT 1 FROM list l WHERE NOT EXISTS (SELECT 1 FROM object_assignment o WHERE o.list_id = l.id)
		AND NOT EXISTS (SELECT 1 FROM list_name n JOIN object_assignment o ON o.server_id = n.server_id AND o.list_id = 0
			AND (o.site = n.site OR o.site = '') WHERE n.list_id = l.id) LIMIT $1) AS counted`, []any{most}, &n)
	return n, err
}

// EndedButActive counts active customers whose last day is before a day, at most most.
func (s *Snapshot) EndedButActive(day period.Date, most int64) (n int64, err error) {
	_, err = s.one(`SELECT count(*) FROM (SELECT 1 FROM customer WHERE active AND end_day < $1 LIMIT $2) AS counted`, []any{int64(day), most}, &n)
	return n, err
}
