package rating_test

import (
	"fmt"

	"pgregory.net/rapid"

	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

// trial is a random input together with the single deliveries that its usage
// was rolled up from.
type trial struct {
	in         *rating.Input
	deliveries []delivery
}

// bounds keeps what a property needs out of the random inputs.
type bounds struct {
	wholeMonths bool // the period is whole months
	risingPrice bool // no price falls with volume
	steadyDays  bool // usage happens only while lists live, so it adds no days
}

var base = period.MustParse("2026-01-29")

func drawDay(t *rapid.T, label string) period.Date {
	return base + period.Date(rapid.IntRange(-40, 80).Draw(t, label))
}

// drawDates draws an interval with ends that may be open.
func drawDates(t *rapid.T, label string) period.Period {
	p := period.Open()
	if rapid.IntRange(0, 3).Draw(t, label+" start?") == 0 {
		p.Start = drawDay(t, label+" start")
	}
	if rapid.IntRange(0, 3).Draw(t, label+" end?") == 0 {
		p.End = drawDay(t, label+" end")
	}
	if !p.Valid() {
		p.Start, p.End = p.End, p.Start
	}
	return p
}

var currencies = []string{"USD", "JPY", "KWD", "CLF"}

func drawTrial(t *rapid.T, b bounds) trial {
	in := &rating.Input{
		Currency: money.MustCurrency(rapid.SampledFrom(currencies).Draw(t, "currency")),
		Period:   drawPeriod(t, b),
	}
	for i := range rapid.IntRange(1, 6).Draw(t, "lists") {
		in.Lists = append(in.Lists, rating.List{
			Server: rapid.SampledFrom([]string{"s", "s-", "t"}).Draw(t, "server"),
			Site:   rapid.SampledFrom([]string{"a", "b"}).Draw(t, "site"),
			Name:   fmt.Sprintf("l%d", i), Dates: drawDates(t, "life"),
		})
	}
	plans := drawPlans(t, b)
	charges := drawCharges(t)
	in.Customer = rating.Customer{
		Free: rapid.IntRange(0, 5).Draw(t, "free") == 0, Dates: drawDates(t, "customer"),
		Credit: rapid.SampledFrom([]int64{0, 0, 1, 500, 1e6}).Draw(t, "credit"),
	}
	for g := range rapid.IntRange(1, 3).Draw(t, "groups") {
		group := rating.Group{Name: fmt.Sprintf("G%d", g), Plans: drawTurns(t, plans)}
		for range rapid.IntRange(0, 2).Draw(t, "charges") {
			group.Charges = append(group.Charges, drawChargeAssignment(t, charges))
		}
		in.Customer.Groups = append(in.Customer.Groups, group)
	}
	drawObjects(t, in)
	tr := trial{in: in}
	tr.drawUsage(t, b)
	tr.drawMembers(t)
	in.Usage = rollUp(in, tr.deliveries)
	return tr
}

func drawPeriod(t *rapid.T, b bounds) period.Period {
	if b.wholeMonths {
		return period.Period{Start: period.MustParse("2026-01-01"), End: period.MustParse("2026-02-28")}
	}
	start := base + period.Date(rapid.IntRange(-28, 20).Draw(t, "period start"))
	return period.Period{Start: start, End: start + period.Date(rapid.SampledFrom([]int{0, 5, 27, 30, 40}).Draw(t, "period days"))}
}

// drawDecimal draws numbers of very different size and exactness.
func drawDecimal(t *rapid.T, label string) money.Decimal {
	return money.MustDecimal(rapid.SampledFrom([]string{
		"0", "0", "1", "0.05", "0.9", "25", "33.333", "0.000000000001", "7.123456789012", "1000", "0.5", "123456789.987654321",
	}).Draw(t, label))
}

func drawPer(t *rapid.T, label string) money.Decimal {
	return money.MustDecimal(rapid.SampledFrom([]string{"1", "1", "1000", "100", "0.5", "3", "0.000001"}).Draw(t, label))
}

func drawPlans(t *rapid.T, b bounds) []*rating.Plan {
	var plans []*rating.Plan
	for i := range rapid.IntRange(1, 3).Draw(t, "plans") {
		spec := rating.PlanSpec{
			ID:           fmt.Sprintf("p%d", i/2), // two versions share an id
			Scope:        rating.Scope(rapid.IntRange(0, 2).Draw(t, "scope")),
			MonthlyPrice: drawDecimal(t, "monthly price"),
		}
		if rapid.IntRange(0, 2).Draw(t, "minimum?") == 0 {
			spec.Minimum = drawDecimal(t, "minimum")
		}
		for range rapid.IntRange(0, 3).Draw(t, "components") {
			spec.Usage = append(spec.Usage, drawComponent(t, b))
		}
		p, err := rating.CompilePlan(spec, int64(i%2))
		if err != nil {
			t.Fatalf("compile %+v: %v", spec, err)
		}
		plans = append(plans, p)
	}
	return plans
}

func drawComponent(t *rapid.T, b bounds) rating.ComponentSpec {
	c := rating.ComponentSpec{
		Method:          rating.Method(rapid.IntRange(1, 3).Draw(t, "method")),
		UnitKB:          rapid.SampledFrom([]int64{0, 1, 8, 10, 40}).Draw(t, "unit"),
		StepKB:          rapid.SampledFrom([]int64{0, 0, 1, 8, 64}).Draw(t, "step"),
		Measure:         rating.Measure(rapid.IntRange(0, 2).Draw(t, "measure")),
		ProrateIncluded: rapid.Bool().Draw(t, "prorate"),
		TierMode:        rating.TierMode(rapid.IntRange(0, 1).Draw(t, "tier mode")),
	}
	if rapid.Bool().Draw(t, "included?") {
		c.Included = drawDecimal(t, "included")
	}
	switch rapid.IntRange(0, 4).Draw(t, "price") {
	case 0:
	case 1, 2:
		c.Overage = &rating.OverageSpec{
			Per: drawPer(t, "per"), Price: drawDecimal(t, "price"), RoundUp: rapid.Bool().Draw(t, "round up"),
		}
	default:
		c.Tiers = drawTiers(t, b)
	}
	return c
}

func drawTiers(t *rapid.T, b bounds) []rating.TierSpec {
	bounds := []string{"0.5", "1", "10", "100.25", "1000", "20000"}
	var tiers []rating.TierSpec
	price, flat := money.Decimal{}, money.Decimal{}
	next := func(last *money.Decimal, label string) money.Decimal {
		d := drawDecimal(t, label)
		if b.risingPrice && d.Cmp(*last) < 0 {
			d = *last
		}
		*last = d
		return d
	}
	add := func(upTo *money.Decimal) {
		tier := rating.TierSpec{UpTo: upTo, Per: drawPer(t, "tier per"), Price: next(&price, "tier price"), Flat: next(&flat, "flat")}
		if b.risingPrice {
			tier.Per = money.FromInt(1)
		}
		tiers = append(tiers, tier)
	}
	for i := rapid.IntRange(0, len(bounds)).Draw(t, "first bound"); i < len(bounds); i += rapid.IntRange(1, 3).Draw(t, "bounds left out") {
		d := money.MustDecimal(bounds[i])
		add(&d)
	}
	add(nil)
	return tiers
}

// drawTurns assigns plans in turn, with gaps; one plan may be assigned twice at once.
func drawTurns(t *rapid.T, plans []*rating.Plan) []rating.PlanAssignment {
	var out []rating.PlanAssignment
	start := period.First
	for range rapid.IntRange(0, 4).Draw(t, "turns") {
		if start == period.First && rapid.IntRange(0, 2).Draw(t, "start of turns?") == 0 {
			start = drawDay(t, "start of turns")
		}
		a := rating.PlanAssignment{
			Plan:  plans[rapid.IntRange(0, len(plans)-1).Draw(t, "plan")],
			Dates: period.Period{Start: start, End: max(start, base-40) + period.Date(rapid.IntRange(0, 50).Draw(t, "turn"))},
		}
		out = append(out, a)
		if rapid.IntRange(0, 4).Draw(t, "twice") == 0 {
			out = append(out, rating.PlanAssignment{Plan: a.Plan, Dates: period.Period{Start: a.Dates.End, End: a.Dates.End}})
		}
		start = a.Dates.End + 1 + period.Date(rapid.IntRange(0, 6).Draw(t, "gap"))
	}
	if n := len(out); n > 0 && rapid.Bool().Draw(t, "open end") {
		out[n-1].Dates.End = period.Last
	}
	if len(out) > 1 && rapid.Bool().Draw(t, "last turn first") {
		out[0], out[len(out)-1] = out[len(out)-1], out[0]
	}
	return out
}

func drawCharges(t *rapid.T) []*rating.Charge {
	var out []*rating.Charge
	for i := range 3 {
		amount := drawDecimal(t, "amount")
		if rapid.IntRange(0, 3).Draw(t, "negative") == 0 {
			amount = amount.Neg()
		}
		out = append(out, &rating.Charge{
			ID: fmt.Sprintf("c%d", i), Version: int64(i), Amount: amount,
			Recurring: rapid.Bool().Draw(t, "recurring"), Proratable: rapid.Bool().Draw(t, "proratable"),
		})
	}
	return out
}

func drawChargeAssignment(t *rapid.T, charges []*rating.Charge) rating.ChargeAssignment {
	a := rating.ChargeAssignment{
		Charge:   charges[rapid.IntRange(0, len(charges)-1).Draw(t, "charge")],
		Quantity: money.MustDecimal(rapid.SampledFrom([]string{"1", "3", "0", "0.25", "1.1234567"}).Draw(t, "number")),
		Dates:    drawDates(t, "charge"),
		Billed:   rapid.IntRange(0, 4).Draw(t, "billed") == 0,
	}
	if rapid.IntRange(0, 3).Draw(t, "own amount") == 0 {
		d := drawDecimal(t, "its amount")
		a.Amount = &d
	}
	return a
}

// drawObjects gives servers, sites and lists to groups and to others, and leaves
// out what would be assigned twice.
func drawObjects(t *rapid.T, in *rating.Input) {
	var taken []rating.Object
	for range rapid.IntRange(0, 9).Draw(t, "objects") {
		l := rapid.SampledFrom(in.Lists).Draw(t, "object")
		o := rating.Object{Server: l.Server, Dates: drawDates(t, "object")}
		level := rapid.IntRange(0, 2).Draw(t, "level")
		if level > 0 {
			o.Site = l.Site
		}
		if level > 1 {
			o.List = l.Name
		}
		clash := false
		for _, x := range taken {
			clash = clash || x.Server == o.Server && x.Site == o.Site && x.List == o.List && x.Dates.Overlaps(o.Dates)
		}
		if clash {
			continue
		}
		taken = append(taken, o)
		g := rapid.IntRange(-1, len(in.Customer.Groups)-1).Draw(t, "owner")
		if g < 0 {
			in.Others = append(in.Others, o)
			continue
		}
		o.Free = rapid.IntRange(0, 4).Draw(t, "free object") == 0
		in.Customer.Groups[g].Objects = append(in.Customer.Groups[g].Objects, o)
	}
}

var (
	sizes      = []int64{0, 1, 700, 1024, 1025, 8192, 8193, 10240, 12288, 51200, 1 << 20, 26214400}
	recipients = []int64{0, 1, 2, 100, 1000, 12345, 1 << 38}
)

func (tr *trial) drawUsage(t *rapid.T, b bounds) {
	for range rapid.IntRange(0, 25).Draw(t, "deliveries") {
		d := delivery{
			list: rapid.IntRange(0, len(tr.in.Lists)-1).Draw(t, "list"), day: drawDay(t, "sent on"),
			bytes: rapid.SampledFrom(sizes).Draw(t, "bytes"), recipients: rapid.SampledFrom(recipients).Draw(t, "recipients"),
		}
		if !b.steadyDays || tr.in.Lists[d.list].Dates.Contains(d.day) {
			tr.deliveries = append(tr.deliveries, d)
		}
	}
}

func (tr *trial) drawMembers(t *rapid.T) {
	seen := map[rating.Reading]bool{}
	for range rapid.IntRange(0, 12).Draw(t, "readings") {
		m := rating.Reading{List: int32(rapid.IntRange(0, len(tr.in.Lists)-1).Draw(t, "list")), Day: drawDay(t, "read on")}
		if !seen[m] {
			seen[m] = true
			m.Members = rapid.SampledFrom([]int64{0, 1, 10, 999, 1000, 20001}).Draw(t, "members")
			tr.in.Members = append(tr.in.Members, m)
		}
	}
}

// rollUp adds deliveries up by list, day and size class, as metering does.
func rollUp(in *rating.Input, deliveries []delivery) []rating.Sum {
	type key struct {
		list int
		day  period.Date
		kb   int64
	}
	at := map[key]int{}
	var out []rating.Sum
	for _, d := range deliveries {
		k := key{d.list, d.day, (d.bytes + 1023) / 1024}
		i, ok := at[k]
		if !ok || out[i].RecipientBytes > 1<<63-1-d.recipients*d.bytes { // a sum that is full
			i = len(out)
			at[k] = i
			out = append(out, rating.Sum{List: int32(d.list), Day: d.day, KB: k.kb})
		}
		out[i].Messages++
		out[i].Recipients += d.recipients
		out[i].RecipientBytes += d.recipients * d.bytes
	}
	return out
}
