package rating_test

import (
	"fmt"
	"math/bits"

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
	return base + period.Date(pick(t, label, -40, 80))
}

// drawDates draws an interval with ends that may be open.
func drawDates(t *rapid.T, label string) period.Period {
	p := period.Open()
	if pick(t, label+" start?", 0, 4) == 0 {
		p.Start = drawDay(t, label+" start")
	}
	if pick(t, label+" end?", 0, 4) == 0 {
		p.End = drawDay(t, label+" end")
	}
	if !p.Valid() {
		p.Start, p.End = p.End, p.Start
	}
	return p
}

// pick draws a number evenly: rapid's own ranges prefer small ones, which makes
// most inputs empty.
func pick(t *rapid.T, label string, low, high int) int {
	n, u := high-low+1, 0
	for range bits.Len(uint(n-1)) + 2 {
		u <<= 1
		if rapid.Bool().Draw(t, label) {
			u++
		}
	}
	return low + u%n
}

// one draws an element evenly.
func one[T any](t *rapid.T, label string, from []T) T { return from[pick(t, label, 0, len(from)-1)] }

var currencies = []string{"USD", "JPY", "KWD", "CLF"}

func drawTrial(t *rapid.T, b bounds) trial {
	in := &rating.Input{
		Currency: money.MustCurrency(one(t, "currency", currencies)),
		Period:   drawPeriod(t, b),
	}
	for i := range pick(t, "lists", 1, 6) {
		in.Lists = append(in.Lists, rating.List{
			Server: one(t, "server", []string{"s", "s-", "t"}),
			Site:   one(t, "site", []string{"a", "b"}),
			Name:   fmt.Sprintf("l%d", i), Dates: drawDates(t, "life"),
		})
	}
	plans := drawPlans(t, b)
	charges := drawCharges(t)
	in.Customer = rating.Customer{
		Free: pick(t, "free", 0, 5) == 0, Dates: drawDates(t, "customer"),
		Credit: one(t, "credit", []int64{0, 0, 1, 500, 1e6}),
	}
	for g := range pick(t, "groups", 1, 3) {
		group := rating.Group{Name: fmt.Sprintf("G%d", g), Plans: drawTurns(t, plans)}
		for range pick(t, "charges", 0, 2) {
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
	start := base + period.Date(pick(t, "period start", -28, 20))
	return period.Period{Start: start, End: start + period.Date(one(t, "period days", []int{0, 5, 27, 30, 40}))}
}

// drawDecimal draws numbers of very different size and exactness.
func drawDecimal(t *rapid.T, label string) money.Decimal {
	return money.MustDecimal(one(t, label, []string{
		"0", "0", "1", "0.05", "0.9", "25", "33.333", "0.000000000001", "7.123456789012", "1000", "0.5", "123456789.987654321",
	}))
}

func drawPer(t *rapid.T, label string) money.Decimal {
	return money.MustDecimal(one(t, label, []string{"1", "1", "1000", "100", "0.5", "3", "0.000001"}))
}

func drawPlans(t *rapid.T, b bounds) []*rating.Plan {
	var plans []*rating.Plan
	for i := range pick(t, "plans", 1, 3) {
		spec := rating.PlanSpec{
			ID:           fmt.Sprintf("p%d", i/2), // two versions share an id
			Scope:        rating.Scope(pick(t, "scope", 0, 2)),
			MonthlyPrice: drawDecimal(t, "monthly price"),
		}
		if pick(t, "minimum?", 0, 2) == 0 {
			spec.Minimum = drawDecimal(t, "minimum")
		}
		for range pick(t, "components", 0, 4) {
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
		Method:          rating.Method(pick(t, "method", 1, 3)),
		UnitKB:          one(t, "unit", []int64{0, 1, 8, 10, 40}),
		StepKB:          one(t, "step", []int64{0, 0, 1, 8, 64}),
		Measure:         rating.Measure(pick(t, "measure", 0, 2)),
		ProrateIncluded: rapid.Bool().Draw(t, "prorate"),
		TierMode:        rating.TierMode(pick(t, "tier mode", 0, 1)),
	}
	if rapid.Bool().Draw(t, "included?") {
		c.Included = drawDecimal(t, "included")
	}
	switch pick(t, "price", 0, 4) {
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
	for i := pick(t, "first bound", 0, len(bounds)); i < len(bounds); i += pick(t, "bounds left out", 1, 3) {
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
	for range pick(t, "turns", 0, 4) {
		if start == period.First && pick(t, "start of turns?", 0, 2) == 0 {
			start = drawDay(t, "start of turns")
		}
		a := rating.PlanAssignment{
			Plan:  plans[pick(t, "plan", 0, len(plans)-1)],
			Dates: period.Period{Start: start, End: max(start, base-40) + period.Date(pick(t, "turn", 0, 50))},
		}
		out = append(out, a)
		if pick(t, "twice", 0, 4) == 0 {
			out = append(out, rating.PlanAssignment{Plan: a.Plan, Dates: period.Period{Start: a.Dates.End, End: a.Dates.End}})
		}
		start = a.Dates.End + 1 + period.Date(pick(t, "gap", 0, 6))
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
		if pick(t, "negative", 0, 3) == 0 {
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
		Charge:   charges[pick(t, "charge", 0, len(charges)-1)],
		Quantity: money.MustDecimal(one(t, "number", []string{"1", "3", "0", "0.25", "1.1234567"})),
		Dates:    drawDates(t, "charge"),
		Billed:   pick(t, "billed", 0, 4) == 0,
	}
	if pick(t, "own amount", 0, 3) == 0 {
		d := drawDecimal(t, "its amount")
		a.Amount = &d
	}
	return a
}

// drawObjects gives servers, sites and lists to groups and to others, and leaves
// out what would be assigned twice.
func drawObjects(t *rapid.T, in *rating.Input) {
	var taken []rating.Object
	for range pick(t, "objects", 0, 12) {
		l := one(t, "object", in.Lists)
		o := rating.Object{Server: l.Server, Dates: drawDates(t, "object")}
		level := pick(t, "level", 0, 2)
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
		g := pick(t, "owner", -1, len(in.Customer.Groups)-1)
		if g < 0 {
			in.Others = append(in.Others, o)
			continue
		}
		o.Free = pick(t, "free object", 0, 4) == 0
		in.Customer.Groups[g].Objects = append(in.Customer.Groups[g].Objects, o)
	}
}

var (
	sizes      = []int64{0, 1, 700, 1024, 1025, 8192, 8193, 10239, 10240, 12288, 51200, 1 << 20, 26214400}
	recipients = []int64{0, 1, 2, 100, 1000, 12345, 1 << 38}
)

func (tr *trial) drawUsage(t *rapid.T, b bounds) {
	for range pick(t, "deliveries", 0, 30) {
		d := delivery{
			list:  pick(t, "list", 0, len(tr.in.Lists)-1),
			day:   tr.in.Period.Start + period.Date(pick(t, "sent on", -2, tr.in.Period.Days()+1)),
			bytes: one(t, "bytes", sizes), recipients: one(t, "recipients", recipients),
		}
		if !b.steadyDays || tr.in.Lists[d.list].Dates.Contains(d.day) {
			tr.deliveries = append(tr.deliveries, d)
		}
	}
}

func (tr *trial) drawMembers(t *rapid.T) {
	seen := map[rating.Reading]bool{}
	for range pick(t, "readings", 0, 12) {
		m := rating.Reading{List: int32(pick(t, "list", 0, len(tr.in.Lists)-1)), Day: drawDay(t, "read on")}
		if !seen[m] {
			seen[m] = true
			m.Members = one(t, "members", []int64{0, 1, 10, 999, 1000, 20001})
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
