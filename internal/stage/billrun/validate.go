package billrun

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/validation"
	"postmeter/internal/store"
)

// Finding is a problem of a customer.
type Finding struct {
	Customer string              `json:"customer"`
	Severity validation.Severity `json:"severity"`
	Code     validation.Code     `json:"code"`
	Message  string              `json:"message"`

	CustomerID int64 `json:"-"`
}

// Validate returns the problems of customers as a bill run of the period would find them, by company, errors first.
// It changes nothing. Of Options it uses Period, Customers, Workers, Batch, Total and Progress.
func Validate(ctx context.Context, db *store.DB, by store.By, o Options) ([]Finding, error) {
	o.DryRun = true
	r := &run{db: db, by: by, options: o, reader: store.NewAccountReader(o.Period), tally: newTally(), visit: (*computing).validate}
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	if err := r.pipeline(ctx); err != nil {
		return nil, err
	}
	slices.SortStableFunc(r.tally.findings, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.Customer, b.Customer), strings.Compare(string(a.Severity), string(b.Severity)))
	})
	return full(r.tally.findings), nil
}

// validate finds the problems of one customer.
func (c *computing) validate(l *store.Loaded) error {
	problems := validation.Check(l.Account, &c.surroundings)
	if l.Account.Customer.Active && !l.Account.Customer.House && !validation.HasErrors(problems) {
		quote, err := c.rater.Rate(&l.Account.Input)
		switch {
		case cannotRate(err):
			problems = append(problems, validation.Problem{Severity: validation.Error, Code: validation.CannotRate, Message: err.Error()})
		case err != nil:
			return err
		default:
			problems = validation.Rated(l.Account, problems, quote)
		}
	}
	for _, p := range problems {
		c.batch.tally.findings = append(c.batch.tally.findings, Finding{l.Account.Customer.Company, p.Severity, p.Code, p.Message, l.Account.Customer.ID})
	}
	return nil
}

// LastMonth returns the last calendar month that is over in a time zone: what is billed next.
func LastMonth(now time.Time, zone *time.Location) period.Period {
	return period.DateOf(now, zone).Month().Previous().Period()
}
