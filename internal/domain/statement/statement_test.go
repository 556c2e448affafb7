package statement_test

import (
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/rating"
	"postmeter/internal/domain/statement"
	"postmeter/internal/domain/statement/statementtest"
)

// lineText is all that a reader sees of line n (from 0) of a bill.
func lineText(f *statement.Facts, n int) string {
	i := 0
	for _, g := range statement.Compose(f).Groups {
		for _, m := range g.Months {
			for _, row := range m.Lines {
				if i == n {
					return strings.Join(append(append([]string{row.Title}, row.Details...), row.Steps...), "|")
				}
				i++
			}
		}
	}
	return ""
}

func TestLinesExplainThemselves(t *testing.T) {
	facts := statementtest.Ordinary()
	for n, want := range []string{
		"Standard|For busy discussion lists|21 of 30 days at 25.00 a month",
		"Messages|12,345.6 messages of 40 KB over the 7,000 included (10,000 a month, 21 of 30 days), at 0.90 per 1,000",
		"Up to the minimum|The minimum is 60.00 a month, for 21 of 30 days 42.00; this is what was missing.",
		"Archive|Public archive of all lists|2 × 6.00, every month, 21 of 30 days",
		"Set-up|Three lists moved from the old system|One time",
		"Messages|61,234.5 messages, by tier|the first 10,000 at 1.25 per 1,000 = 12.50|40,000 above 10,000 at 0.80 per 1,000 + 5.00 flat = 37.00|11,234.5 above 50,000 at 0.40 per 1,000 = 4.4938",
		"Bandwidth|10.283203 GB over the 2 GB included, at 0.35 per GB",
		"Members|734 members over the 500 included, at the peak, at 4.00 a month for each started 500",
	} {
		if got := lineText(facts, n); got != want {
			t.Errorf("line %d\ngot  %s\nwant %s", n+1, got, want)
		}
	}
}

func TestOverageSentences(t *testing.T) {
	dec := money.MustDecimal
	top := dec("10")
	for _, test := range []struct {
		name      string
		component rating.ComponentSpec
		days      int
		quantity  string
		minor     int64
		want      string
	}{
		{"no allowance, price of one", rating.ComponentSpec{Method: rating.Messages, Overage: &rating.OverageSpec{Per: dec("1"), Price: dec("0.0125")}},
			30, "1", 1, "1 message, at 0.0125 each"},
		{"size steps", rating.ComponentSpec{Method: rating.Messages, UnitKB: 40, StepKB: 10, Overage: &rating.OverageSpec{Per: dec("1000"), Price: dec("1")}},
			30, "2000", 200, "2,000 messages of 40 KB, at 1.00 per 1,000|Sizes are rounded up to a multiple of 10 KB."},
		{"an allowance with endless decimals", rating.ComponentSpec{Method: rating.Messages, Included: dec("1000"), ProrateIncluded: true, Overage: &rating.OverageSpec{Per: dec("1"), Price: dec("1")}},
			10, "0.666667", 67, "0.666667 messages over the 333.333333… included (1,000 a month, 10 of 30 days), at 1.00 each"},
		{"members for a part of the month", rating.ComponentSpec{Method: rating.Members, Measure: rating.Average, Included: dec("5"), Overage: &rating.OverageSpec{Per: dec("1"), Price: dec("3")}},
			10, "1.5", 150, "1.5 members over the 5 included, on average over the days, at 3.00 each a month; for 10 of 30 days"},
		{"volume tiers", rating.ComponentSpec{Method: rating.Bandwidth, TierMode: rating.Volume, Tiers: []rating.TierSpec{{UpTo: &top, Per: dec("1"), Price: dec("2")}, {Per: dec("1"), Price: dec("1")}}},
			30, "11", 1100, "11 GB, all at 1.00 per GB"},
		{"volume tiers with a flat price", rating.ComponentSpec{Method: rating.Bandwidth, TierMode: rating.Volume, Tiers: []rating.TierSpec{{Per: dec("5"), Price: dec("2"), Flat: dec("7")}}},
			30, "11", 1140, "11 GB, by tier|all 11 at 2.00 per 5 GB + 7.00 flat = 11.40"},
		{"an amount that the shown quantity does not give", rating.ComponentSpec{Method: rating.Bandwidth, Tiers: []rating.TierSpec{{Per: dec("1"), Price: dec("2"), Flat: dec("7")}}},
			30, "11", 2901, "11 GB, by tier|11 at 2.00 per GB + 7.00 flat"},
	} {
		t.Run(test.name, func(t *testing.T) {
			facts := statementtest.Empty()
			facts.Plans[1] = statement.Plan{Spec: rating.PlanSpec{Usage: []rating.ComponentSpec{test.component}}}
			facts.Lines = []statement.Line{{Kind: "overage", Version: 1, Method: map[rating.Method]string{rating.Messages: "messages", rating.Bandwidth: "bandwidth", rating.Members: "members"}[test.component.Method],
				Days: test.days, DaysInMonth: 30, Quantity: dec(test.quantity), Amount: test.minor}}
			_, got, _ := strings.Cut(lineText(facts, 0), "|")
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestOnlyWhatBelongsOnAnInvoiceLeavesTheHouse(t *testing.T) {
	s := statement.Compose(statementtest.Ordinary())
	for _, line := range s.Recipient.Lines {
		if strings.Contains(line, "always late") {
			t.Error("an internal field of the customer is on the invoice")
		}
	}
}

func TestHeadlineSaysWhatIsToDo(t *testing.T) {
	for _, test := range []struct {
		name string
		f    *statement.Facts
		want string
	}{
		{"sent", statementtest.Ordinary(), "Amount due USD 130.99 by 2026-10-15"},
		{"draft", statementtest.Draft(), "Amount USD 130.99 Draft: not an invoice yet"},
		{"below zero", statementtest.Prepaid(), "Nothing to pay USD 0.00 "},
		{"void", statementtest.Void(), "Void USD 130.99 Nothing is due."},
		{"written off", statementtest.GivenUp(), "Written off USD 30.99 Nothing is due any more."},
		{"yen", statementtest.TwoMonths(), "Amount due JPY 3,600 by 2026-10-15"},
	} {
		h := statement.Compose(test.f).Headline
		if got := h.Label + " " + h.Value.Currency + " " + h.Value.Text + " " + h.Note; got != test.want {
			t.Errorf("%s: got %q, want %q", test.name, got, test.want)
		}
	}
	paid := statementtest.Ordinary()
	paid.Bill.Status = invoice.StatusPaid
	if h := statement.Compose(paid).Headline; h.Label != "Paid" {
		t.Errorf("a paid bill says %q", h.Label)
	}
}

func TestCreditsAreNamed(t *testing.T) {
	s := statement.Compose(statementtest.Prepaid())
	for _, sum := range s.Sums {
		if sum.Value.Credit != strings.HasPrefix(sum.Value.Text, "-") {
			t.Errorf("%s: %+v", sum.Label, sum.Value)
		}
	}
	if last := s.Sums[len(s.Sums)-1]; last.Label != "Carried to the next bill" || last.Value.Text != "-75.00" {
		t.Errorf("the carried credit is shown as %+v", last)
	}
}

// TestTierArithmetic prices each unit for itself and compares with the steps.
func TestTierArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c rating.ComponentSpec
		c.Method = rating.Messages
		bound := int64(0)
		for range rapid.IntRange(0, 3).Draw(t, "bounded tiers") {
			bound += int64(rapid.IntRange(1, 20).Draw(t, "width"))
			up := money.FromInt(bound)
			c.Tiers = append(c.Tiers, tier(t, &up))
		}
		c.Tiers = append(c.Tiers, tier(t, nil))
		if rapid.Bool().Draw(t, "volume") {
			c.TierMode = rating.Volume
		}
		n := int64(rapid.IntRange(1, 80).Draw(t, "quantity"))
		got := statement.PriceOver(c, big.NewRat(n, 1), big.NewRat(1, 1)).Exact
		if want := unitByUnit(c, n); got.Cmp(want) != 0 {
			t.Fatalf("%d units cost %s, want %s", n, got, want)
		}
	})
}

func tier(t *rapid.T, upTo *money.Decimal) rating.TierSpec {
	return rating.TierSpec{
		UpTo: upTo, Per: money.FromInt(int64(rapid.IntRange(1, 7).Draw(t, "per"))),
		Price: money.FromInt(int64(rapid.IntRange(0, 9).Draw(t, "price"))), Flat: money.FromInt(int64(rapid.IntRange(0, 5).Draw(t, "flat"))),
	}
}

func unitByUnit(c rating.ComponentSpec, n int64) *big.Rat {
	tierOf := func(unit int64) int {
		for i, t := range c.Tiers {
			if t.UpTo == nil || money.FromInt(unit).Cmp(*t.UpTo) <= 0 {
				return i
			}
		}
		return -1
	}
	sum := new(big.Rat)
	entered := map[int]bool{}
	for unit := int64(1); unit <= n; unit++ {
		i := tierOf(unit)
		if c.TierMode == rating.Volume {
			i = tierOf(n)
		}
		sum.Add(sum, new(big.Rat).Quo(c.Tiers[i].Price.Rat(), c.Tiers[i].Per.Rat()))
		if !entered[i] {
			entered[i] = true
			sum.Add(sum, c.Tiers[i].Flat.Rat())
		}
	}
	return sum
}

// TestAStaleDraftTellsNoPriceThatDidNotMakeIt edits a plan behind a draft: what its lines say must go with their amounts.
func TestAStaleDraftTellsNoPriceThatDidNotMakeIt(t *testing.T) {
	edited := func(stale bool) *statement.Facts {
		f := statementtest.Draft()
		f.Bill.Stale = stale
		return f
	}
	for n, want := range []string{
		"Standard|For busy discussion lists|21 of 30 days at 25.00 a month",
		"Messages|12,345.6 messages of 40 KB over the 7,000 included (10,000 a month, 21 of 30 days), at 0.90 per 1,000",
		"Up to the minimum|The minimum is 60.00 a month, for 21 of 30 days 42.00; this is what was missing.",
	} {
		if got := lineText(edited(true), n); got != want {
			t.Errorf("nothing of the plan changed, and line %d says\n%s, want\n%s", n+1, got, want)
		}
	}
	after := edited(true)
	plan := after.Plans[1]
	plan.Spec.MonthlyPrice, plan.Spec.Minimum = money.MustDecimal("26"), money.MustDecimal("70")
	plan.Spec.Usage = []rating.ComponentSpec{plan.Spec.Usage[0]}
	plan.Spec.Usage[0].Overage = &rating.OverageSpec{Per: money.MustDecimal("1000"), Price: money.MustDecimal("1.10")}
	after.Plans[1] = plan
	for n, want := range []string{"Standard|For busy discussion lists|21 of 30 days", "Messages|12,345.6 messages", "Up to the minimum|21 of 30 days"} {
		if got := lineText(after, n); got != want {
			t.Errorf("the plan has other prices now, and line %d says\n%s, want\n%s", n+1, got, want)
		}
	}
}
