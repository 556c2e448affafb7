package serve

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"postmeter/internal/domain/apitoken"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/face/httpkit"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

// house is a provider's database with the servers s1 and s2, each with the list a.test/news, and what serves it.
type house struct {
	testing.TB
	Deps
	log    *safeBuffer
	url    string
	config Config
	now    time.Time
	mux    *httpkit.Mux
}

func newHouse(t testing.TB, url string) *house {
	t.Helper()
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	h := &house{TB: t, url: url, log: &safeBuffer{}, now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	h.Deps = Deps{DB: db, Now: func() time.Time { return h.now }, Log: slog.New(slog.NewTextHandler(h.log, nil))}
	h.must(db.Write(context.Background(), h.by(), func(tx *store.Tx) error {
		ids := map[string]int64{}
		var lists []*hosting.List
		for _, name := range []string{"s1", "s2"} {
			server := hosting.NewServer(name)
			if err := tx.InsertServer(&server); err != nil {
				return err
			}
			ids[name] = server.ID
			lists = append(lists, &hosting.List{Life: period.Open(), Gone: period.Last, Place: hosting.Place{Server: name, Site: "a.test", List: "news"}})
		}
		return tx.InsertLists(lists, ids)
	}))
	h.build()
	return h
}

// build makes the mux anew, after a change of the configuration.
func (h *house) build() {
	h.Helper()
	all, err := parts(h.Deps)
	if err != nil {
		h.Fatal(err)
	}
	h.mux = newMux(h.Deps, h.config, all, newMetrics())
}

func (h *house) by() store.By { return h.By("test") }

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// token makes a token and returns its secret.
func (h *house) token(name, server string, scopes ...apitoken.Scope) string {
	h.Helper()
	secret, err := office.AddToken(context.Background(), h.DB, h.by(), &apitoken.Token{Name: name, Scopes: scopes, Server: server})
	h.must(err)
	return secret
}

// ask sends a request from elsewhere and returns the answer. Headers are "Name: value".
func (h *house) ask(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	h.Helper()
	return h.askFrom("192.0.2.7:4711", method, path, body, headers...)
}

func (h *house) askFrom(peer, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	h.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr = peer
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		if name == "Host" {
			r.Host = value
			continue
		}
		r.Header.Add(name, value)
	}
	w := httptest.NewRecorder()
	h.mux.ServeHTTP(w, r)
	return w
}

func bearer(secret string) string { return "Authorization: Bearer " + secret }

// problem reads an answer that must be a problem with a status.
func (h *house) problem(w *httptest.ResponseRecorder, status int) (p httpkit.Problem) {
	h.Helper()
	if w.Code != status || w.Header().Get("Content-Type") != "application/problem+json" {
		h.Fatalf("answered %d %s: %s; want the problem %d", w.Code, w.Header().Get("Content-Type"), w.Body, status)
	}
	h.must(json.Unmarshal(w.Body.Bytes(), &p))
	if p.Status != status || p.Title != http.StatusText(status) || p.Detail == "" {
		h.Errorf("the problem is %+v", p)
	}
	return p
}

// safeBuffer is a log that several goroutines write.
type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
