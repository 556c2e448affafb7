package store_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/domain/contract"
	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

func inTx(t *testing.T, db *store.DB, do func(*store.Tx) error) {
	t.Helper()
	if err := db.Write(context.Background(), by, do); err != nil {
		t.Fatal(err)
	}
}

func TestSettingsAreTheDefaultsUntilSaved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		inTx(t, db, func(tx *store.Tx) error {
			s, err := tx.Settings()
			if err != nil {
				return err
			}
			if s.TimeZone != "UTC" || s.CurrencyChosen {
				t.Errorf("a new database has %+v", s)
			}
			s.TimeZone, s.Company.Name, s.CustomerTypes, s.PaymentTermsDays = "Asia/Tokyo", "Ünï", []string{"a", `b"c`}, 30
			if changed, err := tx.SaveSettings(s); err != nil || !changed {
				t.Errorf("saving gave %v, %v", changed, err)
			}
			s.CustomerTypes = append(s.CustomerTypes, "later")
			if _, err := tx.SaveSettings(s); err != nil {
				return err
			}
			back, err := tx.Settings()
			if diff := cmp.Diff(s.CustomerTypes, back.CustomerTypes); diff != "" || back.Company.Name != "Ünï" || back.PaymentTermsDays != 30 {
				t.Errorf("read back %+v", back)
			}
			if changed, err := tx.SaveSettings(back); err != nil || changed {
				t.Errorf("saving the same again gave %v, %v", changed, err)
			}
			return err
		})
		if got := storetest.Rows(t, url, `SELECT value FROM revision WHERE name = 'settings'`); got[0] != "1" {
			t.Errorf("the revision is %s, want 1: a customer type shows on no bill", got[0])
		}
	})
}

// manyLists is more than one query looks up at a time.
const manyLists = 1203

func TestListsAreFoundByPlace(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		inTx(t, db, func(tx *store.Tx) error {
			server := hosting.NewServer("s1")
			if err := tx.InsertServer(&server); err != nil {
				return err
			}
			ids := map[string]int64{"s1": server.ID}
			var lists []*hosting.List
			var places []hosting.Place
			for i := range manyLists {
				p := hosting.Place{Server: "s1", Site: fmt.Sprint("site", i%7), List: fmt.Sprint("l", i)}
				lists = append(lists, &hosting.List{Place: p, Life: period.Open(), Gone: period.Last, RemoteID: p.List})
				places = append(places, p)
			}
			if err := tx.InsertLists(lists, ids); err != nil {
				return err
			}
			lists[5].Gone, lists[5].Life.Start, lists[5].RemoteID = 20000, 19000, "new"
			if err := tx.UpdateList(lists[5]); err != nil {
				return err
			}
			found, err := tx.ListsAt(append(places, hosting.Place{Server: "s1", Site: "site0", List: "none"}), ids)
			if err != nil {
				return err
			}
			byID := map[int64]hosting.List{}
			for _, v := range found {
				byID[v.ID] = v
			}
			for _, v := range lists {
				if diff := cmp.Diff(*v, byID[v.ID]); diff != "" {
					t.Fatalf("a list came back changed:\n%s", diff)
				}
			}
			again, err := tx.ListsByID([]int64{lists[5].ID, 999999})
			if len(found) != manyLists || len(again) != 1 || again[0] != *lists[5] {
				t.Errorf("%d lists by place, by id: %v", len(found), again)
			}
			return err
		})
	})
}

func TestCustomersComeBackAsTheyWereStored(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		inTx(t, db, func(tx *store.Tx) error {
			full := customer.New("Bäcker & Söhne")
			full.Email, full.AdditionalAddresses, full.Salespeople = "a@b.test", []string{"c@d.test", "é@f.test"}, []string{"Ann"}
			full.Dates = period.Period{Start: 20000, End: 20100}
			full.Card = customer.Card{Type: "Visa", Last4: "4242", Expiration: 202812}
			full.Information = []customer.Field{{Name: "z", Value: "1"}, {Name: "a", Value: "\"\n\u2028<&>"}}
			full.House, full.Active, full.PaymentMethod, full.Note = true, false, customer.Free, "n"
			bare := customer.New("A")
			if err := tx.InsertCustomers([]*customer.Customer{&full, &bare}); err != nil {
				return err
			}
			page, err := tx.CustomersAfter("", 1)
			if err != nil {
				return err
			}
			next, err := tx.CustomersAfter(page[0].Company, 5)
			if err != nil {
				return err
			}
			if diff := cmp.Diff([]customer.Customer{bare, full}, append(page, next...)); diff != "" {
				t.Errorf("(-stored +read):\n%s", diff)
			}
			full.Contact, full.Card = "new", customer.Card{}
			if err := tx.UpdateCustomer(&full); err != nil {
				return err
			}
			if err := tx.BumpCustomer(full.ID); err != nil {
				return err
			}
			full.Revision = 2
			found, err := tx.CustomersByCompany([]string{full.Company, "nobody"})
			if diff := cmp.Diff([]customer.Customer{full}, found); diff != "" {
				t.Errorf("(-changed +read):\n%s", diff)
			}
			return err
		})
	})
}

func TestGroupsComeBackInTheirOrder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		exec(t, db, `INSERT INTO plan (id, code, name, description, limits) VALUES (1, 'p', '', '', '{}')`)
		inTx(t, db, func(tx *store.Tx) error {
			c := customer.New("A")
			if err := tx.InsertCustomers([]*customer.Customer{&c}); err != nil {
				return err
			}
			work := &store.NewContracts{}
			first := &contract.Group{Position: 1, Name: "first in the file"}
			second := &contract.Group{Position: 2, Name: "a second"}
			work.AddGroup(store.In{Customer: &c, Group: second})
			work.AddGroup(store.In{Customer: &c, Group: first})
			for _, position := range []int64{2, 0, 1} {
				work.AddPlan(store.In{Customer: &c, Group: first}, contract.Plan{Position: position, PlanID: 1, Dates: period.Open()})
				work.AddObject(store.In{Customer: &c, Group: first}, contract.Object{Position: position, ServerID: 1, Site: "x", Dates: period.Open(), Free: true})
			}
			if err := tx.InsertContracts(work); err != nil {
				return err
			}
			groups, err := tx.Groups([]int64{c.ID})
			if err != nil {
				return err
			}
			got := groups[c.ID]
			if len(got) != 2 || got[0].Name != first.Name || len(got[0].Plans) != 3 || len(got[1].Plans) != 0 {
				t.Fatalf("the groups are %+v", got)
			}
			for i := range int64(3) {
				if got[0].Plans[i].Position != i || got[0].Objects[i].Position != i || !got[0].Objects[i].Free {
					t.Errorf("assignment %d is %+v, %+v", i, got[0].Plans[i], got[0].Objects[i])
				}
			}
			return nil
		})
	})
}

func TestCreditIsTheSumOfTheLedger(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		inTx(t, db, func(tx *store.Tx) error {
			a, b := customer.New("A"), customer.New("B")
			if err := tx.InsertCustomers([]*customer.Customer{&a, &b}); err != nil {
				return err
			}
			if err := tx.InsertOpeningCredits([]store.OpeningCredit{{CustomerID: a.ID, Currency: "USD", Credit: 500}}, 20000); err != nil {
				return err
			}
			if err := tx.Exec(`INSERT INTO ledger_entry (customer_id, id, at, day, kind, currency, amount, credit, bill_id, note)
				VALUES ($1, 1000, 0, 0, 'invoice', 'USD', 100, -120, 7, '')`, a.ID); err != nil {
				return err
			}
			got, err := tx.Credits([]int64{a.ID, b.ID})
			if diff := cmp.Diff(map[int64]store.Credit{a.ID: {Opening: 500, Balance: 380, Entries: 2}}, got); diff != "" {
				t.Error(diff)
			}
			return err
		})
	})
}
