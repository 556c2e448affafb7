package gather_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"postmeter/internal/domain/fault"
	"postmeter/internal/stage/gather"
	"postmeter/internal/store/storetest"
)

func TestInputsThatCannotBeRead(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		good := file(t, log(0, 10))
		cut := file(t, compressed(t, log(0, 5000))[:20_000])
		damaged := []byte(compressed(t, log(0, 5000)))
		damaged[len(damaged)/2] ^= 1
		for _, test := range []struct {
			name string
			bad  gather.Input
			want string
			then string
		}{
			{"a file that is not there", gather.Input{Name: filepath.Join(t.TempDir(), "none.log")}, "none.log: there is no such file", "10 10 0 0 0"},
			{"a folder", gather.Input{Name: t.TempDir()}, "is a folder: name the files in it", "10 0 10 0 0"},
			{"a compressed file that is cut off", cut, "is cut off or damaged", "10 0 10 0 0"},
			{"a damaged compressed file", file(t, string(damaged)), "is cut off or damaged", "10 0 10 0 0"},
			{"the same on standard input", text(string(damaged)), "is cut off or damaged", "10 0 10 0 0"},
		} {
			_, err := h.try(gather.Order{Format: "mailman3", Inputs: []gather.Input{test.bad, good}})
			if err == nil || !strings.Contains(err.Error(), test.want) || fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: the error is %v, want %q", test.name, err, test.want)
			}
			check(t, "after "+test.name, h.ingest("mailman3", good), test.then)
		}
	})
}

func compressed(t *testing.T, content string) string {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestUnknownServer(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		_, err := h.try(gather.Order{Server: "s2", Format: "mailman3", Inputs: []gather.Input{file(t, log(0, 1))}})
		if fault.KindOf(err) != fault.NotFound || !strings.Contains(err.Error(), `"s2" is not known`) || !strings.Contains(err.Error(), "s1") {
			t.Errorf("the error is %v", err)
		}
	})
}

// TestLinesOfAnyBytes mixes usage with lines of random bytes, of zeros, and longer than a line can be.
func TestLinesOfAnyBytes(t *testing.T) {
	const seed = 7
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	var content bytes.Buffer
	for i := range 300 {
		content.WriteString(line(i, 1))
		noise := make([]byte, random.IntN(300))
		for j := range noise {
			noise[j] = byte(random.Uint32())
		}
		content.Write(append(bytes.ReplaceAll(noise, []byte("PM1 "), nil), '\n'))
	}
	long := strings.Repeat("x", 3<<20)
	content.WriteString("\x00\x00\x00" + line(300, 1))                            // unparsed
	content.WriteString(long + "\n")                                              // no mark
	content.WriteString("PM1 " + long + "\n")                                     // unparsed
	content.WriteString(strings.TrimSuffix(line(301, 1), "\n") + long + "\r\n")   // usage: what is long is its Message-ID
	content.WriteString(strings.Replace(line(302, 1), "a@x", long+"@x", 1))       // unparsed
	content.WriteString(strings.Replace(line(303, 1), "news.", "n\xffw\x00.", 1)) // of an unknown list
	content.WriteString(strings.TrimSuffix(line(304, 1), "\n") + "\r\n")          // usage
	content.WriteString(strings.TrimSuffix(line(305, 1), "\n") + long)            // not complete
	each(t, func(t *testing.T, h *house) {
		check(t, "all kinds", h.ingest("mailman3", file(t, content.String())), "303 302 0 1 3")
		check(t, "again", h.ingest("mailman3", text(content.String())), "303 0 302 1 3")
		check(t, "completed", h.ingest("mailman3", text(content.String()+"\n"+line(306, 1))), "305 2 302 1 3")
	})
}

func TestFloodOfBadLines(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		order := gather.Order{Format: "mailman3", Inputs: []gather.Input{file(t, log(0, 1)+strings.Repeat("PM1 is no usage\n", 5000)+log(1, 20))}, BatchRecords: 5}
		check(t, "flood", figures(h.result(order)), "20 20 0 0 5000")
		if got := openTables(t, url).rows(`SELECT count(*), min(line), min(reason) FROM usage_unparsed`); got[0] != "1000 PM1 is no usage does not fit the format" {
			t.Errorf("kept are %q", got)
		}
	})
}

func TestAmbiguousNames(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		h.addLists("b.test/x.a", "a.b.test/x") // both are x.a.b.test to a log
		ambiguous := strings.ReplaceAll(log(0, 2), "news.alpha.test", "x.a.b.test")
		byAddress := strings.ReplaceAll(log(2, 3), "news.alpha.test", "x.a@b.test")
		check(t, "ambiguous", h.ingest("mailman3", text(ambiguous+byAddress)), "3 1 0 2 0")
		if got := openTables(t, url).rows(`SELECT DISTINCT list_key, reason FROM usage_unknown`); len(got) != 1 || !strings.Contains(got[0], "two lists have this name") {
			t.Errorf("kept are %q", got)
		}
	})
}

func TestServiceMailIsCountedAndNotCharged(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		h.ingest("mailman3", text(log(0, 2)+strings.ReplaceAll(log(2, 3), "a@x.test", "News-Request@alpha.test")))
		got := openTables(t, url).rows(`SELECT CASE WHEN charged THEN 1 ELSE 0 END, messages FROM usage_sum ORDER BY 1`)
		if strings.Join(got, ",") != "0 1,1 2" {
			t.Errorf("charged or not, and messages: %q", got)
		}
	})
}

// TestDaysAreThoseOfTheBillingZone counts a delivery at half past ten in the evening in New York, which is the next
// day in UTC.
func TestDaysAreThoseOfTheBillingZone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := houseIn(t, url, "America/New_York", "Europe/Berlin")
		h.ingest("mailman3", text(strings.ReplaceAll(log(0, 1), "22T10:00:00", "22T03:30:00")))
		h.ingest("mailman3-default", text("Nov 22 05:59:59 2026 (1) <a> smtp to dev@alpha.test for 3 recips, completed in 0.1 seconds\n"+
			"Nov 22 06:00:00 2026 (1) <a> post to dev@alpha.test from a@x.test, 10 bytes\n"))
		result, err := gather.Ingest(context.Background(), gather.Order{DB: h.db, By: by, Server: "s1", Format: "mailman3", DryRun: true,
			Inputs: []gather.Input{text(strings.ReplaceAll(log(0, 1), "22T10:00:00", "22T04:59:00"))}})
		if err != nil || len(result.Usage) != 1 || result.Usage[0].Day.String() != "2026-11-21" {
			t.Errorf("dry run: %+v, %v", result.Usage, err)
		}
		if got := openTables(t, url).rows(`SELECT DISTINCT day FROM usage_sum`); len(got) != 1 || got[0] != "20778" { // 2026-11-21
			t.Errorf("days are %q", got)
		}
	})
}

func TestFolderOfTemporaryFilesIsLeftEmpty(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	h := newHouse(t, "sqlite:"+filepath.Join(t.TempDir(), "a.db"))
	check(t, "compressed", h.ingest("mailman3", text(compressed(t, log(0, 10)))), "10 10 0 0 0")
	if left, err := os.ReadDir(os.Getenv("TMPDIR")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
