package serve

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/apitoken"
	"postmeter/internal/domain/fault"
	"postmeter/internal/face/httpkit"
	"postmeter/internal/store/storetest"
)

// open lets everybody use the routes that a test registers.
func (h *house) open() {
	h.mux.Guard = func(_ string, r *http.Request) (*http.Request, error) { return r, nil }
}

func TestErrorsBecomeProblems(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.open()
	disk := errors.New("open /var/lib/x: read-only file system")
	for i, c := range []struct {
		err    error
		status int
		detail string
	}{
		{fault.At("amount", "is not a number"), 422, "amount: is not a number"},
		{fault.New(fault.NotFound, "there is no bill 7"), 404, "there is no bill 7"},
		{fault.New(fault.Conflict, "sent already"), 409, "sent already"},
		{fault.New(fault.Denied, "may not"), 403, "may not"},
		{fault.Wrap(fault.Denied, disk, "the disk is read-only"), 500, "the disk is read-only"},
		{fault.Wrap(fault.Busy, disk, "try again"), 503, "try again"},
		{disk, 500, "internal error; the log has the details"},
		{httpkit.WithStatus(415, fault.New(fault.Invalid, "not this")), 415, "not this"},
		{&http.MaxBytesError{Limit: 5}, 413, "internal error; the log has the details"},
	} {
		path := "/e" + string(rune('a'+i))
		h.mux.Handle("GET "+path, func(http.ResponseWriter, *http.Request) error { return c.err })
		w := h.ask("GET", path+"?secret=hunter2", "")
		p := h.problem(w, c.status)
		if p.Detail != c.detail || p.RequestID == "" || p.RequestID != w.Header().Get("X-Request-Id") {
			t.Errorf("%v: %+v", c.err, p)
		}
		if (w.Header().Get("Retry-After") != "") != (c.status == 503) {
			t.Errorf("%d: Retry-After is %q", c.status, w.Header().Get("Retry-After"))
		}
		if log := h.log.String(); !strings.Contains(log, p.RequestID) || c.status >= 500 && !strings.Contains(log, "read-only") || strings.Contains(log, "hunter2") {
			t.Errorf("the log has %s", log)
		}
	}
	h.mux.Handle("GET /list", func(http.ResponseWriter, *http.Request) error {
		return fault.List{fault.At("a", "is missing"), fault.At("b[2]", "is too large")}
	})
	if p := h.problem(h.ask("GET", "/list", ""), 422); len(p.Errors) != 2 || p.Errors[1].Location != "b[2]" {
		t.Errorf("%+v", p)
	}
}

func TestPanicIsAnswered(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.open()
	h.mux.Handle("GET /panic", func(http.ResponseWriter, *http.Request) error { panic("hunter2") })
	if p := h.problem(h.ask("GET", "/panic", ""), 500); strings.Contains(p.Detail, "hunter2") {
		t.Errorf("%+v", p)
	}
	if log := h.log.String(); !strings.Contains(log, "frame_test.go") {
		t.Errorf("the log does not say where: %s", log)
	}
}

func TestAddressesThatAreNot(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.problem(h.ask("GET", "/api/nowhere", ""), 404)
	w := h.ask("DELETE", "/healthz", "")
	h.problem(w, 405)
	if w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("Allow: %q", w.Header().Get("Allow"))
	}
	h.problem(h.ask("POST", "/healthz", "", "Sec-Fetch-Site: cross-site"), 403)
}

func TestReadiness(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		if w := h.ask("GET", "/readyz", ""); w.Code != 200 {
			t.Errorf("%d: %s", w.Code, w.Body)
		}
		storetest.Rows(t, url, `UPDATE goose_db_version SET version_id = 9000 WHERE version_id = 1 RETURNING version_id`)
		if p := h.problem(h.ask("GET", "/readyz", ""), 503); !strings.Contains(p.Detail, "9000") {
			t.Errorf("%+v", p)
		}
		if w := h.ask("GET", "/healthz", ""); w.Code != 200 {
			t.Errorf("%d: %s", w.Code, w.Body)
		}
	})
}

func TestOnlyTheDeclaredProxyIsBelieved(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.config.BehindProxy = httpkit.Proxies{netip.MustParsePrefix("10.0.0.0/8")}
	h.build()
	h.open()
	var got httpkit.Client
	h.mux.Handle("GET /who", func(_ http.ResponseWriter, r *http.Request) error {
		got = httpkit.RecordOf(r.Context()).Client
		return nil
	})
	w := h.askFrom("10.1.2.3:1", "GET", "/who", "", "X-Forwarded-For: 6.6.6.6, 198.51.100.9, 10.9.9.9", "X-Forwarded-Proto: https", "X-Forwarded-Host: billing.example")
	if w.Code != 200 || got.Address.String() != "198.51.100.9" || !got.HTTPS || got.Host != "billing.example" {
		t.Errorf("%d %+v", w.Code, got)
	}
	h.problem(h.askFrom("192.0.2.7:1", "GET", "/who", "", "X-Forwarded-For: 127.0.0.1"), 403)
}

func TestTokensEnd(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		secret := h.token("m", "", apitoken.Metrics)
		ask := func() int { return h.ask("GET", "/metrics", "", bearer(secret)).Code }
		used := func() string {
			return storetest.Rows(t, url, `SELECT used_at FROM api_token`)[0]
		}
		if ask() != 200 {
			t.Fatal("a good token is refused")
		}
		first := used()
		h.now = h.now.Add(59 * time.Second)
		if ask(); used() != first || first == "0" {
			t.Errorf("used at %s, then at %s", first, used())
		}
		h.now = h.now.Add(2 * time.Second)
		if ask(); used() == first {
			t.Error("the last use is not noted after a minute")
		}
		now := h.now
		h.now = h.now.Add(-24 * time.Hour)
		if got := ask(); got != 200 {
			t.Errorf("after the clock was set back: %d", got)
		}
		h.now = now
		if strings.Contains(storetest.Dump(t, url), secret) {
			t.Error("the database holds the secret")
		}
		if strings.Contains(h.log.String(), secret) {
			t.Error("the log holds the secret")
		}
		storetest.Rows(t, url, `UPDATE api_token SET expires_at = 1 RETURNING id`)
		if p := h.problem(h.ask("GET", "/metrics", "", bearer(secret)), 401); !strings.Contains(p.Detail, "expired") {
			t.Errorf("%+v", p)
		}
	})
}
