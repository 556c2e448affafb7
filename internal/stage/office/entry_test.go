package office_test

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// fields reads what a form gives.
func fields(t *testing.T, text string) doc.Node {
	t.Helper()
	n, err := doc.ParseJSON([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return *n
}

func (d *desk) enter(kind office.Kind, id int64, text string) (int64, error) {
	d.t.Helper()
	return office.Enter(context.Background(), d.db, by, office.Entry{Kind: kind, ID: id, Fields: fields(d.t, text)}, d.vault)
}

// entered is enter for what must succeed.
func (d *desk) entered(kind office.Kind, id int64, text string) int64 {
	d.t.Helper()
	id, err := d.enter(kind, id, text)
	if err != nil {
		d.t.Fatal(err)
	}
	return id
}

// refused says which fields have faults.
func refused(t *testing.T, err error, places ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("it was taken")
	}
	var list fault.List
	var one *fault.Error
	switch {
	case errors.As(err, &list):
	case errors.As(err, &one):
		list = fault.List{one}
	}
	var got []string
	for _, e := range list {
		got = append(got, e.Place)
	}
	if strings.Join(got, " ") != strings.Join(places, " ") {
		t.Errorf("faults at %v, want %v: %v", got, places, err)
	}
}

func TestAFormEntersOneThing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		d := newDesk(t, url)
		d.entered(office.Settings, 0, `{"currency":"USD","time_zone":"America/New_York","company":{"name":"Harbour"},"settings":{"payment_terms_days":14}}`)
		plan := d.entered(office.Plans, 0, `{"name":"Standard Plan!","monthly_price":"25","usage":[{"method":"messages","included":10000,"overage":{"per":1000,"price":"0.9"}}]}`)
		other := d.entered(office.Plans, 0, `{"name":"Standard-Plan","monthly_price":"30"}`)
		setup := d.entered(office.Charges, 0, `{"name":"Standard plan","description":"once","amount":"49"}`)
		server := d.entered(office.Servers, 0, `{"name":"s1","host":"lists.example.org","kind":"mailman3","url":"https://lists.example.org:8001","user":"rest","password":"geheim"}`)
		acme := d.entered(office.Customers, 0, `{"company":"Acme","email":"billing@acme.test","start":"2026-01-15"}`)
		wants(t, d.export(), "id: standard-plan\n", "id: standard-plan-2", "id: standard-plan-3", "payment_terms_days: 14", "name: s1", "company: Acme")

		d.entered(office.Customers, acme, `{"company":"Acme Inc","note":"two lines\nare fine"}`)
		d.entered(office.Plans, plan, `{"name":"Standard","monthly_price":"26"}`)
		d.entered(office.Servers, server, `{"comments":"in the cellar"}`)
		d.entered(office.Charges, setup, `{"name":"Set-up","amount":"50"}`)
		text := d.export()
		wants(t, text, "company: Acme Inc", "email: billing@acme.test", "start: 2026-01-15", "name: Standard\n", `monthly_price: "26"`,
			"comments: in the cellar", "name: Set-up", `amount: "50"`)
		if strings.Contains(text, "geheim") || strings.Contains(text, "company: Acme\n") {
			t.Errorf("the export is\n%s", text)
		}
		_, err := d.enter(office.Plans, other, `{"name":"standard"}`)
		refused(t, err, "name")
	})
}

func TestAFormIsToldWhatIsWrongBesideEachField(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		d := newDesk(t, url)
		d.take(provider(t))
		before := d.export()
		for _, test := range []struct {
			kind   office.Kind
			text   string
			places []string
		}{
			{office.Customers, `{"company":"Acme"}`, []string{"company"}},
			{office.Customers, `{"company":" ","email":"nobody","additional_addresses":["a@b.test","x"],"start":"2026-02-01","end":"2026-01-01"}`,
				[]string{"company", "email", "additional_addresses[1]", "end"}},
			{office.Customers, `{"company":"A\u0000B","contact":"a\nb","phone":"` + strings.Repeat("9", 300) + `","payment_method":"cash","start":"2026-02-30"}`,
				[]string{"company", "payment_method", "start", "contact", "phone"}},
			{office.Customers, `{"company":"New","payment_method":"credit_card","card":{"type":"Visa","number":"4242424242424241","expiration":"2028-12"}}`,
				[]string{"card.number"}},
			{office.Customers, `{"company":"New","note":"bell \u0007","salespeople":["\u0001"]}`, []string{"salespeople[0]", "note"}},
			{office.Plans, `{"name":"New","usage":[{"method":"pigeons"}]}`, []string{"usage[0].method"}},
			{office.Plans, `{"name":"New","monthly_price":"-1"}`, []string{"monthly_price"}},
			{office.Plans, `{"monthly_price":"1"}`, []string{"name"}},
			{office.Charges, `{"name":"New"}`, []string{"amount"}},
			{office.Servers, `{"name":"s1"}`, []string{"name"}},
			{office.Servers, `{"name":"s9","kind":"abacus","time_zone":"Mars/Olympus"}`, []string{"kind", "time_zone"}},
			{office.Settings, `{"currency":"XXX","settings":{"payment_terms_days":-1,"test_email":"x","smtp":{"port":70000}}}`, nil},
		} {
			_, err := d.enter(test.kind, 0, test.text)
			if test.places == nil {
				if fault.KindOf(err) != fault.Invalid {
					t.Errorf("%s: got %v", test.text, err)
				}
				continue
			}
			t.Run(test.text[:min(len(test.text), 40)], func(t *testing.T) { sameFields(t, err, test.places) })
		}
		if after := d.export(); after != before {
			t.Error("something was changed all the same")
		}
	})
}

// sameFields compares the fields with faults, in any order.
func sameFields(t *testing.T, err error, want []string) {
	t.Helper()
	var list fault.List
	if !errors.As(err, &list) {
		t.Fatalf("got %v", err)
	}
	got := map[string]bool{}
	for _, e := range list {
		got[e.Place] = true
	}
	for _, place := range want {
		if !got[place] {
			t.Errorf("no fault at %s: %v", place, err)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d fields have faults, want %d: %v", len(got), len(want), err)
	}
}

func TestAStaleFormIsToldWhatChanged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		d := newDesk(t, url)
		d.take(provider(t))
		id := d.entered(office.Customers, 0, `{"company":"Twice","phone":"1"}`)
		seen, err := office.Show(context.Background(), d.db, office.Customers, id)
		if err != nil {
			t.Fatal(err)
		}
		d.entered(office.Customers, id, `{"company":"Twice","phone":"2","email":"a@b.test"}`)
		_, err = office.Enter(context.Background(), d.db, by,
			office.Entry{Kind: office.Customers, ID: id, Fields: fields(t, `{"company":"Twice","contact":"me"}`), Seen: &seen}, d.vault)
		var stale *office.Stale
		if !errors.As(err, &stale) || fault.KindOf(err) != fault.Conflict {
			t.Fatalf("got %v", err)
		}
		if len(stale.Changes) != 2 || stale.Changes[0] != (office.FieldChange{Field: "email", Seen: `""`, Now: `"a@b.test"`}) || stale.Changes[1].Now != `"2"` {
			t.Errorf("got %+v", stale.Changes)
		}
	})
}

func TestContractsAreEnteredOneByOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := context.Background()
		d := newDesk(t, url)
		d.take(`
currency: USD
plans: [{id: a, monthly_price: 1}, {id: b, monthly_price: 2}]
charges: [{id: c, amount: 5}]
servers: [{name: s}]
lists: [{server: s, site: x.org, list: one}, {server: s, site: x.org, list: two}, {server: s, site: y.org, list: three}]
customers: [{company: Other, groups: [{name: G, objects: [{server: s, site: y.org, end: 2026-05-31}]}]}]
`)
		id := d.entered(office.Customers, 0, `{"company":"Acme"}`)
		group, err := office.EnterGroup(ctx, d.db, by, office.Group{CustomerID: id}, "Main")
		if err != nil {
			t.Fatal(err)
		}
		g := office.Group{CustomerID: id, ID: group}
		assign := func(what office.What, assignment int64, text string) error {
			return office.EnterAssignment(ctx, d.db, by, office.Assignment{Group: g, What: what, ID: assignment, Fields: fields(t, text)})
		}
		for _, err := range []error{
			assign(office.PlanAssignments, 0, `{"plan":"a","end":"2026-06-30"}`),
			assign(office.PlanAssignments, 0, `{"plan":"b","start":"2026-07-01"}`),
			assign(office.ChargeAssignments, 0, `{"charge":"c","quantity":"2","start":"2026-07-01"}`),
			assign(office.ObjectAssignments, 0, `{"server":"s","site":"x.org","list":"one"}`),
			assign(office.ObjectAssignments, 0, `{"server":"s","site":"y.org","start":"2026-06-01","free":true}`),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		refused(t, assign(office.PlanAssignments, 0, `{"plan":"a","start":"2026-08-01"}`), "start")
		refused(t, assign(office.PlanAssignments, 0, `{"plan":"z","start":"2026-08-01","end":"2026-07-01"}`), "end", "plan")
		refused(t, assign(office.ObjectAssignments, 0, `{"server":"s","site":"x.org","list":"one","start":"2026-08-01"}`), "objects")
		err = assign(office.ObjectAssignments, 0, `{"server":"s","site":"y.org","start":"2026-05-31","end":"2026-05-31"}`)
		refused(t, err, "objects")
		if !strings.Contains(err.Error(), "Other") {
			t.Errorf("the other customer is not named: %v", err)
		}
		_, err = office.EnterGroup(ctx, d.db, by, office.Group{CustomerID: id}, "Main")
		refused(t, err, "name")

		groups, err := office.Assignments(ctx, d.db, id)
		if err != nil {
			t.Fatal(err)
		}
		main := groups[0]
		if err := assign(office.PlanAssignments, main.Plans[1].ID, `{"plan":"b","start":"2026-07-15","description":"later"}`); err != nil {
			t.Fatal(err)
		}
		if err := office.RemoveAssignment(ctx, d.db, by, g, office.ChargeAssignments, main.Charges[0].ID); err != nil {
			t.Fatal(err)
		}
		wants(t, d.export(), "{plan: a, end: 2026-06-30}", "{plan: b, start: 2026-07-15, description: later}", "charges: []",
			"{server: s, site: x.org, list: one}", "{server: s, site: y.org, start: 2026-06-01, free: true}")
		if err := office.RemoveGroup(ctx, d.db, by, g); fault.KindOf(err) != fault.Conflict {
			t.Errorf("a group with assignments: %v", err)
		}
		if err := office.DeleteCustomer(ctx, d.db, by, id, "acme"); fault.KindOf(err) != fault.Invalid {
			t.Errorf("another name: %v", err)
		}
		if err := office.DeleteCustomer(ctx, d.db, by, id, "Acme"); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(d.export(), "company: Acme") {
			t.Error("it is still there")
		}
	})
}

func TestManyObjectsAreAssignedAtOnceOrNone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := context.Background()
		d := newDesk(t, url)
		d.take(`
currency: USD
servers: [{name: s}]
lists: [{server: s, site: x.org, list: one}, {server: s, site: x.org, list: two}, {server: s, site: y.org, list: three}]
customers: [{company: Other, groups: [{name: G, objects: [{server: s, site: x.org, list: two}]}]}, {company: Acme, groups: [{name: Main}]}]
`)
		ids := storetest.Rows(t, url, `SELECT list_id FROM list_name ORDER BY name`) // one, three, two
		owner := storetest.Rows(t, url, `SELECT g.customer_id, g.id FROM billing_group g WHERE g.name = 'Main'`)[0]
		customer, group, _ := strings.Cut(owner, "|")
		p := office.Places{Group: office.Group{CustomerID: number(t, customer), ID: number(t, group)}, Dates: period.Open(),
			Objects: []store.Object{{ListID: number(t, ids[0])}, {ListID: number(t, ids[1])}, {ListID: number(t, ids[2])}}}
		err := office.Assign(ctx, d.db, by, p)
		refused(t, err, "objects")
		if !strings.Contains(err.Error(), "Other") || strings.Contains(d.export(), "list: three}\n          -") {
			t.Errorf("got %v", err)
		}
		p.Objects = p.Objects[:2]
		if err := office.Assign(ctx, d.db, by, p); err != nil {
			t.Fatal(err)
		}
		wants(t, d.export(), "{server: s, site: x.org, list: one}", "{server: s, site: y.org, list: three}")
		refused(t, office.Assign(ctx, d.db, by, p), "objects", "objects") // both are Acme's own by now
		p.Objects, p.Dates = append(p.Objects[:1], p.Objects[0]), period.Period{Start: 1, End: 0}
		refused(t, office.Assign(ctx, d.db, by, p), "end")
	})
}

func number(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
