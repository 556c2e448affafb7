package insight

import (
	"context"
	"time"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// billsShown is how many bills the page of a customer has, the newest first.
const billsShown = 24

// CustomerView is a customer with what belongs to it.
type CustomerView struct {
	customer.Customer
	Today        period.Date
	Currency     money.Currency
	Groups       []store.GroupCount
	Bills        []store.BillRow // the newest, the newest first
	Belongs      store.Belongings
	Owed, Credit int64       // minor units
	Billed       period.Date // the last day that a sent invoice bills
	HasBilled    bool
	Findings     []store.ValidationFinding // of the last validation of all customers
	Validated    int64                     // when that was, in UTC microseconds; 0: never
	Changed      bool                      // the customer or its contracts were changed since
}

// ReadCustomer reads a customer. It is NotFound when there is none.
func ReadCustomer(ctx context.Context, db *store.DB, id int64, now time.Time) (v *CustomerView, err error) {
	v = &CustomerView{}
	err = db.Read(ctx, func(s *store.Snapshot) error {
		found, err := s.CustomersByID([]int64{id})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fault.New(fault.NotFound, "This customer does not exist (any more).")
		}
		v.Customer = found[0]
		set, err := s.Settings()
		if err != nil {
			return err
		}
		zone, err := set.Location()
		if err != nil {
			return err
		}
		v.Today, v.Currency = period.DateOf(now, zone), set.Currency
		if v.Groups, err = s.GroupCounts(id); err != nil {
			return err
		}
		if v.Bills, err = s.BillsOfCustomer(id, billsShown); err != nil {
			return err
		}
		if v.Belongs, err = s.Belongings(id); err != nil {
			return err
		}
		if v.Billed, v.HasBilled, err = s.LastBilled(id); err != nil {
			return err
		}
		if err := v.readFindings(s); err != nil {
			return err
		}
		v.Owed, v.Credit, err = s.Balance(id)
		return err
	})
	return v, err
}

// contracts are the things whose changes may mend what a validation found.
var contracts = []string{"customer", "billing_group", "plan_assignment", "charge_assignment", "object_assignment"}

// readFindings reads what the last validation found, and whether that may be mended since.
func (v *CustomerView) readFindings(s *store.Snapshot) error {
	last, found, err := s.LastValidation()
	if err != nil || !found {
		return err
	}
	if v.Findings, err = s.FindingsOf(v.ID); err != nil || len(v.Findings) == 0 {
		return err
	}
	changes, err := s.HistoryOf(v.ID, contracts, 0, 1)
	v.Validated, v.Changed = last.FinishedAt, len(changes) > 0 && changes[0].At > last.FinishedAt
	return err
}

// Amount writes minor units with thousands and the currency.
func (v *CustomerView) Amount(minor int64) money.Amount {
	return money.Amount{Minor: minor, Currency: v.Currency}
}

// CustomerName returns the company of a customer. It is NotFound when there is none.
func CustomerName(ctx context.Context, db *store.DB, id int64) (company string, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		found, err := s.CustomersByID([]int64{id})
		if err == nil && len(found) == 0 {
			return fault.New(fault.NotFound, "This customer does not exist (any more).")
		}
		if err == nil {
			company = found[0].Company
		}
		return err
	})
	return company, err
}
