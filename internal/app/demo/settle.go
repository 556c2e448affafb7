package demo

import (
	"context"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/settings"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
	"postmeter/internal/stage/settle"
	"postmeter/internal/store"
)

// What customers do with their bills: one pays, one pays a round sum that is too much, one disputes.
const (
	payer      = "Alder Press"
	overpayer  = "Elm News"
	roundSum   = "120.00"
	disputer   = "Birch Community"
	whyDispute = "the list discuss was promised free of charge"
)

// Dispute is how a bill was taken back, put right, and sent again.
type Dispute struct {
	Voided    *settle.Voided  `json:"voided"`
	Corrected *office.Report  `json:"corrected"`
	Run       *billrun.Result `json:"run"`
	Sent      *deliver.Result `json:"sent"`
	Bill      int64           `json:"bill"` // that took its place
}

// pay records two payments, of the day on which they are recorded: that day is never before the bill's, nor to come.
func (r *Report) pay(ctx context.Context, db *store.DB, by func() store.By) error {
	for _, p := range []struct{ customer, amount string }{{payer, ""}, {overpayer, roundSum}} {
		b, err := billOf(ctx, db, p.customer)
		if err != nil {
			return err
		}
		if p.amount == "" {
			p.amount = b.Total
		}
		now := by()
		today, err := civilDay(ctx, db, now)
		if err != nil {
			return err
		}
		booked, err := settle.Pay(ctx, db, now, settle.Payment{BillID: b.ID, Amount: p.amount, Day: today, Reference: "transfer for " + b.Number})
		if err != nil {
			return err
		}
		r.Payments = append(r.Payments, booked)
	}
	return nil
}

// settleDispute voids a bill, puts the contract right, bills the month again, and sends the new bill.
func (r *Report) settleDispute(ctx context.Context, db *store.DB, by func() store.By) error {
	b, err := billOf(ctx, db, disputer)
	if err != nil {
		return err
	}
	d := &r.Dispute
	if d.Voided, err = settle.Void(ctx, db, by(), b.ID, whyDispute); err != nil {
		return err
	}
	if d.Corrected, err = r.importFile(ctx, db, by, correction); err != nil {
		return err
	}
	if d.Run, err = billrun.Run(ctx, db, by(), billrun.Options{Period: Month.Period(), Customers: []string{disputer}}); err != nil {
		return err
	}
	if b, err = billOf(ctx, db, disputer); err != nil {
		return err
	}
	d.Bill = b.ID
	d.Sent, err = r.deliver(ctx, db, by, b.ID)
	return err
}

// billOf returns the latest bill of the month that a customer has.
func billOf(ctx context.Context, db *store.DB, customer string) (insight.Entry, error) {
	bills, err := insight.Bills(ctx, db, insight.Query{Period: Month.Period()})
	if err != nil {
		return insight.Entry{}, err
	}
	for i := len(bills) - 1; i >= 0; i-- {
		if bills[i].Customer == customer {
			return bills[i], nil
		}
	}
	return insight.Entry{}, fault.New(fault.Internal, "%s has no bill of %s in the demonstration", customer, Month)
}

// civilDay is the day of an act in the billing time zone.
func civilDay(ctx context.Context, db *store.DB, by store.By) (period.Date, error) {
	var set settings.Settings
	err := db.Read(ctx, func(s *store.Snapshot) (err error) {
		set, err = s.Settings()
		return err
	})
	if err != nil {
		return 0, err
	}
	zone, err := set.Location()
	if err != nil {
		return 0, err
	}
	return period.DateOf(by.At, zone), nil
}
