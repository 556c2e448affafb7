package jobs

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/timetable"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

func TestTwoNodesDoEachJobOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		const jobs = 1000
		h := newHouse(t, url)
		h.must(h.write(func(tx *store.Tx) error {
			for i := range jobs {
				if _, _, err := tx.Enqueue(store.NewJob{Kind: "work", Payload: i}); err != nil {
					return err
				}
			}
			return nil
		}))
		var mu sync.Mutex
		done, by := make(map[int]int), make(map[string]int)
		both := make(chan struct{}) // closed when both nodes are at work: neither does all of it before the other has begun
		begun := sync.OnceFunc(func() { close(both) })
		work := func(_ context.Context, run *Run) error {
			var n int
			if err := run.Read(&n); err != nil {
				return err
			}
			mu.Lock()
			done[n]++
			by[run.Job.Node]++
			if len(by) == 2 {
				begun()
			}
			mu.Unlock()
			<-both
			return nil
		}
		var nodes sync.WaitGroup
		for range 2 {
			w := h.node(30, work)
			nodes.Go(func() {
				for {
					if err := w.Step(context.Background(), start); err != nil {
						t.Error(err)
						begun() // the other waits for nobody
						return
					}
					if w.free(nil) == w.Slots { // the last step found nothing
						return
					}
					w.Wait()
				}
			})
		}
		nodes.Wait()
		for n := range jobs {
			if done[n] != 1 {
				t.Errorf("job %d was done %d times", n, done[n])
			}
		}
		if got := storetest.Rows(t, url, `SELECT count(*) FROM job WHERE state = 'done' AND attempts = 1 AND node = ''`)[0]; got != "1000" || len(by) != 2 {
			t.Errorf("%s are done; by node: %v", got, by)
		}
	})
}

func TestJobOfATransaction(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		broken := errors.New("broken off")
		err := h.write(func(tx *store.Tx) error {
			if _, _, err := tx.Enqueue(store.NewJob{Kind: "work"}); err != nil {
				return err
			}
			return broken
		})
		if !errors.Is(err, broken) {
			t.Fatal(err)
		}
		first, fresh := h.enqueue(store.NewJob{Key: "one", Payload: map[string]int{"n": 1}})
		again, freshAgain := h.enqueue(store.NewJob{Key: "one"})
		if !fresh || freshAgain || again != first {
			t.Errorf("queued as %d (%t), again as %d (%t)", first, fresh, again, freshAgain)
		}
		w := h.node(4, func(_ context.Context, run *Run) error {
			run.Progress(3, 3, "counted")
			run.Result(map[string]string{"found": "<all>"})
			return nil
		})
		h.step(w)
		j := h.is(first, store.JobDone, 1)
		if string(j.Result) != `{"found":"<all>"}` || j.Doing != "counted" || j.Done != 3 || j.Actor != "test" || j.FinishedAt != start.UnixMicro() {
			t.Errorf("%+v", j)
		}
		if next, fresh := h.enqueue(store.NewJob{Key: "one"}); !fresh || next == first {
			t.Error("a job that has ended keeps its key")
		}
		if n := storetest.Rows(t, url, `SELECT count(*) FROM job`)[0]; n != "2" {
			t.Errorf("%s jobs", n)
		}
	})
}

func TestFailuresAreTriedAgainForAWhile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		failure := error(fault.New(fault.Unavailable, "the server does not answer"))
		w := h.node(4, func(context.Context, *Run) error { return failure })
		id, _ := h.enqueue(store.NewJob{MaxAttempts: 3})
		for attempt, rest := range []time.Duration{10 * time.Second, time.Minute} {
			h.step(w)
			j := h.is(id, store.JobQueued, int64(attempt+1))
			if got := time.UnixMicro(j.RunAt).Sub(h.clock()); got != rest || j.Error != "the server does not answer" {
				t.Errorf("attempt %d: %+v, in %s", attempt+1, j, got)
			}
			h.pass(rest - time.Second)
			h.step(w)
			h.is(id, store.JobQueued, int64(attempt+1))
			h.pass(time.Second)
		}
		h.step(w)
		h.is(id, store.JobFailed, 3)

		for _, c := range []struct {
			err   error
			state string
			text  string
		}{
			{fault.At("server", "is wrong"), store.JobFailed, "server: is wrong"},
			{errors.New("password hunter2"), store.JobQueued, "internal error; the log has the details"},
			{nil, store.JobQueued, "internal error; the log has the details"}, // panics
		} {
			failure = c.err
			if c.err == nil {
				w.Register("work", func(context.Context, *Run) error { panic("oh") })
			}
			id, _ := h.enqueue(store.NewJob{})
			h.step(w)
			if j := h.is(id, c.state, 1); j.Error != c.text {
				t.Errorf("%v: the error is %q", c.err, j.Error)
			}
		}
	})
}

// talk is a handler that does a step of its work each time the test says so.
type talk struct {
	began chan *Run
	goOn  chan struct{}
}

func newTalk() *talk { return &talk{make(chan *Run), make(chan struct{})} }

func (k *talk) work(ctx context.Context, run *Run) error {
	k.began <- run
	for n := int64(1); ; n++ {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case _, more := <-k.goOn:
			if !more {
				return nil
			}
			run.Progress(n, 10, "working")
			k.began <- run
		}
	}
}

func TestPauseGoOnAndCancel(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h, ctx := newHouse(t, url), context.Background()
		k := newTalk()
		w := h.node(1, k.work)
		id, _ := h.enqueue(store.NewJob{})
		waiting, _ := h.enqueue(store.NewJob{})
		h.must(w.Step(ctx, h.clock()))
		<-k.began
		k.goOn <- struct{}{}
		<-k.began
		h.must(w.Step(ctx, h.clock()))
		if j := h.is(id, store.JobRunning, 1); j.Done != 1 || j.Total != 10 || j.Doing != "working" {
			t.Errorf("%+v", j)
		}
		h.ask(waiting, store.AskPause)
		h.is(waiting, store.JobPaused, 0)
		h.ask(id, store.AskPause)
		h.step(w)
		if j := h.is(id, store.JobPaused, 0); j.Done != 1 || j.Asked != "" {
			t.Errorf("%+v", j)
		}
		if err := h.write(func(tx *store.Tx) error { return tx.AskJob(id, store.AskPause) }); fault.KindOf(err) != fault.Conflict {
			t.Errorf("paused twice: %v", err)
		}
		h.ask(id, store.AskResume)
		h.must(w.Step(ctx, h.clock()))
		if run := <-k.began; run.Job.Done != 1 || run.Stopped() != nil {
			t.Errorf("it goes on with %+v", run.Job)
		}
		h.ask(id, store.AskCancel)
		h.step(w)
		h.is(id, store.JobCancelled, 1)
		h.ask(waiting, store.AskCancel)
		h.is(waiting, store.JobCancelled, 0)
	})
}

func TestStoppedProcessLeavesItsJobsToOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h, ctx := newHouse(t, url), context.Background()
		k := newTalk()
		first := h.node(1, k.work)
		id, _ := h.enqueue(store.NewJob{})
		h.must(first.Step(ctx, h.clock()))
		<-k.began
		second := h.node(1, k.work)
		h.step(second) // the first one lives: its job is left to it
		h.is(id, store.JobRunning, 1)
		h.must(first.Stop(ctx, false))
		h.is(id, store.JobQueued, 0)
		h.must(second.Step(ctx, h.clock()))
		<-k.began
		close(k.goOn)
		h.step(second)
		h.is(id, store.JobDone, 1)
	})
}

// TestNodeThatIsTakenForDead loses its connection, and with it its jobs: what it does about them afterwards is refused.
func TestNodeThatIsTakenForDead(t *testing.T) {
	url := storetest.Postgres(t)
	h, ctx := newHouse(t, url), context.Background()
	k := newTalk()
	first := h.node(1, k.work)
	id, _ := h.enqueue(store.NewJob{})
	h.must(first.Step(ctx, h.clock()))
	run := <-k.began
	storetest.Rows(t, url, `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'`)
	second := h.node(1, func(context.Context, *Run) error { return nil })
	deadline, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for h.job(id).State != store.JobDone { // the server ends a backend in its own time
		h.step(second)
		h.must(deadline.Err())
	}
	h.is(id, store.JobDone, 2)
	if err := h.write(run.Hold); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a lost job can be held: %v", err)
	}
	if err := h.write(func(tx *store.Tx) error { return run.End(tx, nil) }); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a lost job can be ended: %v", err)
	}
	if err := first.Step(ctx, h.clock()); fault.KindOf(err) != fault.Unavailable || !first.lost(ctx) {
		t.Errorf("the node does not know that it is lost: %v", err)
	}
	h.must(first.Stop(ctx, true))
	if j := h.is(id, store.JobDone, 2); j.Error != "" {
		t.Errorf("%+v", j)
	}
}

func TestSchedulesEnqueueOnce(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h, ctx := newHouse(t, url), context.Background()
		var nodes []*Worker
		for range 2 {
			w := New(Options{DB: h.open(), Now: h.clock, Log: slog.New(slog.DiscardHandler)})
			w.Schedule(timetable.Schedule{Name: "nightly", Kind: "elsewhere", Minute: 3 * 60, Enabled: true, Payload: `{"all":true}`})
			w.Schedule(timetable.Schedule{Name: "often", Kind: "elsewhere", Every: time.Hour, Enabled: true})
			h.must(w.Start(ctx))
			t.Cleanup(func() {
				if err := w.Stop(ctx, false); err != nil {
					t.Error(err)
				}
			})
			nodes = append(nodes, w)
		}
		count := func() string {
			return strings.Join(storetest.Rows(t, url, `SELECT unique_key, count(*) FROM job GROUP BY unique_key ORDER BY 1`), " ")
		}
		both := func() {
			var at sync.WaitGroup
			for _, w := range nodes {
				at.Go(func() {
					if err := w.Step(ctx, h.clock()); err != nil {
						t.Error(err)
					}
				})
			}
			at.Wait()
			storetest.Rows(t, url, `UPDATE job SET state = 'done', finished_at = created_at WHERE finished_at = 0 RETURNING id`)
		}
		both()
		if got := count(); got != "" {
			t.Errorf("at the start: %s", got)
		}
		h.pass(time.Hour)
		both()
		if got := count(); got != "schedule/often|1" {
			t.Errorf("after an hour: %s", got)
		}
		h.pass(72*time.Hour + time.Minute) // nobody ran for three days: once is enough
		both()
		if got := count(); got != "schedule/nightly|1 schedule/often|2" {
			t.Errorf("after three days: %s", got)
		}
		h.pass(59 * time.Minute) // the hour keeps its step
		both()
		if got := count(); got != "schedule/nightly|1 schedule/often|3" {
			t.Errorf("after another hour: %s", got)
		}
	})
}

// TestTheClockJumpsBack sets the clock of all nodes back by days: what was queued is done, what one that dies has is taken over, and
// what comes back does.
func TestTheClockJumpsBack(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h, ctx := newHouse(t, url), context.Background()
		begun, ended := make(chan struct{}, 1), make(chan struct{})
		dying := h.node(1, func(ctx context.Context, _ *Run) error {
			begun <- struct{}{}
			<-ctx.Done()
			close(ended)
			return ctx.Err()
		})
		running, _ := h.enqueue(store.NewJob{Key: "running"})
		if err := dying.Step(ctx, h.clock()); err != nil {
			t.Fatal(err)
		}
		<-begun
		queued, _ := h.enqueue(store.NewJob{Key: "queued"})
		w := h.node(4, func(context.Context, *Run) error { return nil })
		w.Schedule(timetable.Schedule{Name: "often", Kind: "elsewhere", Every: time.Hour, Enabled: true})
		w.Schedule(timetable.Schedule{Name: "nightly", Kind: "elsewhere", Minute: 3 * 60, Enabled: true})
		h.must(w.Stop(ctx, true))
		h.must(w.Start(ctx))
		h.pass(-72 * time.Hour)
		h.step(w)
		h.is(queued, store.JobDone, 1)
		h.must(dying.Stop(ctx, true))
		<-ended
		h.step(w)
		h.step(w)
		h.is(running, store.JobDone, 2)
		later, _ := h.enqueue(store.NewJob{Key: "later"})
		h.step(w)
		h.is(later, store.JobDone, 1)
		count := func(what, want string) {
			t.Helper()
			if got := strings.Join(storetest.Rows(t, url, `SELECT unique_key, count(*) FROM job WHERE kind = 'elsewhere' GROUP BY unique_key ORDER BY 1`), " "); got != want {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		count("nothing came back early", "")
		h.pass(time.Hour + time.Minute)
		h.step(w)
		count("after an hour", "schedule/often|1")
		h.pass(24 * time.Hour)
		h.step(w)
		count("after a day", "schedule/nightly|1 schedule/often|1") // that of the hour is not done: it stands for the next
	})
}

func TestOldJobsGo(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	w := h.node(4, func(context.Context, *Run) error { return nil })
	id, _ := h.enqueue(store.NewJob{})
	h.step(w)
	h.pass(kept - time.Hour)
	h.step(w)
	h.is(id, store.JobDone, 1)
	h.pass(2 * time.Hour)
	h.step(w)
	if got := storetest.Rows(t, h.url, `SELECT count(*) FROM job`)[0]; got != "0" {
		t.Errorf("%s jobs are left", got)
	}
}
