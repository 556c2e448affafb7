package jobs

import (
	"context"
	"time"

	"postmeter/internal/store"
)

// Step does once what a worker does again and again: it hears what was asked of its jobs, and in one transaction writes
// down what ended and how far the others are, takes over from nodes that died, enqueues what schedules ask for, and
// claims as many jobs as it has slots free. It starts those and does not wait for them.
func (w *Worker) Step(ctx context.Context, now time.Time) error {
	if err := w.presence.Alive(ctx); err != nil {
		return err
	}
	waits, err := w.listen(ctx, now)
	if err != nil {
		return err
	}
	done, dirty := w.endedNow(), w.dirty()
	tidy := now.Sub(w.tidied) >= tidyEvery
	if !waits && !tidy && len(done) == 0 && len(dirty) == 0 {
		return nil
	}
	var claimed []store.Job
	err = w.DB.Write(ctx, w.by(now), func(tx *store.Tx) (err error) {
		claimed, err = w.write(tx, done, dirty, now, tidy)
		return err
	})
	if err != nil {
		w.dirtyAgain(dirty)
		return err
	}
	if tidy {
		w.tidied = now
	}
	w.forget(done)
	for _, job := range claimed {
		w.start(ctx, job)
	}
	return nil
}

// listen tells jobs what was asked of them, and says whether there is something to write.
func (w *Worker) listen(ctx context.Context, now time.Time) (waits bool, err error) {
	var asked map[int64]string
	err = w.DB.Read(ctx, func(s *store.Snapshot) (err error) {
		if asked, err = s.AskedJobs(w.presence.Name()); err != nil {
			return err
		}
		var kinds []string
		if w.free(nil) > 0 {
			kinds = w.known()
		}
		waits, err = s.WorkWaits(w.presence.Name(), kinds, now.UnixMicro())
		return err
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, what := range asked {
		if run := w.running[id]; run != nil && what == store.AskPause {
			run.stop(errPaused)
		} else if run != nil {
			run.stop(errCancelled)
		}
	}
	return waits, err
}

func (w *Worker) write(tx *store.Tx, done []ended, dirty []*Run, now time.Time, tidy bool) (claimed []store.Job, err error) {
	if err := w.writeEnded(tx, done); err != nil {
		return nil, err
	}
	for _, run := range dirty {
		if err := tx.SetJobProgress(&run.Job, run.now()); err != nil {
			return nil, err
		}
	}
	taken, err := tx.TakeOverJobs(w.presence.Name())
	if err != nil {
		return nil, err
	}
	if taken > 0 {
		w.Log.Warn("jobs of a process that ended are taken over", "jobs", taken)
	}
	if _, err := tx.EnqueueDue(); err != nil {
		return nil, err
	}
	if tidy {
		if err := w.tidy(tx, now); err != nil {
			return nil, err
		}
	}
	return tx.ClaimJobs(w.presence.Name(), w.known(), w.free(done))
}

// tidy deletes jobs that ended long ago.
func (w *Worker) tidy(tx *store.Tx, now time.Time) error {
	for kind, long := range w.brief {
		if _, err := tx.DropJobsOf(kind, now.Add(-long).UnixMicro(), tidyAtOnce); err != nil {
			return err
		}
	}
	_, err := tx.DropJobs(now.Add(-kept).UnixMicro(), tidyAtOnce)
	return err
}

// writeEnded writes down what became of jobs. One that was taken over, or ended in its handler's transaction, is left.
func (w *Worker) writeEnded(tx *store.Tx, done []ended) error {
	for _, e := range done {
		if _, err := tx.EndJob(&e.run.Job, e.end); err != nil {
			return err
		}
	}
	return nil
}

// free returns how many slots are free when done is written down.
func (w *Worker) free(done []ended) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.Slots - len(w.running) + len(done)
}

func (w *Worker) endedNow() []ended {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]ended(nil), w.ended...)
}

// forget drops what was written down.
func (w *Worker) forget(done []ended) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = w.ended[len(done):]
	for _, e := range done {
		delete(w.running, e.run.Job.ID)
	}
}

// dirty returns the jobs whose progress is not written down.
func (w *Worker) dirty() (out []*Run) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, run := range w.running {
		if _, dirty := run.takeDirty(); dirty {
			out = append(out, run)
		}
	}
	return out
}

func (w *Worker) dirtyAgain(runs []*Run) {
	for _, run := range runs {
		run.mu.Lock()
		run.dirty = true
		run.mu.Unlock()
	}
}
