package store

import (
	"database/sql"
	"iter"
	"slices"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

// Object is what an assignment gives to a group: a list (ListID above 0), a site, or without a site a whole server.
type Object struct {
	ServerID int64
	Site     string
	ListID   int64
}

// Holder is an assignment of an object to somebody.
type Holder struct {
	Object
	AssignmentID int64
	CustomerID   int64
	Company      string
	GroupID      int64
	Group        string
	Dates        period.Period
}

const holderColumns = `SELECT o.server_id, o.site, o.list_id, o.id, o.customer_id, c.company, o.group_id, g.name, o.start_day, o.end_day
	FROM object_assignment o JOIN customer c ON c.id = o.customer_id
	JOIN billing_group g ON g.customer_id = o.customer_id AND g.id = o.group_id WHERE `

// Holders returns the assignments of just these objects: of a list those of the list, not those of its site.
func (s *Snapshot) Holders(objects []Object) ([]Holder, error) {
	var lists []int64
	var places [][]any
	var out []Holder
	for _, o := range objects {
		if o.ListID != 0 {
			lists = append(lists, o.ListID)
			continue
		}
		places = append(places, []any{o.ServerID, o.Site})
	}
	for chunk := range slices.Chunk(places, inChunk) {
		text, args := valueRows(nil, chunk)
		some, err := scanHolders(s.rows(holderColumns+`(o.server_id, o.site) IN (VALUES `+text+`) AND o.list_id = 0`, args...))
		if err != nil {
			return nil, err
		}
		out = append(out, some...)
	}
	some, err := scanHolders(rowsIn(s, holderColumns+`o.list_id `+in, lists))
	return append(out, some...), err
}

func scanHolders(rows iter.Seq2[*sql.Rows, error]) (out []Holder, err error) {
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		var h Holder
		if err := row.Scan(&h.ServerID, &h.Site, &h.ListID, &h.AssignmentID, &h.CustomerID, &h.Company, &h.GroupID, &h.Group,
			&h.Dates.Start, &h.Dates.End); err != nil {
			return nil, err
		}
		if h.ListID != 0 {
			h.Object = Object{ListID: h.ListID} // a list is known by itself
		}
		out = append(out, h)
	}
	return out, nil
}

// RenameGroup stores a new name of a billing group.
func (tx *Tx) RenameGroup(customerID, groupID int64, name string) error {
	return tx.Exec(`UPDATE billing_group SET name = $3 WHERE customer_id = $1 AND id = $2`, customerID, groupID, name)
}

// DeleteGroup removes a billing group that has no assignments.
func (tx *Tx) DeleteGroup(customerID, groupID int64) error {
	return tx.Exec(`DELETE FROM billing_group WHERE customer_id = $1 AND id = $2`, customerID, groupID)
}

// DeletePlanAssignment removes an assignment of a plan.
func (tx *Tx) DeletePlanAssignment(customerID, id int64) error {
	return tx.Exec(`DELETE FROM plan_assignment WHERE customer_id = $1 AND id = $2`, customerID, id)
}

// DeleteChargeAssignment removes an assignment of a charge.
func (tx *Tx) DeleteChargeAssignment(customerID, id int64) error {
	return tx.Exec(`DELETE FROM charge_assignment WHERE customer_id = $1 AND id = $2`, customerID, id)
}

// DeleteObjectAssignment removes an assignment of a list, site or server.
func (tx *Tx) DeleteObjectAssignment(customerID, id int64, at Object) error {
	tx.touch(place{at.ServerID, at.Site})
	tx.reassigned(at.ListID)
	return tx.Exec(`DELETE FROM object_assignment WHERE customer_id = $1 AND id = $2`, customerID, id)
}

// Belongings counts what belongs to a customer. The drafts are found by its key: by their state, all drafts there are would be looked at.
type Belongings struct {
	Groups, Plans, Charges, Objects int64
	Drafts                          int64
	Invoices                        int64 // sent, also void ones
	Entries                         int64 // of the ledger
}

// Belongings counts what belongs to a customer. The drafts are found by its key: by their state, all drafts there are would be looked at.
func (s *Snapshot) Belongings(customerID int64) (b Belongings, err error) {
	_, err = s.one(`SELECT (SELECT count(*) FROM billing_group WHERE customer_id = $1), (SELECT count(*) FROM plan_assignment WHERE customer_id = $1),
		(SELECT count(*) FROM charge_assignment WHERE customer_id = $1), (SELECT count(*) FROM object_assignment WHERE customer_id = $1),
		(SELECT count(*) FROM bill WHERE customer_id = $1 AND coalesce(state, '') = 'draft'), (SELECT count(*) FROM bill WHERE customer_id = $1 AND state <> 'draft'),
		(SELECT count(*) FROM ledger_entry WHERE customer_id = $1)`, []any{customerID},
		&b.Groups, &b.Plans, &b.Charges, &b.Objects, &b.Drafts, &b.Invoices, &b.Entries)
	return b, err
}

// DeleteCustomer removes a customer with its contracts and drafts. One with invoices or bookings is refused: Conflict.
func (tx *Tx) DeleteCustomer(customerID int64) error {
	b, err := tx.Belongings(customerID)
	if err != nil {
		return err
	}
	if b.Invoices > 0 || b.Entries > 0 {
		return fault.New(fault.Conflict, "the customer has %d sent invoices and %d entries in its ledger, which are business records: "+
			"make it inactive instead; nothing was deleted", b.Invoices, b.Entries)
	}
	for row, err := range tx.rows(`SELECT DISTINCT server_id, site FROM object_assignment WHERE customer_id = $1`, customerID) {
		if err != nil {
			return err
		}
		var at place
		if err := row.Scan(&at.server, &at.site); err != nil {
			return err
		}
		tx.touch(at)
	}
	if err := tx.reassignedOf(customerID); err != nil {
		return err
	}
	for _, table := range []string{"bill_line", "bill_words", "bill", "plan_assignment", "charge_assignment", "object_assignment",
		"billing_group", "waiver"} {
		if err := tx.Exec(`DELETE FROM `+table+` WHERE customer_id = $1`, customerID); err != nil {
			return err
		}
	}
	for _, table := range []string{"customer_word", "customer_found"} {
		if err := tx.Exec(`DELETE FROM `+table+` WHERE customer_id = $1`, customerID); err != nil {
			return err
		}
	}
	return tx.Exec(`DELETE FROM customer WHERE id = $1`, customerID)
}
