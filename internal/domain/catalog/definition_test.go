package catalog_test

import (
	"testing"

	"postmeter/internal/domain/catalog"
	"postmeter/internal/domain/period"
)

// However a price is written, its definition is one text, and reads back to itself.
func TestEqualPricesHaveOneDefinition(t *testing.T) {
	const want = `{"id":"p","scope":"list","monthly_price":"25","minimum":"0","usage":[{"method":"messages","unit_kb":40,"included":"10000",` +
		`"overage":{"per":"1000","price":"0.9"}},{"method":"members","measure":"last","tier_mode":"volume","tiers":[{"up_to":"10","price":"1","flat":"2"},{"price":"0"}]}]}`
	for _, text := range []string{
		want,
		`{"name":"Plan","id":"p","monthly_price":25.00,"scope":"list","usage":[{"overage":{"price":"0.900","per":1000,"round_up":false},"method":"messages","step_kb":0,
			"unit_kb":"40","included":10000,"prorate_included":true},{"method":"members","measure":"last","tier_mode":"volume","tiers":[{"price":1,"up_to":10,"flat":2},{"up_to":null}]}]}`,
	} {
		spec, err := catalog.ParsePlan(text)
		if err != nil {
			t.Fatal(err)
		}
		if got := catalog.PlanDefinition(&spec); got != want {
			t.Errorf("the definition is\n%s, want\n%s", got, want)
		}
	}
	charge, err := catalog.ParseCharge(`{"id":"c","amount":"-1.50","recurring":true}`)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := catalog.ChargeDefinition(&charge), `{"id":"c","amount":"-1.5","recurring":true,"proratable":false}`; got != want {
		t.Errorf("the definition is %s, want %s", got, want)
	}
	for _, bad := range []string{"", "{}", `{"id":"c"}`, `{"id":"c","amount":1,"surprise":1}`} {
		if _, err := catalog.ParseCharge(bad); err == nil {
			t.Errorf("%q is taken for a charge", bad)
		}
	}
}

func TestTheVersionOfADay(t *testing.T) {
	versions := []catalog.Version{{FirstDay: 10}, {FirstDay: 20}}
	for day, want := range map[period.Date]int{9: -1, 10: 0, 19: 0, 20: 1, 999: 1} {
		if got := catalog.VersionOn(versions, day); got != want {
			t.Errorf("on day %d version %d is valid, want %d", day, got, want)
		}
	}
}
