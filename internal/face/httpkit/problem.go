package httpkit

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"postmeter/internal/domain/fault"
)

// Problem is an error as a client reads it: RFC 9457, application/problem+json.
type Problem struct {
	Title     string   `json:"title" doc:"The kind of problem, in two or three words."`
	Status    int      `json:"status" doc:"The HTTP status."`
	Detail    string   `json:"detail,omitempty" doc:"What happened, what was not done, and what to do."`
	RequestID string   `json:"request_id,omitempty" doc:"By this the log of the server knows the request."`
	Errors    []Detail `json:"errors,omitempty" doc:"All faults of an input, in its order."`

	allow string // of 405: the methods that there are
}

// Detail is one of several faults of an input.
type Detail struct {
	Location string `json:"location,omitempty" doc:"The field or place, such as records[3].at."`
	Message  string `json:"message" doc:"What is wrong with it."`
}

// Error returns the detail.
func (p *Problem) Error() string { return p.Detail }

// GetStatus returns the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes the body one of application/problem+json.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

// statusError gives an error a status that its kind does not say.
type statusError struct {
	status int
	err    error
}

func (e *statusError) Error() string { return e.err.Error() }
func (e *statusError) Unwrap() error { return e.err }

// WithStatus gives an error a status of its own, where its kind is too coarse: 401, 413, 415.
func WithStatus(status int, err error) error { return &statusError{status, err} }

// ProblemOf turns an error into what a client may know of it. It is the only place that decides a status.
func ProblemOf(err error) *Problem {
	var ready *Problem
	if errors.As(err, &ready) {
		copied := *ready
		return &copied
	}
	status := statusOf(err)
	p := &Problem{Title: http.StatusText(status), Status: status, Detail: fault.MessageOf(err)}
	var list fault.List
	if errors.As(err, &list) && len(list) > 0 {
		p.Detail = list[0].Error()
		for _, one := range list {
			p.Errors = append(p.Errors, Detail{one.Place, one.Message})
		}
	}
	return p
}

// statusOf maps the kind of a fault to a status.
func statusOf(err error) int {
	var given *statusError
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &given):
		return given.status
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge
	}
	switch fault.KindOf(err) {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Denied:
		return deniedStatus(err)
	case fault.Busy, fault.Unavailable, fault.Canceled:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// deniedStatus tells a client that may not do something from a program that may not: the latter has a cause, such as a
// read-only disk.
func deniedStatus(err error) int {
	var f *fault.Error
	if errors.As(err, &f) && f.Cause != nil {
		return http.StatusInternalServerError
	}
	return http.StatusForbidden
}

// retryAfter is how long a client should wait after 503, in seconds.
const retryAfter = "5"

// Headers returns what goes with the status.
func (p *Problem) Headers() http.Header {
	h := make(http.Header)
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="postmeter"`)
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", retryAfter)
	case http.StatusMethodNotAllowed:
		h.Set("Allow", p.allow)
	}
	h.Set("Cache-Control", "no-store")
	return h
}

// writeJSON writes the problem to a program.
func (p *Problem) writeJSON(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(p)
}

// isAPI says whether a path is one that programs use.
func isAPI(path string) bool { return strings.HasPrefix(path, "/api/") }
