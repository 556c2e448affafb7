package validation

import (
	"fmt"
	"strings"
	"testing"

	"postmeter/internal/domain/account"
	"postmeter/internal/domain/catalog"
	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

var september = period.Month(202609).Period()

func day(text string) period.Date { return period.MustParse(text) }

func dates(start, end string) period.Period {
	p := period.Open()
	if start != "" {
		p.Start = day(start)
	}
	if end != "" {
		p.End = day(end)
	}
	return p
}

const now = int64(1_790_856_000_000_000) // 2026-10-01 12:00 UTC

var servers = map[int64]*account.Server{
	1: {ID: 1, Name: "s1", Kind: "manual", BilledSource: "listserver"},
	2: {ID: 2, Name: "s2", Kind: "mailman3", BilledSource: "listserver", SyncedAt: now - 2*microsADay},
	3: {ID: 3, Name: "s3", Kind: "mailman3", BilledSource: "listserver", SyncedAt: now - 4*microsADay},
}

// fixture is a customer without problems, to be spoilt.
type fixture struct {
	rows   account.Rows
	lists  []*account.ListRow
	others []account.OtherRow
	limits catalog.Limits
}

func sound() *fixture {
	c := customer.New("Acme")
	c.ID, c.Email, c.Dates = 1, "billing@acme.test", dates("2026-09-01", "")
	return &fixture{
		rows: account.Rows{
			Customer: c,
			Groups:   []account.GroupRow{{ID: 1, Name: "Main"}},
			Plans:    []account.PlanRow{{Group: 1, ID: 1, Plan: 1, Dates: period.Open()}},
			Objects:  []account.ObjectRow{{Customer: 1, Group: 1, ID: 1, Server: 1, List: 1, Dates: period.Open()}},
		},
		lists: []*account.ListRow{list(1, 1, "news"), list(2, 1, "dev"), list(3, 2, "far"), list(4, 3, "stale")},
	}
}

func list(id, server int64, name string) *account.ListRow {
	return &account.ListRow{ID: id, Life: period.Open(), Gone: period.Last,
		Names: []account.Name{{Days: period.Open(), Server: server, Site: "acme.test", Name: name}}}
}

func (f *fixture) account(t *testing.T) *account.Account {
	t.Helper()
	compiled, err := account.Compile([]catalog.Plan{
		{ID: 1, Code: "std", Limits: f.limits, Versions: []catalog.Version{{ID: 1, FirstDay: period.First, Definition: `{"id":"std","monthly_price":"10"}`}}},
		{ID: 2, Code: "old", Versions: []catalog.Version{{ID: 2, FirstDay: period.First, Definition: `{"id":"old","monthly_price":"5"}`}}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b := account.Builder{Currency: money.MustCurrency("USD"), Period: september, Catalog: compiled, Servers: servers}
	used := f.lists[:0:0]
	for _, l := range f.lists {
		for _, o := range f.rows.Objects {
			if o.List == l.ID {
				used = append(used, l)
				break
			}
		}
	}
	a, err := b.Build(&f.rows, used, f.others)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func codes(problems []Problem) string {
	out := ""
	for _, p := range problems {
		out += fmt.Sprintf("%s:%s ", p.Severity, p.Code)
	}
	return out
}

func TestEachCode(t *testing.T) {
	card := customer.Card{Type: "Visa", Last4: "4242", Expiration: 202812}
	byCard := func(f *fixture, c customer.Card) {
		f.rows.Customer.PaymentMethod, f.rows.Customer.Card = customer.CreditCard, c
	}
	expires := func(m period.Month) customer.Card { c := card; c.Expiration = m; return c }
	for _, test := range []struct {
		name  string
		spoil func(f *fixture)
		want  string
	}{
		{"sound", func(*fixture) {}, ""},
		{"no group", func(f *fixture) { f.rows.Groups, f.rows.Plans, f.rows.Objects = nil, nil, nil }, "error:no_group "},
		{"no plan at all", func(f *fixture) { f.rows.Plans = nil }, "error:no_plan "},
		{"plan of another time", func(f *fixture) { f.rows.Plans[0].Dates = dates("2026-10-01", "") }, "error:no_plan "},
		{"plan from the last day on", func(f *fixture) { f.rows.Plans[0].Dates = dates("2026-09-30", "") }, ""},
		{"plan after the customer's end", func(f *fixture) {
			f.rows.Customer.Dates.End = day("2026-09-10")
			f.rows.Plans[0].Dates = dates("2026-09-11", "")
		}, "warning:ended_but_active error:no_plan warning:assignment_outside_dates "},
		{"a group without objects needs no plan", func(f *fixture) {
			f.rows.Groups = append(f.rows.Groups, account.GroupRow{ID: 2, Name: "Extra"})
		}, ""},
		{"no object", func(f *fixture) { f.rows.Objects = nil }, "error:no_object "},
		{"object of another time", func(f *fixture) { f.rows.Objects[0].Dates = dates("2026-10-01", "") }, "error:no_object "},
		{"no address", func(f *fixture) { f.rows.Customer.Email = "" }, "error:email_missing "},
		{"bad address", func(f *fixture) { f.rows.Customer.Email = "a@b" }, "error:email_malformed "},
		{"bad additional addresses", func(f *fixture) { f.rows.Customer.AdditionalAddresses = []string{"ok@acme.test", "x"} },
			"error:email_malformed "},
		{"templates that are not there", func(f *fixture) { f.rows.Customer.InvoiceTemplate, f.rows.Customer.WebTemplate = "a", "b" },
			"error:no_invoice_template error:no_web_template "},
		{"card", func(f *fixture) { byCard(f, card) }, ""},
		{"no card", func(f *fixture) { byCard(f, customer.Card{}) }, "warning:card_missing "},
		{"bad card", func(f *fixture) { byCard(f, customer.Card{Type: "Visa", Expiration: 202812}) }, "error:card_invalid "},
		{"expired", func(f *fixture) { byCard(f, expires(202609)) }, "error:card_expired "},
		{"expires before the next bill", func(f *fixture) { byCard(f, expires(202610)) }, "warning:card_expiring "},
		{"expires after it", func(f *fixture) { byCard(f, expires(202611)) }, ""},
		{"a card that is not used", func(f *fixture) { f.rows.Customer.Card = expires(202001) }, ""},
		{"customer ends before start", func(f *fixture) { f.rows.Customer.Dates = dates("2026-09-10", "2026-09-01") }, "error:ends_before_start "},
		{"assignment ends before start", func(f *fixture) { f.rows.Objects[0].Dates = dates("2026-09-10", "2026-09-08") },
			"error:ends_before_start "},
		{"ended before the period", func(f *fixture) {
			f.rows.Customer.Dates = dates("2026-01-01", "2026-08-31")
			f.rows.Waivers = []period.Period{period.Open()}
		},
			"error:ended_before_period warning:ended_but_active "},
		{"ends within the period", func(f *fixture) { f.rows.Customer.Dates.End = day("2026-09-30") }, "warning:ended_but_active "},
		{"plans overlap", func(f *fixture) {
			f.rows.Plans = append(f.rows.Plans, account.PlanRow{Group: 1, ID: 2, Plan: 2, Dates: dates("2026-12-01", "")})
		}, "error:plans_overlap "},
		{"assigned twice within", func(f *fixture) {
			f.rows.Objects = append(f.rows.Objects, account.ObjectRow{Customer: 1, Group: 1, ID: 2, Server: 1, List: 1, Dates: dates("2026-12-01", "")})
		}, "error:assigned_twice "},
		{"assigned to another", func(f *fixture) {
			f.others = []account.OtherRow{{Company: "Rival", ObjectRow: account.ObjectRow{Customer: 2, ID: 9, Server: 1, List: 1, Dates: dates("", "2026-09-01")}}}
		}, "error:assigned_twice "},
		{"assigned to another before", func(f *fixture) {
			f.rows.Objects[0].Dates = dates("2026-09-02", "")
			f.others = []account.OtherRow{{ObjectRow: account.ObjectRow{Customer: 2, ID: 9, Server: 1, List: 1, Dates: dates("", "2026-09-01")}}}
		}, ""},
		{"inactive with lists", func(f *fixture) { f.rows.Customer.Active = false; f.rows.Customer.Email = "" }, "warning:inactive_with_lists "},
		{"inactive without", func(f *fixture) { f.rows.Customer.Active = false; f.rows.Objects[0].Dates = dates("", "2026-08-31") }, ""},
		{"list gone", func(f *fixture) { f.lists[0].Gone = day("2026-09-20") }, "warning:list_gone "},
		{"list gone later", func(f *fixture) { f.lists[0].Gone = day("2026-10-02") }, ""},
		{"list gone and no longer assigned", func(f *fixture) {
			f.rows.Objects = append(f.rows.Objects, account.ObjectRow{Customer: 1, Group: 1, ID: 2, Server: 1, List: 2, Dates: dates("", "2026-08-31")})
			f.rows.Customer.Dates.Start, f.rows.Waivers = period.First, []period.Period{period.Open()}
			f.lists[1].Gone = day("2026-08-20")
		}, ""},
		{"usage after the end", func(f *fixture) {
			f.rows.Customer.Dates.End = day("2026-09-10")
			f.lists[0].Usage = []account.Sum{{Day: day("2026-09-10"), Recipients: 3}, {Day: day("2026-09-11"), Recipients: 5}}
		}, "warning:ended_but_active warning:usage_after_end "},
		{"days unbilled", func(f *fixture) { f.rows.Customer.Dates.Start = day("2026-08-30") }, "warning:days_unbilled "},
		{"days billed or waived", func(f *fixture) {
			f.rows.Customer.Dates.Start = day("2026-08-01")
			f.rows.Bills = []account.Bill{{ID: 1, Days: dates("2026-08-01", "2026-08-20"), Final: true}}
			f.rows.Waivers = []period.Period{dates("2026-08-21", "2026-09-01")}
		}, ""},
		{"server synced lately", func(f *fixture) { f.rows.Objects[0].List = 3 }, ""},
		{"server stale", func(f *fixture) { f.rows.Objects[0].List = 4 }, "warning:server_stale "},
		{"assignment outside", func(f *fixture) { f.rows.Plans[0].Dates = dates("2026-08-01", "") }, "warning:assignment_outside_dates "},
		{"house account", func(f *fixture) {
			f.rows.Customer.House, f.rows.Customer.Email, f.rows.Plans = true, "", nil
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := sound()
			test.spoil(f)
			problems := Check(f.account(t), &Surroundings{Now: now})
			if got := codes(problems); got != test.want {
				t.Errorf("got  %q\nwant %q\n%+v", got, test.want, problems)
			}
		})
	}
}

func TestAnAssignmentOutsideIsToldByNames(t *testing.T) {
	f := sound()
	f.rows.Plans[0].Dates = dates("2026-08-01", "")
	problems := Check(f.account(t), &Surroundings{Now: now})
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "is assigned for days from 2026-08-01, and the customer ") || !strings.HasSuffix(problems[0].Message, "only the days of both are billed") {
		t.Errorf("%+v", problems)
	}
}

func TestLimits(t *testing.T) {
	members := func(n int64) []account.Reading {
		return []account.Reading{{Day: day("2026-09-02"), Members: 5000}, {Day: day("2026-09-28"), Members: n}}
	}
	for _, test := range []struct {
		name   string
		limits catalog.Limits
		want   string
	}{
		{"none", catalog.Limits{}, ""},
		{"exactly", catalog.Limits{Lists: 2}, "warning:limit_near "},
		{"below", catalog.Limits{Lists: 3, Sites: 2}, ""},
		{"too many", catalog.Limits{Lists: 1}, "warning:limit_exceeded "},
		{"lists of a site", catalog.Limits{ListsPerSite: 1}, "warning:limit_exceeded "},
		{"sites", catalog.Limits{Sites: 1}, "warning:limit_near "},
		{"members near", catalog.Limits{Members: 1111}, "warning:limit_near "},
		{"members", catalog.Limits{Members: 999}, "warning:limit_exceeded "},
		{"members of a list", catalog.Limits{MembersPerList: 599}, "warning:limit_exceeded "},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := sound()
			f.limits = test.limits
			f.rows.Objects = append(f.rows.Objects, account.ObjectRow{Customer: 1, Group: 1, ID: 2, Server: 1, List: 2, Dates: period.Open()})
			f.lists[0].Members, f.lists[1].Members = members(600), members(400)
			problems := Check(f.account(t), &Surroundings{Now: now})
			if got := codes(problems); got != test.want {
				t.Errorf("got  %q\nwant %q\n%+v", got, test.want, problems)
			}
		})
	}
}

func TestMessagesNameTheOther(t *testing.T) {
	f := sound()
	f.others = []account.OtherRow{{Company: "Rival", ObjectRow: account.ObjectRow{Customer: 2, ID: 9, Server: 1, List: 1, Dates: period.Open()}}}
	got := Check(f.account(t), &Surroundings{Now: now})[0].Message
	want := "group Main: s1/acme.test/news is assigned twice on the same day: to Rival as well; end one of the assignments"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestUsageWithoutAPlanIsWhatRatingFound(t *testing.T) {
	f := sound()
	f.rows.Plans[0].Dates = dates("2026-09-10", "")
	f.lists[0].Usage = []account.Sum{{Day: day("2026-09-03"), Recipients: 7}}
	a := f.account(t)
	quote, err := new(rating.Rater).Rate(&a.Input)
	if err != nil {
		t.Fatal(err)
	}
	problems := Rated(a, Check(a, &Surroundings{Now: now}), quote)
	if got := codes(problems); got != "warning:usage_without_plan " {
		t.Errorf("%s %+v", got, problems)
	}
}

func TestManyProblemsOfOneKindAreCounted(t *testing.T) {
	f := sound()
	f.rows.Customer.AdditionalAddresses = make([]string, 15)
	problems := Check(f.account(t), &Surroundings{Now: now})
	if len(problems) != maxRepeats || Codes(problems, Error)[0] != "email_malformed" {
		t.Fatalf("%d problems", len(problems))
	}
	if got := problems[maxRepeats-1].Message; got[len(got)-len("(and 5 more)"):] != "(and 5 more)" {
		t.Error(got)
	}
}
