package office_test

import (
	"strings"
	"testing"

	"postmeter/internal/store/storetest"
)

// A field that is left out keeps its value; null sets it back; an entry that is not there stays.
func TestAnUpdateChangesWhatItNames(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		d := newDesk(t, url)
		d.take(provider(t))
		report := d.take(`
company: {tax_number: X2}
settings: {test_email: test@lists.test, customer_types: null}
plans: [{id: volume, name: Volume, minimum: 6}]
servers: [{name: s1, comments: null}]
lists: [{server: s1, site: example.org, list: news, end: 2026-12-31}]
customers:
  - company: Acme
    contact: A. Jones
    end: null
    additional_addresses: []
    information: {po: "42"}
    groups:
      - name: Main
        plans: [{plan: std, start: 2026-07-01, end: 2026-12-31}]
        charges: [{charge: support, quantity: 3, amount: "9.99"}, {charge: setup}]
        objects: [{server: s1, site: example.org, list: news, free: true}, {server: s1, site: example.org, list: old}]
      - {name: New, plans: [{plan: volume}]}
`)
		if report.Customers.Changed != 1 || report.Plans.Changed != 1 || report.Servers.Changed != 1 || report.Lists.Changed != 1 || !report.SettingsChanged {
			t.Errorf("the report is %+v", report)
		}
		text := d.export()
		wants(t, text, "tax_number: X2", "test_email: test@lists.test", "customer_types: [Hosting]",
			"name: Volume", `minimum: "6"`, "method: bandwidth", // the plan keeps its price
			`comments: ""`, "user: restadmin",
			"list: news, start: 2026-01-01, end: 2026-12-31, remote_id: news.example.org",
			"contact: A. Jones", "start: 2026-01-15\n    end: null", "additional_addresses: []", "salespeople: [Ann, Bob]", `information: {po: "42"}`,
			"{plan: std, start: 2026-01-01, end: 2026-06-30}\n          - {plan: std, start: 2026-07-01, end: 2026-12-31}\n",
			"{charge: setup, billed: true}", `{charge: support, amount: "9.99", quantity: "3"}`, `{charge: support, quantity: "2"}`,
			"{server: s1, site: example.org, list: news, free: true}",
			"{server: s2, start: 2026-02-01, end: 2026-01-01}\n          - {server: s1, site: example.org, list: old}",
			"- {name: Empty, plans: []", "- name: New")
		history := strings.Join(storetest.Rows(t, url, `SELECT h.entity, h.action, h.before, h.after FROM history h JOIN customer c
			ON c.id = h.customer_id WHERE c.company = 'Acme' AND h.id > (SELECT min(id) FROM history WHERE customer_id = c.id) ORDER BY h.id`), "\n")
		wants(t, history,
			`customer|changed|{"contact":"","additional_addresses":["cfo@acme.test","ceo@acme.test"],"end":"2027-01-14","information":{}}|`,
			`plan_assignment|changed|{"plan":"std","start":"2026-07-01","description":"second year"}|{"plan":"std","start":"2026-07-01","end":"2026-12-31"}`,
			`billing_group|assigned||[{"server":"s1","site":"example.org","list":"old"}]`,
			`billing_group|created||{"name":"New","plans":[{"plan":"volume"}],"charges":[],"objects":[]}`)
		if got := storetest.Rows(t, url, `SELECT revision FROM customer WHERE company = 'Acme'`); got[0] != "2" {
			t.Errorf("one import raised the customer's revision to %s, want 2", got[0])
		}
	})
}

// References point to what other files of the import hold, in any order.
func TestSeveralFilesAreOneUnit(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		d := newDesk(t, url)
		d.take(`customers: [{company: Acme, groups: [{name: G, plans: [{plan: p}], objects: [{server: s, site: x, list: l}]}]}]`,
			`lists: [{server: s, site: x, list: l}]`, "servers: [{name: s}]\nplans: [{id: p}]\ncurrency: USD")
		wants(t, d.export(), "{server: s, site: x, list: l}", "- {plan: p}")
	})
}

func TestOpeningCreditIsTakenOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		d := newDesk(t, url)
		d.take(strings.Replace(small, "credit: 10", "credit: 0", 1))
		d.take("customers: [{company: Acme, credit: 25}]")
		wants(t, d.export(), `credit: "25.00"`)
		report := d.take("customers: [{company: Acme, credit: 30}]")
		if len(report.Warnings) != 1 || report.Customers.Unchanged != 1 {
			t.Errorf("another credit was not reported: %+v", report)
		}
		wants(t, d.export(), `credit: "25.00"`)
		wants(t, d.refused("customers: [{company: Acme, credit: -1}]"), "customers[0].credit: must not be negative")
		wants(t, d.refused("customers: [{company: Acme, credit: 1.005}]"), "customers[0].credit: ")
	})
}

// A price that a sent invoice used stays; a new one begins on the first day that no sent invoice covers.
func TestAChangedPriceOfAUsedPlanBeginsAfterTheLastInvoice(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		d := newDesk(t, url)
		d.take(small)
		d.take(`plans: [{id: std, monthly_price: 26}]`)
		wants(t, d.export(), `monthly_price: "26"`)
		if strings.Contains(d.export(), "valid_from") {
			t.Error("a price that nobody was billed was not changed in place")
		}
		d.exec(sentBill("2026-09"), `INSERT INTO bill_line (customer_id, bill_id, line, group_id, group_name, month, kind, ref, version_id, assignment_id,
			component, method, list_id, object, days, days_in_month, quantity, amount, tax)
			SELECT c.id, 1, 1, 1, 'Main', 202609, 'plan', 'std', v.id, 0, -1, '', 0, '', 30, 30, '1', 2600, 0 FROM customer c, plan_version v`)
		d.take(`plans: [{id: std, monthly_price: 27}]`)
		d.take(`plans: [{id: std, monthly_price: 27}]`)
		wants(t, d.export(), "valid_from: 2026-10-01\n    scope: group\n    monthly_price: \"27\"", `earlier:`, `monthly_price: "26"`)
		d.take(`plans: [{id: std, monthly_price: 28}]`)
		wants(t, d.export(), "valid_from: 2026-10-01\n    scope: group\n    monthly_price: \"28\"")
		d.take(`plans: [{id: std, monthly_price: 30, valid_from: 2027-01-01}]`)
		wants(t, d.export(), "valid_from: 2027-01-01", "- valid_from: 2026-10-01")
		wants(t, d.refused(`plans: [{id: std, monthly_price: 31, valid_from: 2026-09-15}]`),
			"plans[0].valid_from: sent invoices cover the days up to 2026-09-30: the first possible day is 2026-10-01")
		wants(t, d.refused(`plans: [{id: std, earlier: [{monthly_price: 1}]}]`),
			"plans[0].earlier[0]: changes a price that a sent invoice used")
		text := d.export()
		other := d.another()
		other.take(text)
		if other.export() != text {
			t.Error("the versions were lost on the way to another database")
		}
	})
}

// Usage that was metered before its list was known is the list's from now on.
func TestUsageFoundEarlierIsAdopted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		d := newDesk(t, url)
		d.take(small)
		charged := map[bool]string{true: "1", false: "true"}[d.db.Engine() == "sqlite"]
		d.exec(`INSERT INTO usage_unknown (server_id, list_key, at, generation_id, position, source, charged, recipients, bytes, line_hash, reason)
			VALUES (1, 'late.example.org', 1789000000000000, 1, 0, 'listserver', ` + charged + `, 7, 1000, 5, '')`)
		if report := d.take(`lists: [{server: s1, site: example.org, list: late}]`); report.AdoptedUsage != 1 {
			t.Errorf("%d records were adopted, want 1", report.AdoptedUsage)
		}
		if got := storetest.Rows(t, url, `SELECT recipients FROM usage_sum`); len(got) != 1 || got[0] != "7" {
			t.Errorf("the sums hold %v, want 7 recipients", got)
		}
	})
}
