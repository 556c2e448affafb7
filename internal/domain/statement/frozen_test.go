package statement_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/domain/statement"
	"postmeter/internal/domain/statement/statementtest"
)

// TestAFrozenBillReadsTheSame renames everything that can be renamed after the bill was sent.
func TestAFrozenBillReadsTheSame(t *testing.T) {
	for name, facts := range statementtest.All() {
		before := statement.Compose(facts)
		text, err := json.Marshal(statement.Freeze(facts))
		if err != nil {
			t.Fatal(err)
		}
		rename(facts)
		if cmp.Equal(before, statement.Compose(facts)) {
			t.Errorf("%s: nothing was renamed", name)
		}
		var frozen statement.Frozen
		if err := json.Unmarshal(text, &frozen); err != nil {
			t.Fatal(err)
		}
		if err := frozen.Apply(facts); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(before, statement.Compose(facts)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func rename(f *statement.Facts) {
	f.Issuer = statement.Issuer{Name: "New Owner", Email: "new@owner.test"}
	f.Customer = statement.Customer{Company: "Moved", Note: "another note", Payment: "credit_card"}
	for id, p := range f.Plans {
		p.Name, p.Description = "renamed", "again"
		f.Plans[id] = p
	}
	for id, c := range f.Charges {
		c.Name, c.Description = "renamed", "again"
		f.Charges[id] = c
	}
	for i := range f.Lines {
		f.Lines[i].UnitAmount, f.Lines[i].Description = nil, "edited"
	}
}
