package insight

import (
	"context"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/store"
)

// Timeline is a page of what happened to a customer, the newest first.
type Timeline struct {
	Company  string // "" of one that was deleted
	Zone     *time.Location
	Currency money.Currency
	Rows     []store.HistoryRow
	Next     int64             // cursor of older ones; 0: none
	Plans    map[string]string // names by code
	Charges  map[string]string
	Numbers  map[int64]string // of the customer's bills
	Groups   map[int64]string // names of the billing groups that there are
	Findings []store.ValidationFinding
	Last     store.Validation // the last validation of all customers
	HasLast  bool
}

// ReadTimeline reads a page of what happened to a customer: to some kinds of things, or all (nil). It is NotFound for a
// customer that never was.
func ReadTimeline(ctx context.Context, db *store.DB, customerID int64, entities []string, before int64) (t *Timeline, err error) {
	return readTimeline(ctx, db, func(s *store.Snapshot, t *Timeline) error {
		found, err := s.CustomersByID([]int64{customerID})
		if err != nil {
			return err
		}
		if len(found) == 1 {
			t.Company = found[0].Company
		}
		if t.Rows, err = s.HistoryOf(customerID, entities, before, PageRows+1); err != nil {
			return err
		}
		if len(found) == 0 && len(t.Rows) == 0 && entities == nil {
			return fault.New(fault.NotFound, "This customer does not exist.")
		}
		return t.readNames(s, customerID)
	})
}

// ReadHistory reads a page of what happened to a thing that belongs to no customer: entity is plan, charge, server, settings or
// operator.
func ReadHistory(ctx context.Context, db *store.DB, entity string, id, before int64) (t *Timeline, err error) {
	return readTimeline(ctx, db, func(s *store.Snapshot, t *Timeline) error {
		t.Rows, err = s.HistoryOfThing(entity, id, before, PageRows+1)
		return err
	})
}

// readTimeline reads the rows of a page and one more, by read, and makes the page of them.
func readTimeline(ctx context.Context, db *store.DB, read func(*store.Snapshot, *Timeline) error) (*Timeline, error) {
	t := &Timeline{Plans: map[string]string{}, Charges: map[string]string{}}
	err := db.Read(ctx, func(s *store.Snapshot) error {
		set, err := s.Settings()
		if err != nil {
			return err
		}
		t.Currency = set.Currency
		if t.Zone, err = set.Location(); err != nil {
			return err
		}
		return read(s, t)
	})
	if len(t.Rows) > PageRows {
		t.Rows = t.Rows[:PageRows]
		t.Next = t.Rows[PageRows-1].ID
	}
	return t, err
}

func (t *Timeline) readNames(s *store.Snapshot, customerID int64) error {
	plans, err := s.Plans()
	if err != nil {
		return err
	}
	for i := range plans {
		t.Plans[plans[i].Code] = plans[i].Name
	}
	charges, err := s.Charges()
	if err != nil {
		return err
	}
	for i := range charges {
		t.Charges[charges[i].Code] = charges[i].Name
	}
	if t.Numbers, err = s.BillNumbers(customerID); err != nil {
		return err
	}
	groups, err := s.Groups([]int64{customerID})
	if err != nil {
		return err
	}
	t.Groups = map[int64]string{}
	for _, g := range groups[customerID] {
		t.Groups[g.ID] = g.Name
	}
	if t.Last, t.HasLast, err = s.LastValidation(); err != nil || !t.HasLast {
		return err
	}
	t.Findings, err = s.FindingsOf(customerID)
	return err
}
