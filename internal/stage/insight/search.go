package insight

import (
	"context"
	"strings"
	"time"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/store"
)

// foundShown is how many of each kind a search shows.
const foundShown = 8

// Found is what a search finds from anywhere, foundShown of each kind at most. More says that there are more of them.
type Found struct {
	Customers     []customer.Customer
	MoreCustomers bool
	Lists         []Offered
	MoreLists     bool
	Bills         []store.BillRow
	Stale         map[int64]bool // drafts whose inputs have changed
	MoreBills     bool
	Servers       []Choice
	MoreServers   bool

	Bill int64 // the one whose number, or whose credit note's, is just what was sought; 0 for none
	List bool  // the first list is called just what was sought
}

// Empty says that nothing was found.
func (f *Found) Empty() bool {
	return len(f.Customers)+len(f.Lists)+len(f.Bills)+len(f.Servers) == 0
}

// Search finds customers by the beginnings of their words (some of them, where many match), lists by those of their names and sites, bills by that of their
// number, and servers by a part of their names.
func Search(ctx context.Context, db *store.DB, text string, now time.Time) (*Found, error) {
	f := &Found{}
	text = strings.TrimSpace(text)
	if text == "" {
		return f, nil
	}
	return f, db.Read(ctx, func(s *store.Snapshot) error {
		for _, find := range []func(*store.Snapshot, string, time.Time) error{f.customers, f.lists, f.bills, f.servers} {
			if err := find(s, text, now); err != nil {
				return err
			}
		}
		return nil
	})
}

func (f *Found) customers(s *store.Snapshot, text string, _ time.Time) (err error) {
	if len(customer.Words(text)) == 0 {
		return nil
	}
	f.Customers, err = s.FindCustomers(store.CustomerFilter{Words: text, Limit: foundShown + 1, Rough: true})
	f.Customers, f.MoreCustomers = atMost(f.Customers)
	return err
}

func (f *Found) lists(s *store.Snapshot, text string, now time.Time) error {
	words := addressWords(text)
	today, err := todayIn(s, now)
	if err != nil {
		return err
	}
	rows, err := s.ListsNamed(words, today, foundShown+1)
	if err != nil {
		return err
	}
	rows, f.MoreLists = atMost(rows)
	names, err := serverNames(s)
	if err != nil {
		return err
	}
	page := OfferedPage{}
	for _, r := range rows {
		page.Rows = append(page.Rows, Offered{ID: r.ListID, Place: hosting.Place{Server: names[r.ServerID], Site: r.Site, List: r.Name}, Server: r.ServerID, Assigned: r.Assigned})
	}
	err = page.describe(s, &Pick{Kind: PickLists})
	f.Lists = page.Rows
	f.List = len(f.Lists) > 0 && strings.EqualFold(f.Lists[0].Place.List+"@"+f.Lists[0].Place.Site, text)
	return err
}

func (f *Found) bills(s *store.Snapshot, text string, _ time.Time) (err error) {
	for _, number := range []string{text, strings.ToUpper(text)} { // as it was typed, and as series are mostly called
		if f.Bills, err = s.BillsNumbered(number, foundShown+1); err != nil || len(f.Bills) > 0 {
			break
		}
	}
	if err != nil {
		return err
	}
	f.Bills, f.MoreBills = atMost(f.Bills)
	for i := range f.Bills {
		b := &f.Bills[i]
		if strings.EqualFold(b.Number, text) || b.CreditNote != nil && strings.EqualFold(b.CreditNote.Number, text) {
			f.Bill = b.ID
			break
		}
	}
	f.Stale, err = staleOf(s, f.Bills)
	return err
}

func (f *Found) servers(s *store.Snapshot, text string, _ time.Time) error {
	all, err := s.Servers()
	for i := range all {
		if strings.Contains(strings.ToLower(all[i].Name+" "+all[i].Host), strings.ToLower(text)) {
			f.Servers = append(f.Servers, Choice{all[i].ID, all[i].Name})
		}
	}
	f.Servers, f.MoreServers = atMost(f.Servers)
	return err
}

// atMost cuts what was found to what is shown, and says whether there is more.
func atMost[T any](all []T) ([]T, bool) {
	return all[:min(len(all), foundShown)], len(all) > foundShown
}

// addressWords are the words of a search for lists: names and sites are in small letters.
func addressWords(text string) []string {
	return strings.Fields(strings.ToLower(strings.ReplaceAll(text, "@", " ")))
}
