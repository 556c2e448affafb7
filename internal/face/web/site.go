package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/operator"
	"postmeter/internal/face/httpkit"
	"postmeter/internal/store"
)

// Limits of requests.
const (
	MaxBody     = 2 << 20 // bytes of a form
	maxURL      = 8 << 10 // bytes of a path with its query
	maxFormKeys = 20_000  // values of a form
)

// Deps is what the pages get from outside.
type Deps struct {
	DB  *store.DB
	Now func() time.Time // the one clock
	Log *slog.Logger
}

// Site is a set of routes with what they share.
type Site struct {
	Deps
	sessions *sessions
	mux      *http.ServeMux
	routes   []Route
	nav      []NavItem
	tray     func(*Context) []Job
	search   bool
}

// NewSite makes a site of routes. It returns an error for a route without a right or a handler, so that none can be
// forgotten: what is not in the table does not exist.
func NewSite(deps Deps, nav []NavItem, routes []Route) (*Site, error) {
	s := &Site{Deps: deps, mux: http.NewServeMux(), routes: routes, nav: nav}
	s.sessions = newSessions(s)
	for _, r := range routes {
		if r.Right == nobody || r.Handler == nil || r.Method == "" || r.Path == "" {
			return nil, fault.New(fault.Internal, "the route %s %s lacks method, path, right or handler", r.Method, r.Path)
		}
		s.search = s.search || r.Path == searchPath
		s.mux.Handle(r.Method+" "+r.Path, s.serve(r))
	}
	s.mux.Handle("GET "+assetPath, http.HandlerFunc(serveAsset))
	s.mux.Handle("/", s.serve(Route{Right: Public, Handler: func(*Context) error {
		return fault.New(fault.NotFound, "There is no page at this address.")
	}}))
	return s, nil
}

// SetTray tells where the running jobs that the header shows come from.
func (s *Site) SetTray(tray func(*Context) []Job) { s.tray = tray }

// Routes returns the table of routes, for the test that walks it.
func (s *Site) Routes() []Route { return s.routes }

// ServeHTTP answers one request.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	secureHeaders(w.Header(), secure(r))
	if len(r.URL.RequestURI()) > maxURL {
		http.Error(w, "The address is too long.", http.StatusRequestURITooLong)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, MaxBody)
	s.mux.ServeHTTP(w, r)
}

// serve puts everything that all routes share around a handler.
func (s *Site) serve(route Route) http.Handler {
	refuse := http.NewCrossOriginProtection()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &Context{W: w, R: r, Now: s.Now(), site: s, route: route}
		httpkit.RecordOf(r.Context()).Pattern = route.Method + " " + route.Path
		defer c.recovered()
		if err := refuse.Check(r); err != nil {
			c.fail(fault.New(fault.Denied, "This was sent from another site, so nothing was done. Open the page here and send it again."))
			return
		}
		if err := s.sessions.load(c); err != nil {
			c.fail(err)
			return
		}
		if err := c.admitted(); err != nil {
			c.fail(err)
			return
		}
		if err := route.Handler(c); err != nil {
			c.fail(err)
		}
	})
}

// secure says whether somebody speaks TLS, with us or with a proxy of ours.
func secure(r *http.Request) bool { return r.TLS != nil || httpkit.RecordOf(r.Context()).Client.HTTPS }

// Context is one request with who sent it and when.
type Context struct {
	W        http.ResponseWriter
	R        *http.Request
	Now      time.Time
	Operator operator.Operator // zero while nobody has signed in
	site     *Site
	route    Route
	zone     *time.Location  // of billing; nil while nobody has signed in
	ctx      context.Context //nolint:containedctx // the request's, with its session
}

// Ctx is the context of the request.
func (c *Context) Ctx() context.Context {
	if c.ctx != nil {
		return c.ctx
	}
	return c.R.Context()
}

// Zone is the billing time zone, in which pages show instants; UTC while nobody has signed in.
func (c *Context) Zone() *time.Location {
	if c.zone == nil {
		return time.UTC
	}
	return c.zone
}

// Instant writes an instant of the database, in microseconds of Unix time, as pages show it: 2026-09-01 06:48 CEST.
func (c *Context) Instant(micro int64) string {
	return time.UnixMicro(micro).In(c.Zone()).Format("2006-01-02 15:04 MST")
}

// InstantOf writes an instant that results hold as a text of RFC 3339; another text stays as it is.
func (c *Context) InstantOf(text string) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return c.Instant(at.UnixMicro())
}

// By says who acts and when, for the history.
func (c *Context) By() store.By { return store.By{Actor: c.Operator.Name, At: c.Now} }

// May says whether who looks may do what needs a right.
func (c *Context) May(right Right) bool { return right.allows(c.Operator.Role) }
