package rating_test

import (
	"fmt"
	"testing"

	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

// threeLines is a usual customer: three lists with eight posts each in a month,
// on a plan with an allowance and tiers, and one monthly charge. Its bill has a
// plan line, an overage line and a charge line.
func threeLines(tb testing.TB) *rating.Input {
	upTo := money.FromInt(10000)
	plan, err := rating.CompilePlan(rating.PlanSpec{
		ID: "standard", MonthlyPrice: money.MustDecimal("25.00"),
		Usage: []rating.ComponentSpec{{
			Method: rating.Messages, UnitKB: 40, Included: money.FromInt(10000), ProrateIncluded: true,
			Tiers: []rating.TierSpec{
				{UpTo: &upTo, Per: money.FromInt(1000), Price: money.MustDecimal("0.90")},
				{Per: money.FromInt(1000), Price: money.MustDecimal("0.75")},
			},
		}},
	}, 1)
	if err != nil {
		tb.Fatal(err)
	}
	charge := &rating.Charge{ID: "support", Amount: money.MustDecimal("9.99"), Recurring: true, Proratable: true}
	in := &rating.Input{
		Currency: money.MustCurrency("USD"),
		Period:   period.Month(202609).Period(),
		Customer: rating.Customer{Dates: period.Open(), Groups: []rating.Group{{
			Name:    "Main",
			Plans:   []rating.PlanAssignment{{Plan: plan, Dates: period.Open()}},
			Charges: []rating.ChargeAssignment{{Charge: charge, Quantity: money.FromInt(1), Dates: period.Open()}},
		}}},
	}
	for i := range 3 {
		l := rating.List{Server: "s1", Site: "example.org", Name: fmt.Sprintf("list-%d", i), Dates: period.Open()}
		in.Lists = append(in.Lists, l)
		in.Customer.Groups[0].Objects = append(in.Customer.Groups[0].Objects,
			rating.Object{Server: l.Server, Site: l.Site, List: l.Name, Dates: period.Open()})
		for post := range 8 {
			bytes := int64(3000 + 17000*post)
			in.Usage = append(in.Usage, rating.Sum{
				List: int32(i), Day: in.Period.Start + period.Date(3*post+i), KB: (bytes + 1023) / 1024,
				Messages: 1, Recipients: 1000, RecipientBytes: 1000 * bytes,
			})
		}
	}
	return in
}

// BenchmarkRate reports ns/line of a three-line bill, everything from checking
// the input to the sums included.
func BenchmarkRate(b *testing.B) {
	in := threeLines(b)
	var r rating.Rater
	q, err := r.Rate(in)
	if err != nil || len(q.Lines) != 3 {
		b.Fatalf("got %+v, %v, want three lines", q, err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.Rate(in); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/3, "ns/line")
}
