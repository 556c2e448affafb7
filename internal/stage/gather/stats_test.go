package gather_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/usage"
	"postmeter/internal/stage/gather"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// statsFile is a Sympa list's stats file that can be written anew, as Sympa does.
type statsFile struct {
	t    testing.TB
	path string
	at   time.Time
}

func newStats(t testing.TB, site, list string) *statsFile {
	t.Helper()
	dir := filepath.Join(t.TempDir(), site, list)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return &statsFile{t, filepath.Join(dir, "stats"), time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}
}

// shows writes the file, a minute after the last time.
func (f *statsFile) shows(content string) gather.Input {
	f.t.Helper()
	f.at = f.at.Add(time.Minute)
	if err := errors.Join(os.WriteFile(f.path, []byte(content), 0o600), os.Chtimes(f.path, f.at, f.at)); err != nil {
		f.t.Fatal(err)
	}
	return gather.Input{Name: f.path}
}

// reads gives the file to a reader with a start, and returns the figures; alerts are to hold a text, or not to be there.
func (h *house) reads(in gather.Input, start gather.CounterStart, alert string) string {
	h.t.Helper()
	result := h.result(gather.Order{Format: "sympa-stats", Inputs: []gather.Input{in}, Start: start})
	if alerts := strings.Join(result.Alerts, "\n"); (alert == "") != (alerts == "") || !strings.Contains(alerts, alert) {
		h.t.Errorf("the alerts are %q, want %q", alerts, alert)
	}
	return figures(result)
}

// TestSympaStats has a list whose counter is first read after years, and then after each message.
func TestSympaStats(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h, f := newHouse(t, url), newStats(t, "alpha.test", "news")
		sent := func(want string) {
			t.Helper()
			if got := openTables(t, url).lists()["alpha.test/news"]; got != want {
				t.Errorf("news has sent %q, want %q", got, want)
			}
		}
		sample, err := os.ReadFile(filepath.Join("testdata", "sympa", "alpha.test", "news", "stats"))
		if err != nil {
			t.Fatal(err)
		}
		check(t, "the past is not usage", h.reads(f.shows(string(sample)), 0, ""), "0 0 0 0 0")
		check(t, "again", h.reads(f.shows(string(sample)), 0, ""), "1 0 1 0 0")
		check(t, "a message of 1,000 bytes to 12", h.reads(f.shows("8 90 216660 2594180\n"), 0, ""), "1 1 0 0 0")
		sent("1 12 12000")
		check(t, "again", h.reads(f.shows("8 90 216660 2594180\n"), 0, ""), "1 0 1 0 0")
		check(t, "two of 100 and 7 bytes to 12 and 11", h.reads(f.shows("10 113 216767 2595457\n"), 0, ""), "1 1 0 0 0")
		sent("3 35 13277")
		check(t, "and one to nobody", h.reads(f.shows("11 113 216777 2595457\n"), 0, ""), "1 1 0 0 0")
		sent("4 35 13277")
		openTables(t, url).sums()
	})
}

// TestSympaStatsFromZero counts what a new list has sent before its counter was first read.
func TestSympaStatsFromZero(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		in := gather.Input{Name: filepath.Join("testdata", "sympa", "alpha.test", "news", "stats")}
		check(t, "a dry run", figures(h.result(gather.Order{Format: "sympa-stats", Inputs: []gather.Input{in}, Start: gather.StartZero, DryRun: true})), "1 1 0 0 0")
		check(t, "from zero", h.reads(in, gather.StartZero, ""), "1 1 0 0 0")
		check(t, "again", h.reads(in, gather.StartZero, ""), "1 0 1 0 0")
		if got := openTables(t, url).lists()["alpha.test/news"]; got != "7 78 2582180" {
			t.Errorf("counted %q", got)
		}
	})
}

// TestCounterThatWentBack has a list that is deleted and made anew: an operator says how to go on.
func TestCounterThatWentBack(t *testing.T) {
	for start, want := range map[gather.CounterStart]string{gather.StartZero: "5 48 48000", gather.StartHere: "3 28 28000"} {
		storetest.Each(t, func(t *testing.T, url string) {
			h, f := newHouse(t, url), newStats(t, "alpha.test", "news")
			h.reads(f.shows("100 1000 100000 1000000\n"), 0, "")
			check(t, "one message", h.reads(f.shows("101 1010 101000 1010000\n"), 0, ""), "1 1 0 0 0")
			again := f.shows("2 20 2000 20000\n")
			check(t, "made anew", h.reads(again, 0, "--counter zero"), "0 0 0 0 0")
			check(t, "still", h.reads(again, 0, "2 to 20"), "0 0 0 0 0")
			check(t, "beyond where it was", h.reads(f.shows("200 2000 200000 2000000\n"), 0, "nothing is counted"), "0 0 0 0 0")
			if got := openTables(t, url).lists()["alpha.test/news"]; got != "1 10 10000" {
				t.Errorf("counted %q of a counter that is not believed", got)
			}
			if got := openTables(t, url).rows(`SELECT alert FROM generation`); !strings.Contains(got[0], "alpha.test/news: showed 101 messages") {
				t.Errorf("the generation says %q", got)
			}
			h.reads(f.shows("2 20 2000 20000\n"), start, "")
			check(t, "two more", h.reads(f.shows("4 38 4000 38000\n"), 0, ""), "1 1 0 0 0")
			if got := openTables(t, url).lists()["alpha.test/news"]; got != want {
				t.Errorf("counted %q, want %q", got, want)
			}
			if got := openTables(t, url).rows(`SELECT count(*) FROM history WHERE entity = 'usage_counter'`); got[0] != "1" {
				t.Errorf("the history has %v changes", got)
			}
		})
	}
}

// TestCounterThatWasMended has an old file restored by mistake, and the right one put back.
func TestCounterThatWasMended(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		f := newStats(t, "alpha.test", "news")
		h.reads(f.shows("100 1000 100000 1000000\n"), 0, "")
		h.reads(f.shows("90 900 90000 900000\n"), 0, "showed 100")
		h.reads(f.shows("90 900 90000 900000\n"), gather.StartLast, "showed 100")
		mended := f.shows("101 1010 101000 1010000\n")
		check(t, "not by itself", h.reads(mended, 0, "showed 100"), "0 0 0 0 0")
		check(t, "from the last reading", h.reads(mended, gather.StartLast, ""), "1 1 0 0 0")
	})
}

// TestCounterOfAnUnknownList keeps growth until the list appears.
func TestCounterOfAnUnknownList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h, f := newHouse(t, url), newStats(t, "gamma.test", "late")
		h.reads(f.shows("1 10 100 1000\n"), 0, "")
		check(t, "before", h.reads(f.shows("3 30 300 3000\n"), 0, ""), "1 0 0 1 0")
		h.addLists("gamma.test/late")
		check(t, "afterwards", h.reads(f.shows("4 40 400 4000\n"), 0, ""), "1 1 0 0 0")
		if got := openTables(t, url).lists()["gamma.test/late"]; got != "3 30 3000" {
			t.Errorf("counted %q", got)
		}
		openTables(t, url).sums()
	})
}

// TestCounterIsDatedByItsFile has a file that was written before midnight and is read after it.
func TestCounterIsDatedByItsFile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h, f := newHouse(t, url), newStats(t, "alpha.test", "news")
		f.at = time.Date(2026, 10, 31, 23, 57, 0, 0, time.UTC)
		h.reads(f.shows("1 10 100 1000\n"), 0, "")
		h.reads(f.shows("2 20 200 2000\n"), 0, "")
		f.at = time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC) // a clock that is ahead
		h.reads(f.shows("3 30 300 3000\n"), 0, "")
		f.at = time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC)
		h.reads(f.shows("4 40 400 4000\n"), 0, "")
		if got := fmt.Sprint(openTables(t, url).rows(`SELECT month, recipients FROM usage_month ORDER BY month`)); got != "[202610 10 202611 20]" {
			t.Errorf("the months are %s", got)
		}
	})
}

func TestStatsFilesThatAreNone(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		f := newStats(t, "alpha.test", "news")
		for content, want := range map[string]string{"7 78 215660\n": "3 fields", "7 78 x 1\n": "field 3", "7 78 99999999999999999999 1\n": "field 3", "7 -8 9 10\n": "field 2",
			"1 2 3 4 5 6 7\n": "7 fields", strings.Repeat("1", 5000): "too long"} {
			_, err := h.try(gather.Order{Format: "sympa-stats", Inputs: []gather.Input{f.shows(content)}})
			if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), want) {
				t.Errorf("%q gave %v", content, err)
			}
		}
		for _, content := range []string{"", "7 78 2156"} { // Sympa is writing it
			check(t, "not complete", h.reads(f.shows(content), 0, ""), "0 0 0 0 0")
		}
		check(t, "of an older Sympa", h.reads(f.shows("7 78 215660 2582180 1795345970 1795345971\n"), 0, ""), "0 0 0 0 0")
		for _, in := range []gather.Input{text("1 2 3 4\n"), file(t, "1 2 3 4\n")} {
			if _, err := h.try(gather.Order{Format: "sympa-stats", Inputs: []gather.Input{in}}); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s gave %v", in.Name, err)
			}
		}
		check(t, "more than any list sends", h.reads(f.shows("8 9000000000 216660 9000002582180\n"), 0, "more than any list"), "0 0 0 0 0")
	})
}

// TestCounterReadByMany has several readers at a counter that grows: whoever reads, each delivery is counted once.
func TestCounterReadByMany(t *testing.T) {
	const seed, readers, readings = 9, 3, 12
	t.Logf("seed %d", seed)
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		random := rand.New(rand.NewPCG(seed, 0))
		var shown []usage.Tally
		now := usage.Tally{Messages: 7, Recipients: 70, Bytes: 700, RecipientBytes: 7000}
		h.write(func(tx *store.Tx) error {
			_, err := gather.CountGrowth(tx, 1, &gather.CounterReading{Kind: "sympa-stats", Name: "n", List: "news@alpha.test", Tally: now})
			return err
		})
		for range readings {
			now.Messages, now.Recipients = now.Messages+random.Int64N(3), now.Recipients+1+random.Int64N(50)
			now.Bytes, now.RecipientBytes = now.Bytes+random.Int64N(5000), now.RecipientBytes+random.Int64N(100_000)
			shown = append(shown, now)
		}
		var wait sync.WaitGroup
		for range readers {
			wait.Go(func() {
				for _, tally := range shown {
					err := h.db.Write(context.Background(), by(), func(tx *store.Tx) error {
						reading := gather.CounterReading{Kind: "sympa-stats", Name: "n", List: "news@alpha.test", Tally: tally}
						if err := tx.LockUsage(1); err != nil {
							return err
						}
						if have, _, err := tx.Counter(1, "sympa-stats", "n"); err != nil || have.Recipients >= tally.Recipients {
							return err // another was faster: a reader never shows an older state
						}
						_, err := gather.CountGrowth(tx, 1, &reading)
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		got := openTables(t, url).rows(`SELECT CAST(SUM(recipients) AS BIGINT), CAST(SUM(recipient_bytes) AS BIGINT) FROM usage_sum`)
		if want := fmt.Sprint(now.Recipients-70, now.RecipientBytes-7000); got[0] != want {
			t.Errorf("counted %s, want %s", got[0], want)
		}
		openTables(t, url).sums()
	})
}
