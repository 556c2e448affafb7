package settings_test

import (
	"testing"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/settings"
)

func TestInvoiceNumbers(t *testing.T) {
	day := period.MustParse("2026-09-30")
	for _, c := range []struct {
		format string
		number int64
		want   string // empty: refused
	}{
		{"{year}-{number:5}", 7, "2026-00007"},
		{"{number}", 7, "7"},
		{"R{month}/{number:2}", 1234, "R09/1234"},
		{"INV-{year}-{seq:5}", 42, "INV-2026-00042"},
		{"{seq}", 42, "42"},
		{"", 1, ""}, {"fixed", 1, ""}, {"{number}{number}", 1, ""}, {"{number}{seq}", 1, ""}, {"{seq:0}", 1, ""}, {"{number:1:2}", 1, ""}, {"{nummer}", 1, ""}, {"{number", 1, ""}, {"{number:0}", 1, ""}, {"{number:99}", 1, ""}, {"}{number}", 1, ""},
	} {
		got, err := settings.FormatNumber(c.format, c.number, day)
		if (err == nil) != (c.want != "") || err == nil && got != c.want {
			t.Errorf("%q gives %q, %v; want %q", c.format, got, err, c.want)
		}
	}
}

func TestEverySettingIsReadAsItWasWritten(t *testing.T) {
	s := settings.Default()
	s.CurrencyChosen = true
	names, texts := s.Values()
	var back settings.Settings
	for i := range names {
		if known, err := back.Put(names[i], texts[i]); err != nil || !known {
			t.Errorf("%s: %v, %v", names[i], known, err)
		}
	}
	if before, after := s.Changes(back); len(before)+len(after) != 0 {
		t.Errorf("lost on the way: %v became %v", before, after)
	}
	if known, err := back.Put("from a newer program", "x"); known || err != nil {
		t.Errorf("an unknown setting gave %v, %v", known, err)
	}
	for _, name := range []string{"currency", "payment_terms_days", "mail_zero_bills", "customer_types"} {
		if _, err := back.Put(name, "?"); err == nil {
			t.Errorf("%s takes anything", name)
		}
	}
}

func TestLocalIsNoTimeZone(t *testing.T) {
	for _, name := range []string{"", "Local", "Mars/Olympus", "../etc/passwd"} {
		if _, err := settings.LoadZone(name); err == nil {
			t.Errorf("%q is taken", name)
		}
	}
}
