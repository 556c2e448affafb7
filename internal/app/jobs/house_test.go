package jobs

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"postmeter/internal/store"
)

var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// house is a database, and the clock of all nodes on it.
type house struct {
	testing.TB
	url string
	db  *store.DB

	mu  sync.Mutex
	now time.Time
}

func newHouse(t testing.TB, url string) *house {
	t.Helper()
	h := &house{TB: t, url: url, now: start}
	h.db = h.open()
	return h
}

// open opens the database once more, as another process does.
func (h *house) open() *store.DB {
	h.Helper()
	db, err := store.Open(context.Background(), h.url, store.Options{})
	h.must(err)
	h.Cleanup(func() {
		if err := db.Close(); err != nil {
			h.Error(err)
		}
	})
	return db
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

// pass moves the clock on.
func (h *house) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// node starts a node that does jobs of the kind "work".
func (h *house) node(slots int, work Handler) *Worker {
	h.Helper()
	w := New(Options{DB: h.open(), Now: h.clock, Log: slog.New(slog.DiscardHandler), Slots: slots})
	w.Register("work", work)
	h.must(w.Start(context.Background()))
	h.Cleanup(func() {
		if w.presence != nil {
			if err := w.Stop(context.Background(), false); err != nil {
				h.Error(err)
			}
		}
	})
	return w
}

// step makes nodes do a step each, and waits until their handlers have ended and that is written down.
func (h *house) step(nodes ...*Worker) {
	h.Helper()
	for range 2 {
		for _, w := range nodes {
			h.must(w.Step(context.Background(), h.clock()))
			w.Wait()
		}
	}
}

func (h *house) write(do func(*store.Tx) error) error {
	return h.db.Write(context.Background(), store.By{Actor: "test", At: h.clock()}, do)
}

// enqueue queues a job of the kind "work".
func (h *house) enqueue(n store.NewJob) (id int64, fresh bool) {
	h.Helper()
	n.Kind = "work"
	h.must(h.write(func(tx *store.Tx) (err error) {
		id, fresh, err = tx.Enqueue(n)
		return err
	}))
	return id, fresh
}

func (h *house) ask(id int64, what string) {
	h.Helper()
	h.must(h.write(func(tx *store.Tx) error { return tx.AskJob(id, what) }))
}

func (h *house) job(id int64) (j store.Job) {
	h.Helper()
	h.must(h.db.Read(context.Background(), func(s *store.Snapshot) (err error) {
		j, err = s.Job(id)
		return err
	}))
	return j
}

// is checks the state of a job.
func (h *house) is(id int64, state string, attempts int64) store.Job {
	h.Helper()
	j := h.job(id)
	if j.State != state || j.Attempts != attempts {
		h.Errorf("job %d is %s after %d attempts (%s), want %s after %d", id, j.State, j.Attempts, j.Error, state, attempts)
	}
	return j
}
