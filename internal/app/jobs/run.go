package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/store"
)

// Handler does one job. When its context ends it returns at its next safe point, with any error: somebody asked the job
// to pause or to end, or the process stops. A fault of the kinds Busy, Unavailable and Internal is tried again later; any
// other ends the job.
type Handler func(ctx context.Context, run *Run) error

// Why the context of a job ends.
var (
	errPaused    = errors.New("the job was asked to pause")
	errCancelled = errors.New("the job was asked to end")
	errStopping  = errors.New("the process stops")
	errLost      = errors.New("other processes take this one for dead")
)

// Run is a job that is being done. Its methods may be called from any goroutine.
type Run struct {
	Job store.Job // as it was claimed

	ctx  context.Context //nolint:containedctx // lives exactly as long as the attempt
	stop context.CancelCauseFunc

	mu       sync.Mutex
	progress store.Progress
	dirty    bool
	result   any
}

// Read reads the payload. One that is not understood is an Invalid fault, and ends the job.
func (r *Run) Read(into any) error {
	if err := json.Unmarshal(r.Job.Payload, into); err != nil {
		return fault.Wrap(fault.Invalid, err, "job %d of the kind %s is not understood: it may be of a newer program", r.Job.ID, r.Job.Kind)
	}
	return nil
}

// Progress says how far the job is; total is 0 while it is not known. It is written down soon, not at once.
func (r *Run) Progress(done, total int64, doing string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	next := store.Progress{Done: done, Total: total, Doing: doing}
	r.dirty = r.dirty || next != r.progress
	r.progress = next
}

// Result sets what the job came to; it is written as JSON when the job ends well.
func (r *Run) Result(v any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result = v
}

// Stopped returns nil as long as the job shall go on. For handlers that look at safe points and not at their context.
func (r *Run) Stopped() error { return context.Cause(r.ctx) }

// Hold makes sure that the job is still this node's until a transaction ends: in it the handler does what must happen
// once only.
func (r *Run) Hold(tx *store.Tx) error { return tx.HoldJob(&r.Job) }

// End ends the job in a transaction of the handler: both happen, or neither. The handler returns nil after it.
func (r *Run) End(tx *store.Tx, result any) error {
	mine, err := tx.EndJob(&r.Job, store.JobEnd{State: store.JobDone, Result: result, Progress: r.now()})
	if err == nil && !mine {
		return fault.New(fault.Conflict, "job %d was taken over by another process: nothing was changed", r.Job.ID)
	}
	return err
}

func (r *Run) now() store.Progress {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.progress
}

// takeDirty returns progress that is not written down yet.
func (r *Run) takeDirty() (p store.Progress, dirty bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	dirty, r.dirty = r.dirty, false
	return r.progress, dirty
}

// rests is how long a job waits after each attempt that failed; the last holds for all after it.
var rests = []time.Duration{10 * time.Second, time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour}

// end says what became of an attempt.
func (r *Run) end(err error, now time.Time) store.JobEnd {
	out := store.JobEnd{Progress: r.now()}
	cause := context.Cause(r.ctx)
	switch {
	case err == nil:
		out.State = store.JobDone
		r.mu.Lock()
		out.Result = r.result
		r.mu.Unlock()
		return out
	case errors.Is(cause, errPaused):
		out.State, out.Void = store.JobPaused, true
	case errors.Is(cause, errCancelled):
		out.State, out.Error = store.JobCancelled, "somebody ended it"
	case cause != nil:
		out.State, out.Void, out.RunAt = store.JobQueued, true, now.UnixMicro()
	default:
		out.State, out.Error = store.JobFailed, fault.MessageOf(err)
		if again(err) && r.Job.Attempts < r.Job.MaxAttempts {
			rest := rests[min(int(r.Job.Attempts), len(rests))-1]
			out.State, out.RunAt = store.JobQueued, now.Add(rest).UnixMicro()
		}
	}
	return out
}

// again says whether trying later may help.
func again(err error) bool {
	switch fault.KindOf(err) {
	case fault.Busy, fault.Unavailable, fault.Internal, fault.Canceled:
		return true
	}
	return false
}

// unknownKind is the fault of a job that was claimed for a handler that is not there.
func unknownKind(kind string) error {
	return fmt.Errorf("no handler of the kind %s", kind)
}
