package insight

import (
	"context"
	"encoding/json"

	"postmeter/internal/domain/catalog"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/settings"
	"postmeter/internal/domain/statement"
	"postmeter/internal/store"
)

// Facts reads all that is known about one bill.
func Facts(ctx context.Context, db *store.DB, id int64) (*statement.Facts, error) {
	var f *statement.Facts
	err := db.Read(ctx, func(s *store.Snapshot) error {
		row, err := s.Bill(id)
		if err != nil {
			return err
		}
		f, err = facts(s, &row)
		return err
	})
	return f, err
}

func facts(s *store.Snapshot, row *store.BillRow) (*statement.Facts, error) {
	now, err := revisionsOf(s)
	if err != nil {
		return nil, err
	}
	details, err := s.BillDetails(row.CustomerID, row.ID)
	if err != nil {
		return nil, err
	}
	f := &statement.Facts{Bill: head(row, details.Warnings)}
	if f.Bill.Stale, err = now.stale(row); err != nil {
		return nil, err
	}
	if f.Lines, err = s.BillLines(row.CustomerID, row.ID); err != nil {
		return nil, err
	}
	if f.Usage, err = sent(details.Usage); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "bill %d: the stored usage cannot be read", row.ID)
	}
	if err := prices(s, f); err != nil {
		return nil, err
	}
	return f, parties(s, f, row.Company)
}

func head(row *store.BillRow, warnings []string) statement.Bill {
	return statement.Bill{
		ID: row.ID, Number: row.Number, Status: row.Axes.Status(), Period: row.Period, Currency: row.Currency,
		Subtotal: row.Subtotal, Tax: row.Tax, CreditApplied: row.CreditApplied, Total: row.Axes.Total, CreditLeft: row.CreditLeft,
		Issued: day(row.Issued), Due: day(row.Due), Warnings: warnings,
	}
}

// prices reads the versions of plans and charges that the lines name.
func prices(s *store.Snapshot, f *statement.Facts) error {
	f.Plans, f.Charges = map[int64]statement.Plan{}, map[int64]statement.Charge{}
	var plans, charges []int64
	seen := map[[2]int64]bool{}
	for i := range f.Lines {
		l := &f.Lines[i]
		isCharge := l.Kind == statement.KindCharge
		key := [2]int64{l.Version, 0}
		if isCharge {
			key[1] = 1
		}
		switch {
		case l.Version == 0 || seen[key]:
		case isCharge:
			charges = append(charges, l.Version)
		default:
			plans = append(plans, l.Version)
		}
		seen[key] = true
	}
	return versions(s, f, plans, charges)
}

// versions reads the versions with the ids. A stored one that cannot be read is an Internal fault that names it.
func versions(s *store.Snapshot, f *statement.Facts, plans, charges []int64) error {
	planVersions, err := s.PlanVersions(plans)
	if err != nil {
		return err
	}
	for _, v := range planVersions {
		spec, err := catalog.ParsePlan(v.Definition)
		if err != nil {
			return fault.Wrap(fault.Internal, err, "the stored version %d of the plan %q cannot be read", v.ID, v.Code)
		}
		f.Plans[v.ID] = statement.Plan{Name: v.Name, Description: v.Description, Spec: spec}
	}
	chargeVersions, err := s.ChargeVersions(charges)
	if err != nil {
		return err
	}
	for _, v := range chargeVersions {
		spec, err := catalog.ParseCharge(v.Definition)
		if err != nil {
			return fault.Wrap(fault.Internal, err, "the stored version %d of the charge %q cannot be read", v.ID, v.Code)
		}
		f.Charges[v.ID] = statement.Charge{Name: v.Name, Description: v.Description, Spec: spec}
	}
	return nil
}

// parties reads who sends the bill and who gets it.
func parties(s *store.Snapshot, f *statement.Facts, company string) error {
	set, err := s.Settings()
	if err != nil {
		return err
	}
	f.Issuer = issuer(&set)
	found, err := s.CustomersByCompany([]string{company})
	if err != nil || len(found) == 0 {
		return err
	}
	c := &found[0]
	f.Customer = statement.Customer{
		ID: c.ID, Company: c.Company, Contact: c.Contact, Email: c.Email, Payment: c.PaymentMethod,
		CardType: c.Card.Type, CardLast4: c.Card.Last4, Note: c.Note,
	}
	for _, field := range c.Information {
		f.Customer.Information = append(f.Customer.Information, statement.Field{Name: field.Name, Text: field.Value})
	}
	return nil
}

func issuer(set *settings.Settings) statement.Issuer {
	return statement.Issuer{
		Name: set.Company.Name, Address: set.Company.Address, TaxNumber: set.Company.TaxNumber,
		Email: set.BillingAdminEmail, TermsDays: int(set.PaymentTermsDays),
	}
}

// sent reads what the bill run kept for the page behind; a bill without it has none.
func sent(text string) ([]statement.Usage, error) {
	if text == "" {
		return nil, nil
	}
	var out []statement.Usage
	err := json.Unmarshal([]byte(text), &out)
	return out, err
}
