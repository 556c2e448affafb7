package office_test

import (
	"flag"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/store/storetest"
)

var update = flag.Bool("update", false, "write what is exported into testdata")

func provider(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/provider.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// What a provider exports, another database takes in, and exports again to the byte.
func TestRoundTripGivesTheSameFile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		d := newDesk(t, url)
		d.take(provider(t))
		first := d.export()
		other := d.another()
		other.take(first)
		if diff := cmp.Diff(first, other.export()); diff != "" {
			t.Errorf("the second export differs (-first +second):\n%s", diff)
		}
		if *update {
			if err := os.WriteFile("testdata/export.yaml", []byte(first), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile("testdata/export.yaml")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), first); diff != "" {
			t.Errorf("the export differs from testdata/export.yaml (-want +got):\n%s", diff)
		}
	})
}

func TestImportingTwiceChangesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		d := newDesk(t, url)
		d.take(provider(t))
		text, state := d.export(), d.state()
		for _, again := range []string{provider(t), text} {
			report := d.take(again)
			if report.SettingsChanged || report.Customers.Added+report.Customers.Changed+report.Plans.Changed+report.Charges.Changed+
				report.Servers.Changed+report.Lists.Changed != 0 {
				t.Errorf("the second import says that it changed something: %+v", report)
			}
			if diff := cmp.Diff(state, d.state()); diff != "" {
				t.Errorf("the second import left a trace:\n%s", diff)
			}
			if diff := cmp.Diff(text, d.export()); diff != "" {
				t.Errorf("the second import changed something:\n%s", diff)
			}
		}
	})
}

// A live system is moved: charges that its own bills hold, and the credit that is left, go along.
func TestBilledChargesAndCreditGoAlong(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		d := newDesk(t, url)
		d.take(small)
		d.exec(sentBill("2026-09"),
			`INSERT INTO bill_line (customer_id, bill_id, line, group_id, group_name, month, kind, ref, version_id, assignment_id, component,
				method, list_id, object, days, days_in_month, quantity, amount, tax)
				SELECT customer_id, 1, 1, group_id, 'Main', 202609, 'charge', 'setup', 1, id, -1, '', 0, '', 30, 30, '1', 5000, 0 FROM charge_assignment`,
			`INSERT INTO ledger_entry (customer_id, id, at, day, kind, currency, amount, credit, bill_id, note)
				SELECT id, 100, 0, 0, 'invoice', 'USD', 0, -400, 1, '' FROM customer WHERE company = 'Acme'`)
		moved := d.export()
		wants(t, moved, `{charge: setup, billed: true}`, `credit: "6.00"`)
		other := d.another()
		other.take(moved)
		if diff := cmp.Diff(moved, other.export()); diff != "" {
			t.Errorf("something was lost on the way (-from +to):\n%s", diff)
		}
		state := d.state()
		for _, again := range []string{moved, small} {
			if report := d.take(again); report.Customers.Changed != 0 || len(report.Warnings) != 0 {
				t.Errorf("importing a file again changed a live system: %+v", report)
			}
		}
		if diff := cmp.Diff(state, d.state()); diff != "" {
			t.Errorf("importing a file again left a trace:\n%s", diff)
		}
	})
}

// small is a provider with one customer; tests change it.
const small = `
currency: USD
time_zone: UTC
plans:
  - {id: std, name: Standard, monthly_price: "25", usage: [{method: messages, included: 1000, overage: {per: 1000, price: "0.90"}}]}
charges:
  - {id: setup, amount: "50"}
servers: [{name: s1}]
lists: [{server: s1, site: example.org, list: news}]
customers:
  - company: Acme
    email: billing@acme.test
    credit: 10
    groups:
      - name: Main
        plans: [{plan: std, start: 2026-01-01}]
        charges: [{charge: setup}]
        objects: [{server: s1, site: example.org, list: news}]
`

// sentBill is a final bill of the only customer for a month, without lines.
func sentBill(month string) string {
	return sentBills[month]
}

var sentBills = map[string]string{"2026-09": `INSERT INTO bill (customer_id, id, start_day, end_day, state, number, currency, subtotal, tax, credit_applied,
	total, credit_left, issue_day, due_day, tested_at, made_at, run_id, customer_revision, catalog_revision, settings_revision,
	usage_revision, warnings, usage)
	SELECT id, 1, 20697, 20726, 'final', '2026-00001', 'USD', 0, 0, 0, 0, 0, 20727, 20741, 0, 0, 1, 1, 1, 1, 1, '[]', '[]' FROM customer WHERE company = 'Acme'`}
