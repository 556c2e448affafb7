package rating_test

import (
	"flag"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

// checks is how many random inputs each property sees.
const checks = "500"

func TestMain(m *testing.M) {
	flag.Parse()
	set := false
	flag.Visit(func(f *flag.Flag) { set = set || f.Name == "rapid.checks" })
	if !set {
		if err := flag.Set("rapid.checks", checks); err != nil {
			panic(err)
		}
	}
	m.Run()
}

// asRef turns a quote's lines into the reference's form.
func asRef(in *rating.Input, q *rating.Quote) []refLine {
	var out []refLine
	for _, l := range q.Lines {
		line := refLine{
			Kind: l.Kind.String(), Ref: l.Ref, Method: l.Method.String(), Object: l.Object, Quantity: l.Quantity.String(),
			Version: l.Version, Month: l.Month, Days: l.Days, DaysInMonth: l.DaysInMonth, Amount: big.NewInt(l.Amount),
		}
		if l.Group >= 0 {
			line.Group = in.Customer.Groups[l.Group].Name
		}
		out = append(out, line)
	}
	return out
}

var sameNumbers = cmp.Comparer(func(a, b *big.Int) bool { return a.Cmp(b) == 0 })

// The engine, from sums by size class, says what the rules say of single
// deliveries.
func TestRollupGivesWhatTheRulesSay(t *testing.T) {
	var rater rating.Rater // one for all: nothing may be left of the last input
	rapid.Check(t, func(t *rapid.T) {
		tr := drawTrial(t, bounds{})
		ref := reference{in: tr.in, deliveries: tr.deliveries}
		ref.rate()
		subtotal, applied, total, left := ref.totals()
		q, err := rater.Rate(tr.in)
		if err != nil {
			if ref.countable() {
				t.Fatalf("rate: %v", err)
			}
			return
		}
		if diff := cmp.Diff(ref.lines, asRef(tr.in, q), sameNumbers); diff != "" {
			t.Fatalf("lines (-rules +engine):\n%s", diff)
		}
		want := fmt.Sprint(subtotal, applied, total, left, len(ref.unplanned))
		if got := fmt.Sprint(q.Subtotal, q.CreditApplied, q.Total, q.CreditLeft, len(q.Warnings)); got != want {
			t.Fatalf("subtotal, credit applied, total, credit left, warnings: got %s, the rules say %s", got, want)
		}
	})
}

// rate returns nil for an input whose amounts cannot be counted: there is
// nothing to compare then.
func rate(t *rapid.T, in *rating.Input) *rating.Quote {
	q, err := new(rating.Rater).Rate(in)
	if err != nil && !strings.Contains(err.Error(), "too large to be counted") {
		t.Fatalf("rate: %v", err)
	}
	return q
}

func TestOrderOfUsageDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := drawTrial(t, bounds{})
		in := *tr.in
		in.Usage = rapid.Permutation(tr.in.Usage).Draw(t, "usage")
		in.Members = rapid.Permutation(tr.in.Members).Draw(t, "members")
		want, got := rate(t, tr.in), rate(t, &in)
		if (want == nil) != (got == nil) || want != nil && !slices.Equal(want.Lines, got.Lines) {
			t.Fatalf("the quote changed with the order of usage:\n%+v\n%+v", want, got)
		}
	})
}

func TestMoreUsageNeverLowersTheBill(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := bounds{risingPrice: true, steadyDays: true}
		tr := drawTrial(t, b)
		less := rate(t, tr.in)
		more := trial{in: tr.in}
		more.drawUsage(t, b)
		in := *tr.in
		in.Usage = rollUp(&in, slices.Concat(tr.deliveries, more.deliveries))
		if after := rate(t, &in); less != nil && after != nil && after.Subtotal < less.Subtotal {
			t.Fatalf("%v cost %d, with %v they cost %d", tr.deliveries, less.Subtotal, more.deliveries, after.Subtotal)
		}
	})
}

func TestTwoMonthsGiveTheLinesOfEach(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := drawTrial(t, bounds{wholeMonths: true})
		tr.in.Customer.Free = false
		for g := range tr.in.Customer.Groups {
			settleOnce(&tr.in.Customer.Groups[g], tr.in.Period.Start)
		}
		both := rate(t, tr.in)
		for _, month := range tr.in.Period.Months() {
			in := *tr.in
			in.Period = month.Period()
			if month != tr.in.Period.Start.Month() {
				in.Customer.Groups = billed(in.Customer.Groups, in.Period.Start, in.Customer.Dates)
			}
			alone := rate(t, &in)
			if both == nil || alone == nil {
				return
			}
			var want []rating.Line
			for _, l := range both.Lines {
				if l.Month == month {
					want = append(want, l)
				}
			}
			if diff := cmp.Diff(want, alone.Lines, exact, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%s (-of both +alone):\n%s", month, diff)
			}
		}
	})
}

var exact = cmp.Comparer(func(a, b rating.Line) bool { return a == b })

// settleOnce gives one-time charges without a start one, since theirs would
// depend on the period.
func settleOnce(g *rating.Group, start period.Date) {
	for i := range g.Charges {
		if a := &g.Charges[i]; a.Dates.Start == period.First && a.Dates.End >= start {
			a.Dates.Start = start
		}
	}
}

// billed marks the one-time charges that fell due before a day.
func billed(groups []rating.Group, day period.Date, customer period.Period) []rating.Group {
	groups = slices.Clone(groups)
	for g := range groups {
		groups[g].Charges = slices.Clone(groups[g].Charges)
		for i := range groups[g].Charges {
			a := &groups[g].Charges[i]
			a.Billed = a.Billed || !a.Charge.Recurring && max(a.Dates.Start, customer.Start) < day
		}
	}
	return groups
}
