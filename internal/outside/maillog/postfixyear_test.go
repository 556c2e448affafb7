package maillog

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// deliveredAt returns a delivery, and what makes it one, at a classic time.
func deliveredAt(when string) []string {
	return []string{strings.Replace(queued("A1B2C3", "news-bounces@a.test", 1), "Nov 22 10:00:00", when, 1),
		strings.Replace(sent("A1B2C3", "a@x.test"), "Nov 22 10:00:00", when, 1)}
}

func usageAt(utc string) string { return "usage news@a.test 1 1 " + utc }

// TestYearOfTheFirstLine has logs with classic times that were last written at some time.
func TestYearOfTheFirstLine(t *testing.T) {
	for _, test := range []struct{ written, zone, first, want string }{
		{"2026-11-23T00:00:00Z", "UTC", "Nov 22 10:00:00", "2026-11-22T10:00:00Z"},
		{"2027-01-01T00:10:00Z", "UTC", "Dec 31 23:00:00", "2026-12-31T23:00:00Z"},
		{"2027-01-01T00:10:00Z", "UTC", "Jan  1 00:09:59", "2027-01-01T00:09:59Z"},
		{"2026-12-31T23:59:00Z", "UTC", "Jan  1 00:10:00", "2027-01-01T00:10:00Z"},              // a clock that is ahead
		{"2026-12-31T23:59:00Z", "Asia/Tokyo", "Jan  1 08:58:00", "2026-12-31T23:58:00Z"},       // there it is next year already
		{"2027-01-01T01:00:00Z", "America/New_York", "Dec 31 19:59:00", "2027-01-01T00:59:00Z"}, // here it is not
		{"2026-11-23T00:00:00Z", "UTC", "Dec 24 10:00:00", "2025-12-24T10:00:00Z"},
		{"2027-03-01T00:00:00Z", "UTC", "Feb 29 10:00:00", "2024-02-29T10:00:00Z"},
		{"2028-03-01T00:00:00Z", "UTC", "Feb 29 10:00:00", "2028-02-29T10:00:00Z"},
	} {
		written, err := time.Parse(time.RFC3339, test.written)
		if err != nil {
			t.Fatal(err)
		}
		p := postfixIn(t, test.zone, "manual", nil)
		p.latest = written.Unix()
		same(t, read(t, p, deliveredAt(test.first)...), usageAt(test.want))
	}
}

// TestNewYear reads a log over the turn of a year, and a second one over ten years of few lines, once as a whole and once
// left and read further at each line: then the state says which year it is, whenever that is done.
func TestNewYear(t *testing.T) {
	var lines, want []string
	for _, at := range []string{"2026-12-31T23:59:58Z", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z", "2026-12-31T23:59:59Z", // from another process
		"2027-01-01T00:00:01Z", "2027-06-20T00:00:00Z", "2027-12-01T00:00:00Z", "2028-02-29T12:00:00Z", "2028-08-01T00:00:00Z", "2029-01-15T00:00:00Z"} {
		when, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		lines, want = append(lines, deliveredAt(when.Format(time.Stamp))...), append(want, usageAt(at))
	}
	p := postfixIn(t, "UTC", "manual", nil)
	p.latest = time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC).Unix()
	same(t, read(t, p, lines...), want...)

	var state []byte
	var got []string
	for i, line := range lines {
		p := postfixIn(t, "UTC", "manual", state)
		p.latest = time.Date(2027+i, 1, 2, 0, 0, 0, 0, time.UTC).Unix()
		if i == 0 {
			p.latest = time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC).Unix()
		}
		got = append(got, read(t, p, line)...)
		var err error
		if state, err = p.State(); err != nil {
			t.Fatal(err)
		}
	}
	same(t, got, want...)
}

// TestPostfixRepeatedHour reads the hour that the end of summer time in New York repeats, and the one that its beginning
// leaves out.
func TestPostfixRepeatedHour(t *testing.T) {
	var lines, want []string
	for _, pair := range []string{"00:59:59 04:59:59", "01:00:00 05:00:00", "01:30:00 05:30:00", "01:29:59 05:29:59", "01:59:59 05:59:59",
		"01:00:01 06:00:01", "01:30:00 06:30:00", "01:59:59 06:59:59", "02:00:00 07:00:00"} {
		local, utc, _ := strings.Cut(pair, " ")
		lines, want = append(lines, deliveredAt("Nov  1 "+local)...), append(want, usageAt("2026-11-01T"+utc+"Z"))
	}
	same(t, read(t, postfixIn(t, "America/New_York", "manual", nil), lines...), want...)
	same(t, read(t, postfixIn(t, "America/New_York", "manual", nil), deliveredAt("Mar  8 02:30:00")...), "unparsed "+reasonClockJump)
}

// TestEachMinuteOfYears compares the instants of classic times with those that the time package finds, far from and near
// to clock changes, leaving out the hours that are told apart by the order of lines or do not exist.
func TestEachMinuteOfYears(t *testing.T) {
	for _, zone := range []string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"} {
		p := postfixIn(t, zone, "manual", nil)
		p.latest = time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC).Unix()
		read(t, p, queued("A1B2C3", "news-bounces@a.test", 1))
		p.dated = false
		for at := time.Date(2026, 1, 1, 12, 0, 7, 0, time.UTC); at.Year() < 2029; at = at.Add(67 * time.Minute) {
			local := at.In(p.clock.zone)
			var e Entry
			line := strings.Replace(sent("A1B2C3", "a@x.test"), "Nov 22 10:00:00", local.Format(time.Stamp), 1)
			if verdict, reason := p.Parse(&Line{Text: []byte(line)}, &e); verdict != Usage {
				t.Fatalf("%s: %s is %s", zone, local, reason)
			}
			if first, second, _ := p.clock.candidates(at.Unix() + int64(offsetOf(local))); first == second && e.At != at.UnixMicro() {
				t.Fatalf("%s: %s was read as %s", zone, local, fmt.Sprint(time.UnixMicro(e.At).UTC()))
			}
		}
	}
}

func offsetOf(at time.Time) int {
	_, offset := at.Zone()
	return offset
}
