package usage

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

func TestSizeClass(t *testing.T) {
	for bytes, want := range map[int64]int64{0: 0, 1: 1, 1023: 1, 1024: 1, 1025: 2, 12288: 12, MaxBytes: 1 << 30} {
		if got := SizeClass(bytes); got != want {
			t.Errorf("%d bytes are of class %d, want %d", bytes, got, want)
		}
	}
}

func TestCheckSize(t *testing.T) {
	for _, test := range []struct {
		recipients, bytes int64
		ok                bool
	}{
		{0, 0, true}, {10, 100, true}, {-10, 100, true}, {MaxRecipients, 0, true}, {MaxRecipients + 1, 0, false}, {-MaxRecipients - 1, 0, false},
		{0, MaxBytes, true}, {1, MaxBytes + 1, false}, {1, -1, false}, {MaxRecipients, MaxBytes, false}, {1 << 13, MaxBytes, true}, {1<<13 + 1, MaxBytes, false},
		{-1<<13 - 1, MaxBytes, false}, {MaxRecipients, 9_000_000, true}, {MaxRecipients, 10_000_000, false},
	} {
		err := CheckSize(test.recipients, test.bytes)
		if (err == nil) != test.ok || err != nil && fault.KindOf(err) != fault.Invalid {
			t.Errorf("%d recipients of %d bytes: %v", test.recipients, test.bytes, err)
		}
	}
}

// randomRecords returns records of a few lists, days and sizes, in the order of a log.
func randomRecords(random *rand.Rand, n int) []Record {
	out := make([]Record, n)
	at := int64(1_790_000_000_000_000)
	for i := range out {
		at += random.Int64N(microsPerDay / 8)
		name := random.Int32N(7)
		out[i] = Record{ListID: int64(7 - name/2), Name: name, At: at - random.Int64N(3), Position: int64(i), Recipients: random.Int64N(100) - 10,
			Bytes: random.Int64N(9000), Day: period.Date(at / microsPerDay), Charged: random.IntN(3) > 0}
	}
	return out
}

func TestArrangeSortsAsSortDoes(t *testing.T) {
	const seed = 11
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	var spare []Record
	for n := range 200 {
		records := randomRecords(random, n)
		want := slices.Clone(records)
		Sort(want)
		records, spare = Arrange(records, spare)
		if !slices.Equal(records, want) {
			t.Fatalf("%d records are in another order", n)
		}
	}
}

// TestSums compares sums with those made in the simplest way.
func TestSums(t *testing.T) {
	const seed = 12
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	records := randomRecords(random, 3000)
	type key struct {
		list    int64
		day     period.Date
		charged bool
		kb      int64
	}
	want := map[key]Total{}
	for _, r := range records {
		k := key{r.ListID, r.Day, r.Charged, (r.Bytes + 1023) / 1024}
		sum := want[k]
		if r.Recipients >= 0 {
			sum.Messages++
		}
		sum.Recipients += r.Recipients
		sum.RecipientBytes += r.Recipients * r.Bytes
		want[k] = sum
	}
	Sort(records)
	sums, err := Sums(records)
	if err != nil {
		t.Fatal(err)
	}
	if len(sums) != len(want) {
		t.Errorf("%d sums, want %d", len(sums), len(want))
	}
	for _, s := range sums {
		if want[key{s.ListID, s.Day, s.Charged, s.KB}] != s.Total {
			t.Errorf("%+v", s)
		}
	}
	months, err := MonthSums(sums)
	if err != nil {
		t.Fatal(err)
	}
	var all, parts Total
	for _, m := range months {
		all.add(m.Total)
	}
	for _, total := range want {
		parts.add(total)
	}
	if all != parts {
		t.Errorf("months add up to %+v, days to %+v", all, parts)
	}
}

func TestSumsThatDoNotFitAreAnError(t *testing.T) {
	var records []Record
	for i := range 1025 {
		records = append(records, Record{ListID: 1, At: 1, Position: int64(i), Recipients: 1 << 13, Bytes: MaxBytes})
	}
	if _, err := Sums(records); fault.KindOf(err) != fault.Invalid {
		t.Errorf("the error is %v", err)
	}
	if _, err := Sums(records[:1023]); err != nil {
		t.Error(err)
	}
}

func TestCalendar(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	c := NewCalendar(zone)
	at := time.Date(2025, 12, 30, 0, 0, 0, 0, time.UTC)
	for range 3000 { // over two clock changes, forth and back
		for _, when := range []time.Time{at, at.Add(-90 * 24 * time.Hour)} {
			if got, want := c.Day(when.UnixMicro()), period.DateOf(when, zone); got != want {
				t.Fatalf("%s is on %s, want %s", when, got, want)
			}
		}
		at = at.Add(3*time.Hour + 59*time.Minute + 59*time.Second)
	}
	if got := NewCalendar(time.UTC).Day(-1); got.String() != "1969-12-31" {
		t.Errorf("a microsecond before 1970 is on %s", got)
	}
}

func TestDirectory(t *testing.T) {
	day := period.MustParse
	d := NewDirectory([]Name{
		{ListID: 1, First: period.First, Last: day("2026-08-31"), Site: "a.test", List: "news"},
		{ListID: 1, First: day("2026-09-01"), Last: period.Last, Site: "a.test", List: "bulletin"},
		{ListID: 2, First: day("2026-10-01"), Last: period.Last, Site: "a.test", List: "news"},
		{ListID: 3, First: period.First, Last: period.Last, Site: "b.test", List: "x.y", RemoteID: "7f3a"},
		{ListID: 4, First: period.First, Last: period.Last, Site: "y.b.test", List: "x"},
		{ListID: 5, First: period.First, Last: period.Last, Site: "c.test", List: "odd", RemoteID: "x.y.b.test"},
	})
	for _, test := range []struct {
		key, day string
		want     int64
		reason   string
	}{
		{"bulletin.a.test", "2026-01-01", 1, ""}, // the only list that ever had the name
		{"bulletin@a.test", "2026-10-01", 1, ""},
		{"news.a.test", "2026-08-31", 1, ""},
		{"news@a.test", "2026-10-01", 2, ""},
		{"news.a.test", "2026-09-15", 0, "several lists had this name"},
		{"7f3a", "2026-09-15", 3, ""},
		{"x.y@b.test", "2026-09-15", 3, ""},
		{"x@y.b.test", "2026-09-15", 4, ""},
		{"x.y.b.test", "2026-09-15", 5, ""}, // the server's own id goes before what it could be taken apart to
		{"nobody.a.test", "2026-09-15", 0, ""},
	} {
		got, reason := d.Named(test.key).On(day(test.day))
		if got != test.want || !strings.HasPrefix(reason, test.reason) || (test.reason == "") != (reason == "") {
			t.Errorf("%s on %s is list %d (%q), want %d (%q)", test.key, test.day, got, reason, test.want, test.reason)
		}
	}
	if got, _ := d.At("y.b.test", "x").On(0); got != 4 {
		t.Errorf("x on y.b.test is list %d", got)
	}
	two := NewDirectory([]Name{{ListID: 3, Last: period.Last, Site: "b.test", List: "x.y"}, {ListID: 4, Last: period.Last, Site: "y.b.test", List: "x"}})
	match := two.Named("x.y.b.test")
	if got, reason := match.On(5); got != 0 || !strings.Contains(reason, "two lists have this name") {
		t.Errorf("an ambiguous name is list %d (%q)", got, reason)
	}
	if got := match.Lists(); !slices.Equal(got, []int64{3, 4}) {
		t.Errorf("it may be %v", got)
	}
}

func TestSenders(t *testing.T) {
	s := NewSenders([]string{"*-request@*", "Postmaster@example.org", "*@bots.*.test", "*+owner@a@*"})
	for sender, want := range map[string]bool{
		"news-request@a.test": true, "NEWS-REQUEST@A.TEST": true, "news-requests@a.test": false, "-request@": true, "request@a.test": false,
		"postmaster@example.org": true, "postmaster@example.org.evil": false, "x@bots.a.test": true, "x@bots.test": false, "x@bots.a.b.test": true,
		"": false, "@": false, `"x@y"-request@z`: true, `"-request@y"@z`: true, "x+owner@a@b": true, "x+owner@b@a": false,
	} {
		if got := s.Match([]byte(sender)); got != want {
			t.Errorf("%q: %v, want %v", sender, got, want)
		}
	}
	if NewSenders(nil).Match([]byte("news-request@a.test")) {
		t.Error("without patterns something matched")
	}
	if !NewSenders([]string{"*"}).Match(nil) {
		t.Error("* does not match nothing")
	}
}

// TestSendersQuickly compares the quick look with the slow one, for random patterns and senders.
func TestSendersQuickly(t *testing.T) {
	const seed = 13
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	draw := func(letters string, n int) string {
		var out strings.Builder
		for range random.IntN(n) {
			out.WriteByte(letters[random.IntN(len(letters))])
		}
		return out.String()
	}
	for range 200_000 {
		pattern, sender := draw("aB@*", 7), draw("ab@", 9)
		s := NewSenders([]string{pattern})
		if got, want := s.Match([]byte(sender)), matches(s.patterns[0].parts, []byte(sender)); got != want {
			t.Fatalf("pattern %q, sender %q: %v, want %v", pattern, sender, got, want)
		}
	}
}

func TestRepeats(t *testing.T) {
	r := Repeats{}
	line, other := Line{1, 1}, Line{2, 2}
	r.Ask(line)
	r.Add(line, Occurrences{Others: 2, Own: 1})
	r.Add(other, Occurrences{Others: 9})
	for i, want := range []bool{true, false, false} { // the second, third, fourth of it
		if got := r.Known(line); got != want {
			t.Errorf("occurrence %d is known: %v, want %v", i+2, got, want)
		}
	}
	if r.Known(other) {
		t.Error("a line that nobody asked for is known")
	}
}
