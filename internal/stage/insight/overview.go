package insight

import (
	"context"
	"time"

	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/settings"
	"postmeter/internal/store"
)

// CountedTo is where counts stop: what is more is said to be more.
const CountedTo = 10_000

// monthsShown is how many months of usage the overview has.
const monthsShown = 12

// Overview is what the home page shows: what there is, and the state of the last period that was run.
type Overview struct {
	Settings settings.Settings
	Counts   store.Overview // CountedTo at most, and one more when there is more
	Today    period.Date
	Period   period.Period // of the last run
	HasRun   bool
	OverviewSums
}

// OverviewSums is what is added up over everything.
type OverviewSums struct {
	Sums   store.PeriodSums
	Months []MonthUsage
}

// MonthUsage is what was delivered in a month.
type MonthUsage struct {
	Month  period.Month
	Copies int64
}

// ReadOverview reads the overview without its sums.
func ReadOverview(ctx context.Context, db *store.DB, now time.Time) (*Overview, error) {
	o := &Overview{}
	return o, db.Read(ctx, func(s *store.Snapshot) (err error) {
		if o.Settings, err = s.Settings(); err != nil {
			return err
		}
		zone, err := o.Settings.Location()
		if err != nil {
			return err
		}
		o.Today = period.DateOf(now, zone)
		if o.Counts, err = s.Overview(CountedTo + 1); err != nil {
			return err
		}
		o.Period, o.HasRun, err = s.LastRunPeriod()
		return err
	})
}

// ReadOverviewSums adds up what an overview shows of bills and usage, over everything: that takes a while with a million
// customers.
func ReadOverviewSums(ctx context.Context, db *store.DB, o *Overview) (v OverviewSums, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) (err error) {
		if o.HasRun {
			if v.Sums, err = s.PeriodSums(o.Period, o.Today); err != nil {
				return err
			}
		}
		since := o.Today.Month()
		for range monthsShown {
			since = since.Previous()
		}
		months, copies, err := s.UsageByMonth(since)
		for i, m := range months {
			v.Months = append(v.Months, MonthUsage{m, copies[i]})
		}
		return err
	})
	return v, err
}

// Mark is another one after each change of which sums are made, but for what mail servers say.
type Mark = store.Mark

// ReadMark reads how far changes are.
func ReadMark(ctx context.Context, db *store.DB) (m Mark, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		m, err = s.Mark()
		return err
	})
	return m, err
}

// Young says whether so little is there that adding it up costs nothing.
func (o *Overview) Young() bool { return o.Counts.Customers <= youngCustomers }

// youngCustomers is up to how many customers adding up costs nothing.
const youngCustomers = 1000

// Amount writes minor units of the settings' currency, without the currency.
func (o *Overview) Amount(minor int64) string {
	return money.Amount{Minor: minor, Currency: o.Settings.Currency}.String()
}

// ManyLists says whether there are so many lists that counting those of each server takes long.
func ManyLists(ctx context.Context, db *store.DB) (many bool, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		many, err = s.MoreLists(CountedTo)
		return err
	})
	return many, err
}
