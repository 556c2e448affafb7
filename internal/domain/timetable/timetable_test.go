package timetable

import (
	"testing"
	"time"
)

func TestNext(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04", text, berlin)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		s           Schedule
		after, want string
	}{
		{Schedule{Minute: 3 * 60}, "2026-11-25 02:59", "2026-11-25 03:00"},
		{Schedule{Minute: 3 * 60}, "2026-11-25 03:00", "2026-11-26 03:00"},
		{Schedule{Minute: 3 * 60}, "2026-12-31 12:00", "2027-01-01 03:00"},
		{Schedule{Minute: 2*60 + 30}, "2026-03-28 12:00", "2026-03-29 03:30"}, // half past two is left out
		{Schedule{Minute: 2*60 + 30}, "2026-03-29 12:00", "2026-03-30 02:30"},
		{Schedule{Every: time.Hour}, "2026-11-25 02:59", "2026-11-25 03:59"},
		{Schedule{Every: time.Hour, NextAt: at("2026-11-25 02:00")}, "2026-11-25 02:00", "2026-11-25 03:00"},
		{Schedule{Every: time.Hour, NextAt: at("2026-11-25 02:00")}, "2026-11-27 02:10", "2026-11-27 03:00"},
	} {
		if got := c.s.Next(at(c.after), berlin); !got.Equal(at(c.want)) {
			t.Errorf("%+v after %s: %s, want %s", c.s, c.after, got.In(berlin), c.want)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, s := range []Schedule{
		{Name: "a", Kind: "k", Every: time.Second}, {Name: "a", Kind: "k", Every: time.Minute + 1}, {Name: "a", Kind: "k", Minute: 1440},
		{Name: "a", Kind: "k", Minute: -1}, {Kind: "k"}, {Name: "a"}, {Name: "a", Kind: "k", Every: 400 * 24 * time.Hour},
	} {
		if s.Check() == nil {
			t.Errorf("%+v is taken", s)
		}
	}
	if s := (Schedule{Name: "a", Kind: "k", Minute: 1439}); s.Check() != nil {
		t.Error(s.Check())
	}
}
