package office_test

import (
	"strings"
	"testing"

	"postmeter/internal/store/storetest"
)

// All faults of all files are named with their places, and nothing is changed.
func TestAWrongFileChangesNothingAndNamesAllItsFaults(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		d := newDesk(t, url)
		d.take(small)
		text := d.refused(`
company: {nam: x}
currency: XXX
time_zone: Mars/Olympus
settings: {payment_terms_days: 99999, invoice_number_format: "{numero}", billing_admin_email: nobody, smtp: {port: 70000, security: none of these}}
plans:
  - {id: std, monthly_price: 1e3}
  - {id: std}
  - {id: new, usage: [{method: messages, overage: {per: 0, price: 1}}], limits: {members: -1}}
  - {id: later, valid_from: 2026-10-01}
charges: [{id: fee}, {id: "", amount: 1}, {id: tip, amount: "1.0000000000001"}]
servers: [{name: s2, kind: exchange, time_zone: CET/Nowhere, pasword: x}]
lists:
  - {server: s9, site: a, list: b}
  - {server: s1, site: example.org, list: news, start: 2026-02-30}
  - {server: s1, site: example.org, list: news}
  - {server: s1, site: example.org, list: dead, start: 2026-02-01, end: 2026-01-01}
customers:
  - company: Acme
    payment_method: barter
    start: 01.02.2026
    active: maybe
    groups:
      - name: Main
        plans: [{plan: std}, {plan: gold}]
        charges: [{charge: none}, {charge: setup, quantity: -1}]
        objects: [{server: s1, site: example.org, list: nope}, {server: s8}, {server: s1, list: news}]
      - name: Main
  - {company: Acme, credit: 1.001, card: {cvv: 123}}
  - {contact: nobody}
surprise: 1
`, `customers: [{company: Acme}]`)
		wants(t, text,
			"a.yaml: company.nam: is not a known field",
			`a.yaml: currency: "XXX" is not a currency`,
			"a.yaml: time_zone: ",
			"a.yaml: settings.payment_terms_days: must be at most 3650",
			`a.yaml: settings.invoice_number_format: "{numero}" is no placeholder`,
			"a.yaml: settings.billing_admin_email: ",
			"a.yaml: settings.smtp.port: must be at most 65535",
			"a.yaml: settings.smtp.security: must be one of starttls, tls, none",
			`a.yaml: plans[0].monthly_price: "1e3" is not a number: write it in digits with a point`,
			`a.yaml: plans[1].id: "std" is given twice, first in a.yaml: plans[0]`,
			"a.yaml: plans[2].usage[0].overage.per: must be greater than 0",
			"a.yaml: plans[2].limits.members: must not be negative",
			"a.yaml: plans[3].valid_from: leaves the days before it without a price",
			"a.yaml: charges[0].amount: is missing",
			"a.yaml: charges[1].id: must not be empty",
			"a.yaml: charges[2].amount: has more than 12 decimals",
			"a.yaml: servers[0].kind: must be one of manual, mailman3",
			"a.yaml: servers[0].time_zone: ",
			"a.yaml: servers[0].pasword: is not a known field",
			`a.yaml: lists[0].server: there is no server "s9"`,
			"a.yaml: lists[1].start: 2026-02-30 is a date that does not exist",
			`a.yaml: lists[2]: the list "news" on site "example.org" of server "s1" is given twice, first in a.yaml: lists[1]`,
			"a.yaml: lists[3]: ends before it starts",
			"a.yaml: customers[0].payment_method: must be one of free, invoice, credit_card",
			"a.yaml: customers[0].start: ",
			"a.yaml: customers[0].active: must be true or false",
			`a.yaml: customers[0].groups[0].plans[1].plan: there is no plan "gold"`,
			`a.yaml: customers[0].groups[0].charges[0].charge: there is no charge "none"`,
			"a.yaml: customers[0].groups[0].charges[1].quantity: must not be negative",
			`a.yaml: customers[0].groups[0].objects[0].list: there is no list "nope" on site "example.org" of server "s1": add it to lists, or sync the server`,
			`a.yaml: customers[0].groups[0].objects[1].server: there is no server "s8"`,
			"a.yaml: customers[0].groups[0].objects[2].site: is missing",
			`a.yaml: customers[0].groups[1].name: is given twice: "Main"`,
			`a.yaml: customers[1].company: "Acme" is given twice, first in a.yaml: customers[0]`,
			"a.yaml: customers[1].credit: ",
			"a.yaml: customers[1].card.cvv: is not a known field",
			"a.yaml: customers[2].company: is missing",
			"a.yaml: surprise: is not a known field",
			`b.yaml: customers[0].company: "Acme" is given twice, first in a.yaml: customers[0]`,
		)
		if strings.Count(text, "\n") > 60 {
			t.Errorf("one mistake gives several faults:\n%s", text)
		}
	})
}

// What only keeps a customer from being billed is taken in: validation lists it.
func TestWhatValidationFindsIsTakenIn(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		d := newDesk(t, url)
		d.take(small)
		report := d.take(`
customers:
  - {company: Bare}
  - {company: Ended, start: 2026-02-01, end: 2026-01-01, email: "a b@c", additional_addresses: [nobody]}
  - {company: Card, payment_method: credit_card, card: {type: Visa, number: "4111111111111112", expiration: 2020-01}}
  - company: Twice
    groups:
      - name: G
        plans: [{plan: std}, {plan: std, start: 2026-01-01}]
        objects: [{server: s1, site: example.org, list: news}, {server: s1, site: example.org, list: news, start: 2026-03-01, end: 2026-02-01}]
`)
		if report.Customers.Added != 4 {
			t.Errorf("%d customers were added, want 4", report.Customers.Added)
		}
		if len(report.Warnings) != 1 {
			t.Fatalf("want one warning, about the card: %q", report.Warnings)
		}
		wants(t, report.Warnings[0], "a.yaml: customers[2].card.number: is not the number of a Visa card")
		wants(t, d.export(), `card: {type: Visa, last4: "", expiration: 2020-01}`, "email: a b@c")
	})
}

func TestPricesNeedACurrency(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		d := newDesk(t, url)
		wants(t, d.refused(`charges: [{id: x, amount: 1}]`), "a.yaml: currency: is missing, and the database has none yet")
		d.take("company: {name: Me}")
		d.take(`charges: [{id: x, amount: 1}]`, "currency: JPY")
		wants(t, d.refused("currency: JPY", "currency: USD"), "b.yaml: currency: is USD, and JPY in a.yaml")
		wants(t, d.export(), "currency: JPY")
	})
}

func TestCurrencyAndTimeZoneAreFixedOnceUsed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		d := newDesk(t, url)
		d.take(strings.Replace(small, "credit: 10", "credit: 0", 1))
		d.take("currency: KWD\ntime_zone: Asia/Tokyo")
		d.exec(`INSERT INTO usage_sum (list_id, day, source, charged, kb, messages, recipients, recipient_bytes) VALUES (1, 1, 'listserver', ` +
			map[bool]string{true: "1", false: "true"}[d.db.Engine() == "sqlite"] + `, 1, 1, 1, 1)`)
		text := d.refused("currency: USD\ntime_zone: UTC")
		wants(t, text, "a.yaml: currency: is KWD, and usage exists", "a.yaml: time_zone: is Asia/Tokyo, and usage exists")
		d.take("currency: KWD\ntime_zone: Asia/Tokyo")
		d.exec(`DELETE FROM usage_sum`)
		d.take("customers: [{company: Acme, credit: 1.234}]")
		wants(t, d.refused("currency: USD"), "currency: is KWD, and bills or credits exist")
	})
}
