package servers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"postmeter/internal/outside/listserver"
	"postmeter/internal/outside/listserver/kinds"
	"postmeter/internal/stage/gather/servers"
	"postmeter/internal/store/storetest"
)

// standIn pages through lists as a Mailman's REST API does. At page broken of the lists it does what fault says.
type standIn struct {
	mu    sync.Mutex
	lists int
	fault func(w http.ResponseWriter, r *http.Request)
}

const broken = 2 // page

func (s *standIn) set(lists int, fault http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lists, s.fault = lists, fault
}

// ServeHTTP answers what a sync asks.
func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	lists, fault := s.lists, s.fault
	s.mu.Unlock()
	page, err1 := strconv.Atoi(r.FormValue("page"))
	count, err2 := strconv.Atoi(r.FormValue("count"))
	if err1 != nil || err2 != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	var all []map[string]any
	switch {
	case strings.HasSuffix(r.URL.Path, "/domains"):
		all = append(all, map[string]any{"mail_host": "a.test"})
	case strings.HasSuffix(r.URL.Path, "/lists"):
		if page == broken && fault != nil {
			fault(w, r)
			return
		}
		for i := range lists {
			name := fmt.Sprintf("list%05d", i)
			all = append(all, map[string]any{"list_id": name + ".a.test", "list_name": name, "mail_host": "a.test", "member_count": i})
		}
	}
	body := map[string]any{"start": (page - 1) * count, "total_size": len(all)}
	if from, to := min((page-1)*count, len(all)), min(page*count, len(all)); from < to {
		body["entries"] = all[from:to]
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(body); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// write says something to who may have gone already.
func write(w http.ResponseWriter, text string) {
	if _, err := io.WriteString(w, text); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// TestAServerThatFailsHalfWayChangesNothing syncs with the real connection to Mailman, which meets all that can go wrong in
// the middle of a catalogue. Bills are made of what is in the database: it is the same, to the row, as before.
func TestAServerThatFailsHalfWayChangesNothing(t *testing.T) {
	answer := func(status int, kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			w.WriteHeader(status)
			write(w, body)
		}
	}
	faults := []struct {
		name  string
		fault http.HandlerFunc
	}{
		{"dies", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }},
		{"is cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "1000")
			write(w, `{"start":500,"total_size":1200,"entries":[{"list_id":`)
			panic(http.ErrAbortHandler)
		}},
		{"answers HTML", answer(http.StatusOK, "text/html", "<html>Welcome</html>")},
		{"answers an empty page", answer(http.StatusOK, "application/json", `{"start":500,"total_size":1200}`)},
		{"has lost lists meanwhile", answer(http.StatusOK, "application/json", `{"start":500,"total_size":600}`)},
		{"changed its password", answer(http.StatusUnauthorized, "application/json", `{"title":"401"}`)},
		{"is not well", answer(http.StatusServiceUnavailable, "text/plain", "later")},
		{"hangs", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }},
	}
	storetest.Each(t, func(t *testing.T, url string) {
		s := &standIn{lists: 1200}
		web := httptest.NewServer(s)
		t.Cleanup(web.Close)
		h := newHouse(t, url, "s1")
		deps := h.deps()
		deps.Open = func(a listserver.Address, o listserver.Options) (listserver.Server, error) {
			a.URL, o.StepLimit = web.URL+"/3.1", 100*time.Millisecond
			return kinds.Open(a, o)
		}
		try := func() *servers.SyncResult {
			t.Helper()
			results, err := servers.SyncAll(context.Background(), deps, nil, servers.SyncOptions{})
			if err != nil {
				t.Fatal(err)
			}
			return results[0]
		}
		h.ingest("2026-09-03T10:00:00 list00007.a.test 30", "2026-09-03T11:00:00 list01199.a.test 5")
		before := storetest.Dump(t, url)
		for _, f := range faults {
			s.set(1200, f.fault)
			if r := try(); r.Status != servers.Failed || r.Error == "" {
				t.Errorf("a server that %s: %+v", f.name, r)
			}
			check(t, "a server that "+f.name+" changed", changed(before, storetest.Dump(t, url)), "server_state")
		}
		deps.Open = func(a listserver.Address, o listserver.Options) (listserver.Server, error) { // it may take its time when it is well
			a.URL = web.URL + "/3.1"
			return kinds.Open(a, o)
		}
		s.set(1200, nil)
		if r := try(); r.Status != servers.Done || r.New != 1200 || r.AdoptedUsage != 2 {
			t.Errorf("when it is well: %+v", r)
		}
		check(t, "usage", h.one(`SELECT count(*), sum(recipients) FROM usage_sum`), "2|35")
	})
}
