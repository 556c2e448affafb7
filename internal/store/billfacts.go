package store

import (
	"database/sql"
	"encoding/json"

	"postmeter/internal/domain/catalog"
	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/settings"
	"postmeter/internal/domain/statement"
)

// Facts reads all that is known about bills, many at a time. It keeps the versions of plans and charges that it has
// read, so one Facts serves one piece of work. It is not safe for concurrent use.
type Facts struct {
	plans   map[int64]statement.Plan
	charges map[int64]statement.Charge
}

// NewFacts returns a reader of bills.
func NewFacts() *Facts {
	return &Facts{plans: map[int64]statement.Plan{}, charges: map[int64]statement.Charge{}}
}

// BillsByID returns the bills with the ids, in the order of ids. Those that do not exist are left out.
func (s *Snapshot) BillsByID(ids []int64) ([]BillRow, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	if err := s.expectKeys(); err != nil {
		return nil, err
	}
	found := make(map[int64]BillRow, len(ids))
	for row, err := range rowsIn(s, billColumns+` WHERE b.id `+in, ids) {
		if err != nil {
			return nil, err
		}
		b, err := scanBill(row)
		if err != nil {
			return nil, err
		}
		found[b.ID] = b
	}
	out := make([]BillRow, 0, len(found))
	for _, id := range ids {
		if b, ok := found[id]; ok {
			out = append(out, b)
			delete(found, id)
		}
	}
	return out, nil
}

// Read returns the facts of bills, in their order. A final bill says what it said when it was sent.
func (r *Facts) Read(s *Snapshot, rows []BillRow) ([]*statement.Facts, error) {
	facts := make([]*statement.Facts, len(rows))
	byID := make(map[int64]*statement.Facts, len(rows))
	ids := make([]int64, len(rows))
	companies := make([]string, len(rows))
	for i := range rows {
		facts[i] = &statement.Facts{Bill: head(&rows[i])}
		byID[rows[i].ID], ids[i], companies[i] = facts[i], rows[i].ID, rows[i].Company
	}
	if err := s.readDetails(ids, byID); err != nil {
		return nil, err
	}
	if err := s.readLines(ids, byID); err != nil {
		return nil, err
	}
	if err := r.versions(s, facts); err != nil {
		return nil, err
	}
	if err := s.readParties(companies, rows, facts); err != nil {
		return nil, err
	}
	return facts, s.thaw(ids, byID)
}

func head(row *BillRow) statement.Bill {
	dated := func(d period.Date) period.Date {
		if d == 0 { // a draft's
			return period.First
		}
		return d
	}
	b := statement.Bill{
		ID: row.ID, Number: row.Number, Status: row.Axes.Status(), Period: row.Period, Currency: row.Currency,
		Subtotal: row.Subtotal, Tax: row.Tax, CreditApplied: row.CreditApplied, Total: row.Axes.Total, CreditLeft: row.CreditLeft,
		Issued: dated(row.Issued), Due: dated(row.Due),
	}
	if row.Axes.State == invoice.Final {
		b.WrittenOff = row.Axes.WrittenOff
		b.Paid = row.Axes.Total - row.Axes.Open - row.Axes.WrittenOff
	}
	if n := row.CreditNote; n != nil {
		b.CreditNote = &statement.CreditNote{Number: n.Number, Issued: n.Issued, Amount: n.Amount, Reason: n.Reason}
	}
	return b
}

func (s *Snapshot) readDetails(ids []int64, facts map[int64]*statement.Facts) error {
	for row, err := range rowsIn(s, `SELECT id, warnings, usage FROM bill WHERE id `+in, ids) {
		if err != nil {
			return err
		}
		var id int64
		var warnings, usage string
		if err := row.Scan(&id, &warnings, &usage); err != nil {
			return err
		}
		f := facts[id]
		if f.Bill.Warnings, err = textsFrom(warnings); err != nil {
			return err
		}
		if usage == "" {
			continue
		}
		if err := json.Unmarshal([]byte(usage), &f.Usage); err != nil {
			return fault.Wrap(fault.Internal, err, "bill %d: the stored usage cannot be read", id)
		}
	}
	return nil
}

// readLines goes from the bills to their lines: what is materialized cannot be looked up, so no plan goes through all lines.
func (s *Snapshot) readLines(ids []int64, facts map[int64]*statement.Facts) error {
	for row, err := range rowsIn(s, `WITH b AS MATERIALIZED (SELECT customer_id, id FROM bill WHERE id `+in+`)
		SELECT b.id, `+lineColumns+` FROM b
		JOIN bill_line l ON l.customer_id = b.customer_id AND l.bill_id = b.id
		LEFT JOIN charge_assignment a ON a.customer_id = l.customer_id AND a.id = l.assignment_id
		ORDER BY b.id, l.line`, ids) {
		if err != nil {
			return err
		}
		var id int64
		l, err := scanLine(row, &id)
		if err != nil {
			return err
		}
		facts[id].Lines = append(facts[id].Lines, l)
	}
	return nil
}

// scanLine reads lineColumns, after other columns.
func scanLine(row *sql.Rows, before ...any) (l statement.Line, err error) {
	var quantity, own string
	err = row.Scan(append(before, &l.Number, &l.GroupID, &l.Group, &l.Month, &l.Kind, &l.Ref, &l.Version, &l.Assignment, &l.Component,
		&l.Method, &l.ListID, &l.Object, &l.Days, &l.DaysInMonth, &quantity, &l.Amount, &l.Tax, &own, &l.Description)...)
	if err != nil {
		return l, err
	}
	if l.Quantity, err = money.ParseDecimal(quantity); err != nil || own == "" {
		return l, err
	}
	unit, err := money.ParseDecimal(own)
	l.UnitAmount = &unit
	return l, err
}

// versions reads the versions of plans and charges that the lines name. A stored one that cannot be read is an
// Internal fault that names it.
func (r *Facts) versions(s *Snapshot, facts []*statement.Facts) error {
	plans, charges := map[int64]bool{}, map[int64]bool{}
	for _, f := range facts {
		for i := range f.Lines {
			l := &f.Lines[i]
			_, isPlan := r.plans[l.Version]
			_, isCharge := r.charges[l.Version]
			switch {
			case l.Version == 0:
			case l.Kind == statement.KindCharge && !isCharge:
				charges[l.Version] = true
			case l.Kind != statement.KindCharge && !isPlan:
				plans[l.Version] = true
			}
		}
	}
	found, err := s.PlanVersions(keys(plans))
	if err != nil {
		return err
	}
	for _, v := range found {
		spec, err := catalog.ParsePlan(v.Definition)
		if err != nil {
			return fault.Wrap(fault.Internal, err, "the stored version %d of the plan %q cannot be read", v.ID, v.Code)
		}
		r.plans[v.ID] = statement.Plan{Name: v.Name, Description: v.Description, Spec: spec}
	}
	if found, err = s.ChargeVersions(keys(charges)); err != nil {
		return err
	}
	for _, v := range found {
		spec, err := catalog.ParseCharge(v.Definition)
		if err != nil {
			return fault.Wrap(fault.Internal, err, "the stored version %d of the charge %q cannot be read", v.ID, v.Code)
		}
		r.charges[v.ID] = statement.Charge{Name: v.Name, Description: v.Description, Spec: spec}
	}
	for _, f := range facts {
		r.give(f)
	}
	return nil
}

// give gives a bill the versions that its lines name.
func (r *Facts) give(f *statement.Facts) {
	f.Plans, f.Charges = map[int64]statement.Plan{}, map[int64]statement.Charge{}
	for i := range f.Lines {
		id := f.Lines[i].Version
		if f.Lines[i].Kind == statement.KindCharge {
			if c, ok := r.charges[id]; ok {
				f.Charges[id] = c
			}
		} else if p, ok := r.plans[id]; ok {
			f.Plans[id] = p
		}
	}
}

func keys(set map[int64]bool) []int64 {
	out := make([]int64, 0, len(set))
	for id := range set {
		out = append(out, id)
	}
	return newIDSet(out).ids
}

// readParties reads who sends the bills and who gets them.
func (s *Snapshot) readParties(companies []string, rows []BillRow, facts []*statement.Facts) error {
	set, err := s.Settings()
	if err != nil {
		return err
	}
	customers, err := s.CustomersByCompany(companies)
	if err != nil {
		return err
	}
	byID := make(map[int64]*customer.Customer, len(customers))
	for i := range customers {
		byID[customers[i].ID] = &customers[i]
	}
	for i, f := range facts {
		f.Issuer, f.Logo = issuer(&set), set.Company.Logo
		if c := byID[rows[i].CustomerID]; c != nil {
			f.Customer = recipient(c)
		}
	}
	return nil
}

func issuer(set *settings.Settings) statement.Issuer {
	return statement.Issuer{
		Name: set.Company.Name, Address: set.Company.Address, TaxNumber: set.Company.TaxNumber,
		Email: set.BillingAdminEmail, TermsDays: int(set.PaymentTermsDays),
	}
}

func recipient(c *customer.Customer) statement.Customer {
	out := statement.Customer{
		ID: c.ID, Company: c.Company, Contact: c.Contact, Email: c.Email, Payment: c.PaymentMethod,
		CardType: c.Card.Type, CardLast4: c.Card.Last4, Note: c.Note,
	}
	for _, field := range c.Information {
		out.Information = append(out.Information, statement.Field{Name: field.Name, Text: field.Value})
	}
	return out
}

// thaw lets final bills say what they said when they were sent.
func (s *Snapshot) thaw(ids []int64, facts map[int64]*statement.Facts) error {
	for row, err := range rowsIn(s, `SELECT b.id, coalesce((SELECT w.words FROM bill_words w WHERE w.customer_id = b.customer_id AND w.bill_id = b.id), '')
		FROM bill b WHERE b.id `+in, ids) {
		if err != nil {
			return err
		}
		var id int64
		var words string
		if err := row.Scan(&id, &words); err != nil {
			return err
		}
		if words == "" { // a draft
			continue
		}
		var frozen statement.Frozen
		if err := json.Unmarshal([]byte(words), &frozen); err != nil {
			return fault.Wrap(fault.Internal, err, "bill %d: what it says cannot be read", id)
		}
		if err := frozen.Apply(facts[id]); err != nil {
			return fault.Wrap(fault.Internal, err, "bill %d: what it says cannot be read", id)
		}
	}
	return nil
}
