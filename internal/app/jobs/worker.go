package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/timetable"
	"postmeter/internal/store"
)

// Limits and times of a worker.
const (
	DefaultSlots = 4                   // jobs at the same time
	poll         = time.Second         // how long a node without work waits before it looks again
	kept         = 30 * 24 * time.Hour // how long a job that ended is kept
	tidyEvery    = time.Hour
	tidyAtOnce   = 1000 // jobs deleted in one transaction
	aliveLimit   = 5 * time.Second
)

// Options of a worker.
type Options struct {
	DB    *store.DB
	Now   func() time.Time
	Log   *slog.Logger
	Slots int                                          // jobs at the same time; 0: DefaultSlots
	Ended func(kind, state string, took time.Duration) // is told of each attempt that ended; may be nil
}

// Worker does the jobs of one node. Register and Schedule come before Run or Step.
type Worker struct {
	Options
	kinds     map[string]Handler
	brief     map[string]time.Duration // kinds of which jobs that ended are kept shorter
	schedules []timetable.Schedule
	presence  *store.Presence
	tidied    time.Time
	wake      chan struct{}
	handlers  sync.WaitGroup

	mu      sync.Mutex
	running map[int64]*Run
	ended   []ended // what is not written down yet
}

type ended struct {
	run *Run
	end store.JobEnd
}

// New makes a worker that knows no kinds yet.
func New(o Options) *Worker {
	if o.Slots == 0 {
		o.Slots = DefaultSlots
	}
	return &Worker{Options: o, kinds: make(map[string]Handler), brief: make(map[string]time.Duration), wake: make(chan struct{}, 1), running: make(map[int64]*Run)}
}

// Register says who does the jobs of a kind.
func (w *Worker) Register(kind string, h Handler) { w.kinds[kind] = h }

// Keep says how long jobs of a kind are kept once they ended, where that is shorter than usual.
func (w *Worker) Keep(kind string, long time.Duration) { w.brief[kind] = long }

// Schedule adds a schedule that every provider has, unless it is there: then what was set of it stays.
func (w *Worker) Schedule(s timetable.Schedule) { w.schedules = append(w.schedules, s) }

// Wake makes the worker look for work now.
func (w *Worker) Wake() {
	select {
	case w.wake <- struct{}{}:
	default: // it is awake
	}
}

// Run does jobs until ctx ends; then it lets those that run come to a safe point. It returns early when others take this
// node for dead: all it did is given up, and it is to be started again.
func (w *Worker) Run(ctx context.Context) error {
	if err := w.Start(ctx); err != nil {
		return err
	}
	var failed error
	for ctx.Err() == nil && failed == nil {
		err := w.Step(ctx, w.Now())
		switch {
		case ctx.Err() != nil:
		case err != nil && w.lost(ctx):
			failed = err
		case err != nil:
			w.Log.Error("jobs wait", "error", message(err))
			w.rest(ctx, false)
		default:
			w.rest(ctx, true)
		}
	}
	return errors.Join(failed, w.Stop(ctx, failed != nil))
}

// rest waits until there may be something to do.
func (w *Worker) rest(ctx context.Context, early bool) {
	wake := w.wake
	if !early {
		wake = nil
	}
	timer := time.NewTimer(poll)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}

// Start announces the node, and adds the schedules.
func (w *Worker) Start(ctx context.Context) (err error) {
	if len(w.schedules) > 0 {
		err = w.DB.Write(ctx, w.by(w.Now()), func(tx *store.Tx) error {
			for _, s := range w.schedules {
				if err := tx.EnsureSchedule(s); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	w.presence, err = w.DB.Announce(ctx, rand.Text())
	return err
}

func (w *Worker) by(now time.Time) store.By { return store.By{Actor: "jobs", At: now} }

// lost says whether others take this node for dead.
func (w *Worker) lost(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), aliveLimit)
	defer cancel()
	return w.presence.Alive(ctx) != nil
}

// Stop ends the node: running jobs are asked to stop, and what became of them is written down, unless all is lost.
func (w *Worker) Stop(ctx context.Context, lost bool) error {
	cause := errStopping
	if lost {
		cause = errLost
	}
	w.mu.Lock()
	for _, run := range w.running {
		run.stop(cause)
	}
	w.mu.Unlock()
	w.handlers.Wait()
	var err error
	if !lost {
		ctx = context.WithoutCancel(ctx)
		err = w.DB.Write(ctx, w.by(w.Now()), func(tx *store.Tx) error { return w.writeEnded(tx, w.endedNow()) })
	}
	w.mu.Lock()
	w.running, w.ended = make(map[int64]*Run), nil
	w.mu.Unlock()
	return errors.Join(err, w.closePresence(lost))
}

func (w *Worker) closePresence(lost bool) error {
	err := w.presence.Close()
	w.presence = nil
	if lost {
		return nil // its connection is broken
	}
	return err
}

// Wait waits until no handler runs.
func (w *Worker) Wait() { w.handlers.Wait() }

// start runs a job.
func (w *Worker) start(ctx context.Context, job store.Job) {
	run := &Run{Job: job, progress: job.Progress}
	run.ctx, run.stop = context.WithCancelCause(context.WithoutCancel(ctx))
	w.mu.Lock()
	w.running[job.ID] = run
	w.mu.Unlock()
	w.handlers.Go(func() {
		began := w.Now()
		err := w.handle(run)
		now := w.Now()
		end := run.end(err, now)
		run.stop(nil)
		w.log(run, end, err, now.Sub(began))
		w.mu.Lock()
		w.ended = append(w.ended, ended{run, end})
		w.mu.Unlock()
		w.Wake()
	})
}

func (w *Worker) handle(run *Run) (err error) {
	defer func() {
		if bug := recover(); bug != nil {
			w.Log.Error("panic", "job", run.Job.ID, "kind", run.Job.Kind, "error", fmt.Sprint(bug), "stack", string(debug.Stack()))
			err = fmt.Errorf("a fault in Postmeter itself: %v", bug)
		}
	}()
	h := w.kinds[run.Job.Kind]
	if h == nil {
		return unknownKind(run.Job.Kind)
	}
	return h(run.ctx, run)
}

func (w *Worker) log(run *Run, end store.JobEnd, err error, took time.Duration) {
	level, fields := slog.LevelInfo, []any{"job", run.Job.ID, "kind", run.Job.Kind, "state", end.State, "attempt", run.Job.Attempts, "ms", took.Milliseconds()}
	if err != nil && !end.Void {
		level, fields = slog.LevelWarn, append(fields, "error", message(err))
	}
	w.Log.Log(run.ctx, level, "job", fields...)
	if w.Ended != nil {
		w.Ended(run.Job.Kind, end.State, took)
	}
}

// message is an error as the log has it.
func message(err error) string {
	if fault.KindOf(err) == fault.Internal {
		return err.Error()
	}
	return fault.MessageOf(err)
}

// known returns the kinds that this node does.
func (w *Worker) known() []string { return slices.Sorted(maps.Keys(w.kinds)) }
