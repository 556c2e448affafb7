package period_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

func TestDatesAgreeWithTheLibrary(t *testing.T) {
	epoch := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
	for d := period.First; d <= period.Last; d += 97 {
		want := epoch.AddDate(0, 0, int(d))
		y, m, day := d.YMD()
		if y != want.Year() || m != int(want.Month()) || day != want.Day() {
			t.Fatalf("day %d is %d-%d-%d, want %s", d, y, m, day, want)
		}
		if back, err := period.New(y, m, day); err != nil || back != d {
			t.Fatalf("%s is day %d, want %d", d, back, d)
		}
		if period.DateOf(want, time.UTC) != d || d.String() != want.Format(time.DateOnly) {
			t.Fatalf("%s: %s", d, want)
		}
	}
	if period.First.String() != "0001-01-01" || period.Last.String() != "9999-12-31" {
		t.Errorf("sentinels are %s and %s", period.First, period.Last)
	}
	if period.First.Text() != "" || period.Last.Text() != "" || period.MustParse("2026-09-01").Text() != "2026-09-01" {
		t.Error("an open end is shown as a date")
	}
}

func TestParseTakesNothingButDatesThatExist(t *testing.T) {
	for _, s := range []string{"2028-02-29", "2000-02-29", "0001-01-01", "9999-12-31"} {
		if d, err := period.Parse(s); err != nil || d.String() != s {
			t.Errorf("%s: %s, %v", s, d, err)
		}
	}
	for _, s := range []string{
		"", "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-01", "2026-09-31", "2026-09-00", "0000-01-01", "2026-9-1", "2026-09-1",
		" 2026-09-01", "2026-09-01 ", "2026/09/01", "+026-09-01", "2026-09-0a", "20260901", "2026-09-01T00:00:00Z",
	} {
		if d, err := period.Parse(s); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: got %s, %v, want a fault", s, d, err)
		}
	}
}

func TestMonths(t *testing.T) {
	m, err := period.ParseMonth("2028-02")
	if err != nil || m.Days() != 29 || m.String() != "2028-02" || m.Period().String() != "2028-02-01 to 2028-02-29" {
		t.Errorf("February 2028: %v %d %v, %v", m, m.Days(), m.Period(), err)
	}
	if period.Month(202612).Next() != 202701 || period.Month(202701).Previous() != 202612 || m.Next() != 202803 || m.Previous() != 202801 {
		t.Error("next or previous month")
	}
	for _, s := range []string{"", "2026", "2026-13", "2026-00", "2026-9", "0000-01", "2026-1a"} {
		if m, err := period.ParseMonth(s); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: got %v, %v", s, m, err)
		}
	}
}

func TestPeriods(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.Int32Range(-60, 60)
		p := period.Period{Start: period.Date(day.Draw(t, "start")), End: period.Date(day.Draw(t, "end"))}
		q := period.Period{Start: period.Date(day.Draw(t, "start 2")), End: period.Date(day.Draw(t, "end 2"))}
		if !q.Valid() {
			q.Start, q.End = q.End, q.Start
		}
		n, common := 0, 0
		for d := period.Date(-60); d <= 60; d++ {
			if p.Contains(d) {
				n++
				if q.Contains(d) {
					common++
				}
			}
		}
		both, some := p.Intersect(q)
		if p.Days() != n || p.Valid() != (n > 0) || some != (common > 0) || some && both.Days() != common {
			t.Fatalf("%v and %v: %d days, in common %v %v", p, q, p.Days(), both, some)
		}
		if p.Valid() && p.Overlaps(q) != some {
			t.Fatalf("%v and %v overlap: %v", p, q, p.Overlaps(q))
		}
		sum, next := 0, p.Start
		for s := range p.Slices() {
			if s.Start != next || s.Start.Month() != s.End.Month() {
				t.Fatalf("%v has the slice %v", p, s)
			}
			sum, next = sum+s.Days(), s.End+1
		}
		if sum != n {
			t.Fatalf("the slices of %v have %d days", p, sum)
		}
	})
	if months := (period.Period{Start: period.MustParse("2026-12-31"), End: period.MustParse("2027-02-01")}).Months(); len(months) != 3 || months[2] != 202702 {
		t.Errorf("months: %v", months)
	}
	if !period.Open().Contains(period.First) || !period.Open().Contains(period.Last) {
		t.Error("all time leaves something out")
	}
}

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	loc, err := period.LoadZone(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestStartOfIsTheFirstInstantOfTheDay(t *testing.T) {
	for _, tt := range []struct{ zone, day, want string }{
		{"UTC", "2026-09-01", "2026-09-01T00:00:00Z"},
		{"America/New_York", "2026-09-01", "2026-09-01T04:00:00Z"},
		{"Asia/Kolkata", "2026-09-01", "2026-08-31T18:30:00Z"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z"}, // clocks jump from 00:00 to 01:00
		{"Asia/Beirut", "2022-03-27", "2022-03-26T22:00:00Z"},       // likewise
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},      // a day that was left out
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
		{"America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z"}, // at 00:01 back to 23:01 of the day before
		{"Pacific/Kiritimati", "2026-09-01", "2026-08-31T10:00:00Z"},
	} {
		if got := period.StartOf(period.MustParse(tt.day), zone(t, tt.zone)).Format(time.RFC3339); got != tt.want {
			t.Errorf("%s in %s starts at %s, want %s", tt.day, tt.zone, got, tt.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		loc, err := period.LoadZone(rapid.SampledFrom([]string{"Europe/Berlin", "America/Sao_Paulo", "Asia/Beirut", "America/Havana", "Australia/Lord_Howe"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		d := period.MustParse("1980-01-01") + period.Date(rapid.IntRange(0, 25000).Draw(t, "day"))
		at := period.StartOf(d, loc)
		if period.DateOf(at, loc) < d || period.DateOf(at.Add(-time.Nanosecond), loc) >= d {
			t.Fatalf("%s in %s starts at %s", d, loc, at.In(loc))
		}
	})
}

func TestDateOfFarAway(t *testing.T) {
	if d := period.DateOf(time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC), time.UTC); d != period.Last {
		t.Errorf("year 12000: %s", d)
	}
	if d := period.DateOf(time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC), time.UTC); d != period.First {
		t.Errorf("year -5: %s", d)
	}
}

func TestInstants(t *testing.T) {
	for s, want := range map[string]string{
		"2026-09-01T03:30:00Z": "2026-09-01T03:30:00Z", "2026-09-01t03:30:00z": "2026-09-01T03:30:00Z",
		"2026-09-01T03:30:00+02:00": "2026-09-01T01:30:00Z", "2026-09-01T03:30:00.123456789123-00:30": "2026-09-01T04:00:00.123456789Z",
		"2016-12-31T23:59:60Z": "2016-12-31T23:59:59Z", "2026-09-01T03:30:00-00:00": "2026-09-01T03:30:00Z",
	} {
		if at, err := period.ParseInstant(s); err != nil || at.Format(time.RFC3339Nano) != want {
			t.Errorf("%s: %s, %v, want %s", s, at, err, want)
		}
	}
	for _, s := range []string{
		"", "2026-09-01", "2026-09-01T03:30:00", "2026-09-01 03:30:00Z", "2026-09-01T3:30:00Z", "2026-09-01T24:00:00Z", "2026-09-01T03:60:00Z",
		"2026-09-01T03:30:61Z", "2026-02-29T03:30:00Z", "2026-09-01T03:30:00.Z", "2026-09-01T03:30:00,5Z", "2026-09-01T03:30:00+0200",
		"2026-09-01T03:30:00+24:00", "2026-09-01T03:30:00+02:60", "2026-09-01T03:30:00ZZ", "2026-09-01T03:30:00 ", "2026-09-01T03-30-00Z",
	} {
		if at, err := period.ParseInstant(s); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: got %s, %v, want a fault", s, at, err)
		}
	}
}

func TestZones(t *testing.T) {
	for _, name := range []string{"", "Local", "localtime", "posixrules", "right/UTC", "posix/UTC", "../etc/passwd", "/etc/localtime", "Mars/Base", "Factory", "\x00"} {
		if loc, err := period.LoadZone(name); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: got %v, %v", name, loc, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"2026-09-01", "2026-02-30", "0000-00-00", "2026-09-01T03:30:00Z", "2026-09-01T03:30:00.5+02:00", "2026-09"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, err := period.Parse(s); err == nil && d.String() != s {
			t.Errorf("the date %q was read as %s", s, d)
		}
		if m, err := period.ParseMonth(s); err == nil && m.String() != s {
			t.Errorf("the month %q was read as %s", s, m)
		}
		at, err := period.ParseInstant(s)
		if want, wantErr := time.Parse(time.RFC3339, s); err == nil && wantErr == nil && !at.Equal(want) {
			t.Errorf("the instant %q was read as %s, want %s", s, at, want)
		}
	})
}
