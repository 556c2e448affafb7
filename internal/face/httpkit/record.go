package httpkit

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"postmeter/internal/domain/fault"
)

// Record is what is known of a request while it is served. One line of the log is made of it.
type Record struct {
	ID      string
	Client  Client
	Who     string // who asks: "token agent-1", "operator ann"; "" for nobody
	Pattern string // the route
	started time.Time
	cause   error // what went wrong
	status  int
	bytes   int64
}

type recordKey struct{}

// RecordOf returns the record of the request that ctx belongs to. Outside of a request it is an empty one.
func RecordOf(ctx context.Context) *Record {
	if r, ok := ctx.Value(recordKey{}).(*Record); ok {
		return r
	}
	return &Record{}
}

// Note keeps an error for the log of the request.
func Note(ctx context.Context, err error) { RecordOf(ctx).cause = err }

// log writes the line of a request. Failures of the program are errors, others are not.
func (r *Record) log(log *slog.Logger, req *http.Request, now time.Time) {
	level := slog.LevelInfo
	fields := []any{"id", r.ID, "client", r.Client.Address.String(), "method", req.Method, "route", r.route(req), "status", r.status,
		"bytes", r.bytes, "ms", now.Sub(r.started).Milliseconds()}
	if r.Who != "" {
		fields = append(fields, "who", r.Who)
	}
	if r.cause != nil {
		fields = append(fields, "error", ProblemOf(r.cause).Detail)
	}
	if r.status >= http.StatusInternalServerError {
		level = slog.LevelError
		if hidden := hiddenCause(r.cause); hidden != "" {
			fields = append(fields, "cause", hidden)
		}
	}
	log.Log(req.Context(), level, "request", fields...)
}

// hiddenCause is what clients are not told. It is only of failures of the program, whose texts hold no secrets.
func hiddenCause(err error) string {
	var f *fault.Error
	switch {
	case err == nil:
		return ""
	case !errors.As(err, &f):
		return err.Error()
	case f.Cause != nil:
		return f.Cause.Error()
	}
	return ""
}

// maxLoggedPath is how many bytes of a path are logged.
const maxLoggedPath = 200

// route is what is logged of the address: the route, since its path may hold a secret; of what is nowhere the path.
func (r *Record) route(req *http.Request) string {
	if _, path, ok := strings.Cut(r.Pattern, " "); ok {
		return path
	}
	if path := req.URL.Path; len(path) <= maxLoggedPath {
		return path
	}
	return req.URL.Path[:maxLoggedPath] + "…"
}

// answer notes what is answered.
type answer struct {
	http.ResponseWriter
	record *Record
}

// WriteHeader notes the status.
func (a *answer) WriteHeader(status int) {
	if a.record.status == 0 && status >= http.StatusOK {
		a.record.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write notes how much is written.
func (a *answer) Write(p []byte) (int, error) {
	if a.record.status == 0 {
		a.record.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(p)
	a.record.bytes += int64(n)
	return n, err
}

// Unwrap gives http.ResponseController what lies below.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
