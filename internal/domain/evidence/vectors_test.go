package evidence_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"postmeter/internal/domain/account"
	"postmeter/internal/domain/evidence"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
	"postmeter/internal/domain/rating/scenario"
	"postmeter/internal/domain/statement"
	"postmeter/internal/domain/usage"
)

// vector is a scenario with the single deliveries that its input has only in sums.
type vector struct {
	Scenario json.RawMessage `json:"scenario"`
	Expect   struct {
		Error string `json:"error"`
	} `json:"expect"`
}

type deliveries struct {
	TimeZone string `json:"time_zone"`
	Usage    []struct {
		Server, Site, List string
		At                 time.Time
		Bytes              json.Number
		Recipients         json.Number
	} `json:"usage"`
}

// TestEveryLineOfEveryVectorIsExplained rates each scenario and explains each line of the quote from single
// deliveries, days and readings: what the engine says must be what the evidence adds up to.
func TestEveryLineOfEveryVectorIsExplained(t *testing.T) {
	files, err := filepath.Glob("../rating/scenario/testdata/vectors/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	lines := 0
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var v vector
			if err := json.Unmarshal(text, &v); err != nil {
				t.Fatal(err)
			}
			if v.Expect.Error != "" {
				return
			}
			lines += explainAll(t, v.Scenario)
		})
	}
	if lines < 200 {
		t.Errorf("only %d lines were explained", lines)
	}
}

func explainAll(t *testing.T, text []byte) (lines int) {
	t.Helper()
	in, err := scenario.Read(text)
	if err != nil {
		return 0 // an error is what the vector expects
	}
	a, facts := versioned(t, in)
	var r rating.Rater
	q, err := r.Rate(&a.Input)
	if err != nil {
		return 0
	}
	made := invoice.Make(a, q, invoice.Revisions{}, nil)
	for i := range made.Lines {
		facts.Lines = append(facts.Lines, stored(a, &made.Lines[i], i+1))
	}
	var d deliveries
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation(d.TimeZone)
	if err != nil {
		t.Fatal(err)
	}
	for i := range facts.Lines {
		explainOne(t, &facts, i, a, &d, zone)
	}
	return len(facts.Lines)
}

func explainOne(t *testing.T, facts *statement.Facts, i int, a *account.Account, d *deliveries, zone *time.Location) {
	t.Helper()
	c := evidence.NewCase(facts, &facts.Lines[i], a)
	days := usage.NewCalendar(zone)
	e := c.Explain(answer(t, c.Wanted(), a, d, days), days)
	if !e.Agrees {
		t.Errorf("line %d, %s %s %s %s: %q\n%+v", i+1, e.Kind, e.Ref, e.Method, e.Object, e.Problems, e.Steps)
	}
}

// answer does what the store does: it returns the deliveries that are wanted.
func answer(t *testing.T, wants []evidence.Want, a *account.Account, d *deliveries, days *usage.Calendar) (out []evidence.Delivery) {
	t.Helper()
	for _, want := range wants {
		l := &a.Input.Lists[want.List-1]
		for i, u := range d.Usage {
			at := u.At.UnixMicro()
			if u.Server != l.Server || u.Site != l.Site || u.List != l.Name || !want.Days.Contains(days.Day(at)) {
				continue
			}
			bytes, err := u.Bytes.Int64()
			if err != nil {
				t.Fatal(err)
			}
			recipients, err := u.Recipients.Int64()
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, evidence.Delivery{List: want.List, At: at, Recipients: recipients, Bytes: bytes, Log: evidence.Log{Offset: int64(i)}})
		}
	}
	return out
}

// versioned gives plans, charges, groups and lists ids, as stored ones have.
func versioned(t *testing.T, in *rating.Input) (*account.Account, statement.Facts) {
	t.Helper()
	a := &account.Account{Input: *in}
	f := statement.Facts{Bill: statement.Bill{Currency: in.Currency, Status: invoice.StatusSent}, Plans: map[int64]statement.Plan{}, Charges: map[int64]statement.Charge{}}
	plans, next := map[string]*rating.Plan{}, int64(1)
	for g := range in.Customer.Groups {
		group := &in.Customer.Groups[g]
		tied := account.Group{ID: int64(g + 1)}
		for i := range group.Plans {
			spec := group.Plans[i].Plan.Spec()
			if plans[spec.ID] == nil {
				plan, err := rating.CompilePlan(spec, next)
				if err != nil {
					t.Fatal(err)
				}
				plans[spec.ID], f.Plans[next] = plan, statement.Plan{Spec: spec}
				next++
			}
			group.Plans[i].Plan = plans[spec.ID]
		}
		for i := range group.Charges {
			charge := *group.Charges[i].Charge
			charge.Version = next
			group.Charges[i].Charge, f.Charges[next] = &charge, statement.Charge{Spec: charge}
			tied.Charges = append(tied.Charges, account.Charge{Assignment: next})
			next++
		}
		a.Groups = append(a.Groups, tied)
	}
	for i := range in.Lists {
		a.Lists = append(a.Lists, account.List{ID: int64(i + 1)})
	}
	return a, f
}

// stored is a line as it is read back.
func stored(a *account.Account, l *invoice.Line, number int) statement.Line {
	out := statement.Line{
		Number: number, GroupID: l.GroupID, Group: l.Group, Month: l.Month, Kind: l.Kind, Ref: l.Ref, Version: l.Version,
		Assignment: l.Assignment, Component: int(l.Component), Method: l.Method, ListID: l.ListID, Object: l.Object,
		Days: int(l.Days), DaysInMonth: int(l.DaysInMonth), Quantity: money.MustDecimal(l.Quantity), Amount: l.Amount,
	}
	for g := range a.Groups {
		for i, c := range a.Groups[g].Charges {
			if c.Assignment == l.Assignment && l.Assignment != 0 {
				out.UnitAmount = a.Input.Customer.Groups[g].Charges[i].Amount
			}
		}
	}
	return out
}

// TestAChangeSinceIsSaidLoudly explains a line after another delivery came in.
func TestAChangeSinceIsSaidLoudly(t *testing.T) {
	text, err := os.ReadFile("../rating/scenario/testdata/vectors/another-customer.json")
	if err != nil {
		t.Fatal(err)
	}
	var v vector
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	in, err := scenario.Read(v.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	a, facts := versioned(t, in)
	facts.Bill.Status = invoice.StatusDraft
	facts.Lines = []statement.Line{{Number: 1, GroupID: 1, Group: "Main", Month: 202609, Kind: "overage", Ref: "std", Version: 1,
		Method: "messages", Days: 30, DaysInMonth: 30, Quantity: money.MustDecimal("1000"), Amount: 90}}
	c := evidence.NewCase(&facts, &facts.Lines[0], a)
	e := c.Explain([]evidence.Delivery{{List: 1, At: period.StartOf(period.MustParse("2026-09-02"), time.UTC).UnixMicro(), Recipients: 1, Bytes: 1}}, usage.NewCalendar(time.UTC))
	if e.Agrees || len(e.Problems) < 2 {
		t.Errorf("nothing is said of a line that does not add up: %+v", e)
	}
	if last := e.Problems[len(e.Problems)-1]; last != "run the bill again: what it was made from has changed" {
		t.Errorf("the remedy is missing: %q", e.Problems)
	}
}
