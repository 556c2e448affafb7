package httpkit

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"
	"slices"
	"time"

	"postmeter/internal/domain/fault"
)

// Handler serves a request. With an error it must not have written anything; the Mux answers it.
type Handler func(http.ResponseWriter, *http.Request) error

// Guard decides whether a request may use a route, before its body is read. It returns the request to go on with.
type Guard func(pattern string, r *http.Request) (*http.Request, error)

// ErrorPage shows a problem to a person. It writes the status too.
type ErrorPage func(http.ResponseWriter, *http.Request, *Problem)

// Options of a Mux.
type Options struct {
	Now     func() time.Time
	Log     *slog.Logger
	Guard   Guard
	Proxies Proxies
	Refuse  func(Client) error                                   // refuses connections that may not be; may be nil
	Served  func(pattern string, status int, took time.Duration) // is told of each request; may be nil
}

// Mux sends requests to handlers. Every route passes its guard and its limits: there is no way around it.
type Mux struct {
	Options
	mux    *http.ServeMux
	cross  *http.CrossOriginProtection
	bodies map[string]Body
	routes []string
	page   ErrorPage
	rest   Handler
}

// New makes a Mux without routes.
func New(options Options) *Mux {
	return &Mux{Options: options, mux: http.NewServeMux(), cross: http.NewCrossOriginProtection(), bodies: make(map[string]Body)}
}

// Handle registers a handler under a pattern of http.ServeMux with its method, such as "GET /healthz". The guard must
// know the pattern.
func (m *Mux) Handle(pattern string, h Handler) {
	m.routes = append(m.routes, pattern)
	m.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		if err := m.pass(pattern, w, r, h); err != nil {
			m.fail(w, r, err)
		}
	})
}

// HandleFunc is Handle for what writes its errors itself, such as huma.
func (m *Mux) HandleFunc(pattern string, h func(http.ResponseWriter, *http.Request)) {
	m.Handle(pattern, func(w http.ResponseWriter, r *http.Request) error {
		h(w, r)
		return nil
	})
}

// restPattern is the route of what Rest answers, for guard, limits and log.
const restPattern = "GET /"

// Rest answers all requests outside of /api/ that no route takes, whatever their method.
func (m *Mux) Rest(h Handler, body Body) {
	m.routes, m.rest = append(m.routes, restPattern), h
	m.Body(restPattern, body)
}

// Body says what body a route takes, before or after it is registered.
func (m *Mux) Body(pattern string, body Body) { m.bodies[pattern] = body }

// Routes returns the patterns that are registered, in order.
func (m *Mux) Routes() []string { return slices.Sorted(slices.Values(m.routes)) }

// ErrorPage sets how problems outside of /api/ are shown.
func (m *Mux) ErrorPage(page ErrorPage) { m.page = page }

// pass takes a request through guard and limits to its handler.
func (m *Mux) pass(pattern string, w http.ResponseWriter, r *http.Request, h Handler) error {
	RecordOf(r.Context()).Pattern = pattern
	guarded, err := m.Guard(pattern, r)
	if err != nil {
		return err
	}
	if err := m.bodies[pattern].limit(w, guarded); err != nil {
		return err
	}
	return h(w, guarded)
}

// ServeHTTP serves a request, and writes its line of the log.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	record := &Record{ID: rand.Text(), Client: m.Proxies.Client(r), started: m.Now()}
	r = r.WithContext(context.WithValue(r.Context(), recordKey{}, record))
	a := &answer{w, record}
	h := a.Header()
	h.Set("X-Request-Id", record.ID)
	h.Set("X-Content-Type-Options", "nosniff")
	defer func() {
		now := m.Now()
		record.log(m.Log, r, now)
		if m.Served != nil {
			m.Served(record.Pattern, record.status, now.Sub(record.started))
		}
	}()
	defer m.recover(a, r)
	if err := m.serve(a, r); err != nil {
		m.fail(a, r, err)
	}
}

func (m *Mux) serve(w http.ResponseWriter, r *http.Request) error {
	if m.Refuse != nil {
		if err := m.Refuse(RecordOf(r.Context()).Client); err != nil {
			return err
		}
	}
	if err := m.cross.Check(r); err != nil {
		return fault.New(fault.Denied, "the request comes from a page of another site: nothing was done")
	}
	if _, pattern := m.mux.Handler(r); pattern == "" {
		err := m.nowhere(r)
		if m.rest != nil && !isAPI(r.URL.Path) && fault.KindOf(err) == fault.NotFound {
			return m.pass(restPattern, w, r, m.rest)
		}
		return err
	}
	m.mux.ServeHTTP(w, r)
	return nil
}

// nowhere says that there is no such page, or not with this method.
func (m *Mux) nowhere(r *http.Request) error {
	var p probe
	h, _ := m.mux.Handler(r)
	h.ServeHTTP(&p, r)
	if p.status == http.StatusMethodNotAllowed {
		allow := p.Header().Get("Allow")
		return &Problem{Title: http.StatusText(p.status), Status: p.status, Detail: "this address takes " + allow, allow: allow}
	}
	return fault.New(fault.NotFound, "there is nothing at this address")
}

// probe learns what http.ServeMux would answer.
type probe struct {
	status int
	header http.Header
}

// Header returns what is collected.
func (p *probe) Header() http.Header {
	if p.header == nil {
		p.header = make(http.Header)
	}
	return p.header
}

// WriteHeader notes the status.
func (p *probe) WriteHeader(status int) { p.status = status }

// Write drops the text.
func (p *probe) Write(text []byte) (int, error) { return len(text), nil }

// recover answers for a handler that panicked.
func (m *Mux) recover(a *answer, r *http.Request) {
	bug := recover()
	if bug == nil {
		return
	}
	if err, ok := bug.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(bug)
	}
	err := fmt.Errorf("a fault in Postmeter itself: %v", bug)
	m.Log.Error("panic", "id", a.record.ID, "error", err.Error(), "stack", string(debug.Stack()))
	if a.record.status != 0 {
		Note(r.Context(), err)
		panic(http.ErrAbortHandler) // the client must not take the half for the whole
	}
	m.fail(a, r, err)
}

// fail answers a request with an error. It is the only place that does.
func (m *Mux) fail(w http.ResponseWriter, r *http.Request, err error) {
	record := RecordOf(r.Context())
	record.cause = err
	if record.status != 0 {
		panic(http.ErrAbortHandler) // something was written already
	}
	p := ProblemOf(err)
	p.RequestID = record.ID
	maps.Copy(w.Header(), p.Headers())
	if m.page != nil && !isAPI(r.URL.Path) {
		m.page(w, r, p)
		return
	}
	if err := p.writeJSON(w); err != nil {
		record.cause = errors.Join(record.cause, err)
	}
}
