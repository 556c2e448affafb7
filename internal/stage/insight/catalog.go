package insight

import (
	"context"
	"time"

	"postmeter/internal/domain/catalog"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
	"postmeter/internal/store"
)

// Catalog is the catalogue as pages show it: prices as they are on a day.
type Catalog struct {
	Today    period.Date
	Currency money.Currency
	Plans    []PlanEntry
	Charges  []ChargeEntry
}

// PlanEntry is a hosting plan with its prices.
type PlanEntry struct {
	catalog.Plan
	Spec      rating.PlanSpec // as it is today, or as it will be first
	Since     period.Date     // first day of that version; period.First for one from the beginning
	Prices    []PlanPrice     // all versions, the newest first; only of a single plan
	Customers int64           // who is on it, CountedTo+1 at most; only of a single plan
}

// ChargeEntry is an additional charge with its prices.
type ChargeEntry struct {
	catalog.Charge
	Price     rating.Charge // as it is today, or as it will be first
	Since     period.Date
	Prices    []ChargePrice // all versions, the newest first; only of a single charge
	Customers int64         // who has it, CountedTo+1 at most; only of a single charge
}

// ChargePrice is one version of a charge.
type ChargePrice struct {
	FirstDay period.Date
	Price    rating.Charge
	Today    bool // the one that is valid today
}

// PlanPrice is one version of a plan.
type PlanPrice struct {
	FirstDay period.Date
	Spec     rating.PlanSpec
	Today    bool // the one that is valid today
}

// ReadCatalog reads all plans and charges.
func ReadCatalog(ctx context.Context, db *store.DB, now time.Time) (*Catalog, error) {
	c := &Catalog{}
	err := db.Read(ctx, func(s *store.Snapshot) error { return c.read(s, now) })
	return c, err
}

func (c *Catalog) read(s *store.Snapshot, now time.Time) error {
	v, err := s.Settings()
	if err != nil {
		return err
	}
	zone, err := v.Location()
	if err != nil {
		return err
	}
	c.Today, c.Currency = period.DateOf(now, zone), v.Currency
	plans, err := s.Plans()
	if err != nil {
		return err
	}
	for _, p := range plans {
		e := PlanEntry{Plan: p}
		if at := current(p.Versions, c.Today); at >= 0 {
			e.Since = p.Versions[at].FirstDay
			if e.Spec, err = catalog.ParsePlan(p.Versions[at].Definition); err != nil {
				return err
			}
		}
		c.Plans = append(c.Plans, e)
	}
	charges, err := s.Charges()
	if err != nil {
		return err
	}
	for _, v := range charges {
		e := ChargeEntry{Charge: v}
		if at := current(v.Versions, c.Today); at >= 0 {
			e.Since = v.Versions[at].FirstDay
			if e.Price, err = catalog.ParseCharge(v.Versions[at].Definition); err != nil {
				return err
			}
		}
		c.Charges = append(c.Charges, e)
	}
	return nil
}

// current is the version of a day, or the first one if none has begun.
func current(versions []catalog.Version, day period.Date) int {
	if at := catalog.VersionOn(versions, day); at >= 0 || len(versions) == 0 {
		return at
	}
	return 0
}

// ReadPlan reads one plan with all its prices, and how many customers are on it. It is NotFound when there is none.
func ReadPlan(ctx context.Context, db *store.DB, id int64, now time.Time) (c *Catalog, e PlanEntry, err error) {
	c = &Catalog{}
	err = db.Read(ctx, func(s *store.Snapshot) error {
		if err := c.read(s, now); err != nil {
			return err
		}
		for i := range c.Plans {
			if c.Plans[i].ID == id {
				e = c.Plans[i]
				if e.Customers, err = s.CustomersOfPlan(id, CountedTo+1); err != nil {
					return err
				}
				return e.readPrices(c.Today)
			}
		}
		return fault.New(fault.NotFound, "This hosting plan does not exist.")
	})
	return c, e, err
}

// ReadCharge reads one charge with all its prices, and how many customers have it. It is NotFound when there is none.
func ReadCharge(ctx context.Context, db *store.DB, id int64, now time.Time) (c *Catalog, e ChargeEntry, err error) {
	c = &Catalog{}
	err = db.Read(ctx, func(s *store.Snapshot) error {
		if err := c.read(s, now); err != nil {
			return err
		}
		for i := range c.Charges {
			if c.Charges[i].ID == id {
				e = c.Charges[i]
				if e.Customers, err = s.CustomersOfCharge(id, CountedTo+1); err != nil {
					return err
				}
				return e.readPrices(c.Today)
			}
		}
		return fault.New(fault.NotFound, "This additional charge does not exist.")
	})
	return c, e, err
}

func (e *PlanEntry) readPrices(today period.Date) error {
	valid := catalog.VersionOn(e.Versions, today)
	for i := len(e.Versions) - 1; i >= 0; i-- {
		spec, err := catalog.ParsePlan(e.Versions[i].Definition)
		if err != nil {
			return err
		}
		e.Prices = append(e.Prices, PlanPrice{FirstDay: e.Versions[i].FirstDay, Spec: spec, Today: i == valid})
	}
	return nil
}

func (e *ChargeEntry) readPrices(today period.Date) error {
	valid := catalog.VersionOn(e.Versions, today)
	for i := len(e.Versions) - 1; i >= 0; i-- {
		price, err := catalog.ParseCharge(e.Versions[i].Definition)
		if err != nil {
			return err
		}
		e.Prices = append(e.Prices, ChargePrice{FirstDay: e.Versions[i].FirstDay, Price: price, Today: i == valid})
	}
	return nil
}
