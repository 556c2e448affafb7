package serve

import (
	"net/http"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/face/access"
	"postmeter/internal/face/api"
	"postmeter/internal/face/httpkit"
)

// Handler returns all that answers requests.
func Handler(d Deps, c Config) (http.Handler, error) {
	all, err := parts(d)
	if err != nil {
		return nil, err
	}
	return newMux(d, c, all, newMetrics()), nil
}

// newMux builds the mux with the routes of the process and of its parts.
func newMux(d Deps, c Config, parts []Part, m *metrics) *httpkit.Mux {
	guard := access.New(access.Tokens(d.DB, d.Now, d.Log))
	mux := httpkit.New(httpkit.Options{Now: d.Now, Log: d.Log, Guard: guard.Check, Proxies: c.BehindProxy, Refuse: c.refuse, Served: m.served})
	mux.Handle("GET /healthz", func(w http.ResponseWriter, _ *http.Request) error { return plain(w, "ok\n") })
	mux.Handle("GET /readyz", func(w http.ResponseWriter, r *http.Request) error {
		if err := d.DB.Ready(r.Context()); err != nil {
			return err
		}
		return plain(w, "ready\n")
	})
	mux.Handle("GET /metrics", m.handle)
	api.New(mux, api.Deps{DB: d.DB, Now: d.Now}, api.Routes...)
	for _, part := range parts {
		if part.Routes != nil {
			part.Routes(mux)
		}
	}
	return mux
}

func plain(w http.ResponseWriter, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, err := w.Write([]byte(text))
	return err
}

// refuse keeps off who speaks without encryption from elsewhere, past the proxy that was declared.
func (c Config) refuse(who httpkit.Client) error {
	if len(c.BehindProxy) == 0 || c.encrypts() || who.Address.IsLoopback() || !who.Direct {
		return nil
	}
	return fault.New(fault.Denied, "this process is behind a proxy: come through it")
}

// Limits of connections and of what comes over them.
const (
	headerLimit   = 10 * time.Second // for the headers of a request
	bodyLimit     = 2 * time.Minute  // for a whole request
	answerLimit   = 5 * time.Minute  // for an answer, from the end of the headers
	idleLimit     = 2 * time.Minute  // between requests
	maxHeader     = 32 << 10         // bytes of headers
	maxConnection = 1000             // at the same time
)
