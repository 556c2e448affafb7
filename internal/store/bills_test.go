package store_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/statement"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// billRow inserts a bill of one customer for a month of 2026.
func billRow(tx *store.Tx, customerID, id int64, month period.Month, state, number string, total, testedAt int64) error {
	days := month.Period()
	return tx.Exec(`INSERT INTO bill (customer_id, id, start_day, end_day, state, number, currency, subtotal, tax, credit_applied, total,
			credit_left, issue_day, due_day, tested_at, made_at, run_id, customer_revision, catalog_revision, settings_revision,
			usage_revision, warnings, usage)
		VALUES ($1, $2, $3, $4, $5, $6, 'USD', $7, 0, 0, $7, 0, 0, 0, $8, 5, 1, 1, 0, 0, 0, '["odd"]', '[]')`,
		customerID, id, int64(days.Start), int64(days.End), state, number, total, testedAt)
}

func billedCustomer(t *testing.T, db *store.DB) (id int64) {
	t.Helper()
	acme := customer.New("Acme")
	writeBills(t, db, func(tx *store.Tx) error {
		if err := tx.InsertCustomers([]*customer.Customer{&acme}); err != nil {
			return err
		}
		for i, b := range []struct {
			month         period.Month
			state, number string
			tested        int64
		}{{202606, "void", "1", 0}, {202607, "final", "2", 0}, {202608, "final", "3", 0}, {202609, "draft", "", 9}, {202610, "draft", "", 0}} {
			if err := billRow(tx, acme.ID, int64(i+1), b.month, b.state, b.number, 1000, b.tested); err != nil {
				return err
			}
		}
		for _, state := range []string{"sent", "bounced"} {
			if err := tx.Exec(`INSERT INTO delivery (customer_id, bill_id, address, state, message_id, attempts, changed_at, detail)
				VALUES ($1, 2, $2, $2, '', 1, 1, '')`, acme.ID, state); err != nil {
				return err
			}
		}
		for i, entry := range []struct {
			kind   string
			amount int64
		}{{"invoice", 1000}, {"payment", -400}, {"payment", -600}} {
			if err := tx.Exec(`INSERT INTO ledger_entry (customer_id, id, at, day, kind, currency, amount, credit, bill_id, note)
				VALUES ($1, $2, 1, 1, $3, 'USD', $4, 0, 3, '')`, acme.ID, i, entry.kind, entry.amount); err != nil {
				return err
			}
		}
		return nil
	})
	return acme.ID
}

func writeBills(t *testing.T, db *store.DB, do func(*store.Tx) error) {
	t.Helper()
	if err := db.Write(context.Background(), by, do); err != nil {
		t.Fatal(err)
	}
}

func readBills(t *testing.T, db *store.DB, do func(*store.Snapshot) error) {
	t.Helper()
	if err := db.Read(context.Background(), do); err != nil {
		t.Fatal(err)
	}
}

func TestBillsCarryTheirThreeAxes(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		billedCustomer(t, db)
		readBills(t, db, func(s *store.Snapshot) error {
			bills, err := s.Bills(store.BillFilter{})
			if err != nil {
				return err
			}
			want := []invoice.Status{invoice.StatusVoid, invoice.StatusBounced, invoice.StatusPaid, invoice.StatusTested, invoice.StatusDraft}
			var got []invoice.Status
			for _, b := range bills {
				got = append(got, b.Axes.Status())
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			return nil
		})
	})
}

func TestBillsAreFilteredAndPaged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		billedCustomer(t, db)
		days := func(start, end string) period.Period {
			return period.Period{Start: period.MustParse(start), End: period.MustParse(end)}
		}
		for _, test := range []struct {
			name   string
			filter store.BillFilter
			want   []int64
		}{
			{"all", store.BillFilter{}, []int64{1, 2, 3, 4, 5}},
			{"all time", store.BillFilter{Period: period.Open()}, []int64{1, 2, 3, 4, 5}},
			{"a month", store.BillFilter{Period: days("2026-09-01", "2026-09-30")}, []int64{4}},
			{"a day at two ends", store.BillFilter{Period: days("2026-07-31", "2026-08-01")}, []int64{2, 3}},
			{"before all", store.BillFilter{Period: days("2026-05-01", "2026-05-31")}, nil},
			{"a page", store.BillFilter{AfterID: 2, Limit: 2}, []int64{3, 4}},
			{"one", store.BillFilter{ID: 3}, []int64{3}},
		} {
			readBills(t, db, func(s *store.Snapshot) error {
				bills, err := s.Bills(test.filter)
				var got []int64
				for _, b := range bills {
					got = append(got, b.ID)
				}
				if diff := cmp.Diff(test.want, got); diff != "" {
					t.Errorf("%s: %s", test.name, diff)
				}
				return err
			})
		}
	})
}

func TestUnknownBillIsNotFound(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		err := open(t, url).Read(context.Background(), func(s *store.Snapshot) error {
			_, err := s.Bill(77)
			return err
		})
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("got %v, want a not-found fault", err)
		}
	})
}

func TestBillLinesComeInOrderWithTheirAssignments(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		id := billedCustomer(t, db)
		writeBills(t, db, func(tx *store.Tx) error {
			for _, row := range []struct {
				statement string
				args      []any
			}{
				{`INSERT INTO charge (id, code, name, description) VALUES (1, 'setup', 'Set-up', '')`, nil},
				{`INSERT INTO billing_group (customer_id, id, position, name) VALUES ($1, 1, 0, 'Main')`, []any{id}},
				{`INSERT INTO charge_assignment (customer_id, id, group_id, position, charge_id, amount, quantity, start_day, end_day, description, billed)
					VALUES ($1, 8, 1, 0, 1, '12.50', '2', 0, 1, 'Moved in', $2)`, []any{id, false}},
				{`INSERT INTO bill_line (customer_id, bill_id, line, group_id, group_name, month, kind, ref, version_id, assignment_id, component,
					method, list_id, object, days, days_in_month, quantity, amount, tax)
					VALUES ($1, 4, 2, 1, 'Main', 202609, 'overage', 'std', 5, 0, 0, 'messages', 3, 's/x.test/news', 21, 30, '12345.6', 1111, 0),
					($1, 4, 1, 1, 'Main', 202609, 'charge', 'setup', 6, 8, -1, '', 0, '', 30, 30, '2', 2500, 0)`, []any{id}},
			} {
				if err := tx.Exec(row.statement, row.args...); err != nil {
					return err
				}
			}
			return nil
		})
		unit := money.MustDecimal("12.5")
		want := []statement.Line{
			{Number: 1, GroupID: 1, Group: "Main", Month: 202609, Kind: "charge", Ref: "setup", Version: 6, Assignment: 8, Component: -1,
				Days: 30, DaysInMonth: 30, Quantity: money.MustDecimal("2"), Amount: 2500, UnitAmount: &unit, Description: "Moved in"},
			{Number: 2, GroupID: 1, Group: "Main", Month: 202609, Kind: "overage", Ref: "std", Version: 5, Method: "messages", ListID: 3,
				Object: "s/x.test/news", Days: 21, DaysInMonth: 30, Quantity: money.MustDecimal("12345.6"), Amount: 1111},
		}
		readBills(t, db, func(s *store.Snapshot) error {
			got, err := s.BillLines(id, 4)
			if diff := cmp.Diff(want, got, cmpopts.EquateComparable(money.Decimal{})); diff != "" {
				t.Error(diff)
			}
			return err
		})
	})
}
