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

// billWalk is how the bills of a search are gone through: from which table, and in which states one after the other.
type billWalk struct {
	condition
	from   string
	states []string // nil: of all states together
	order  string
}

// walkBills says how the bills of a search are gone through. The bills of a period lie in the order of their ids within each state,
// those of all periods together too. Of few customers they are looked up, and sorted.
func (s *Snapshot) walkBills(f *BillSearch) (*billWalk, error) {
	w := &billWalk{from: "bill b", order: "id"}
	ways, lookup, err := s.billWays(f)
	if err != nil {
		return nil, err
	}
	if lookup >= 0 {
		w.from = "(SELECT DISTINCT l.id FROM " + w.among(ways, lookup, 0) + ") AS m CROSS JOIN bill b"
		w.order = "b.id + 0"
		w.and("b.customer_id = m.id")
	} else {
		w.meet(ways, "b.customer_id", -1)
	}
	if f.Period != (period.Period{}) {
		plus := map[bool]string{true: " + 0"}[lookup >= 0]
		w.and("b.start_day" + plus + " = " + w.arg(int64(f.Period.Start)))
		w.and("b.end_day" + plus + " = " + w.arg(int64(f.Period.End)))
		if f.State == "" && lookup < 0 {
			w.states = billStates
		}
	}
	switch {
	case f.State != "" && lookup >= 0:
		w.and("b.state || '' = " + w.arg(f.State)) // the few are not to be sought among all of a state
	case f.State != "":
		w.states = []string{f.State}
	}
	if trouble := troubles[f.Trouble]; trouble != "" {
		w.and("b.id IN (SELECT d.bill_id FROM delivery d WHERE " + trouble + ")")
	}
	if f.CustomerID != 0 {
		w.and("b.customer_id = " + w.arg(f.CustomerID))
	}
	return w, nil
}

// billStates are the states of a bill.
var billStates = []string{"draft", "final", "void"}

// billWays are the ways to the customers whose bills are sought; lookup is the one that is looked up, -1 if bills are gone through.
func (s *Snapshot) billWays(f *BillSearch) (ways []way, lookup int, err error) {
	filter := CustomerFilter{Words: f.Words, Limit: f.Limit}
	if ways, _, err = s.ways(&filter); err != nil {
		return nil, -1, err
	}
	lookup, _, err = s.lookup(&filter, ways)
	return ways, lookup, err
}

// ids is a query of the ids of the bills, in their order.
func (w *billWalk) ids(direction string, most int) string {
	order := " ORDER BY " + w.order + direction + " LIMIT " + w.arg(int64(most))
	if len(w.states) == 0 {
		return "SELECT b.id FROM " + w.from + w.where() + order
	}
	parts := make([]string, len(w.states))
	for i, state := range w.states {
		part := condition{text: append(slices.Clip(w.text), "b.state = '"+state+"'")}
		parts[i] = "SELECT b.id FROM " + w.from + part.where() + order
	}
	return merged(parts, order)
}

// FindBills returns a page of bills. The ids are found by an index, and then their bills are read.
func (s *Snapshot) FindBills(f BillSearch) ([]BillRow, error) {
	ids, err := s.FindBillIDs(f)
	if err != nil {
		return nil, err
	}
	return s.BillsFound(&f, ids)
}

// FindBillIDs returns the ids of a page of bills, for BillsFound. What else is asked of many bills is to be asked before that, which tells
// PostgreSQL to expect keys alone.
func (s *Snapshot) FindBillIDs(f BillSearch) (ids []int64, err error) {
	w, err := s.walkBills(&f)
	if err != nil {
		return nil, err
	}
	compare, direction := ">", ""
	if f.Falling != (f.Before != 0) {
		compare, direction = "<", " DESC"
	}
	if cursor := max(f.After, f.Before); cursor != 0 {
		w.and("b.id " + compare + " " + w.arg(cursor))
	}
	for row, err := range s.rows(w.ids(direction, f.Limit), w.args...) {
		if err != nil {
			return nil, err
		}
		var id int64
		if err := row.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// BillsFound returns the bills that FindBillIDs found, in the order of the search.
func (s *Snapshot) BillsFound(f *BillSearch, ids []int64) ([]BillRow, error) {
	rows, err := s.BillsByID(ids)
	slices.SortFunc(rows, func(a, b BillRow) int { return int(a.ID - b.ID) })
	if f.Falling {
		slices.Reverse(rows)
	}
	return rows, err
}

// CountBills counts the bills of a search, at most most.
func (s *Snapshot) CountBills(f BillSearch, most int64) (n int64, err error) {
	w, err := s.walkBills(&f)
	if err != nil {
		return 0, err
	}
	// In their order, though it does not matter: so the index is used where the statistics of a table that grew would read it all.
	_, err = s.one(`SELECT count(*) FROM (`+w.ids("", int(most))+`) AS counted`, w.args, &n)
	return n, err
}

// CountSomeBills is CountBills for a page, when so many are known. Where a search by words would mean to look at too many, it counts among the
// first ones, or those that are known: exact says whether it counted all, or up to most.
func (s *Snapshot) CountSomeBills(f BillSearch, most, known int64) (n int64, exact bool, err error) {
	ways, lookup, err := s.billWays(&f)
	if err != nil {
		return 0, false, err
	}
	if len(ways) > 0 && lookup < 0 {
		if known >= enoughKnown {
			return known, false, nil
		}
		n, exact, err = s.countAmongFirst(f, ways)
		return max(n, known), exact, err
	}
	n, err = s.CountBills(f, most)
	return n, true, err
}

func (s *Snapshot) countAmongFirst(f BillSearch, ways []way) (n int64, all bool, err error) {
	f.Words = ""
	w, err := s.walkBills(&f)
	if err != nil {
		return 0, false, err
	}
	from := `(` + w.ids("", lookedUpTo) + `) AS i JOIN bill b ON b.id = i.id`
	asked := condition{args: w.args}
	asked.meet(ways, "b.customer_id", -1)
	var looked int64
	_, err = s.one(`SELECT count(*), count(CASE WHEN `+strings.Join(asked.text, " AND ")+` THEN 1 END) FROM `+from, asked.args, &looked, &n)
	return n, looked < lookedUpTo, err
}

// LastBills returns the last bill of each of some customers that is not void.
func (s *Snapshot) LastBills(customers []int64) (map[int64]BillRow, error) {
	if err := s.expectKeys(); err != nil {
		return nil, err
	}
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

// BillEvents returns up to limit changes of a bill, of its mails and of some entries of the ledger that are about it, the
// newest first.
func (s *Snapshot) BillEvents(customerID, billID int64, entries []int64, limit int) ([]HistoryRow, error) {
	var c condition
	c.and("customer_id = " + c.arg(customerID))
	about := "entity IN ('bill', 'delivery') AND entity_id = " + c.arg(billID)
	if len(entries) > 0 {
		places := make([]string, len(entries))
		for i, id := range entries {
			places[i] = c.arg(id)
		}
		about = "(" + about + " OR entity = 'ledger_entry' AND entity_id IN (" + strings.Join(places, ", ") + "))"
	}
	c.and(about)
	return s.history(&c, 0, limit)
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

// EndedButActive counts active customers whose last day is before a day, at most most.
func (s *Snapshot) EndedButActive(day period.Date, most int64) (n int64, err error) {
	_, err = s.one(`SELECT count(*) FROM (SELECT 1 FROM customer WHERE active AND end_day < $1 LIMIT $2) AS counted`, []any{int64(day), most}, &n)
	return n, err
}
