package insight

import (
	"context"
	"time"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/ledger"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/settings"
	"postmeter/internal/domain/statement"
	"postmeter/internal/store"
)

// Billed is a customer with its last bill that is not void.
type Billed struct {
	customer.Customer
	Last  *store.BillRow // nil: it was never billed
	Stale bool           // Last is a draft whose inputs have changed
}

// BilledPage is a page of customers with their last bills.
type BilledPage struct {
	CustomerPage
	Billed []Billed
}

// BilledCustomers returns a page of customers with their last bills.
func BilledCustomers(ctx context.Context, db *store.DB, f store.CustomerFilter) (*BilledPage, error) {
	found, err := Customers(ctx, db, f)
	if err != nil {
		return nil, err
	}
	page := &BilledPage{CustomerPage: *found}
	ids := make([]int64, len(found.Customers))
	for i := range found.Customers {
		ids[i] = found.Customers[i].ID
	}
	return page, db.Read(ctx, func(s *store.Snapshot) error {
		last, err := s.LastBills(ids)
		if err != nil {
			return err
		}
		rows := make([]store.BillRow, 0, len(last))
		for _, row := range last {
			rows = append(rows, row)
		}
		stale, err := staleOf(s, rows)
		if err != nil {
			return err
		}
		for i := range found.Customers {
			one := Billed{Customer: found.Customers[i]}
			if row, ok := last[one.ID]; ok {
				one.Last, one.Stale = &row, stale[row.ID]
			}
			page.Billed = append(page.Billed, one)
		}
		return nil
	})
}

// staleOf says which of some bills are drafts whose inputs have changed since they were made.
func staleOf(s *store.Snapshot, rows []store.BillRow) (map[int64]bool, error) {
	settings, catalog, _, err := s.Revisions()
	if err != nil {
		return nil, err
	}
	var drafts []store.BillRow
	out := map[int64]bool{}
	for i := range rows {
		b := &rows[i]
		if b.Axes.State != invoice.Draft {
			continue
		}
		drafts = append(drafts, *b)
		out[b.ID] = b.CustomerRevision != b.CustomerRevisionNow || b.CatalogRevision != catalog || b.SettingsRevision != settings
	}
	used, err := s.StaleUsage(drafts)
	for id, stale := range used {
		out[id] = out[id] || stale
	}
	return out, err
}

// BillPage is a page of bills.
type BillPage struct {
	Bills      []store.BillRow
	Stale      map[int64]bool // drafts whose inputs have changed
	Count      int64          // of all that match, CountedTo+1 at most
	CountedTo  int64          // where the count stopped: at CountedTo, or earlier if to count further is too much work
	Next, Prev int64          // cursors of the pages after and before; 0 where there are none
}

// FindBills returns a page of the bills of a search.
func FindBills(ctx context.Context, db *store.DB, f store.BillSearch) (*BillPage, error) {
	f.Limit = PageRows + 1
	page := &BillPage{}
	err := db.Read(ctx, func(s *store.Snapshot) (err error) {
		ids, err := s.FindBillIDs(f)
		if err != nil {
			return err
		}
		if err := page.count(s, &f, int64(len(ids))); err != nil {
			return err
		}
		if page.Bills, err = s.BillsFound(&f, ids); err != nil {
			return err
		}
		page.Stale, err = staleOf(s, page.Bills)
		return err
	})
	if err != nil || len(page.Bills) == 0 {
		return page, err
	}
	more := len(page.Bills) > PageRows
	switch {
	case more && f.Before != 0:
		page.Bills = page.Bills[1:]
	case more:
		page.Bills = page.Bills[:PageRows]
	}
	if f.Before != 0 || more {
		page.Next = page.Bills[len(page.Bills)-1].ID
	}
	if f.After != 0 || f.Before != 0 && more {
		page.Prev = page.Bills[0].ID
	}
	return page, nil
}

// count counts the bills of a search, of which so many are found: these are all if they do not fill the page.
func (p *BillPage) count(s *store.Snapshot, f *store.BillSearch, found int64) error {
	p.Count, p.CountedTo = found, CountedTo
	if found < int64(f.Limit) && f.After == 0 && f.Before == 0 {
		return nil
	}
	n, exact, err := s.CountSomeBills(*f, CountedTo+1, min(found, PageRows)) // "50+", not "51+", beside 50
	if p.Count = n; !exact {
		p.CountedTo = max(n, 1)
	}
	return err
}

// Whole is all that an operator sees of one bill.
type Whole struct {
	Facts   *statement.Facts
	Row     store.BillRow
	Mails   []store.Delivery   // by address
	Entries []ledger.Entry     // of the bill, in the order of booking
	Events  []store.HistoryRow // of the bill, its mails and its payments, the newest first
	Owed    int64              // by the customer on all bills, minor units
	Credit  int64              // of the customer, minor units
}

// maxEvents is how much of a bill's history is shown.
const maxEvents = 100

// ReadWhole reads a bill with its mails, its bookings and its history.
func ReadWhole(ctx context.Context, db *store.DB, id int64) (*Whole, error) {
	w := &Whole{}
	return w, db.Read(ctx, func(s *store.Snapshot) (err error) {
		if w.Row, err = s.Bill(id); err != nil {
			return err
		}
		if w.Facts, err = facts(s, &w.Row); err != nil {
			return err
		}
		if w.Mails, err = s.Deliveries([]int64{id}); err != nil {
			return err
		}
		all, err := s.Ledger(w.Row.CustomerID)
		if err != nil {
			return err
		}
		balance, err := ledger.BalanceOf(all)
		if err != nil {
			return err
		}
		w.Owed, w.Credit = balance.Owed, balance.Credit
		for i := range all {
			if all[i].BillID == id {
				w.Entries = append(w.Entries, all[i])
			}
		}
		w.Events, err = s.BillEvents(w.Row.CustomerID, id, w.paid(), maxEvents)
		return err
	})
}

// paid are the last entries of the bill that are not told by the bill's own history, as its invoice and its credit note are.
func (w *Whole) paid() (ids []int64) {
	for i := len(w.Entries) - 1; i >= 0 && len(ids) < maxEvents; i-- {
		switch e := &w.Entries[i]; e.Kind {
		case ledger.Payment, ledger.WriteOff, ledger.Reversal:
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// Times is what pages about periods begin with.
type Times struct {
	Settings settings.Settings
	Today    period.Date
	Next     period.Period // what is billed next: the first whole month that is over and was not run, else the last one
	Last     period.Period // of the last run
	HasRun   bool
}

// ReadTimes reads which period comes next.
func ReadTimes(ctx context.Context, db *store.DB, now time.Time) (t Times, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		if t.Settings, err = s.Settings(); err != nil {
			return err
		}
		zone, err := t.Settings.Location()
		if err != nil {
			return err
		}
		t.Today = period.DateOf(now, zone)
		t.Next = t.Today.Month().Previous().Period()
		if t.Last, t.HasRun, err = s.LastRunPeriod(); err != nil || !t.HasRun {
			return err
		}
		if after := (t.Last.End + 1).Month().Period(); after.Start == t.Last.End+1 && after.Start < t.Next.Start {
			t.Next = after
		}
		return nil
	})
	return t, err
}

// MoneyText writes minor units of a currency, without the currency.
func MoneyText(minor int64, c money.Currency) string {
	return statement.Thousands(money.Amount{Minor: minor, Currency: c}.String())
}

// Companies returns the companies of customers by their ids; ids without a customer are left out.
func Companies(ctx context.Context, db *store.DB, ids []int64) (out []string, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		found, err := s.CustomersByID(ids)
		for i := range found {
			out = append(out, found[i].Company)
		}
		return err
	})
	return out, err
}

// CountCustomers counts the customers of a filter, and says where it stopped: CountedTo at most.
func CountCustomers(ctx context.Context, db *store.DB, f store.CustomerFilter) (n, upTo int64, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		n, upTo, err = countFound(s, f, 0)
		return err
	})
	return n, upTo, err
}

// companiesAtOnce is how many customers a filter is read by at once.
const companiesAtOnce = 1000

// CompaniesOf returns the companies of all customers of a filter.
func CompaniesOf(ctx context.Context, db *store.DB, f store.CustomerFilter) (out []string, err error) {
	f.Sort, f.Falling, f.After, f.Before, f.Limit = "company", false, "", "", companiesAtOnce
	for {
		var found []customer.Customer
		err := db.Read(ctx, func(s *store.Snapshot) (err error) {
			found, err = s.FindCustomers(f)
			return err
		})
		if err != nil {
			return nil, err
		}
		for i := range found {
			out = append(out, found[i].Company)
		}
		if len(found) < companiesAtOnce {
			return out, nil
		}
		f.After = store.CustomerCursor(&found[len(found)-1], f.Sort)
	}
}

// BillIDs returns the ids of all bills of a search, those that were sent meanwhile too: their mails may still wait.
func BillIDs(ctx context.Context, db *store.DB, f store.BillSearch) (ids []int64, err error) {
	f.State, f.Trouble, f.Falling, f.After, f.Before, f.Limit = "", "", false, 0, 0, companiesAtOnce
	for {
		var found []store.BillRow
		err := db.Read(ctx, func(s *store.Snapshot) (err error) {
			found, err = s.FindBills(f)
			return err
		})
		if err != nil {
			return nil, err
		}
		for i := range found {
			if found[i].Axes.State != invoice.Void {
				ids = append(ids, found[i].ID)
			}
		}
		if len(found) < companiesAtOnce {
			return ids, nil
		}
		f.After = found[len(found)-1].ID
	}
}

// IDsOfCompanies returns the ids of customers by their companies; those that do not exist are left out.
func IDsOfCompanies(ctx context.Context, db *store.DB, companies []string) (map[string]int64, error) {
	out := make(map[string]int64, len(companies))
	return out, db.Read(ctx, func(s *store.Snapshot) error {
		found, err := s.CustomersByCompany(companies)
		for i := range found {
			out[found[i].Company] = found[i].ID
		}
		return err
	})
}

// CountBills counts the bills of a search, most at most.
func CountBills(ctx context.Context, db *store.DB, f store.BillSearch, most int64) (n int64, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		n, err = s.CountBills(f, most)
		return err
	})
	return n, err
}
