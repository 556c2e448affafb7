package invoice_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"postmeter/internal/domain/invoice"
)

func line(kind string, version, days, amount int64) invoice.Line {
	return invoice.Line{GroupID: 1, Kind: kind, Ref: "std", Version: version, Days: days, DaysInMonth: 30, Amount: amount}
}

func TestAChangeHasItsCauses(t *testing.T) {
	for name, test := range map[string]struct {
		before, after []invoice.Line
		want          string
	}{
		"nothing":       {[]invoice.Line{line("plan", 1, 30, 2500)}, []invoice.Line{line("plan", 1, 30, 2500)}, "[]"},
		"more was sent": {[]invoice.Line{line("plan", 1, 30, 2500), line("overage", 1, 30, 100)}, []invoice.Line{line("plan", 1, 30, 2500), line("overage", 1, 30, 900)}, "[{usage 800}]"},
		"a full month after half of one": {[]invoice.Line{line("plan", 1, 15, 1250)}, []invoice.Line{line("plan", 1, 30, 2500)},
			"[{days 1250}]"},
		"a new price": {[]invoice.Line{line("plan", 1, 30, 2500)}, []invoice.Line{line("plan", 2, 30, 2700)}, "[{plan 200}]"},
		"it ended, and a set-up fee": {[]invoice.Line{line("plan", 1, 30, 2500)}, []invoice.Line{line("plan", 1, 6, 500), line("charge", 3, 0, 4900), line("late", 0, 0, -30)},
			"[{charges 4900} {days -2000} {late -30}]"},
		"it became free": {[]invoice.Line{line("plan", 1, 30, 2500)}, []invoice.Line{line("plan", 1, 30, 2500), line("complimentary", 0, 0, -2500)}, "[{free -2500}]"},
		"the first":      {nil, []invoice.Line{line("plan", 1, 30, 2500), line("minimum", 1, 30, 100)}, "[{plan 2500} {usage 100}]"},
	} {
		parts, err := invoice.Changes(test.before, test.after)
		if got := fmt.Sprint(parts); got != test.want || err != nil {
			t.Errorf("%s: got %s, want %s (%v)", name, got, test.want, err)
		}
	}
}

// TestPartsAddUp draws bills and finds the difference of their subtotals in the parts.
func TestPartsAddUp(t *testing.T) {
	kinds := []string{"plan", "overage", "minimum", "charge", "late", "complimentary"}
	bill := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) invoice.Line {
		return line(rapid.SampledFrom(kinds).Draw(t, "kind"), rapid.Int64Range(0, 2).Draw(t, "version"), rapid.Int64Range(1, 30).Draw(t, "days"),
			rapid.Int64Range(-10_000, 10_000).Draw(t, "amount"))
	}), 0, 8)
	rapid.Check(t, func(t *rapid.T) {
		before, after := bill.Draw(t, "before"), bill.Draw(t, "after")
		parts, err := invoice.Changes(before, after)
		if err != nil {
			t.Fatal(err)
		}
		sum := int64(0)
		for _, p := range parts {
			sum += p.Amount
			if p.Amount == 0 {
				t.Errorf("a cause without an amount: %v", parts)
			}
		}
		for i := range before {
			sum += before[i].Amount
		}
		for i := range after {
			sum -= after[i].Amount
		}
		if sum != 0 {
			t.Errorf("%v is off by %d", parts, sum)
		}
	})
}
