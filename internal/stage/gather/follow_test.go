package gather_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/usage"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/gather/follow"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// desk is a folder with a log that is followed into a house.
type desk struct {
	*house
	path  string
	now   time.Time
	notes []string
	*follow.Follower
}

// newDesk begins to follow smtp.log in an empty folder.
func newDesk(t testing.TB, h *house) *desk {
	t.Helper()
	return (&desk{house: h, path: filepath.Join(t.TempDir(), "smtp.log"), now: by().At}).restart()
}

// restart makes a new follower, as a process that was started again has it.
func (d *desk) restart() *desk {
	d.t.Helper()
	if d.Follower != nil {
		if err := d.Close(); err != nil {
			d.t.Fatal(err)
		}
	}
	d.Follower = d.another("test", &gather.Intake{DB: d.db, By: by, Machine: "test", BatchRecords: 7})
	return d
}

// another is one more follower of the log.
func (d *desk) another(_ string, sink follow.Sink) *follow.Follower {
	f := follow.New(sink, []follow.Feed{{Server: "s1", Feed: hosting.Feed{Path: d.path, Format: "mailman3"}}}, follow.Options{
		Now: func() time.Time { return d.now }, Note: func(text string) { d.notes = append(d.notes, text) }, Keep: 3, StretchBytes: 1000,
	})
	d.t.Cleanup(func() {
		if err := f.Close(); err != nil {
			d.t.Error(err)
		}
	})
	return f
}

// step does a pass, and checks how many lines were counted so far, each once.
func (d *desk) step(what string, want int) {
	d.t.Helper()
	if err := d.Step(context.Background()); err != nil {
		d.t.Fatalf("%s: %v", what, err)
	}
	d.counted(what, want)
}

// counted checks how many lines were counted, each once.
func (d *desk) counted(what string, want int) {
	d.t.Helper()
	got := storetest.Rows(d.t, d.url, `SELECT COUNT(*), COUNT(DISTINCT at) FROM usage_record`)
	if got[0] != fmt.Sprintf("%d|%d", want, want) {
		d.t.Errorf("%s: counted|different are %s, want %d", what, got[0], want)
	}
}

// alerts checks that the last alert of the log holds a text; "" for none.
func (d *desk) alert(what, want string) {
	d.t.Helper()
	states, err := gather.FeedStates(context.Background(), d.db)
	if err != nil {
		d.t.Fatal(err)
	}
	if len(states) != 1 {
		d.t.Fatalf("%s: %d feeds are known", what, len(states))
	}
	if got := states[0].Alert; !strings.Contains(got, want) || (got == "") != (want == "") {
		d.t.Errorf("%s: the alert is %q, want one with %q", what, got, want)
	}
}

func (d *desk) append(path, text string) {
	d.t.Helper()
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		_, err = f.WriteString(text)
	}
	if err != nil {
		d.t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) put(path, text string) {
	d.t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) rename(from, to string) {
	d.t.Helper()
	if err := os.Rename(d.path+from, d.path+to); err != nil {
		d.t.Fatal(err)
	}
}

func (d *desk) gzip(suffix string) {
	d.t.Helper()
	content, err := os.ReadFile(d.path + suffix)
	if err != nil {
		d.t.Fatal(err)
	}
	var out strings.Builder
	z := gzip.NewWriter(&out)
	if _, err := z.Write(content); err != nil {
		d.t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		d.t.Fatal(err)
	}
	d.put(d.path+suffix+".gz", out.String())
	if err := os.Remove(d.path + suffix); err != nil {
		d.t.Fatal(err)
	}
}

// truncate copies the log beside it and empties it, as logrotate does it with copytruncate; with "" there is no copy.
func (d *desk) truncate(to string) {
	d.t.Helper()
	if to != "" {
		content, err := os.ReadFile(d.path)
		if err != nil {
			d.t.Fatal(err)
		}
		d.put(d.path+to, string(content))
	}
	if err := os.Truncate(d.path, 0); err != nil {
		d.t.Fatal(err)
	}
}

func eachDesk(t *testing.T, do func(d *desk)) {
	each(t, func(t *testing.T, h *house) { do(newDesk(t, h)) })
}

func TestFollowsWhatGrows(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.step("there is no file yet", 0)
		d.put(d.path, "")
		d.step("it is empty", 0)
		d.append(d.path, line(0, 1)[:40])
		d.step("half a line", 0)
		d.append(d.path, line(0, 1)[40:])
		d.step("the other half", 1)
		d.append(d.path, log(1, 30)+line(30, 1)[:10])
		d.step("several stretches, and half a line", 30)
		d.step("nothing new", 30)
		d.append(d.path, line(30, 1)[10:])
		d.step("the other half", 31)
		d.alert("nothing was odd", "")
		d.restart().step("again from the top", 31)
		d.append(d.path, log(31, 40))
		d.step("and on", 40)
	})
}

func TestRenamed(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.append(d.path, log(0, 5))
		d.step("begin", 5)
		d.append(d.path, log(5, 7))
		d.rename("", ".1")
		d.step("renamed, with lines that were not read", 7)
		d.append(d.path+".1", log(7, 9))
		d.step("the writer has not noticed yet", 9)
		d.append(d.path, log(10, 12))
		d.append(d.path+".1", log(9, 10))
		d.step("another of its processes has", 12)
		d.append(d.path, line(13, 1))
		d.append(d.path+".1", line(12, 1))
		d.step("one is late", 14)
		d.rename(".1", ".elsewhere")
		for range 5 {
			d.step("quiet for long", 14)
		}
		d.alert("nothing was odd", "")
	})
}

func TestRotatedWhileNobodyFollowed(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.append(d.path, log(0, 5))
		d.step("begin", 5)
		if err := d.Close(); err != nil {
			d.t.Fatal(err)
		}
		d.append(d.path, log(5, 10))
		d.rename("", ".1")
		d.append(d.path, log(10, 40))
		d.rename(".1", ".2")
		d.rename("", ".1")
		d.gzip(".2")
		d.append(d.path, log(40, 45))
		d.put(d.path+".10", log(50, 55)) // older than all
		d.restart().step("rotated twice, and one is compressed", 50)
		d.rename(".1", ".3")
		d.rename("", ".1")
		d.append(d.path, log(45, 50))
		d.step("all of it is known", 55)
		d.restart().step("and again", 55)
		d.alert("nothing was odd", "")
	})
}

func TestGoneWhileNobodyFollowed(t *testing.T) {
	eachDesk(t, func(d *desk) {
		said := func(what string, want int) {
			d.t.Helper()
			got := 0
			for _, note := range d.notes {
				if strings.Contains(note, "while nobody followed it") {
					got++
				}
			}
			if got != want {
				d.t.Errorf("%s: it was said %d times, want %d: %q", what, got, want, d.notes)
			}
		}
		d.append(d.path, log(0, 5))
		d.step("begin", 5)
		d.truncate("")
		d.append(d.path, log(10, 12))
		d.restart().step("truncated without a copy", 7)
		d.alert("lines may be lost", "while nobody followed it")
		d.restart().step("started again", 7)
		said("said once", 1)
		d.rename("", ".1")
		d.restart().step("renamed, and there is no new one yet", 7)
		d.append(d.path, log(20, 22))
		d.restart().step("there is now", 9)
		d.truncate(".2")
		d.append(d.path, line(30, 1)[:20])
		d.restart().step("truncated with a copy, and half a line", 9)
		d.append(d.path, line(30, 1)[20:]+log(31, 40))
		d.restart().step("whole", 19)
		said("rotation as it should be", 1)
		if err := os.Remove(d.path); err != nil {
			d.t.Fatal(err)
		}
		d.restart().step("removed", 19)
		said("removed", 2)
		d.append(d.path, log(50, 55))
		d.restart().step("a new one", 24)
		d.truncate("")
		d.restart().step("emptied", 24)
		said("emptied", 3)
	})
}

// TestMoreLogsThanAreKept has agents tell of ever more logs of a server.
func TestMoreLogsThanAreKept(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		d := newDesk(t, h)
		d.append(d.path, log(0, 5))
		d.step("followed", 5)
		now := by().At
		intake := &gather.Intake{DB: h.db, By: func() store.By { return store.By{Actor: "agent", At: now} }, Machine: "m"}
		tell := func(from, to int) error {
			var states []usage.FeedState
			for i := from; i < to; i++ {
				states = append(states, usage.FeedState{Server: "s1", Path: fmt.Sprintf("/log/%d", i), Format: "mailman3", SeenAt: now.UnixMicro()})
			}
			return intake.Tell(context.Background(), states, nil)
		}
		kept := func(what string, want string) {
			t.Helper()
			if got := storetest.Rows(t, h.url, `SELECT count(*) FROM log_feed_state`)[0]; got != want {
				t.Errorf("%s: %s are kept, want %s", what, got, want)
			}
		}
		if err := errors.Join(tell(0, 500), tell(500, 999), tell(0, 500)); err != nil {
			t.Fatal(err)
		}
		kept("as many as may be", "1000")
		if err := tell(990, 1001); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "at most 1000 of a server are kept") {
			t.Errorf("the error is %v", err)
		}
		kept("none more", "1000")
		now = now.Add(91 * 24 * time.Hour)
		if err := tell(990, 1001); err != nil {
			t.Fatal(err)
		}
		kept("those that nobody follows any more are forgotten", "11")
		d.restart().step("a log that was forgotten is known by its content", 5)
		d.append(d.path, log(5, 7))
		d.step("and it goes on", 7)
		now = now.Add(-365 * 24 * time.Hour)
		if err := tell(0, 5); err != nil {
			t.Fatal(err)
		}
		kept("a clock that goes back forgets nothing", "17")
	})
}

func TestRotatedTwiceBetweenTwoLooks(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.append(d.path, log(0, 5))
		d.step("begin", 5)
		d.rename("", ".2")
		d.append(d.path+".2", log(5, 6))
		d.append(d.path, log(6, 10))
		d.rename("", ".1")
		d.append(d.path, log(10, 12))
		d.step("the one between was never open", 12)
	})
}

func TestCopiedAndTruncated(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.append(d.path, log(0, 5))
		d.step("begin", 5)
		d.append(d.path, log(5, 9))
		d.truncate(".1")
		d.append(d.path, log(9, 11))
		d.step("what was not read is in the copy", 11)
		d.alert("lines may be lost", "truncated")
		d.append(d.path, log(11, 12))
		d.step("it goes on", 12)
		d.truncate("")
		d.append(d.path, log(12, 30))
		d.step("grown beyond what was read before anybody looked", 30)
		d.alert("lines may be lost", "truncated")
	})
}

func TestReplacedByAnOlderCopy(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.append(d.path, log(0, 10))
		d.step("begin", 10)
		d.put(d.path+"x", log(0, 6))
		d.rename("x", "")
		d.step("older", 10)
		d.alert("not believed", "older copy")
		d.append(d.path, log(20, 22))
		d.step("still shorter", 10)
		d.put(d.path+"y", log(0, 12))
		d.rename("y", "")
		d.step("the whole log again", 12)
		d.put(d.path, log(0, 1)+log(2, 20))
		d.step("overwritten in place with other lines", 12)
		d.alert("not believed", "does not continue it")
	})
}

func TestCopiedBackInSteps(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.append(d.path, log(0, 10))
		d.step("begin", 10)
		d.put(d.path+"x", log(0, 4))
		d.rename("x", "")
		d.step("a copy that has just begun", 10)
		d.append(d.path, log(4, 12))
		d.step("and is complete now", 12)
	})
}

func TestPutTogether(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.append(d.path, log(0, 10))
		d.step("begin", 10)
		d.rename("", ".1")
		d.append(d.path, log(10, 15))
		d.step("rotated", 15)
		d.put(d.path+".all", log(0, 17))
		d.rename(".all", "")
		d.step("put together from both, with two new lines", 17)
		d.append(d.path, log(17, 18))
		d.step("and it grows", 18)
	})
}

func TestTheClockJumpsBack(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.append(d.path, log(100, 110))
		d.step("begin", 10)
		d.now = d.now.Add(-24 * time.Hour)
		d.append(d.path, log(50, 60))
		d.step("the log's clock and ours went back", 20)
		d.rename("", ".1")
		d.append(d.path, log(40, 45))
		if err := os.Chtimes(d.path+".1", d.now.Add(-time.Hour), d.now.Add(time.Hour)); err != nil {
			d.t.Fatal(err)
		}
		d.append(d.path+".1", log(60, 62))
		d.step("rotated into the future", 27)
		d.alert("nothing was odd", "")
	})
}

func TestIngestAndFollow(t *testing.T) {
	eachDesk(t, func(d *desk) {
		d.append(d.path, log(0, 10))
		check(d.t, "ingest first", d.ingest("mailman3", gather.Input{Name: d.path}), "10 10 0 0 0")
		d.step("it was read", 10)
		d.append(d.path, log(10, 15))
		d.step("followed", 15)
		check(d.t, "ingest after", d.ingest("mailman3", gather.Input{Name: d.path}), "15 0 15 0 0")
		d.append(d.path, log(15, 25))
		check(d.t, "ingest was faster", d.ingest("mailman3", gather.Input{Name: d.path}), "25 10 15 0 0")
		d.append(d.path, log(25, 30))
		d.step("goes on where that one ended", 30)
		other := d.another("other", &gather.Intake{DB: d.db, By: by, Machine: "test"})
		d.append(d.path, log(30, 35))
		if err := other.Step(context.Background()); err != nil {
			d.t.Fatal(err)
		}
		d.append(d.path, log(35, 36))
		d.step("another follower was faster", 36)
		if err := other.Step(context.Background()); err != nil {
			d.t.Fatal(err)
		}
		d.append(d.path, log(36, 37))
		if err := other.Step(context.Background()); err != nil {
			d.t.Fatal(err)
		}
		d.step("and again", 37)
		d.alert("nothing was odd", "")
	})
}
