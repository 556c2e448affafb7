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
	Period   period.Period  // of the last run
	HasRun   bool
	Sums     store.PeriodSums
	Months   []MonthUsage
}

// MonthUsage is what was delivered in a month.
type MonthUsage struct {
	Month  period.Month
	Copies int64
}

// ReadOverview reads the overview. Sums and usage are added up over everything, which takes a while with a million
// customers: whoever shows it often keeps it for a minute.
func ReadOverview(ctx context.Context, db *store.DB, now time.Time) (*Overview, error) {
	o := &Overview{}
	err := db.Read(ctx, func(s *store.Snapshot) (err error) {
		if o.Settings, err = s.Settings(); err != nil {
			return err
		}
		zone, err := o.Settings.Location()
		if err != nil {
			return err
		}
		today := period.DateOf(now, zone)
		if o.Counts, err = s.Overview(CountedTo + 1); err != nil {
			return err
		}
		if o.Period, o.HasRun, err = s.LastRunPeriod(); err != nil {
			return err
		}
		if o.HasRun {
			if o.Sums, err = s.PeriodSums(o.Period, today); err != nil {
				return err
			}
		}
		since := today.Month()
		for range monthsShown {
			since = since.Previous()
		}
		months, copies, err := s.UsageByMonth(since)
		for i, m := range months {
			o.Months = append(o.Months, MonthUsage{m, copies[i]})
		}
		return err
	})
	return o, err
}

// Young says whether so little is there that adding it up costs nothing.
func (o *Overview) Young() bool { return o.Counts.Customers <= youngCustomers }

// youngCustomers is up to how many customers adding up costs nothing.
const youngCustomers = 1000

// Amount writes minor units of the settings' currency, without the currency.
func (o *Overview) Amount(minor int64) string {
	return money.Amount{Minor: minor, Currency: o.Settings.Currency}.String()
}
