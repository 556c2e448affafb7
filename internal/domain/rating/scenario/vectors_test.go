package scenario_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/domain/rating/scenario"
)

// vector is a scenario with the quote that it must give.
type vector struct {
	Name, Why string
	Scenario  json.RawMessage
	Expect    map[string]any
}

// vectors is how many the project has; a lost file must not go unnoticed.
const vectors = 81

func TestEachVectorGivesItsQuote(t *testing.T) {
	files, err := filepath.Glob("testdata/vectors/*.json")
	if err != nil || len(files) != vectors {
		t.Fatalf("found %d vectors, want %d (%v)", len(files), vectors, err)
	}
	for _, file := range files {
		v := readVector(t, file)
		t.Run(v.Name, func(t *testing.T) { checkVector(t, v) })
	}
}

func readVector(t *testing.T, file string) vector {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var v vector
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return v
}

func checkVector(t *testing.T, v vector) {
	out, err := scenario.Quote(v.Scenario)
	var got map[string]any
	if jsonErr := json.Unmarshal(out, &got); jsonErr != nil {
		t.Fatalf("the quote is not JSON: %v\n%s", jsonErr, out)
	}
	if _, fails := v.Expect["error"]; fails {
		if text, ok := got["error"].(string); err == nil || !ok || text == "" {
			t.Fatalf("%s: want an error, got %s", v.Why, out)
		}
		t.Log(got["error"])
		return
	}
	if err != nil {
		t.Fatalf("%s: %v", v.Why, err)
	}
	for _, q := range []map[string]any{got, v.Expect} {
		warnings, _ := q["warnings"].([]any)
		q["warnings"] = len(warnings)
	}
	if diff := cmp.Diff(v.Expect, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", v.Why, diff)
	}
}
