package insight

import (
	"context"

	"postmeter/internal/domain/customer"
	"postmeter/internal/store"
)

// PageRows is how many rows a page of a list has.
const PageRows = 50

// CustomerPage is one page of a list of customers.
type CustomerPage struct {
	Customers  []customer.Customer
	Count      int64  // of all that match, CountedTo+1 at most
	CountedTo  int64  // where the count stopped: at CountedTo, or earlier if to count further is too much work
	Next, Prev string // cursors of the pages after and before; "" where there are none
}

// Customers returns a page of the customers that a filter finds.
func Customers(ctx context.Context, db *store.DB, f store.CustomerFilter) (page *CustomerPage, err error) {
	f.Limit = PageRows + 1
	page = &CustomerPage{}
	err = db.Read(ctx, func(s *store.Snapshot) error {
		if page.Customers, err = s.FindCustomers(f); err != nil {
			return err
		}
		page.Count, page.CountedTo, err = countFound(s, f, int64(len(page.Customers)))
		return err
	})
	if err != nil || len(page.Customers) == 0 {
		return page, err
	}
	more := len(page.Customers) > PageRows
	switch {
	case more && f.Before != "":
		page.Customers = page.Customers[1:]
	case more:
		page.Customers = page.Customers[:PageRows]
	}
	first, last := &page.Customers[0], &page.Customers[len(page.Customers)-1]
	if f.Before != "" || more {
		page.Next = store.CustomerCursor(last, f.Sort)
	}
	if f.After != "" || f.Before != "" && more {
		page.Prev = store.CustomerCursor(first, f.Sort)
	}
	return page, nil
}

// countFound counts the customers of a filter, of whom so many are found already, and says where it stopped: a count that is not below
// that is one of at least so many.
func countFound(s *store.Snapshot, f store.CustomerFilter, found int64) (n, upTo int64, err error) {
	if found < int64(f.Limit) && f.After == "" && f.Before == "" { // these are all
		return found, CountedTo, nil
	}
	n, exact, err := s.CountFound(f, CountedTo+1, min(found, PageRows)) // "50+", not "51+", beside 50
	if exact {
		return n, CountedTo, err
	}
	return n, max(n, 1), err
}

// CustomerTypes returns the types that the settings offer.
func CustomerTypes(ctx context.Context, db *store.DB) (types []string, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		v, err := s.Settings()
		types = v.CustomerTypes
		return err
	})
	return types, err
}

// CustomerIDs returns the ids of the customers that a filter finds, at most most.
func CustomerIDs(ctx context.Context, db *store.DB, f store.CustomerFilter, most int) (ids []int64, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		ids, err = s.FoundIDs(f, most)
		return err
	})
	return ids, err
}
