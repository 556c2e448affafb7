package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// scattered are ids so far apart that no range holds them, and neighbours beside them that are not wanted.
var scattered = []int64{3, 4, 5000, 5001, 900_000}

// accountHouse has customers with these ids, each with a list of ten times the id that sent as many messages as the id.
func accountHouse(t *testing.T, url string) *store.DB {
	t.Helper()
	db := open(t, url)
	writeBills(t, db, func(tx *store.Tx) error {
		s := tx.Seeder()
		steps := []error{
			s.Server(store.SeedServer{ID: 1, Name: "s1", Host: "s1.test", ServiceSenders: "[]"}),
			s.Plan(1, 1, "std", "Standard", "", `{"lists":9}`, `{"id":"std","monthly_price":"1","usage":[{"method":"members","overage":{"price":"1"}}]}`),
			s.Charge(1, 1, "setup", "Set-up", "", `{"id":"setup","amount":"5"}`),
		}
		for _, id := range scattered {
			steps = append(steps,
				s.List(10*id, 1, "a.test", fmt.Sprintf("l%d", id)),
				s.Customer(&store.SeedCustomer{ID: id, Company: fmt.Sprintf("C%d", id), Email: "a@b.test", Payment: "invoice", Dates: period.Open()}),
				s.Group(id, id, 0, "Main"),
				s.AssignPlan(id, id, id, 1, period.Open()),
				s.AssignCharge(id, id, id, 0, 1, "", "2", period.Period{Start: billedMonth.Start, End: period.Last}),
				s.AssignList(id, id, id, 0, 1, 10*id, false),
				s.Sum(&store.SeedSum{List: 10 * id, Day: billedMonth.Start + 1, KB: 3, Messages: id, Recipients: 2 * id, RecipientBytes: 3 * id}),
				s.Sum(&store.SeedSum{List: 10 * id, Day: billedMonth.End + 1, KB: 3, Messages: 99, Recipients: 99, RecipientBytes: 99}),
				s.Members(10*id, billedMonth.Start-40, 1), s.Members(10*id, billedMonth.Start-3, id), s.Members(10*id, billedMonth.Start+9, id+1))
		}
		for _, err := range steps {
			if err != nil {
				return err
			}
		}
		return s.Flush()
	})
	return db
}

var billedMonth = period.Month(202609).Period()

// accounts tells of each account what it has.
func accounts(t *testing.T, db *store.DB, ids ...int64) string {
	t.Helper()
	var out strings.Builder
	readBills(t, db, func(s *store.Snapshot) error {
		_, err := store.NewAccountReader(billedMonth).Read(s, ids, func(l *store.Loaded) error {
			a := l.Account
			fmt.Fprintf(&out, "%s groups %d", a.Customer.Company, len(a.Groups))
			for i := range a.Input.Lists {
				fmt.Fprintf(&out, " %s", a.Input.Lists[i].Path())
			}
			for _, u := range a.Input.Usage {
				fmt.Fprintf(&out, " %s:%d/%d/%d", u.Day, u.Messages, u.Recipients, u.RecipientBytes)
			}
			for _, m := range a.Input.Members {
				fmt.Fprintf(&out, " %s=%d", m.Day, m.Members)
			}
			out.WriteByte('\n')
			return nil
		})
		return err
	})
	return out.String()
}

func TestAccountsAreReadWholeHoweverFarApartTheyLie(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := accountHouse(t, url)
		all := ""
		for _, id := range scattered {
			want := fmt.Sprintf("C%d groups 1 s1/a.test/l%d 2026-09-02:%d/%d/%d 2026-08-29=%d 2026-09-10=%d\n", id, id, id, 2*id, 3*id, id, id+1)
			if got := accounts(t, db, id); got != want {
				t.Errorf("got  %swant %s", got, want)
			}
			all += want
		}
		if got := accounts(t, db, scattered...); got != all {
			t.Errorf("got\n%swant\n%s", got, all)
		}
		if got := accounts(t, db, 1, 2, 6); got != "" {
			t.Errorf("customers that are not there: %s", got)
		}
	})
}

// draft is a bill of a customer with a line for each amount.
func draft(customer int64, amounts ...int64) *invoice.Bill {
	b := &invoice.Bill{CustomerID: customer, Period: billedMonth, Currency: money.MustCurrency("USD"), Usage: "[]", Made: invoice.Revisions{Customer: 1}}
	for i, amount := range amounts {
		b.Subtotal += amount
		b.Total += amount
		b.Lines = append(b.Lines, invoice.Line{GroupID: customer, Group: "Main", Month: 202609, Kind: "charge", Ref: fmt.Sprintf("r%d", i),
			Assignment: customer, Component: -1, Quantity: "1", Amount: amount})
	}
	return b
}

func TestDraftsAreStoredReplacedAndWithdrawn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := accountHouse(t, url)
		ids := []int64{3, 5000}
		printed := func() (p store.BillsPrint) {
			readBills(t, db, func(s *store.Snapshot) (err error) { p, err = s.BillsPrint(ids); return err })
			return p
		}
		stored := func() map[int64]*invoice.Bill {
			out := map[int64]*invoice.Bill{}
			readBills(t, db, func(s *store.Snapshot) error {
				seen, err := store.NewAccountReader(billedMonth).Read(s, ids, func(l *store.Loaded) error {
					if l.Draft != nil {
						out[l.Account.Customer.ID] = l.Draft
					}
					return nil
				})
				if seen != printed() {
					t.Errorf("the reader's print is %+v, and the bills' %+v", seen, printed())
				}
				return err
			})
			return out
		}
		save := func(d *store.DraftChanges) {
			writeBills(t, db, func(tx *store.Tx) error { return tx.SaveDrafts(d) })
		}
		empty := printed()
		a, b := draft(3, 100, 200), draft(5000, 7)
		save(&store.DraftChanges{RunID: 1, New: []*invoice.Bill{a, b}})
		first := printed()
		if first == empty {
			t.Error("two new bills leave no trace")
		}
		got := stored()
		if !got[3].SameContent(a) || !got[5000].SameContent(b) || got[3].ID != a.ID {
			t.Errorf("stored %+v", got[3])
		}
		again := draft(3, 100, 250, 1)
		again.ID = a.ID
		save(&store.DraftChanges{RunID: 2, Replaced: []store.Replacement{{Bill: again, Lines: 2, Difference: invoice.Differ(a, again)}}})
		if got := stored(); !got[3].SameContent(again) || got[3].ID != a.ID || !got[5000].SameContent(b) {
			t.Errorf("replaced: %+v", got[3])
		}
		if printed() == first {
			t.Error("a replaced bill leaves no trace")
		}
		newer := store.Refresh{ID: b.ID, CustomerID: 5000, Before: b.Made, Now: invoice.Revisions{Customer: 2, Catalog: 3, Settings: 4, Usage: 5}}
		save(&store.DraftChanges{RunID: 3, Refreshed: []store.Refresh{newer}, Withdrawn: []store.Withdrawal{{Bill: again, Because: "test"}}})
		if got := stored(); got[3] != nil || got[5000].Made != newer.Now {
			t.Errorf("withdrawn and refreshed: %+v", got)
		}
		err := db.Write(context.Background(), by, func(tx *store.Tx) error {
			return tx.SaveDrafts(&store.DraftChanges{Withdrawn: []store.Withdrawal{{Bill: again}}})
		})
		if err == nil {
			t.Error("a bill that is not there was withdrawn")
		}
	})
}

func TestDifferences(t *testing.T) {
	was, is := draft(1, 100, 200, 300), draft(1, 100, 250)
	is.Lines = append(is.Lines, invoice.Line{Kind: "plan", Ref: "new", Component: -1, Quantity: "1", Amount: 9})
	is.Total = 359
	if got, want := invoice.Differ(was, is), (invoice.Difference{Before: 600, After: 359, Added: 1, Removed: 1, Changed: 1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
