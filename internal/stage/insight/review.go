package insight

import (
	"context"
	"encoding/json"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// Review is what an operator looks at before anything of a period is sent: its bills beside those of the period before.
type Review struct {
	Currency money.Currency
	Now      ReviewPeriod
	Then     ReviewPeriod // without bills when there was none before

	Changed []Changed // the largest differences first
	New     []Changed // billed now, and not then
	Missing []Changed // billed then, and not now

	ChangedCount, NewCount, MissingCount int64 // of all

	// Run is the last whole run of the period that came to its end, nil without one: who was skipped, and what was not billed.
	Run *store.RunRow
	// Broken says that the newest run of the period did not come to its end.
	Broken bool
}

// ReviewPeriod is a period with what its bills come to.
type ReviewPeriod struct {
	Period period.Period
	store.PeriodBills
}

// Changed is a customer whose bill comes to another amount than the last one. Amounts are minor units, before credit.
type Changed struct {
	store.BillPair
	Parts []invoice.Part // why, the largest first; they add up to the difference
}

// Difference is by how much more the customer is billed.
func (c *Changed) Difference() int64 { return c.Now - c.Then }

// Most that a review names of each kind.
const (
	reviewNames = 50
	reviewRuns  = 20 // runs that are looked through for the last whole one
)

// ReadReview compares the bills of a period with those of the period before it: drafts and invoices, but not void ones. Work
// grows with the bills of the two periods; whoever shows it often keeps it for a while.
func ReadReview(ctx context.Context, db *store.DB, p period.Period) (*Review, error) {
	r := &Review{Now: ReviewPeriod{Period: p}}
	err := db.Read(ctx, func(s *store.Snapshot) error {
		settings, err := s.Settings()
		if err != nil {
			return err
		}
		r.Currency = settings.Currency
		if r.Now.PeriodBills, err = s.PeriodBills(p); err != nil {
			return err
		}
		if err := r.before(s); err != nil {
			return err
		}
		if err := r.compare(s); err != nil {
			return err
		}
		return r.lastRun(s)
	})
	return r, err
}

// before finds the period that is compared with: the month before if this is a month and has bills, else the last one.
func (r *Review) before(s *store.Snapshot) error {
	r.Then.Period = period.Period{Start: r.Now.Period.Start, End: r.Now.Period.Start - 1}
	month := r.Now.Period.Start.Month()
	if r.Now.Period == month.Period() {
		r.Then.Period = month.Previous().Period()
	}
	var err error
	if r.Then.Period.Valid() {
		if r.Then.PeriodBills, err = s.PeriodBills(r.Then.Period); err != nil || r.Then.Bills > 0 {
			return err
		}
	}
	last, found, err := s.PeriodBefore(r.Now.Period.Start)
	if err != nil || !found {
		return err
	}
	r.Then.Period = last
	r.Then.PeriodBills, err = s.PeriodBills(last)
	return err
}

func (r *Review) compare(s *store.Snapshot) error {
	for _, part := range []struct {
		kind  store.PairKind
		into  *[]Changed
		count *int64
	}{{store.InBoth, &r.Changed, &r.ChangedCount}, {store.NewNow, &r.New, &r.NewCount}, {store.OnlyThen, &r.Missing, &r.MissingCount}} {
		pairs, count, err := s.BillPairs(r.Now.Period, r.Then.Period, part.kind, reviewNames)
		if err != nil {
			return err
		}
		*part.count = count
		for _, pair := range pairs {
			c := Changed{BillPair: pair}
			if c.Parts, err = causes(s, &pair); err != nil {
				return err
			}
			*part.into = append(*part.into, c)
		}
	}
	return nil
}

// causes takes the difference between two bills apart.
func causes(s *store.Snapshot, pair *store.BillPair) ([]invoice.Part, error) {
	var lines [2][]invoice.Line
	for i, id := range []int64{pair.ThenID, pair.NowID} {
		if id == 0 {
			continue
		}
		var err error
		if lines[i], err = s.InvoiceLines(pair.CustomerID, id); err != nil {
			return nil, err
		}
	}
	return invoice.Changes(lines[0], lines[1])
}

// lastRun finds the last whole run: one of some customers says nothing of the others.
func (r *Review) lastRun(s *store.Snapshot) error {
	runs, err := s.RunsOf(r.Now.Period, reviewRuns)
	if err != nil {
		return err
	}
	r.Broken = len(runs) > 0 && runs[0].Result == nil
	for i := range runs {
		var asked struct{ Customers []string }
		if err := json.Unmarshal([]byte(runs[i].Selection), &asked); err != nil {
			return fault.Wrap(fault.Internal, err, "the selection of bill run %d cannot be read", runs[i].ID)
		}
		if runs[i].Result != nil && len(asked.Customers) == 0 {
			r.Run = &runs[i]
			return nil
		}
	}
	return nil
}
