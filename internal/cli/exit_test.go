package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
)

func TestReport(t *testing.T) {
	faults := fault.List{fault.At("plans[0].id", "is missing"), fault.At("currency", "must be set")}
	full := fault.Wrap(fault.Unavailable, errors.New("disk full"), "database postmeter.db: cannot write; free some space")
	for _, test := range []struct {
		name        string
		err         error
		interrupted bool
		code        int
		line        string
	}{
		{"success", nil, false, 0, ""},
		{"failure", errors.New("bill 7: not found; see \"postmeter bill list\""), false, 1,
			"postmeter: bill 7: not found; see \"postmeter bill list\"\n"},
		{"several lines become one", errors.New("first\n\tsecond\r\nthird"), false, 1,
			"postmeter: first; second; third\n"},
		{"usage", fmt.Errorf("bill run: %w", usagef("--start is after --end")), false, 2,
			"postmeter: bill run: --start is after --end\n"},
		{"each fault of an input", fmt.Errorf("provider.yaml: %w", faults), false, 1,
			"postmeter: provider.yaml: plans[0].id: is missing\npostmeter: provider.yaml: currency: must be set\n"},
		{"the cause of a failure", fmt.Errorf("ingest: %w", full), false, 1,
			"postmeter: ingest: database postmeter.db: cannot write; free some space (disk full)\n"},
		{"bad input needs no cause", fault.Wrap(fault.Invalid, errors.New("strconv"), "amount: must be a number"), false, 1,
			"postmeter: amount: must be a number\n"},
		{"canceled", fault.Wrap(fault.Canceled, errors.New("cause"), "bill run stopped"), false, 1,
			"postmeter: interrupted; what was finished is kept, run it again to go on (bill run stopped)\n"},
		{"interrupted", errors.New("context canceled"), true, 1,
			"postmeter: interrupted; what was finished is kept, run it again to go on (context canceled)\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stderr bytes.Buffer
			if code := report(&stderr, test.err, test.interrupted); code != test.code {
				t.Errorf("exit code %d, want %d", code, test.code)
			}
			if stderr.String() != test.line {
				t.Errorf("standard error %q, want %q", stderr.String(), test.line)
			}
		})
	}
}

func TestInterruptedCommandSaysSo(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var stderr bytes.Buffer
	p := Program{
		Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &stderr,
		Env: func(string) string { return "" },
		Now: func() time.Time { return time.Date(2026, 10, 1, 9, 0, 0, 0, time.UTC) },
	}
	database := "sqlite:" + filepath.Join(t.TempDir(), "postmeter.db")
	if code := p.Run(ctx, []string{"--db", database, "seed", "--customers", "1"}); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if !strings.HasPrefix(stderr.String(), "postmeter: interrupted; what was finished is kept, run it again to go on") {
		t.Errorf("standard error %q", stderr.String())
	}
}

func TestBugIsAFailureAndNotWrongUsage(t *testing.T) {
	var stderr bytes.Buffer
	p := Program{
		Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &stderr,
		Env: func(string) string { panic("no environment") },
	}
	if code := p.Run(t.Context(), []string{"version"}); code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	if got := stderr.String(); !strings.HasPrefix(got, "postmeter: a fault in Postmeter itself: no environment; ") || !strings.Contains(got, "goroutine") {
		t.Errorf("standard error %q; want the fault and where it is", got)
	}
}
