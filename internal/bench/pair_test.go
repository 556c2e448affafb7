package bench

import (
	"strings"
	"testing"
	"time"
)

func TestReport(t *testing.T) {
	var out strings.Builder
	p := Pair{Name: "ingest", Unit: "lines", Count: 3_000_000, Limit: 6}
	p.report(t, &out, 2*time.Second, time.Second)
	want := "ingest: 1,500,000 lines/s; bare 3,000,000 lines/s; 2.00 times as long, at most 6.00 (3,000,000 lines)\n"
	if out.String() != want {
		t.Errorf("got  %swant %s", out.String(), want)
	}
}

// spy notes whether a test that it stands for would have failed.
type spy struct {
	testing.TB
	failed bool
}

func (s *spy) Helper()               {}
func (s *spy) Errorf(string, ...any) { s.failed = true }

func TestReportFailsOverTheLimit(t *testing.T) {
	for _, test := range []struct {
		limit float64
		fails bool
	}{{0, false}, {1.9, true}, {2, false}} {
		s := &spy{TB: t}
		p := Pair{Name: "x", Unit: "lines", Count: 1, Limit: test.limit}
		p.report(s, new(strings.Builder), 2*time.Second, time.Second)
		if s.failed != test.fails {
			t.Errorf("limit %v: failed is %v, want %v", test.limit, s.failed, test.fails)
		}
	}
}

func TestRunTakesTurns(t *testing.T) {
	var calls strings.Builder
	note := func(s string) func() error {
		return func() error { calls.WriteString(s); return nil }
	}
	Pair{Name: "turns", Unit: "turns", Count: 1, Runs: 2, Ours: note("o"), Bare: note("b"), Before: note(".")}.Run(t)
	if calls.String() != ".b.o.b.o" {
		t.Errorf("calls %q, want %q", calls.String(), ".b.o.b.o")
	}
}

func TestMedian(t *testing.T) {
	if got := median([]time.Duration{9, 1, 5, 3, 7}); got != 5 {
		t.Errorf("got %d, want 5", got)
	}
}

func TestDigits(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := digits(n); got != want {
			t.Errorf("digits(%d) = %q, want %q", n, got, want)
		}
	}
}
