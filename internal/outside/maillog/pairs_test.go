package maillog

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"
)

// read parses lines in order and returns what they are, one line each: "usage LIST RECIPIENTS BYTES TIME", "unparsed
// REASON" or nothing for chatter.
func read(t *testing.T, p Parser, lines ...string) (out []string) {
	t.Helper()
	for i, text := range lines {
		var e Entry
		switch verdict, reason := p.Parse(&Line{Text: []byte(text), Position: int64(i)}, &e); verdict {
		case Usage:
			out = append(out, fmt.Sprintf("usage %s %d %d %s", e.List, e.Recipients, e.Bytes, time.UnixMicro(e.At).UTC().Format(time.RFC3339)))
		case Unparsed:
			out = append(out, "unparsed "+reason)
		case Chatter:
		}
	}
	return out
}

func pairsIn(t *testing.T, zone string, state []byte) Parser {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(Mailman3Default, Setting{Zone: loc}, state)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func first(when, process, id, list string, recipients int) string {
	return fmt.Sprintf("%s (%s) %s smtp to %s for %d recips, completed in 0.1 seconds", when, process, id, list, recipients)
}

func second(when, process, id, list string, size int) string {
	return fmt.Sprintf("%s (%s) %s post to %s from a@x.test, %d bytes", when, process, id, list, size)
}

const when = "Nov 22 10:45:11 2026"

func same(t *testing.T, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

func TestPairs(t *testing.T) {
	same(t, read(t, pairsIn(t, "UTC", nil),
		first(when, "7", "<a>", "news@a.test", 5), second(when, "7", "<a>", "news@a.test", 100),
		first(when, "7", "<b>", "news@a.test", 5), second(when, "7", "<b>", "news@a.test", 100)+", 2 failures",
	), "usage news@a.test 5 100 2026-11-22T10:45:11Z", "usage news@a.test 3 100 2026-11-22T10:45:11Z")
}

func TestPairsOfSeveralProcessesAreToldApart(t *testing.T) {
	same(t, read(t, pairsIn(t, "UTC", nil),
		first(when, "7", "<a>", "news@a.test", 5), first(when, "8", "<a>", "news@a.test", 6), first(when, "7", "<b>", "dev@a.test", 7),
		second(when, "8", "<a>", "news@a.test", 80), second(when, "7", "<a>", "news@a.test", 70), second(when, "7", "<b>", "dev@a.test", 75),
	), "usage news@a.test 6 80 2026-11-22T10:45:11Z", "usage news@a.test 5 70 2026-11-22T10:45:11Z", "usage dev@a.test 7 75 2026-11-22T10:45:11Z")
}

func TestPairsThatAreForged(t *testing.T) {
	forged := "<a b> smtp to announce@b.test for 777777 recips, completed in 0.1 seconds"
	same(t, read(t, pairsIn(t, "UTC", nil),
		first(when, "7", forged, "news@a.test", 12), second(when, "7", forged, "news@a.test", 529),
		" smtp to announce@b.test for 999999 recips, completed in 0.1 seconds smtp to news@a.test for 12 recips, completed in 0.01 seconds",
		second(when, "7", "<never opened>", "news@a.test", 1),
		// A sender that looks like another list changes nothing: the first line says which list it is.
		first(when, "7", "<c>", "news@a.test", 3),
		when+" (7) <c> post to news@a.test from x post to other@a.test from y, 9 bytes, 44 bytes",
	), "usage news@a.test 12 529 2026-11-22T10:45:11Z", "unparsed "+reasonContinued, "unparsed "+reasonNoFirst, "usage news@a.test 3 44 2026-11-22T10:45:11Z")
}

func TestPairsGoOnFromTheirState(t *testing.T) {
	p := pairsIn(t, "UTC", nil)
	read(t, p, first(when, "7", "<\xff>", "news@a.test", 5))
	state, err := p.State()
	if err != nil {
		t.Fatal(err)
	}
	rest := second(when, "7", "<\xff>", "news@a.test", 100)
	same(t, read(t, pairsIn(t, "UTC", state), rest, rest), "usage news@a.test 5 100 2026-11-22T10:45:11Z", "unparsed "+reasonNoFirst)
	next, err := Successor(Mailman3Default, state)
	if err != nil {
		t.Fatal(err)
	}
	same(t, read(t, pairsIn(t, "UTC", next), rest), "usage news@a.test 5 100 2026-11-22T10:45:11Z")
	afterNext, err := Successor(Mailman3Default, next)
	if err != nil {
		t.Fatal(err)
	}
	same(t, read(t, pairsIn(t, "UTC", afterNext), rest), "unparsed "+reasonNoFirst)
}

func TestPairsThatAreNeverClosedAreGivenUp(t *testing.T) {
	p := pairsIn(t, "UTC", nil)
	for i := range maxOpen + 3 {
		read(t, p, first(when, "7", fmt.Sprintf("<%d>", i), "news@a.test", 5))
	}
	lost := p.Lost()
	if len(lost) != 3 || lost[0].Reason != reasonNoSecond || !strings.Contains(string(lost[0].Line), "<0> smtp to news@a.test") {
		t.Errorf("lost are %v", lost)
	}
}

// TestRepeatedHour reads the hour that the end of summer time in New York repeats: 01:00 to 02:00 on 2026-11-01.
func TestRepeatedHour(t *testing.T) {
	at := func(clock string) []string {
		when := "Nov 01 " + clock + " 2026"
		return []string{first(when, "7", "<a>", "l@a.test", 1), second(when, "7", "<a>", "l@a.test", 1)}
	}
	var lines []string
	for _, clock := range []string{"00:59:59", "01:00:00", "01:30:00", "01:29:59", "01:59:59", "01:00:01", "01:30:00", "01:59:59", "02:00:00"} {
		lines = append(lines, at(clock)...)
	}
	p := pairsIn(t, "America/New_York", nil)
	got := read(t, p, lines[:12]...)
	state, err := p.State() // in the middle of the second pass
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, read(t, pairsIn(t, "America/New_York", state), lines[12:]...)...)
	var want []string
	for _, utc := range []string{"04:59:59", "05:00:00", "05:30:00", "05:29:59", "05:59:59", "06:00:01", "06:30:00", "06:59:59", "07:00:00"} {
		want = append(want, "usage l@a.test 1 1 2026-11-01T"+utc+"Z")
	}
	same(t, got, want...)
}

func TestTimesThatDoNotExist(t *testing.T) {
	same(t, read(t, pairsIn(t, "America/New_York", nil),
		first("Mar 08 02:30:00 2026", "7", "<a>", "l@a.test", 1),
		first("Feb 29 12:00:00 2026", "7", "<a>", "l@a.test", 1),
		first("Foo 01 12:00:00 2026", "7", "<a>", "l@a.test", 1),
		first("Nov 22 10:45:60 2026", "7", "<a>", "l@a.test", 1),
	), "unparsed "+reasonClockJump, "unparsed "+reasonTime, "unparsed "+reasonTime, "unparsed "+reasonTime)
}

var firstPattern, secondPattern = regexp.MustCompile(PairFirstPattern), regexp.MustCompile(PairSecondPattern)

// checkPairs compares the parser with the documented expressions.
func checkPairs(t *testing.T, p *pairs, text []byte) {
	t.Helper()
	var e Entry
	open := len(p.open.lines)
	verdict, reason := p.Parse(&Line{Text: text}, &e)
	one, two := firstPattern.Match(trimCR(text)), secondPattern.Match(trimCR(text))
	switch {
	case verdict == Usage && !two:
		t.Fatalf("%q is usage, and no second line", text)
	case verdict == Chatter && len(p.open.lines) > open && !one:
		t.Fatalf("%q opens a pair, and is no first line", text)
	case verdict == Unparsed && reason == reasonForm && (one || two):
		t.Fatalf("%q does not fit, and the expressions find it", text)
	case verdict == Unparsed && reason == reasonNoFirst && !bytes.Contains(text, []byte(" post to ")):
		t.Fatalf("%q is no second line", text)
	case verdict == Chatter && len(p.open.lines) == open && (one || two) && len(p.lost) == 0:
		t.Fatalf("%q was skipped, and the expressions find it", text)
	}
}

func TestPairsAgreeWithTheirExpressions(t *testing.T) {
	p := &pairs{clock: clock{zone: time.UTC}}
	for _, text := range sampleLines(t) {
		checkPairs(t, p, []byte(text))
	}
}

func FuzzPairs(f *testing.F) {
	for _, text := range sampleLines(f)[300:340] {
		f.Add([]byte(text), []byte(text))
	}
	f.Add([]byte(first(when, "7", "<a>", "l@a.test", 1)), []byte(second(when, "7", "<a>", "l@a.test", 1)))
	f.Fuzz(func(t *testing.T, one, two []byte) {
		if bytes.Contains(one, []byte("\n")) || bytes.Contains(two, []byte("\n")) {
			return
		}
		p := &pairs{clock: clock{zone: time.UTC}}
		checkPairs(t, p, one)
		checkPairs(t, p, two)
		state, err := p.State()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := New(Mailman3Default, Setting{Zone: time.UTC}, state); err != nil {
			t.Fatalf("a state cannot be read again: %v", err)
		}
	})
}
