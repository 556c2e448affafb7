package agent

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/collector"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/gather/follow"
	"postmeter/internal/store/storetest"
)

// lost answers nothing, after the request was served or instead of that.
func lost(served bool) meddler {
	return func(_ *http.Request, answer func()) {
		if served {
			answer()
		}
		panic(http.ErrAbortHandler)
	}
}

func TestReports(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		a := h.agent()
		h.pass("no file yet", a, 0)
		h.append("", lines(0, 5)+line(5)[:30])
		h.pass("half a line stays here", a, 5)
		h.append("", line(5)[30:]+lines(6, 10))
		h.pass("goes on", a, 10)
		other := h.agent()
		h.pass("another agent", other, 10)
		h.append("", lines(10, 12))
		h.pass("the other was faster", other, 12)
		h.append("", lines(12, 13))
		h.pass("who is told where the other is", a, 13)
		f := h.follower(0, nil)
		h.append("", lines(13, 15))
		h.pass("followed in place too", f, 15)
		h.append("", lines(15, 17))
		h.pass("and reported", a, 17)
		h.alert("nothing was odd", "")
		if got := storetest.Rows(t, url, `SELECT records, counted, read_offset FROM generation`); len(got) != 1 || !strings.HasPrefix(got[0], "17|17|") {
			t.Errorf("the generations are %q", got)
		}
	})
}

// TestLostAnswers cuts each answer of a pass once: it was counted, and the agent does not know.
func TestLostAnswers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		h.append("", lines(0, 10))
		for _, served := range []bool{true, false} {
			for cut := 1; cut <= 5; cut++ { // known, take, last, state, and none
				n, again := 0, false
				h.between(func(r *http.Request, answer func()) {
					if n++; n == cut {
						again = n > 1 && r.Method == http.MethodGet // a question on a connection that was used before is asked again by HTTP itself
						if served {
							answer()
						}
						lost(false)(r, answer)
					}
					answer()
				})
				a := h.agent()
				err := a.Step(context.Background())
				if (err != nil) != (cut < 5 && n >= cut && !again) {
					t.Fatalf("answer %d is lost: %v", cut, err)
				}
				h.between(nil)
				h.pass("the same agent again", a, 10)
			}
		}
	})
}

func TestBillingServerIsAway(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		h.spool = &follow.Spool{Dir: t.TempDir(), Limit: 1 << 20}
		h.append("", lines(0, 10))
		a := h.agent()
		h.pass("begin", a, 10)
		h.between(lost(false))
		h.append("", lines(10, 20))
		h.fails("away", a, "does not answer")
		h.rename("", ".1")
		h.append("", lines(20, 30))
		h.fails("rotated", a, "does not answer")
		h.fails("rotated, again", a, "does not answer")
		if files, err := filepath.Glob(h.spool.Dir + "/*.part"); len(files) != 1 || err != nil {
			t.Fatalf("the spool holds %q, %v", files, err)
		}
		h.must(a.Close())
		h.remove(".1")
		a = h.agent() // it was started anew, and the first log is gone
		h.fails("started again", a, "does not answer")
		h.rename("", ".1")
		h.append("", lines(30, 40))
		h.fails("rotated while away", a, "does not answer")
		h.must(a.Close())
		a = h.agent()
		h.fails("what this process never read is kept too", a, "does not answer")
		h.remove(".1")
		h.between(nil)
		h.pass("back after days", h.agent(), 40)
		if files, err := os.ReadDir(h.spool.Dir); err != nil || len(files) != 1 || files[0].Name() != "passed" {
			t.Errorf("the spool holds %v, %v", files, err)
		}
		h.alert("nothing was lost", "")
	})
}

func TestSpoolIsFull(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.spool = &follow.Spool{Dir: t.TempDir(), Limit: 2000}
	h.append("", lines(0, 10))
	a := h.agent()
	h.pass("begin", a, 10)
	h.between(lost(false))
	h.rename("", ".1")
	h.append(".1", lines(10, 15))
	h.append("", lines(20, 40))
	h.fails("the first is kept", a, "does not answer")
	h.rename("", ".0")
	h.append("", lines(40, 45))
	h.fails("the second is too large", a, "does not answer")
	if !strings.Contains(h.notes.String(), "exceed its limit") {
		t.Errorf("the agent's log: %s", h.notes.String())
	}
	h.must(a.Close())
	h.remove(".1")
	h.remove(".0")
	h.between(nil)
	h.pass("all but the second", h.agent(), 20)
	h.alert("the gap is known", "exceed its limit")
}

// TestDiskOfSpoolIsFull writes into a spool on a disk that is full.
func TestDiskOfSpoolIsFull(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.spool = &follow.Spool{Dir: t.TempDir(), Limit: 1 << 20}
	h.append("", lines(0, 10))
	a := h.agent()
	h.pass("begin", a, 10)
	h.between(lost(false))
	h.rename("", ".1")
	h.append(".1", lines(10, 15))
	h.append("", lines(15, 20))
	// A file that cannot grow is to a program what a full disk is.
	var before syscall.Rlimit
	h.must(syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before))
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	h.must(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 100, Max: before.Max}))
	err := a.Step(context.Background())
	h.must(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before))
	if err == nil || !strings.Contains(h.notes.String(), "file too large") {
		t.Errorf("the agent's log: %s", h.notes.String())
	}
	h.between(nil)
	h.pass("it was still there", a, 20)
	h.alert("it is known", "file too large")
}

func TestTokens(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.append("", lines(0, 3))
	for _, c := range []struct{ server, token, want string }{
		{"s2", h.token, `is for the server "s1", and not for "s2"`},
		{"s1", "pm_nothing", "says: "},
	} {
		config := h.config()
		config.Server, config.Token = c.server, c.token
		a, err := New(config, clock, discard)
		h.must(err)
		err = a.Once(context.Background())
		if fault.KindOf(err) != fault.Denied || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: the error is %v", c, err)
		}
		h.must(a.Close())
	}
	h.counted("nothing", 0)
	plain := httptest.NewServer(nil)
	defer plain.Close()
	for url, want := range map[string]string{
		"http://billing.example.org": "not encrypted", "ftp://x": "https://", "": "is not the address", "https://me:pw@x.test": "is not the address",
	} {
		if _, err := collector.New(collector.Config{URL: url}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", url, err)
		}
	}
	if _, err := collector.New(collector.Config{URL: plain.URL}); err != nil {
		t.Errorf("this machine: %v", err)
	}
}

func TestIngestAndAgent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		h.append("", lines(0, 10))
		ingest := func(want int64) {
			t.Helper()
			result, err := gather.Ingest(context.Background(), gather.Order{DB: h.db, By: by, Server: "s1", Format: "mailman3", Inputs: []gather.Input{{Name: h.path}}})
			if err != nil || result.Counted != want {
				t.Errorf("ingest counted %d, want %d: %v", result.Counted, want, err)
			}
		}
		a := h.agent()
		h.pass("reported", a, 10)
		ingest(0)
		h.append("", lines(10, 20))
		ingest(10)
		h.append("", lines(20, 25))
		h.pass("goes on behind ingest", a, 25)
	})
}

// TestDiskOfBillingServerIsFull has the billing server's database unable to grow for a while.
func TestDiskOfBillingServerIsFull(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.append("", lines(0, 3000))
	a := h.agent()
	var before syscall.Rlimit
	h.must(syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before))
	signal.Ignore(syscall.SIGXFSZ)
	defer signal.Reset(syscall.SIGXFSZ)
	h.must(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 700_000, Max: before.Max}))
	err := a.Step(context.Background())
	h.must(syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before))
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "nothing was changed") {
		t.Errorf("the error is %v", err)
	}
	h.counted("nothing", 0)
	h.pass("there is room again", a, 3000)
}
