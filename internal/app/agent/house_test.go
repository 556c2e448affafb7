package agent

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"postmeter/internal/app/serve"
	"postmeter/internal/domain/apitoken"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/gather/follow"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func by() store.By { return store.By{Actor: "test", At: noon} }

// house is a billing server with the hosting servers s1 and s2, and a log of s1 that an agent reports to it.
type house struct {
	testing.TB
	url    string
	db     *store.DB
	http   *httptest.Server
	meddle atomic.Pointer[meddler] // stands between agent and billing server; nil: nothing does
	token  string
	dir    string // of the log
	path   string // of the log
	spool  *follow.Spool
	notes  strings.Builder
}

// meddler does something with a request: it answers, or not.
type meddler func(r *http.Request, answer func())

// between puts something between agent and billing server; nil takes it away.
func (h *house) between(meddle meddler) {
	if meddle == nil {
		h.meddle.Store(nil)
		return
	}
	h.meddle.Store(&meddle)
}

func newHouse(t testing.TB, url string) *house {
	t.Helper()
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	h := &house{TB: t, url: url, db: db, dir: dir, path: filepath.Join(dir, "smtp.log")}
	h.must(db.Write(context.Background(), by(), func(tx *store.Tx) error {
		ids := map[string]int64{}
		for _, name := range []string{"s1", "s2"} {
			server := hosting.NewServer(name)
			if err := tx.InsertServer(&server); err != nil {
				return err
			}
			ids[name] = server.ID
		}
		return tx.InsertLists([]*hosting.List{{Life: period.Open(), Gone: period.Last, Place: hosting.Place{Server: "s1", Site: "alpha.test", List: "news"}}}, ids)
	}))
	h.token, err = office.AddToken(context.Background(), db, by(), &apitoken.Token{Name: "agent", Scopes: []apitoken.Scope{apitoken.Agent}, Server: "s1"})
	h.must(err)
	now := clock
	handler, err := serve.Handler(serve.Deps{DB: db, Now: now, Log: slog.New(slog.DiscardHandler)}, serve.Config{})
	h.must(err)
	h.http = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := func() { handler.ServeHTTP(w, r) }
		if meddle := h.meddle.Load(); meddle != nil {
			(*meddle)(r, answer)
			return
		}
		answer()
	}))
	h.http.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(func() {
		h.http.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// config is that of an agent of s1.
func (h *house) config() *Config {
	roots := x509.NewCertPool()
	roots.AddCert(h.http.Certificate())
	return &Config{URL: h.http.URL, Token: h.token, Server: "s1", Roots: roots, Spool: h.spool,
		Feeds: []follow.Feed{{Server: "s1", Feed: hosting.Feed{Path: h.path, Format: "mailman3"}}}}
}

// agent makes an agent, as a process that was just started has it.
func (h *house) agent() *Agent {
	h.Helper()
	a, err := New(h.config(), clock, slog.New(slog.NewTextHandler(&h.notes, nil)))
	h.must(err)
	h.Cleanup(func() { h.must(a.Close()) })
	return a
}

// follower follows the log in place.
func (h *house) follower(batch int, step func(string)) *follow.Follower {
	f := follow.New(&gather.Intake{DB: h.db, By: by, Machine: "here", BatchRecords: batch, Step: step}, h.config().Feeds,
		follow.Options{Now: clock, StretchBytes: 5000})
	h.Cleanup(func() { h.must(f.Close()) })
	return f
}

// pass does a pass that must succeed, and checks how many lines were counted so far, each once.
func (h *house) pass(what string, a interface{ Step(context.Context) error }, want int) {
	h.Helper()
	if err := a.Step(context.Background()); err != nil {
		h.Fatalf("%s: %v", what, err)
	}
	h.counted(what, want)
}

// fails does a pass that must fail with a text.
func (h *house) fails(what string, a *Agent, want string) {
	h.Helper()
	if err := a.Step(context.Background()); err == nil || !strings.Contains(err.Error(), want) {
		h.Fatalf("%s: the error is %v, want one with %q", what, err, want)
	}
}

func (h *house) counted(what string, want int) {
	h.Helper()
	got := storetest.Rows(h, h.url, `SELECT COUNT(*), COUNT(DISTINCT at), (SELECT COALESCE(SUM(messages), 0) FROM usage_month) FROM usage_record`)
	if got[0] != fmt.Sprintf("%d|%d|%d", want, want, want) {
		h.Errorf("%s: records|lines|messages are %s, want %d", what, got[0], want)
	}
}

// alert checks that what is known to be odd about the log holds a text; "" for nothing.
func (h *house) alert(what, want string) {
	h.Helper()
	got := strings.Join(storetest.Rows(h, h.url, `SELECT alert FROM log_feed_state`), "")
	if !strings.Contains(got, want) || (got == "") != (want == "") {
		h.Errorf("%s: the alert is %q, want %q", what, got, want)
	}
}

// line is a usage line of the list news at a second of the log.
func line(second int) string {
	return fmt.Sprintf("2026-11-22T%02d:%02d:%02d+0000 PM1 list_id=news.alpha.test recips=1 refused=0 size=1000 secs=0.1 sender=a@x.test msgid=<%d@x.test>\n",
		second/3600, second/60%60, second%60, second)
}

func lines(from, to int) string {
	var out strings.Builder
	for i := from; i < to; i++ {
		out.WriteString(line(i))
	}
	return out.String()
}

// append writes to a file beside the log; "" is the log.
func (h *house) append(suffix, text string) {
	h.Helper()
	f, err := os.OpenFile(h.path+suffix, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	h.must(err)
	_, err = f.WriteString(text)
	h.must(errors.Join(err, f.Close()))
}

func (h *house) rename(from, to string) { h.must(os.Rename(h.path+from, h.path+to)) }

func (h *house) remove(suffix string) { h.must(os.Remove(h.path + suffix)) }

var discard = slog.New(slog.DiscardHandler)

func clock() time.Time { return noon }
