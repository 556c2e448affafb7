package demo

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/store"
)

func by() store.By { return store.By{Actor: "test", At: time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)} }

func run(t *testing.T) (dir string, r *Report) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "demo")
	r, err := Run(context.Background(), dir, by)
	if err != nil {
		t.Fatal(err)
	}
	return dir, r
}

// entry is a line of the log as a plain regular expression reads it.
type entry struct {
	list             string
	day              int // of September, in the provider's zone
	recipients, size int64
	service          bool
}

var template = regexp.MustCompile(`(?m)^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}) PM1 list_id=(\S+) recips=(\d+) refused=(\d+) size=(\d+) secs=([0-9.e+-]+) sender=(.*) msgid=(.*)$`)

// entries reads the log in another way than ingest does.
func entries(t *testing.T) []entry {
	t.Helper()
	older, newer, err := log()
	if err != nil {
		t.Fatal(err)
	}
	zip, err := gzip.NewReader(bytes.NewReader(older))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(zip)
	if err != nil {
		t.Fatal(err)
	}
	return entriesOf(t, string(text)+string(newer))
}

func entriesOf(t *testing.T, text string) (out []entry) {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	number := func(s string) int64 {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, m := range template.FindAllStringSubmatch(text, -1) {
		at, err := time.Parse(stamp, m[1])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, entry{m[2], at.In(zone).Day(), number(m[3]) - number(m[4]), number(m[5]), strings.Contains(m[7], "-request@")})
	}
	return out
}

// units adds up the charged message units of lists of a site on some days; unitKB 0 gives GB.
func units(all []entry, site string, first, last int, unitKB int64) *big.Rat {
	sum := new(big.Rat)
	for _, e := range all {
		if !strings.HasSuffix(e.list, "."+site) || e.service || e.day < first || e.day > last {
			continue
		}
		q := big.NewRat(e.size, 1<<30)
		if unitKB > 0 {
			if q = big.NewRat(e.size, 1024*unitKB); q.Cmp(big.NewRat(1, 1)) < 0 {
				q = big.NewRat(1, 1)
			}
		}
		sum.Add(sum, q.Mul(q, big.NewRat(e.recipients, 1)))
	}
	return sum
}

func rat(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic(text)
	}
	return r
}

// cents rounds half up, and writes the amount.
func cents(r *big.Rat) string { return r.FloatString(2) }

// over returns price × (quantity - included) / 1000.
func over(quantity *big.Rat, included, price string) *big.Rat {
	d := new(big.Rat).Sub(quantity, rat(included))
	if d.Sign() < 0 {
		return new(big.Rat)
	}
	return d.Mul(d, rat(price)).Quo(d, rat("1000"))
}

func plus(parts ...*big.Rat) *big.Rat {
	sum := new(big.Rat)
	for _, p := range parts {
		sum.Add(sum, rat(cents(p))) // lines are rounded one by one
	}
	return sum
}

// TestBillsAreWhatTheLogAddsUpTo works out what each customer owes from the log alone.
func TestBillsAreWhatTheLogAddsUpTo(t *testing.T) {
	_, report := run(t)
	all := entries(t)
	elm := units(all, "elm-news.example", 1, 30, 100)
	bulk := func(q *big.Rat) *big.Rat {
		return over(q, "0", map[bool]string{true: "0.70", false: "1.20"}[q.Cmp(rat("20000")) > 0])
	}
	part := func(list string, first, last int, unitKB int64) *big.Rat {
		return units(all, list, first, last, unitKB)
	}
	gigabytes := new(big.Rat).Sub(units(all, "cedar-games.example", 1, 30, 0), rat("1"))
	lab := part("juniper.example", 16, 30, 100)
	larch := bulk(onlyList(all, "readers.larch-media.example", 50))
	if larch.Cmp(rat("20")) < 0 {
		larch = rat("20") // the minimum
	}
	reported := big.NewRat(262-11, 1)
	want := map[string]*big.Rat{
		"Alder Press":     plus(rat("25"), over(part("alder-press.example", 1, 30, 40), "10000", "0.90"), rat("12.50"), rat("4")),
		"Birch Community": plus(rat("9"), over(onlyList(all, "announce.birch.example", 40), "2000", "1.10")), // discuss is free now
		"Cedar Games":     plus(rat("15"), gigabytes.Mul(gigabytes, rat("3.50"))),
		"Dogwood College": rat("32.50"),                                                   // 1,410 and 213 members are 1,123 over 500: three packs
		"Elm News":        plus(new(big.Rat).Add(rat("93"), over(elm, "100000", "0.35"))), // 16 + 5 + 72 for the first 100,000
		"Fir & Sons":      plus(bulk(part("fir-shop.example", 1, 30, 50))),
		"Ginkgo Studio":   new(big.Rat),
		"Hazel Aid":       new(big.Rat),
		"Juniper Labs":    plus(rat("12.50"), over(part("juniper.example", 1, 15, 40), "5000", "0.90"), over(lab, "0", "1.60")),
		"Kauri Tours":     plus(big.NewRat(2500*20, 30*100), big.NewRat(1250*20, 30*100), over(part("kauri-tours.example", 1, 20, 40), "6666.666666666666666666666666", "0.90")),
		"Larch Media":     plus(larch, rat("9"), over(onlyList(all, "editors.larch-media.example", 40), "2000", "1.10"), rat("4")),
		"Maple Circle": new(big.Rat).Sub(plus(big.NewRat(2500*19, 30*100), rat("49"),
			over(reported.Add(reported, part("maple.example", 1, 30, 40)), "6333.333333333333333333333333", "0.90")), rat("15")),
	}
	if lab.Cmp(rat("10000")) > 0 {
		want["Juniper Labs"] = plus(rat("12.50"), over(part("juniper.example", 1, 15, 40), "5000", "0.90"),
			new(big.Rat).Add(rat("21"), over(lab, "10000", "0.80")))
	}
	void := map[string]*big.Rat{"Birch Community": plus(want["Birch Community"], rat("9"), over(onlyList(all, "discuss.birch.example", 40), "2000", "1.10"))}
	sum := new(big.Rat) // of what was billed at first
	for _, b := range report.Bills {
		want := want
		if b.Status == invoice.StatusVoid {
			want = void
		}
		if want[b.Customer] == nil {
			t.Errorf("%s was billed", b.Customer)
			continue
		}
		if b.Total != cents(want[b.Customer]) {
			t.Errorf("%s owes %s, but the log adds up to %s", b.Customer, b.Total, cents(want[b.Customer]))
		}
		delete(want, b.Customer)
		if b.ID != report.Dispute.Bill {
			sum.Add(sum, rat(b.Total))
		}
	}
	for customer := range want {
		t.Errorf("%s was not billed", customer)
	}
	for customer := range void {
		t.Errorf("the bill of %s was not taken back", customer)
	}
	if report.Run.Total != cents(sum) {
		t.Errorf("the run's total is %s, its bills come to %s", report.Run.Total, cents(sum))
	}
}

func onlyList(all []entry, list string, unitKB int64) *big.Rat {
	var some []entry
	for _, e := range all {
		if e.list == list {
			e.list = "." + list
			some = append(some, e)
		}
	}
	return units(some, list, 1, 30, unitKB)
}

func TestNothingThatWasSentIsLost(t *testing.T) {
	_, report := run(t)
	all := entries(t)
	unknown := int64(0)
	copies := map[string]int64{}
	for _, e := range all {
		if e.list == "pilot.rowan.example" {
			unknown++
		}
		if !e.service && (e.list != "guests.kauri-tours.example" || e.day > 20) {
			copies[e.list] += e.recipients
		}
	}
	if m := report.Metered; m.Records != int64(len(all)) || m.UnknownList != unknown || m.Counted != m.Records-unknown || m.AlreadyKnown != 0 || m.Unparsed != 1 {
		t.Errorf("metered %+v, the log has %d deliveries, %d of them of a list that nobody knows", m, len(all), unknown)
	}
	want := map[string]int64{
		"lists1/quince.example/alumni":      copies["alumni.quince.example"],
		"lists1: pilot.rowan.example":       copies["pilot.rowan.example"],
		"lists1/kauri-tours.example/guests": copies["guests.kauri-tours.example"],
	}
	for _, u := range report.Run.UnbilledUsage.List {
		if u.Recipients != want[u.List] || u.Recipients == 0 {
			t.Errorf("%s: %d copies are on no bill, the log says %d", u.List, u.Recipients, want[u.List])
		}
		delete(want, u.List)
	}
	for list := range want {
		t.Errorf("nothing is said of what %s sent", list)
	}
}

func TestTheFaultyCustomerIsNamed(t *testing.T) {
	_, report := run(t)
	if s := report.Run.Skipped; len(s) != 1 || s[0].Customer != "Ivy Legal" || strings.Join(s[0].Codes, " ") != "email_missing" {
		t.Errorf("skipped %+v", s)
	}
	if report.Run.House != 1 {
		t.Errorf("%d house accounts, want 1", report.Run.House)
	}
}

func TestTwoDemonstrationsAreTheSameToTheByte(t *testing.T) {
	one, report := run(t)
	two, _ := run(t)
	for _, b := range append(report.Bills, report.NextBills...) {
		for _, name := range []string{b.HTML, b.Text} {
			first, err := os.ReadFile(filepath.Join(one, name))
			if err != nil {
				t.Fatal(err)
			}
			second, err := os.ReadFile(filepath.Join(two, name))
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(first, second) || len(first) == 0 {
				t.Errorf("%s differs from one demonstration to the next", name)
			}
		}
	}
}
