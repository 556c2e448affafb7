package store

import "postmeter/internal/domain/period"

// BillsOfCustomer returns the newest bills of a customer, the newest first.
func (s *Snapshot) BillsOfCustomer(customerID int64, limit int) (out []BillRow, err error) {
	for row, err := range s.rows(billColumns+` WHERE b.customer_id = $1 ORDER BY b.id DESC LIMIT $2`, customerID, int64(limit)) {
		if err != nil {
			return nil, err
		}
		b, err := scanBill(row)
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// GroupCount is a billing group with how much is assigned to it.
type GroupCount struct {
	ID                     int64
	Name                   string
	Plans, Charges, Places int64 // places are lists, sites and servers
}

// GroupCounts returns the billing groups of a customer in their order.
func (s *Snapshot) GroupCounts(customerID int64) (out []GroupCount, err error) {
	const query = `SELECT g.id, g.name,
		(SELECT count(*) FROM plan_assignment a WHERE a.customer_id = g.customer_id AND a.group_id = g.id),
		(SELECT count(*) FROM charge_assignment a WHERE a.customer_id = g.customer_id AND a.group_id = g.id),
		(SELECT count(*) FROM object_assignment a WHERE a.customer_id = g.customer_id AND a.group_id = g.id)
		FROM billing_group g WHERE g.customer_id = $1 ORDER BY g.position, g.id`
	for row, err := range s.rows(query, customerID) {
		if err != nil {
			return nil, err
		}
		var g GroupCount
		if err := row.Scan(&g.ID, &g.Name, &g.Plans, &g.Charges, &g.Places); err != nil {
			return nil, err
		}
		out = append(out, g)
	}
	return out, nil
}

// Balance adds up the ledger of a customer: what is owed, and what credit there is, in minor units.
func (s *Snapshot) Balance(customerID int64) (owed, credit int64, err error) {
	_, err = s.one(`SELECT CAST(coalesce(sum(amount), 0) AS BIGINT), CAST(coalesce(sum(credit), 0) AS BIGINT) FROM ledger_entry WHERE customer_id = $1`,
		[]any{customerID}, &owed, &credit)
	return owed, credit, err
}

// LastBilled returns the last day that a sent invoice of a customer bills; found is false without one.
func (s *Snapshot) LastBilled(customerID int64) (day period.Date, found bool, err error) {
	found, err = s.one(`SELECT end_day FROM bill WHERE customer_id = $1 AND state = 'final' ORDER BY end_day DESC LIMIT 1`, []any{customerID}, &day)
	return day, found, err
}
