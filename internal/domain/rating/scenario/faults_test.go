package scenario_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/rating/scenario"
)

// sound is a scenario without faults; tests replace parts of its text.
const sound = `{"currency": "USD", "time_zone": "UTC", "period": {"start": "2026-09-01", "end": "2026-09-30"},
 "plans": [{"id": "std", "monthly_price": "25.00", "usage": [
   {"method": "messages", "unit_kb": 40, "included": 100, "overage": {"per": 1000, "price": "0.90"}},
   {"method": "members", "tiers": [{"up_to": 10, "price": 1}, {"price": 2}]}]}],
 "charges": [{"id": "fee", "amount": "9.99"}],
 "customer": {"credit": "1.50", "groups": [{"name": "Main", "plans": [{"plan": "std"}], "charges": [{"charge": "fee", "quantity": 2}],
   "objects": [{"server": "s1", "site": "a", "list": "news"}]}]},
 "others": [{"server": "s2"}],
 "lists": [{"server": "s1", "site": "a", "list": "news"}],
 "usage": [{"server": "s1", "site": "a", "list": "news", "at": "2026-09-02T10:00:00Z", "bytes": 2000, "recipients": 1000}],
 "members": [{"server": "s1", "site": "a", "list": "news", "day": "2026-09-02", "members": 5}]}`

// errorOf returns the error of a scenario, "" if it has none.
func errorOf(t *testing.T, text string) string {
	t.Helper()
	out, err := scenario.Quote([]byte(text))
	var got struct{ Error string }
	if jsonErr := json.Unmarshal(out, &got); jsonErr != nil {
		t.Fatalf("%v: %s", jsonErr, out)
	}
	if (got.Error == "") != (err == nil) || err != nil && fault.KindOf(err) != fault.Invalid {
		t.Fatalf("the quote says %q, the error is %v", got.Error, err)
	}
	return got.Error
}

func TestEveryFaultOfAScenarioNamesItsPlace(t *testing.T) {
	if e := errorOf(t, sound); e != "" {
		t.Fatal(e)
	}
	tests := []struct{ from, to, want string }{
		{`"currency": "USD"`, `"currency": "USX"`, `currency: "USX" is not a currency: use a code of ISO 4217, such as USD`},
		{`"currency": "USD", `, ``, `currency: is missing`},
		{`"currency": "USD"`, `"currency": 840`, `currency: must be a string, and is a number`},
		{`"UTC"`, `"Mars/Base"`, `time_zone: "Mars/Base" is not a time zone: use a name such as Europe/Berlin or UTC`},
		{`"UTC"`, `"Local"`, `time_zone: "Local" is not a time zone: use a name such as Europe/Berlin or UTC`},
		{`"period": {"start": "2026-09-01", "end": "2026-09-30"},`, ``, `period: is missing`},
		{`"start": "2026-09-01", `, ``, `period.start: is missing`},
		{`"end": "2026-09-30"`, `"end": null`, `period.end: is missing`},
		{`"end": "2026-09-30"`, `"end": "2026-08-30"`, `period: ends before it starts: 2026-09-01 to 2026-08-30`},
		{`"end": "2026-09-30"`, `"end": "2026-09-31"`, `period.end: 2026-09-31 is a date that does not exist`},
		{`"end": "2026-09-30"`, `"end": "9999-12-31"`, `period: is too long: at most 36525 days`},
		{`"id": "std"`, `"id": ""`, `plans[0].id: must not be empty; customer.groups[0].plans[0].plan: there is no plan "std"`},
		{`"id": "std"`, `"id": "std", "ID": 1`, `plans[0].ID: is not a known field`},
		{`"plans": [{"id": "std"`, `"plans": [{"id": "std"}, {"id": "std"`, `plans[1].id: is given twice: "std"`},
		{`"monthly_price": "25.00"`, `"monthly_price": "-25.00"`, `plans[0].monthly_price: must not be negative`},
		{`"monthly_price": "25.00"`, `"monthly_price": 2.5e1`, `plans[0].monthly_price: "2.5e1" is not a number: write it in digits with a point, such as 12.5`},
		{`"monthly_price": "25.00"`, `"monthly_price": true`, `plans[0].monthly_price: must be a number, and is true or false`},
		{`"monthly_price": "25.00"`, `"minimum": "0.0000000000001"`, `plans[0].minimum: has more than 12 decimals`},
		{`"method": "messages"`, `"method": "post"`, `plans[0].usage[0].method: must be one of messages, bandwidth, members`},
		{`"method": "messages", `, ``, `plans[0].usage[0].method: is missing`},
		{`"unit_kb": 40`, `"unit_kb": 0.5`, `plans[0].usage[0].unit_kb: must be a whole number`},
		{`"unit_kb": 40`, `"step_kb": -1`, `plans[0].usage[0].step_kb: must not be negative`},
		{`"per": 1000`, `"per": 0`, `plans[0].usage[0].overage.per: must be greater than 0`},
		{`"per": 1000`, `"per": "-1"`, `plans[0].usage[0].overage.per: must be greater than 0`},
		{`"per": 1000`, `"pre": 1000`, `plans[0].usage[0].overage.pre: is not a known field`},
		{`"overage": {"per": 1000, "price": "0.90"}`, `"overage": []`, `plans[0].usage[0].overage: must be an object, and is a list`},
		{`"up_to": 10, `, ``, `plans[0].usage[1].tiers[0].up_to: is missing: only the last tier is open`},
		{`"up_to": 10`, `"up_to": 0`, `plans[0].usage[1].tiers[0].up_to: must be greater than 0`},
		{`{"price": 2}`, `{"up_to": 20}`, `plans[0].usage[1].tiers[1].up_to: the last tier is open: leave its up_to out`},
		{`{"price": 2}`, `{"up_to": 10}, {}`, `plans[0].usage[1].tiers[1].up_to: must be greater than that of the tier before, 10`},
		{`"tiers": [`, `"overage": {}, "tiers": [`, `plans[0].usage[1]: overage and tiers together: a component has one of them`},
		{`"amount": "9.99"`, `"name": "Fee"`, `charges[0].amount: is missing`},
		{`"charges": [{"id": "fee"`, `"charges": [{"id": "fee", "amount": -1}, {"id": "fee"`, `charges[1].id: is given twice: "fee"`},
		{`"credit": "1.50"`, `"credit": "1.505"`, `customer.credit: 1.505 has more decimals than USD, which has 2`},
		{`"credit": "1.50"`, `"credit": -1`, `customer.credit: must not be negative`},
		{`"credit": "1.50"`, `"payment_method": "barter"`, `customer.payment_method: must be one of free, invoice, credit_card`},
		{`"credit": "1.50"`, `"start": "2026-09-10", "end": "2026-09-09"`, `customer: ends before it starts: 2026-09-10 to 2026-09-09`},
		{`"groups": [`, `"groups": [{"name": "Main"}, `, `customer.groups[1].name: is given twice: "Main"`},
		{`"name": "Main", `, ``, `customer.groups[0].name: is missing`},
		{`{"plan": "std"}`, `{"plan": "big"}`, `customer.groups[0].plans[0].plan: there is no plan "big"`},
		{`{"charge": "fee", "quantity": 2}`, `{"charge": "tip"}`, `customer.groups[0].charges[0].charge: there is no charge "tip"`},
		{`"quantity": 2`, `"quantity": -2`, `customer.groups[0].charges[0].quantity: must not be negative`},
		{`"quantity": 2`, `"billed": 1`, `customer.groups[0].charges[0].billed: must be true or false, and is a number`},
		{`"objects": [{"server": "s1", "site": "a", "list": "news"}]`, `"objects": [{"server": "s1", "site": "a", "list": "old"}]`,
			`customer.groups[0].objects[0]: the list s1/a/old is not in lists`},
		{`"objects": [{"server": "s1", "site": "a", "list": "news"}]`, `"objects": [{"server": "s1", "list": "news"}]`,
			`customer.groups[0].objects[0].site: is missing: a list belongs to a site`},
		{`{"server": "s2"}`, `{"site": "a"}`, `others[0].server: is missing`},
		{`{"server": "s2"}`, `{"server": "s2", "free": true}`, `others[0].free: is not a known field`},
		{`{"server": "s2"}`, `{"server": "s1", "site": "a", "list": "x"}`, `others[0]: the list s1/a/x is not in lists`},
		{`{"server": "s2"}`, `{"server": "s1", "site": "a", "list": "news"}`,
			`customer.groups[0].objects[0]: s1/a/news is assigned twice on the same day, 0001-01-01: here and at others[0]`},
		{`{"server": "s2"}`, `{"server": "s2"}, {"server": "s2", "start": "2030-01-01"}`,
			`others[0]: s2 is assigned twice on the same day, 2030-01-01: here and at others[1]`},
		{`"lists": [`, `"lists": [{"server": "s1", "site": "a", "list": "news", "end": "2025-01-01"}, `, `lists[1]: the list s1/a/news is given twice`},
		{`"at": "2026-09-02T10:00:00Z"`, `"at": "2026-09-02T10:00:00"`,
			`usage[0].at: "2026-09-02T10:00:00" is not a time: write it as 2026-09-01T10:00:00Z or with an offset such as +02:00`},
		{`"bytes": 2000`, `"bytes": 2000.5`, `usage[0].bytes: must be a whole number`},
		{`"bytes": 2000, `, ``, `usage[0].bytes: is missing`},
		{`"recipients": 1000`, `"recipients": -1`, `usage[0].recipients: must not be negative`},
		{`"recipients": 1000`, `"recipients": 9223372036854775808`, `usage[0].recipients: is too large: at most 9223372036854775807`},
		{`"bytes": 2000, "recipients": 1000`, `"bytes": 9223372036854775807, "recipients": 9223372036854775807`, `usage[0]: recipients times bytes is too large to be counted`},
		{`"members": [{"server": "s1", `, `"members": [{"server": "s1", "site": "a", "list": "news", "day": "2026-09-02", "members": 6}, {"server": "s1", `,
			`members[1]: the members of s1/a/news on 2026-09-02 are given twice`},
		{`"members": 5`, `"members": 1.5`, `members[0].members: must be a whole number`},
		{`"others"`, `"other"`, `other: is not a known field`},
		{`"others"`, `"plans": [], "others"`, `plans: is given twice`},
		{`"customer"`, `"customers"`, `customer: is missing; customers: is not a known field`},
		{`"customer": {`, `"customer": {"x": `, `line 6: this is not JSON: invalid character ':' after object key:value pair`},
	}
	for _, tt := range tests {
		if strings.Count(sound, tt.from) < 1 {
			t.Errorf("%s is not in the scenario", tt.from)
		}
		if got := errorOf(t, strings.Replace(sound, tt.from, tt.to, 1)); got != tt.want {
			t.Errorf("%s → %s:\n got %s\nwant %s", tt.from, tt.to, got, tt.want)
		}
	}
}

func TestAllFaultsAreNamedAtOnce(t *testing.T) {
	text := strings.NewReplacer(`"per": 1000`, `"per": 0`, `"recipients": 1000`, `"recipients": "many"`).Replace(sound)
	want := `plans[0].usage[0].overage.per: must be greater than 0; usage[0].recipients: "many" is not a number: write it in digits with a point, such as 12.5`
	if got := errorOf(t, text); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

func TestNullAndMissingAreTheDefaults(t *testing.T) {
	short, err := scenario.Quote([]byte(`{"currency": "USD", "period": {"start": "2026-09-01", "end": "2026-09-30"},
		"plans": [{"id": "p", "usage": [{"method": "messages", "overage": {"price": 1}}]}], "customer": {"groups": [{"name": "G", "plans": [{"plan": "p"}]}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	long, err := scenario.Quote([]byte(`{"currency": "USD", "time_zone": null, "period": {"start": "2026-09-01", "end": "2026-09-30"},
		"plans": [{"id": "p", "name": null, "scope": null, "monthly_price": null, "minimum": null, "usage": [{"method": "messages", "unit_kb": null,
		"step_kb": null, "measure": null, "included": null, "prorate_included": null, "tier_mode": null, "tiers": null,
		"overage": {"per": null, "price": 1, "round_up": null}}]}], "charges": null, "others": null, "lists": null, "usage": null, "members": null,
		"customer": {"payment_method": null, "start": null, "end": null, "credit": null, "groups": [{"name": "G", "objects": null, "charges": null,
		"plans": [{"plan": "p", "start": null, "end": null}]}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(short), string(long)); diff != "" || !strings.Contains(string(short), `"warnings": []`) {
		t.Errorf("(-short +long) %s", diff)
	}
}

func TestNothingGoesThroughAFloat(t *testing.T) {
	text := strings.NewReplacer(`"recipients": 1000`, `"recipients": 9007199254740993`, `"included": 100`, `"included": 0`, `"per": 1000`, `"per": 1`).Replace(sound)
	out, err := scenario.Quote([]byte(text))
	if err != nil || !strings.Contains(string(out), `"quantity": "9007199254740993"`) || !strings.Contains(string(out), `"amount": "8106479329266893.70"`) {
		t.Errorf("%s, %v", out, err)
	}
	text = strings.NewReplacer(`"bytes": 2000, "recipients": 1000`, `"bytes": 1099511627776, "recipients": 1000000007`, `"price": "0.90"`, `"price": "0.000001"`).Replace(sound)
	out, err = scenario.Quote([]byte(text)) // 1 TB to each: 2^40/40960 units, the product is beyond an int64
	if err != nil || !strings.Contains(string(out), `"quantity": "26843545787904719.2"`) {
		t.Errorf("%s, %v", out, err)
	}
}

func TestAPlansTextIsCanonical(t *testing.T) {
	files, err := filepath.Glob("testdata/vectors/*.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		v := readVector(t, file)
		var s struct{ Plans []json.RawMessage }
		if err := json.Unmarshal(v.Scenario, &s); err != nil {
			t.Fatal(err)
		}
		for _, p := range s.Plans {
			spec, err := scenario.UnmarshalPlan(p)
			if err != nil {
				continue // the vectors of faults have faulty plans
			}
			text, err := scenario.MarshalPlan(spec)
			if err != nil {
				t.Fatal(err)
			}
			again, err := scenario.UnmarshalPlan(text)
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			if a, b := fmt.Sprintf("%+v", must(scenario.MarshalPlan(again))), fmt.Sprintf("%+v", text); a != b {
				t.Errorf("%s became %s", text, a)
			}
		}
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

func FuzzQuote(f *testing.F) {
	f.Add([]byte(sound))
	files, err := filepath.Glob("testdata/vectors/[a-qs-z]*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		var v vector
		if err := json.Unmarshal(data, &v); err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(v.Scenario))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		out, err := scenario.Quote(data)
		if !json.Valid(out) {
			t.Fatalf("not JSON: %s", out)
		}
		if err != nil && fault.KindOf(err) != fault.Invalid {
			t.Fatalf("%v is no fault of the input", err)
		}
		again, errAgain := scenario.Quote(data)
		if string(out) != string(again) || (err == nil) != (errAgain == nil) {
			t.Fatalf("two quotes of one scenario:\n%s\n%s", out, again)
		}
	})
}
