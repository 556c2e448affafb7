package serve

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"postmeter/internal/app/jobs"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// monk answers as a listmonk with one list and one campaign does.
type monk struct {
	*httptest.Server
	mu    sync.Mutex
	sent  int64
	asked int // for all its lists
}

func newMonk(t testing.TB) *monk {
	m := &monk{}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.mu.Lock()
		defer m.mu.Unlock()
		results := []map[string]any{{"id": 1, "uuid": "u1", "name": "news", "optin": "single", "subscriber_count": 3, "subscriber_statuses": map[string]int{"confirmed": 3}}}
		switch r.URL.Path {
		case "/api/lists":
			if r.FormValue("order_by") != "" {
				m.asked++
			}
		case "/api/campaigns":
			results = []map[string]any{{"uuid": "c1", "name": "C1", "status": "running", "sent": m.sent, "updated_at": "2026-11-23T10:00:00Z", "lists": results}}
		}
		w.Header().Set("Content-Type", "application/json")
		answer := map[string]any{"data": map[string]any{"results": results, "total": len(results)}}
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(m.Close)
	return m
}

// sends sets what its campaign has sent.
func (m *monk) sends(n int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent = n
}

func (m *monk) questions() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.asked
}

// newAskedHouse is a house with a listmonk, and a server that is dead.
func newAskedHouse(t *testing.T, url string) (*house, *monk) {
	t.Helper()
	h, m := newHouse(t, url), newMonk(t)
	h.must(h.DB.Write(context.Background(), h.by(), func(tx *store.Tx) error {
		for name, address := range map[string]string{"monk": m.URL, "dead": "http://127.0.0.1:1"} {
			server := hosting.NewServer(name)
			server.Kind, server.URL, server.User, server.Host = "listmonk", address, "billing", name+".test"
			if err := tx.InsertServer(&server); err != nil {
				return err
			}
		}
		return nil
	}))
	return h, m
}

// node starts a node of its own that asks servers, and fills in words.
func (h *house) node() *jobs.Worker {
	h.Helper()
	return h.nodeOf(asking, words)
}

// nodeOf starts a node of its own that does the jobs of some parts.
func (h *house) nodeOf(parts ...func(Deps) Part) *jobs.Worker {
	h.Helper()
	db, err := store.Open(context.Background(), h.url, store.Options{})
	h.must(err)
	d := h.Deps
	d.DB = db
	w := jobs.New(jobs.Options{DB: db, Now: h.Now, Log: slog.New(slog.DiscardHandler)})
	for _, makes := range parts {
		part := makes(d)
		for kind, handler := range part.Jobs {
			w.Register(kind, handler)
		}
		for kind, long := range part.Brief {
			w.Keep(kind, long)
		}
		for _, schedule := range part.Schedules {
			w.Schedule(schedule)
		}
	}
	h.must(w.Start(context.Background()))
	h.Cleanup(func() {
		if err := w.Stop(context.Background(), false); err != nil {
			h.Error(err)
		}
		if err := db.Close(); err != nil {
			h.Error(err)
		}
	})
	return w
}

// step makes nodes do a step each, and waits until what they began is written down.
func (h *house) step(nodes ...*jobs.Worker) {
	h.Helper()
	for range 2 {
		for _, w := range nodes {
			h.must(w.Step(context.Background(), h.Now()))
		}
		for _, w := range nodes {
			w.Wait()
		}
	}
}

// asks has a person ask for a job, and returns it when the node has done it.
func (h *house) asks(who, kind string, order any, w *jobs.Worker) (j store.Job) {
	h.Helper()
	var id int64
	h.must(h.DB.Write(context.Background(), h.By(who), func(tx *store.Tx) (err error) {
		id, _, err = tx.Enqueue(store.NewJob{Kind: kind, Payload: order})
		return err
	}))
	h.step(w)
	h.must(h.DB.Read(context.Background(), func(s *store.Snapshot) (err error) {
		j, err = s.Job(id)
		return err
	}))
	return j
}

// statuses is what a job says of each server.
func (h *house) statuses(j store.Job) string {
	h.Helper()
	var results []struct{ Server, Status string }
	if err := json.Unmarshal([]byte(j.Result), &results); err != nil {
		h.Fatalf("job %d (%s %s): %q: %v", j.ID, j.State, j.Error, j.Result, err)
	}
	var out []string
	for _, r := range results {
		out = append(out, r.Server+" "+r.Status)
	}
	return strings.Join(out, ", ")
}

// TestADeadServerDoesNotFailTheJob asks all servers, one of which does not answer.
func TestADeadServerDoesNotFailTheJob(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h, m := newAskedHouse(t, url)
		w := h.node()
		for kind, want := range map[string]string{
			"sync servers":     "dead failed, monk done, s1 no_api, s2 no_api",
			"validate servers": "dead failed, monk done, s1 no_api, s2 no_api",
		} {
			j := h.asks("ann", kind, nil, w)
			if got := h.statuses(j); j.State != store.JobDone || j.Attempts != 1 || got != want {
				t.Errorf("%s: %s after %d attempts, %s", kind, j.State, j.Attempts, got)
			}
			if strings.Contains(kind, "sync") && (j.Done != 1 || j.Total != 1 || j.Doing != "lists of monk") {
				t.Errorf("progress: %+v", j.Progress)
			}
		}
		if got := h.statuses(h.asks("ann", "sync servers", map[string]any{"names": []string{"monk"}}, w)); got != "monk done" {
			t.Errorf("one that is named: %s", got)
		}
		if got := storetest.Rows(t, url, `SELECT actor, count(*) FROM history WHERE action = 'synced' GROUP BY actor`); strings.Join(got, " ") != "ann|2" {
			t.Errorf("who asked: %v", got)
		}
		if got := storetest.Rows(t, url, `SELECT failure <> '' FROM server_state y JOIN server s ON s.id = y.server_id WHERE s.name = 'dead'`); len(got) != 1 {
			t.Errorf("the failure is not kept: %v", got)
		}
		j := h.asks("ann", "sync servers", map[string]any{"names": []string{"nobody"}}, w)
		if j.State != store.JobFailed || !strings.Contains(j.Error, `server "nobody" is not known`) {
			t.Errorf("a server that is none: %+v", j)
		}
		if m.questions() != 3 {
			t.Errorf("the catalogue was asked for %d times", m.questions())
		}
	})
}

// TestOfTwoNodesOneAsks starts two nodes, one of them twice, and lets the times of the schedules come.
func TestOfTwoNodesOneAsks(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h, m := newAskedHouse(t, url)
		m.sends(100)
		nodes := []*jobs.Worker{h.node(), h.node(), h.node()}
		schedules := storetest.Rows(t, url, `SELECT name, kind, every_seconds, daily_minute FROM schedule WHERE kind IN ('sync servers', 'validate servers', 'read counters') ORDER BY 1`)
		if got := strings.Join(schedules, "\n"); got != "counters of mails|read counters|1800|0\nsync of all servers|sync servers|0|180\nvalidation of all servers|validate servers|0|270" {
			t.Errorf("schedules: %s", got)
		}
		done := func(kind string) string {
			return storetest.Rows(t, url, `SELECT count(*) FROM job WHERE state = 'done' AND attempts = 1 AND kind = '`+kind+`'`)[0]
		}
		h.step(nodes...)
		if m.questions() != 0 {
			t.Error("a server is asked before its time")
		}
		h.now = h.now.Add(31 * time.Minute) // of the counters: the first sync notes them
		h.step(nodes...)
		m.sends(110)
		h.now = h.now.Add(30 * time.Minute)
		h.step(nodes...)
		if got := strings.Join(storetest.Rows(t, url, `SELECT day, recipients FROM usage_sum`), " "); m.questions() != 2 || done("read counters") != "2" || got != "20780|10" {
			t.Errorf("asked %d times by %s jobs, counted %s", m.questions(), done("read counters"), got)
		}
		h.now = time.Date(2026, 11, 24, 5, 0, 0, 0, time.UTC) // of everything
		h.step(nodes...)
		if done("sync servers") != "1" || done("validate servers") != "1" || done("read counters") != "3" {
			t.Errorf("done: %v", storetest.Rows(t, url, `SELECT kind, state, attempts, error FROM job`))
		}
		h.step(nodes...)
		if done("sync servers") != "1" {
			t.Error("it was synced again at once")
		}
		if got := storetest.Rows(t, url, `SELECT DISTINCT actor FROM history WHERE action = 'synced'`); strings.Join(got, " ") != "jobs" {
			t.Errorf("who asked: %v", got)
		}
	})
}

// TestSearchesForPeopleAreForgotten looks for members in the background. The order and what was found are addresses: they are
// kept for a day, and other jobs longer.
func TestSearchesForPeopleAreForgotten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h, _ := newAskedHouse(t, url)
		w := h.node()
		h.asks("ann", "validate servers", nil, w)
		j := h.asks("ann", "find members", map[string]any{"patterns": []string{"eve@x.test"}}, w)
		if got := h.statuses(j); got != "dead failed, monk done, s1 no_api, s2 no_api" {
			t.Errorf("%s: %s", j.State, got)
		}
		j = h.asks("ann", "delete members", map[string]any{"members": []map[string]string{{"server": "dead", "site": "x.test", "list": "l", "address": "eve@x.test"}}}, w)
		if got := h.statuses(j); got != "dead failed" {
			t.Errorf("%s: %s", j.State, got)
		}
		left := func() string {
			return strings.Join(storetest.Rows(t, url, `SELECT kind FROM job WHERE kind IN ('find members', 'delete members', 'validate servers') AND actor = 'ann' ORDER BY 1`), ", ")
		}
		h.now = h.now.Add(23 * time.Hour)
		h.step(w)
		if got := left(); got != "delete members, find members, validate servers" {
			t.Errorf("after 23 hours: %s", got)
		}
		h.now = h.now.Add(2 * time.Hour)
		h.step(w)
		if got := left(); got != "validate servers" {
			t.Errorf("after 25 hours: %s", got)
		}
	})
}
