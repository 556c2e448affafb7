package rating_test

import (
	"strings"
	"testing"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

func day(s string) period.Date { return period.MustParse(s) }

func days(start, end string) period.Period {
	p := period.Open()
	if start != "" {
		p.Start = day(start)
	}
	if end != "" {
		p.End = day(end)
	}
	return p
}

func plan(t *testing.T, id string, version int64, price string) *rating.Plan {
	t.Helper()
	p, err := rating.CompilePlan(rating.PlanSpec{ID: id, MonthlyPrice: money.MustDecimal(price), Usage: []rating.ComponentSpec{{
		Method: rating.Messages, UnitKB: 10, Overage: &rating.OverageSpec{Per: money.FromInt(1), Price: money.MustDecimal("0.01")},
	}}}, version)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// oneList is a customer with one list on one plan in September 2026.
func oneList(t *testing.T) *rating.Input {
	return &rating.Input{
		Currency: money.MustCurrency("USD"), Period: days("2026-09-01", "2026-09-30"),
		Lists: []rating.List{{Server: "s", Site: "a", Name: "news", Dates: period.Open()}},
		Customer: rating.Customer{Dates: period.Open(), Groups: []rating.Group{{
			Name:    "Main",
			Plans:   []rating.PlanAssignment{{Plan: plan(t, "std", 1, "30"), Dates: period.Open()}},
			Objects: []rating.Object{{Server: "s", Dates: period.Open()}},
		}}},
	}
}

// brief returns a quote's lines in short.
func brief(t *testing.T, in *rating.Input) string {
	t.Helper()
	q, err := new(rating.Rater).Rate(in)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, l := range q.Lines {
		amount := money.Amount{Minor: l.Amount, Currency: in.Currency}
		out = append(out, strings.Join([]string{l.Kind.String(), l.Ref, l.Quantity.String(), amount.String()}, " "))
	}
	return strings.Join(out, "; ")
}

func expect(t *testing.T, in *rating.Input, want string) {
	t.Helper()
	if got := brief(t, in); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestANewVersionActsLikeAChangeOfPlan(t *testing.T) {
	in := oneList(t)
	in.Customer.Groups[0].Plans = []rating.PlanAssignment{
		{Plan: plan(t, "std", 1, "30"), Dates: days("", "2026-09-10")},
		{Plan: plan(t, "std", 2, "60"), Dates: days("2026-09-11", "")},
	}
	expect(t, in, "plan std 0.333333 10.00; plan std 0.666667 40.00")
}

func TestAChargeThatIsDueAsAWholeIsDueOnceThoughItHasTwoVersions(t *testing.T) {
	in := oneList(t)
	in.Customer.Groups[0].Plans = nil
	for i, amount := range []string{"10", "20"} {
		c := &rating.Charge{ID: "whole", Version: int64(i), Amount: money.MustDecimal(amount), Recurring: true}
		p := &rating.Charge{ID: "part", Version: int64(i), Amount: money.MustDecimal(amount), Recurring: true, Proratable: true}
		o := &rating.Charge{ID: "once", Version: int64(i), Amount: money.MustDecimal(amount)}
		valid := []period.Period{days("", "2026-09-15"), days("2026-09-16", "")}[i]
		for _, c := range []*rating.Charge{c, p, o} {
			in.Customer.Groups[0].Charges = append(in.Customer.Groups[0].Charges, rating.ChargeAssignment{
				Charge: c, Quantity: money.FromInt(1), Dates: days("2026-09-02", ""), Valid: valid,
			})
		}
	}
	expect(t, in, "charge whole 1 10.00; charge part 1 4.67; charge once 1 10.00; charge part 1 10.00")
	in.Period = days("2026-10-01", "2026-10-31")
	expect(t, in, "charge once 1 10.00; charge whole 1 20.00; charge part 1 20.00")
}

func TestCorrectionsBelowZeroCountAsNothing(t *testing.T) {
	in := oneList(t)
	in.Usage = []rating.Sum{{Day: day("2026-09-03"), KB: 2, Recipients: 100, RecipientBytes: 200000}}
	expect(t, in, "plan std 1 30.00; overage std 100 1.00")
	in.Usage = append(in.Usage, rating.Sum{Day: day("2026-09-04"), KB: 2, Recipients: -40, RecipientBytes: -80000})
	expect(t, in, "plan std 1 30.00; overage std 60 0.60")
	in.Usage = append(in.Usage, rating.Sum{Day: day("2026-09-04"), KB: 20, Recipients: -100, RecipientBytes: -100 * 20480})
	expect(t, in, "plan std 1 30.00")
}

func TestADayWhoseUsageWasTakenBackIsNoDayOfAList(t *testing.T) {
	spec := rating.PlanSpec{ID: "list", Scope: rating.ScopeList, MonthlyPrice: money.FromInt(30)}
	p, err := rating.CompilePlan(spec, 1)
	if err != nil {
		t.Fatal(err)
	}
	in := oneList(t)
	in.Customer.Groups[0].Plans[0].Plan = p
	in.Lists[0].Dates = days("", "2026-08-31")
	in.Usage = []rating.Sum{{Day: day("2026-09-03"), KB: 2, Recipients: 5}, {Day: day("2026-09-04"), KB: 2, Recipients: 5}}
	expect(t, in, "plan list 0.066667 2.00")
	in.Usage = append(in.Usage, rating.Sum{Day: day("2026-09-04"), KB: 2, Recipients: -5})
	expect(t, in, "plan list 0.033333 1.00")
}

func TestUsageBeyondAnyRealOneIsExactOrAnError(t *testing.T) {
	in := oneList(t)
	in.Usage = []rating.Sum{{Day: day("2026-09-03"), KB: 1, Recipients: 9007199254740993}}
	expect(t, in, "plan std 1 30.00; overage std 9007199254740993 90071992547409.93")
	in.Usage = append(in.Usage, rating.Sum{Day: day("2026-09-03"), KB: 11, Recipients: 1 << 62, RecipientBytes: 1<<63 - 1})
	expect(t, in, "plan std 1 30.00; overage std 9907919180215092.199902 99079191802150.92")
	in.Usage = append(in.Usage, rating.Sum{Day: day("2026-09-03"), KB: 1, Recipients: 1 << 62})
	expect(t, in, "plan std 1 30.00; overage std 4621593937607602996.199902 46215939376076029.96")
	in.Usage = append(in.Usage, rating.Sum{Day: day("2026-09-03"), KB: 1, Recipients: 1<<63 - 1})
	_, err := new(rating.Rater).Rate(in)
	if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.MessageOf(err), "customer.groups[0]: messages of plan std: ") {
		t.Errorf("got %v, want an error that names the group and the plan", err)
	}
}

func TestProblems(t *testing.T) {
	tests := []struct {
		name string
		harm func(in *rating.Input)
		want string
	}{
		{"customer", func(in *rating.Input) { in.Customer.Dates = days("2026-09-02", "2026-09-01") },
			"ends_before_start customer: ends before it starts: 2026-09-02 to 2026-09-01"},
		{"plan", func(in *rating.Input) { in.Customer.Groups[0].Plans[0].Dates = days("2026-09-02", "2026-09-01") },
			"ends_before_start customer.groups[0].plans[0]: ends before it starts: 2026-09-02 to 2026-09-01"},
		{"overlap", func(in *rating.Input) {
			in.Customer.Groups[0].Plans = append(in.Customer.Groups[0].Plans,
				rating.PlanAssignment{Plan: plan(t, "big", 1, "1"), Dates: days("2031-01-01", "")})
		}, "plans_overlap customer.groups[0].plans[1]: plans overlap in group Main: big starts on 2031-01-01, when std is still in effect"},
		{"same plan twice", func(in *rating.Input) {
			in.Customer.Groups[0].Plans = append(in.Customer.Groups[0].Plans, in.Customer.Groups[0].Plans[0])
		}, ""},
		{"assigned twice", func(in *rating.Input) {
			in.Customer.Groups = append(in.Customer.Groups, rating.Group{Name: "B", Objects: []rating.Object{{Server: "s", Dates: days("", "2020-01-01")}}})
		}, "assigned_twice customer.groups[1].objects[0]: s is assigned twice on the same day, 0001-01-01: here and at customer.groups[0].objects[0]"},
		{"and by another customer", func(in *rating.Input) {
			in.Others = []rating.Object{{Server: "s", Site: "a", Dates: period.Open()}, {Server: "s", Dates: days("2026-01-01", "")}}
		}, "assigned_twice customer.groups[0].objects[0]: s is assigned twice on the same day, 2026-01-01: here and at others[1]"},
		{"charge", func(in *rating.Input) {
			in.Customer.Groups[0].Charges = []rating.ChargeAssignment{{Charge: &rating.Charge{}, Quantity: money.FromInt(-1), Dates: period.Open()}, {}}
		}, "bad_value customer.groups[0].charges[0].quantity: must not be negative; bad_reference customer.groups[0].charges[1].charge: is missing"},
		{"references", func(in *rating.Input) {
			in.Usage = []rating.Sum{{List: 1}, {KB: -1}}
			in.Members = []rating.Reading{{List: -1}, {Members: -1}}
		}, "bad_reference usage[0]: is of a list that is not there; bad_value usage[1]: has a size that cannot be; " +
			"bad_reference members[0]: is of a list that is not there; bad_value members[1].members: must not be negative"},
		{"credit and period", func(in *rating.Input) {
			in.Customer.Credit = -1
			in.Period = period.Open()
		}, "bad_value period: is too long: at most 36525 days; bad_value customer.credit: must not be negative"},
		{"objects", func(in *rating.Input) {
			in.Customer.Groups[0].Objects = []rating.Object{{Site: "a", Dates: period.Open()}, {Server: "s", List: "x", Dates: period.Open()}}
		}, "bad_value customer.groups[0].objects[0].server: must not be empty; bad_value customer.groups[0].objects[1].site: is missing: a list belongs to a site"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := oneList(t)
			tt.harm(in)
			var got []string
			for _, p := range rating.Problems(in) {
				got = append(got, string(p.Code)+" "+p.Fault.Error())
			}
			if s := strings.Join(got, "; "); s != tt.want {
				t.Errorf("got  %s\nwant %s", s, tt.want)
			}
			if _, err := new(rating.Rater).Rate(in); (err == nil) != (tt.want == "") {
				t.Errorf("Rate: %v", err)
			}
		})
	}
}

func TestAQuarrelOfOthersDoesNotConcernTheCustomer(t *testing.T) {
	in := oneList(t)
	o := rating.Object{Server: "other", Dates: period.Open()}
	in.Others = []rating.Object{o, o}
	if p := rating.Problems(in); len(p) != 1 || p[0].Group != -1 {
		t.Errorf("got %+v, want one problem of no group", p)
	}
	expect(t, in, "plan std 1 30.00")
}

func TestResolveSaysWhoseAListIsOnEachDay(t *testing.T) {
	in := oneList(t)
	in.Customer.Dates = days("", "2026-09-25")
	g := &in.Customer.Groups[0]
	g.Plans[0].Dates = days("2026-09-03", "")
	g.Objects[0].Dates = days("", "2026-09-28")
	g.Objects = append(g.Objects, rating.Object{Server: "s", Site: "a", List: "news", Dates: days("2026-09-10", "2026-09-11"), Free: true})
	in.Others = []rating.Object{{Server: "s", Site: "a", Dates: days("2026-09-11", "2026-09-20")}}
	c, err := rating.Resolve(in)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range c.Spans(0) {
		o := s.Owner
		what := []string{"nobody", "other", "free", "charged"}[o.Claim]
		if o.Plan >= 0 {
			what += " by plan"
		}
		got = append(got, s.Days.String()+" "+what)
		if c.Owner(0, s.Days.Start) != o || c.Owner(0, s.Days.End) != o {
			t.Errorf("Owner differs from Spans in %v", s)
		}
	}
	want := "2026-09-01 to 2026-09-02 charged; 2026-09-03 to 2026-09-09 charged by plan; 2026-09-10 to 2026-09-11 free by plan; " +
		"2026-09-12 to 2026-09-20 other; 2026-09-21 to 2026-09-25 charged by plan; 2026-09-26 to 2026-09-28 charged; 2026-09-29 to 2026-09-30 nobody"
	if s := strings.Join(got, "; "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	if o := c.Owner(0, day("2026-10-01")); o.Claim != rating.Unclaimed {
		t.Errorf("outside the period: %+v", o)
	}
}

func TestSpecFaultsNameTheirPlaces(t *testing.T) {
	two, neg := money.FromInt(2), money.FromInt(-1)
	spec := rating.PlanSpec{MonthlyPrice: neg, Usage: []rating.ComponentSpec{
		{Method: rating.Messages, UnitKB: -1, StepKB: 1 << 50, Overage: &rating.OverageSpec{}, Tiers: []rating.TierSpec{
			{UpTo: &two, Per: two, Flat: neg}, {UpTo: &two, Per: two}, {Per: two}, {UpTo: &two, Per: two},
		}},
		{Included: neg, Tiers: []rating.TierSpec{{UpTo: &neg, Per: two}, {Per: two}}},
	}}
	_, err := rating.CompilePlan(spec, 1)
	want := []string{
		"id: must not be empty", "monthly_price: must not be negative", "usage[0].unit_kb: must not be negative",
		"usage[0].step_kb: is too large: at most 1099511627776 KB", "usage[0].overage.per: must be greater than 0",
		"usage[0]: overage and tiers together: a component has one of them", "usage[0].tiers[0].flat: must not be negative",
		"usage[0].tiers[1].up_to: must be greater than that of the tier before, 2",
		"usage[0].tiers[2].up_to: is missing: only the last tier is open",
		"usage[0].tiers[3].up_to: the last tier is open: leave its up_to out",
		"usage[1].method: is missing", "usage[1].included: must not be negative", "usage[1].tiers[0].up_to: must be greater than 0",
	}
	if err == nil || err.Error() != strings.Join(want, "\n") {
		t.Errorf("got\n%v\nwant\n%s", err, strings.Join(want, "\n"))
	}
}

func TestACloneStaysWhenTheRaterGoesOn(t *testing.T) {
	in := oneList(t)
	var r rating.Rater
	q, err := r.Rate(in)
	if err != nil {
		t.Fatal(err)
	}
	kept := q.Clone()
	in.Customer.Groups[0].Plans = nil
	if _, err := r.Rate(in); err != nil || len(kept.Lines) != 1 || kept.Lines[0].Ref != "std" {
		t.Errorf("kept %+v, %v", kept, err)
	}
}
