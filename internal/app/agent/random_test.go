package agent

import (
	"compress/gzip"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"

	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/gather/follow"
	"postmeter/internal/store/storetest"
)

// seed is that of random tests: a fixed one, unless POSTMETER_SEED says otherwise.
func seed(t *testing.T) uint64 {
	t.Helper()
	n := uint64(20261123)
	if text := os.Getenv("POSTMETER_SEED"); text != "" {
		var err error
		if n, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("seed %d (POSTMETER_SEED)", n)
	return n
}

// history is the random life of a log: written, rotated in every way, and read in three ways at once.
type history struct {
	*house
	random *rand.Rand
	next   int              // the next line
	gone   map[int]struct{} // lines that no reader could see
	half   string           // the rest of a line that was begun
	whole  int              // complete lines in the present file

	reader   *follow.Follower // follows in place
	read     bool             // it has read a line of the present file
	truncate bool             // the present file was truncated after that
	reporter *Agent
}

// TestRandomHistory reads logs with random lives by ingest, in place, and through an agent whose answers get lost, and
// counts each line once. Lines that were lost between a copy and the truncation raise an alert.
func TestRandomHistory(t *testing.T) {
	n := seed(t)
	storetest.Each(t, func(t *testing.T, url string) {
		for i := range uint64(histories) {
			t.Run(fmt.Sprint(i), func(t *testing.T) {
				url := url
				if i > 0 {
					url = anotherDatabase(t, url)
				}
				h := &history{house: newHouse(t, url), random: rand.New(rand.NewPCG(n, i)), gone: map[int]struct{}{}}
				h.spool = &follow.Spool{Dir: t.TempDir(), Limit: 1 << 20}
				h.live(80)
			})
		}
	})
}

// histories is how many lives are lived on each engine.
const histories = 12

func anotherDatabase(t *testing.T, url string) string {
	if strings.HasPrefix(url, "sqlite:") {
		return storetest.SQLite(t)
	}
	return storetest.Postgres(t)
}

// live does random things, and checks in the end what was counted.
func (h *history) live(things int) {
	h.between(func(r *http.Request, answer func()) {
		switch h.random.IntN(8) {
		case 0:
			lost(true)(r, answer)
		case 1:
			lost(false)(r, answer)
		}
		answer()
	})
	for range things {
		h.something()
	}
	h.finish()
	h.between(nil)
	h.reader, h.reporter, h.truncate = h.follower(3, nil), h.agent(), false
	h.step()
	h.must(h.reporter.Step(context.Background()))
	if alerts := storetest.Rows(h, h.url, `SELECT alert FROM log_feed_state WHERE alert LIKE '%nobody followed%'`); len(alerts) > 0 {
		h.Errorf("each log was kept when it was rotated, and yet one is missed: %q", alerts)
	}
	var want []string
	for i := range h.next {
		if _, gone := h.gone[i]; !gone {
			want = append(want, fmt.Sprintf("%02d:%02d:%02d", i/3600, i/60%60, i%60))
		}
	}
	var got []string
	for _, at := range storetest.Rows(h, h.url, `SELECT at FROM usage_record ORDER BY at`) {
		micros, err := strconv.ParseInt(at, 10, 64)
		h.must(err)
		second := micros / 1_000_000 % (24 * 60 * 60)
		got = append(got, fmt.Sprintf("%02d:%02d:%02d", second/3600, second/60%60, second%60))
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		h.Fatalf("counted %d lines:\n%s\nwant %d:\n%s", len(got), strings.Join(got, " "), len(want), strings.Join(want, " "))
	}
}

func (h *history) something() {
	switch h.random.IntN(14) {
	case 0, 1, 2:
		h.write(h.random.IntN(12))
	case 3:
		h.finish()
		h.half = line(h.next)
		cut := 1 + h.random.IntN(len(h.half)-1)
		h.append("", h.half[:cut])
		h.half = h.half[cut:]
		h.next++
	case 4:
		h.rotate()
	case 5:
		h.copyAndTruncate()
	case 6:
		h.compress()
	case 7:
		h.putTogether()
	case 8, 9:
		h.step()
	case 10, 11:
		if h.reporter == nil {
			h.reporter = h.agent()
		}
		if err := h.reporter.Step(context.Background()); err != nil {
			h.Logf("an answer was lost: %v", err)
		}
	case 12:
		if h.random.IntN(2) == 0 {
			h.reporter = nil
			return
		}
		h.reader, h.read, h.truncate = nil, false, false
	case 13:
		h.ingest()
	}
}

// write writes complete lines.
func (h *history) write(n int) {
	h.finish()
	h.append("", lines(h.next, h.next+n))
	h.next += n
	h.whole += n
}

// finish writes the rest of a line that was begun.
func (h *history) finish() {
	if h.half != "" {
		h.append("", h.half)
		h.half = ""
		h.whole++
	}
}

func (h *history) exists(suffix string) bool {
	_, err := os.Stat(h.path + suffix)
	return err == nil
}

// shift makes room for a new .1.
func (h *history) shift() {
	for i := 30; i > 0; i-- {
		for _, z := range []string{"", ".gz"} {
			if from := fmt.Sprintf(".%d%s", i, z); h.exists(from) {
				h.rename(from, fmt.Sprintf(".%d%s", i+1, z))
			}
		}
	}
}

func (h *history) rotate() {
	h.finish()
	if !h.exists("") {
		return
	}
	h.shift()
	h.rename("", ".1")
	if h.random.IntN(2) == 0 { // the writer has not noticed yet
		n := h.random.IntN(4)
		h.append(".1", lines(h.next, h.next+n))
		h.next += n
	}
	h.whole, h.read, h.truncate = 0, false, false
	h.write(h.random.IntN(3))
}

func (h *history) copyAndTruncate() {
	h.finish()
	if h.whole == 0 {
		return
	}
	h.shift()
	content, err := os.ReadFile(h.path)
	h.must(err)
	h.must(os.WriteFile(h.path+".1", content, 0o600))
	for range h.random.IntN(3) {
		h.append("", line(h.next))
		h.gone[h.next] = struct{}{}
		h.next++
	}
	h.must(os.Truncate(h.path, 0))
	h.truncate, h.whole = h.read, 0
	h.write(h.random.IntN(30))
}

func (h *history) compress() {
	name := fmt.Sprintf("%s.%d", h.path, 1+h.random.IntN(4))
	content, err := os.ReadFile(name)
	if err != nil {
		return
	}
	f, err := os.Create(name + ".gz")
	h.must(err)
	z := gzip.NewWriter(f)
	_, err = z.Write(content)
	h.must(err)
	h.must(z.Close())
	h.must(f.Close())
	h.must(os.Remove(name))
}

// putTogether makes one file of two that were rotated away, and leaves them.
func (h *history) putTogether() {
	older, err := os.ReadFile(h.path + ".2")
	if err != nil {
		return
	}
	newer, err := os.ReadFile(h.path + ".1")
	if err != nil {
		return
	}
	h.must(os.WriteFile(h.path+".all", append(older, newer...), 0o600))
}

// step has the log followed in place.
func (h *history) step() {
	if h.reader == nil {
		h.reader = h.follower(1+h.random.IntN(5), nil)
	}
	h.must(h.reader.Step(context.Background()))
	if h.truncate {
		if alerts := storetest.Rows(h, h.url, `SELECT alert FROM log_feed_state WHERE machine = 'here' AND alert LIKE '%truncated%'`); len(alerts) == 0 {
			h.Fatalf("the log was truncated while it was followed, and there is no alert, but %q", storetest.Rows(h, h.url, `SELECT * FROM log_feed_state`))
		}
		h.truncate = false
	}
	h.read = h.whole > 0
}

func (h *history) ingest() {
	if !h.exists("") {
		return
	}
	_, err := gather.Ingest(context.Background(), gather.Order{DB: h.db, By: by, Server: "s1", Format: "mailman3", Inputs: []gather.Input{{Name: h.path}}})
	h.must(err)
}
