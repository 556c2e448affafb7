// Package api is what programs use: REST under /api/v1, described by OpenAPI 3.1 at /api/v1/openapi.json.
//
// A route is a type of its input, one of its output, and a function; Register hangs it onto the mux, where the guard of
// package access stands before it. Errors are faults, and become RFC 9457 problems in httpkit. The description is
// compared with testdata/openapi.json by a test.
package api

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"postmeter/internal/domain/fault"
	"postmeter/internal/face/access"
	"postmeter/internal/face/httpkit"
	"postmeter/internal/store"
)

// Base is the path below which the API is.
const Base = "/api/v1"

// Deps is what routes need.
type Deps struct {
	DB  *store.DB
	Now func() time.Time // the one clock
}

// API is where routes are registered.
type API struct {
	Deps
	mux  *httpkit.Mux
	huma huma.API
}

// Route registers some routes.
type Route func(*API)

// New makes the API on a mux, with its own description and the given routes.
func New(mux *httpkit.Mux, deps Deps, routes ...Route) *API {
	ownProblems()
	config := huma.DefaultConfig("Postmeter", "1")
	config.Info.Description = "Report usage and read what it is billed as. Show a token with the header Authorization: Bearer TOKEN; make one with \"postmeter token add\"."
	config.OpenAPIPath, config.DocsPath, config.SchemasPath, config.CreateHooks = "", "", "", nil
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer"}}
	a := &API{Deps: deps, mux: mux, huma: humago.New(mux, config)}
	for _, route := range routes {
		route(a)
	}
	mux.Handle("GET "+Base+"/openapi.json", a.describe)
	return a
}

// ownProblems makes huma's errors problems of ours.
var ownProblems = sync.OnceFunc(func() {
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		p := &httpkit.Problem{Title: http.StatusText(status), Status: status, Detail: message}
		for _, err := range errs {
			d := httpkit.Detail{Message: "is not valid"}
			if detailer, ok := err.(huma.ErrorDetailer); ok {
				d = httpkit.Detail{Location: detailer.ErrorDetail().Location, Message: detailer.ErrorDetail().Message}
			}
			p.Errors = append(p.Errors, d)
		}
		return p
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		err := huma.NewError(status, message, errs...)
		if p, ok := err.(*httpkit.Problem); ok && ctx != nil {
			p.RequestID = httpkit.RecordOf(ctx.Context()).ID
			httpkit.Note(ctx.Context(), fault.New(fault.Invalid, "%s", message))
		}
		return err
	}
})

// Register hangs an operation onto the API. Its path is below Base. body says what body it takes, if any.
func Register[I, O any](a *API, op huma.Operation, body httpkit.Body, do func(context.Context, *I) (*O, error)) {
	op.Path = Base + op.Path
	pattern := op.Method + " " + op.Path
	if right := access.Rights()[pattern]; right.Scope != "" {
		op.Security = []map[string][]string{{"token": {string(right.Scope)}}}
	}
	op.MaxBodyBytes = body.Max
	a.mux.Body(pattern, body)
	huma.Register(a.huma, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := do(ctx, in)
		if err == nil {
			return out, nil
		}
		httpkit.Note(ctx, err)
		p := httpkit.ProblemOf(err)
		p.RequestID = httpkit.RecordOf(ctx).ID
		return nil, huma.ErrorWithHeaders(p, p.Headers())
	})
}

// By is who acts in a request, for the history.
func (a *API) By(ctx context.Context) store.By {
	by := store.By{Actor: "api", At: a.Now()}
	if who := access.Of(ctx); who != nil {
		by.Actor = who.Name
	}
	return by
}

// Description returns the OpenAPI document.
func (a *API) Description() ([]byte, error) { return json.MarshalIndent(a.huma.OpenAPI(), "", "  ") }

func (a *API) describe(w http.ResponseWriter, _ *http.Request) error {
	text, err := a.Description()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/openapi+json")
	_, err = w.Write(text)
	return err
}
