package store

import (
	"cmp"
	"slices"

	"postmeter/internal/domain/contract"
	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/period"
)

// Groups returns the billing groups of customers with all assignments, each in its order, by customer.
func (s *Snapshot) Groups(customerIDs []int64) (map[int64][]*contract.Group, error) {
	out := make(map[int64][]*contract.Group, len(customerIDs))
	byID := make(map[int64]*contract.Group, len(customerIDs))
	for row, err := range rowsIn(s, `SELECT customer_id, id, position, name FROM billing_group WHERE customer_id `+in, customerIDs) {
		if err != nil {
			return nil, err
		}
		g := &contract.Group{}
		var owner int64
		if err := row.Scan(&owner, &g.ID, &g.Position, &g.Name); err != nil {
			return nil, err
		}
		byID[g.ID] = g
		out[owner] = append(out[owner], g)
	}
	for _, read := range []func([]int64, map[int64]*contract.Group) error{s.planAssignments, s.chargeAssignments, s.objectAssignments} {
		if err := read(customerIDs, byID); err != nil {
			return nil, err
		}
	}
	for _, groups := range out {
		slices.SortFunc(groups, func(a, b *contract.Group) int { return cmp.Compare(a.Position, b.Position) })
		for _, g := range groups {
			slices.SortFunc(g.Plans, func(a, b contract.Plan) int { return cmp.Compare(a.Position, b.Position) })
			slices.SortFunc(g.Charges, func(a, b contract.Charge) int { return cmp.Compare(a.Position, b.Position) })
			slices.SortFunc(g.Objects, func(a, b contract.Object) int { return cmp.Compare(a.Position, b.Position) })
		}
	}
	return out, nil
}

func (s *Snapshot) planAssignments(customerIDs []int64, groups map[int64]*contract.Group) error {
	for row, err := range rowsIn(s, `SELECT group_id, id, position, plan_id, start_day, end_day, description
		FROM plan_assignment WHERE customer_id `+in, customerIDs) {
		if err != nil {
			return err
		}
		var a contract.Plan
		var group int64
		if err := row.Scan(&group, &a.ID, &a.Position, &a.PlanID, &a.Dates.Start, &a.Dates.End, &a.Description); err != nil {
			return err
		}
		groups[group].Plans = append(groups[group].Plans, a)
	}
	return nil
}

func (s *Snapshot) chargeAssignments(customerIDs []int64, groups map[int64]*contract.Group) error {
	onBill, err := s.chargesOnBills(customerIDs)
	if err != nil {
		return err
	}
	for row, err := range rowsIn(s, `SELECT group_id, id, position, charge_id, amount, quantity, start_day, end_day, description, billed
		FROM charge_assignment WHERE customer_id `+in, customerIDs) {
		if err != nil {
			return err
		}
		var a contract.Charge
		var group int64
		if err := row.Scan(&group, &a.ID, &a.Position, &a.ChargeID, &a.Amount, &a.Quantity, &a.Dates.Start, &a.Dates.End,
			&a.Description, &a.Billed); err != nil {
			return err
		}
		a.OnBill = onBill[a.ID]
		groups[group].Charges = append(groups[group].Charges, a)
	}
	return nil
}

// chargesOnBills returns the ids of the charge assignments that a final bill holds.
func (s *Snapshot) chargesOnBills(customerIDs []int64) (map[int64]bool, error) {
	out := map[int64]bool{}
	for row, err := range rowsIn(s, `SELECT l.assignment_id FROM bill_line l JOIN bill b ON b.customer_id = l.customer_id AND b.id = l.bill_id
		WHERE l.customer_id `+in+` AND l.kind = 'charge' AND b.state = 'final'`, customerIDs) {
		if err != nil {
			return nil, err
		}
		var id int64
		if err := row.Scan(&id); err != nil {
			return nil, err
		}
		out[id] = true
	}
	return out, nil
}

func (s *Snapshot) objectAssignments(customerIDs []int64, groups map[int64]*contract.Group) error {
	for row, err := range rowsIn(s, `SELECT group_id, id, position, server_id, site, list_id, start_day, end_day, free, description
		FROM object_assignment WHERE customer_id `+in, customerIDs) {
		if err != nil {
			return err
		}
		var a contract.Object
		var group int64
		if err := row.Scan(&group, &a.ID, &a.Position, &a.ServerID, &a.Site, &a.ListID, &a.Dates.Start, &a.Dates.End,
			&a.Free, &a.Description); err != nil {
			return err
		}
		groups[group].Objects = append(groups[group].Objects, a)
	}
	return nil
}

// In says where an assignment belongs.
type In struct {
	Customer *customer.Customer // its id and the group's are read when the row is written
	Group    *contract.Group
}

// NewContracts collects new groups and assignments; InsertContracts stores them in one go.
type NewContracts struct {
	groups  []In
	plans   []assigned[contract.Plan]
	charges []assigned[contract.Charge]
	objects []assigned[contract.Object]
}

type assigned[T any] struct {
	in  In
	row T
}

// AddGroup adds a new group; its assignments are added one by one. InsertContracts sets its id.
func (n *NewContracts) AddGroup(at In) { n.groups = append(n.groups, at) }

// AddPlan adds an assignment of a plan.
func (n *NewContracts) AddPlan(at In, a contract.Plan) {
	n.plans = append(n.plans, assigned[contract.Plan]{at, a})
}

// AddCharge adds an assignment of a charge.
func (n *NewContracts) AddCharge(at In, a contract.Charge) {
	n.charges = append(n.charges, assigned[contract.Charge]{at, a})
}

// AddObject adds an assignment of a list, site or server.
func (n *NewContracts) AddObject(at In, a contract.Object) {
	n.objects = append(n.objects, assigned[contract.Object]{at, a})
}

// InsertContracts stores new groups and assignments. Their customers must be stored already.
func (tx *Tx) InsertContracts(n *NewContracts) error {
	err := insertAll(tx, "billing_group", n.groups, []string{"customer_id", "position", "name"}, func(id int64, at In) []any {
		at.Group.ID = id
		return []any{at.Customer.ID, at.Group.Position, at.Group.Name}
	})
	if err != nil {
		return err
	}
	err = insertAll(tx, "plan_assignment", n.plans, []string{"customer_id", "group_id", "position", "plan_id", "start_day", "end_day",
		"description"}, func(_ int64, p assigned[contract.Plan]) []any {
		a := p.row
		return []any{p.in.Customer.ID, p.in.Group.ID, a.Position, a.PlanID, int64(a.Dates.Start), int64(a.Dates.End), a.Description}
	})
	if err != nil {
		return err
	}
	err = insertAll(tx, "charge_assignment", n.charges, []string{"customer_id", "group_id", "position", "charge_id", "amount", "quantity",
		"start_day", "end_day", "description", "billed"}, func(_ int64, p assigned[contract.Charge]) []any {
		a := p.row
		return []any{p.in.Customer.ID, p.in.Group.ID, a.Position, a.ChargeID, a.Amount, a.Quantity,
			int64(a.Dates.Start), int64(a.Dates.End), a.Description, a.Billed}
	})
	if err != nil {
		return err
	}
	err = insertAll(tx, "object_assignment", n.objects, []string{"customer_id", "group_id", "position", "server_id", "site", "list_id",
		"start_day", "end_day", "free", "description"}, func(_ int64, p assigned[contract.Object]) []any {
		a := p.row
		return []any{p.in.Customer.ID, p.in.Group.ID, a.Position, a.ServerID, a.Site, a.ListID,
			int64(a.Dates.Start), int64(a.Dates.End), a.Free, a.Description}
	})
	for i := range n.objects {
		tx.touch(place{n.objects[i].row.ServerID, n.objects[i].row.Site})
		tx.reassigned(n.objects[i].row.ListID)
	}
	return err
}

// insertAll loads rows into a table, with successive new ids as last column.
func insertAll[T any](tx *Tx, table string, rows []T, columns []string, row func(id int64, of T) []any) error {
	if len(rows) == 0 {
		return nil
	}
	id, err := tx.NewIDs(table, len(rows))
	if err != nil {
		return err
	}
	bulk := tx.Bulk(table, "", append(columns, "id")...)
	for i, of := range rows {
		if err := bulk.Add(append(row(id+int64(i), of), id+int64(i))...); err != nil {
			return err
		}
	}
	return bulk.Flush()
}

// UpdatePlanAssignment stores what may change of a plan's assignment: dates and description.
func (tx *Tx) UpdatePlanAssignment(customerID int64, a *contract.Plan) error {
	return tx.Exec(`UPDATE plan_assignment SET start_day = $3, end_day = $4, description = $5 WHERE customer_id = $1 AND id = $2`,
		customerID, a.ID, int64(a.Dates.Start), int64(a.Dates.End), a.Description)
}

// UpdateChargeAssignment stores what may change of a charge's assignment: amount, quantity, dates, description, billed.
func (tx *Tx) UpdateChargeAssignment(customerID int64, a *contract.Charge) error {
	return tx.Exec(`UPDATE charge_assignment SET amount = $3, quantity = $4, start_day = $5, end_day = $6, description = $7, billed = $8
		WHERE customer_id = $1 AND id = $2`, customerID, a.ID, a.Amount, a.Quantity, int64(a.Dates.Start), int64(a.Dates.End),
		a.Description, a.Billed)
}

// UpdateObjectAssignment stores what may change of an object's assignment: dates, free, description.
func (tx *Tx) UpdateObjectAssignment(customerID int64, a *contract.Object) error {
	tx.touch(place{a.ServerID, a.Site})
	tx.reassigned(a.ListID)
	return tx.Exec(`UPDATE object_assignment SET start_day = $3, end_day = $4, free = $5, description = $6 WHERE customer_id = $1 AND id = $2`,
		customerID, a.ID, int64(a.Dates.Start), int64(a.Dates.End), a.Free, a.Description)
}

// UsageOrBillsExist says whether usage was counted, or bills or money booked: then currency and time zone are fixed.
func (s *Snapshot) UsageOrBillsExist() (usage, bills bool, err error) {
	if usage, err = s.one(`SELECT 1 FROM usage_sum LIMIT 1`, nil, new(int64)); err != nil {
		return false, false, err
	}
	bills, err = s.one(`SELECT 1 FROM bill UNION ALL SELECT 1 FROM ledger_entry LIMIT 1`, nil, new(int64))
	return usage, bills, err
}

// Credit is what the ledger says about a customer's credit, in minor units.
type Credit struct {
	Opening int64 // taken when the customer was entered
	Balance int64 // now
	Entries int64 // number of ledger entries; 0: nothing happened yet
}

// Credits returns the credit of customers, by id; those without ledger entries are missing.
func (s *Snapshot) Credits(customerIDs []int64) (map[int64]Credit, error) {
	out := map[int64]Credit{}
	for row, err := range rowsIn(s, `SELECT customer_id, CAST(sum(CASE WHEN kind = 'opening_credit' THEN credit ELSE 0 END) AS BIGINT),
		CAST(sum(credit) AS BIGINT), count(*) FROM ledger_entry WHERE customer_id `+in+` GROUP BY customer_id`, customerIDs) {
		if err != nil {
			return nil, err
		}
		var id int64
		var c Credit
		if err := row.Scan(&id, &c.Opening, &c.Balance, &c.Entries); err != nil {
			return nil, err
		}
		out[id] = c
	}
	return out, nil
}

// OpeningCredit is credit that a customer brings along.
type OpeningCredit struct {
	CustomerID int64
	Currency   string
	Credit     int64 // minor units, above 0
}

// InsertOpeningCredits books opening credits on a day.
func (tx *Tx) InsertOpeningCredits(credits []OpeningCredit, day period.Date) error {
	return insertAll(tx, "ledger_entry", credits, []string{"customer_id", "at", "day", "kind", "currency", "amount", "credit", "bill_id", "note"},
		func(_ int64, c OpeningCredit) []any {
			return []any{c.CustomerID, tx.by.At.UnixMicro(), int64(day), "opening_credit", c.Currency, int64(0), c.Credit, int64(0), ""}
		})
}
