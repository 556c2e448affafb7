package bench

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"
)

// DefaultRuns is how often each side of a Pair is measured if it does not say.
const DefaultRuns = 5

// Pair is one measurement: a piece of the product, and the bare loop beside it.
// Both do the same Count units of work each time they are called, and prepare
// nothing; what must be prepared again for each run belongs into Before.
type Pair struct {
	Name  string       // such as "ingest --dry-run, mailman3"
	Unit  string       // what is counted, in the plural, such as "lines"
	Count int64        // units of work in one run
	Limit float64      // how many times as long as Bare Ours may take; 0: any time
	Runs  int          // how often each is measured; 0: DefaultRuns
	Ours  func() error // the product
	Bare  func() error // the bare loop

	// Before is called before each run of either, outside the measured time; may be nil.
	Before func() error
}

// Run measures both sides in turn, prints the median rates and their ratio on
// standard output, and fails the test if the ratio is over the limit. The two
// take turns so that a machine that gets slower hurts both.
func (p Pair) Run(t testing.TB) {
	t.Helper()
	runs := p.Runs
	if runs == 0 {
		runs = DefaultRuns
	}
	var ours, bare []time.Duration
	for range runs {
		bare = append(bare, p.measure(t, p.Bare))
		ours = append(ours, p.measure(t, p.Ours))
	}
	p.report(t, os.Stdout, median(ours), median(bare))
}

func (p Pair) measure(t testing.TB, do func() error) time.Duration {
	t.Helper()
	if p.Before != nil {
		if err := p.Before(); err != nil {
			t.Fatalf("%s: prepare: %v", p.Name, err)
		}
	}
	runtime.GC() // what the other side left is not for this one to clean up
	start := time.Now()
	if err := do(); err != nil {
		t.Fatalf("%s: %v", p.Name, err)
	}
	return time.Since(start)
}

func (p Pair) report(t testing.TB, to io.Writer, ours, bare time.Duration) {
	t.Helper()
	ratio := ours.Seconds() / bare.Seconds()
	limit := ""
	if p.Limit > 0 {
		limit = ", at most " + times(p.Limit)
	}
	if _, err := fmt.Fprintf(to, "%s: %s %s/s; bare %s %s/s; %s times as long%s (%s %s)\n", p.Name,
		rate(p.Count, ours), p.Unit, rate(p.Count, bare), p.Unit, times(ratio), limit, digits(p.Count), p.Unit); err != nil {
		t.Fatal(err)
	}
	if p.Limit > 0 && ratio > p.Limit {
		t.Errorf("%s: takes %s times as long as the bare loop, at most %s is wanted", p.Name, times(ratio), times(p.Limit))
	}
}

// times writes how many times as long something took: 1/84 where it was that much faster.
func times(ratio float64) string {
	if ratio < 0.1 {
		return fmt.Sprintf("1/%.0f", 1/ratio)
	}
	return fmt.Sprintf("%.2f", ratio)
}

func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2]
}

// rate returns how many units were done in a second, with thousands apart.
func rate(count int64, took time.Duration) string {
	return digits(int64(float64(count) / took.Seconds()))
}

// digits writes a number that is not negative with its thousands apart: 1,234,567.
func digits(n int64) string {
	text := strconv.FormatInt(n, 10)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
