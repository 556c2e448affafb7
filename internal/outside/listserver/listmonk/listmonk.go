// Package listmonk asks listmonk through its API.
//
// An instance has no sites: all its lists are on one, the instance's host. A list is known by its uuid. Its name may repeat;
// then the list with the lowest number keeps it, and the others get their number behind it, such as "News (4)". What
// was found on real servers: the counter subscriber_count counts those who left, too, and more, so that members are summed from the
// statuses; where there is nothing, an empty array can stand for an object; pages have no order unless they are told one.
package listmonk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/outside/listserver/webapi"
)

// Server is a connection to one listmonk.
type Server struct {
	api  *webapi.Client
	site string // where all its lists are
}

// New returns a connection to a listmonk. Nothing is asked yet. It is an Invalid fault when the address is none.
func New(a listserver.Address, o listserver.Options) (*Server, error) {
	if strings.ContainsAny(a.User+a.Secret, "\r\n") {
		return nil, fault.New(fault.Invalid, "the user or the token holds a line break")
	}
	a.URL = strings.TrimSuffix(strings.TrimRight(a.URL, "/"), "/api")
	sign := func(r *http.Request) { r.Header.Set("Authorization", "token "+a.User+":"+a.Secret) }
	api, err := webapi.New("listmonk's API", a, sign, o)
	if err != nil {
		return nil, err
	}
	site := a.Host
	if site == "" {
		site = api.Host()
	}
	return &Server{api: api, site: strings.ToLower(site)}, nil
}

// Can says what a listmonk can be asked. It knows no owners of lists, and counts no posts.
func (s *Server) Can(a listserver.Ability) bool {
	switch a {
	case listserver.Catalogue, listserver.MemberCounts, listserver.FindMembers, listserver.DeleteMembers, listserver.HealthCheck, listserver.SentCounters:
		return true
	}
	return false
}

// UsageFormats names nothing: a listmonk is asked what it sent (Sent).
func (s *Server) UsageFormats() []string { return nil }

// results is a part of a collection, or all of it.
type results[T any] struct {
	Results []T `json:"results"`
	Total   int `json:"total"`
}

// UnmarshalJSON takes an empty array for nothing, too.
func (r *results[T]) UnmarshalJSON(text []byte) error {
	if bytes.Equal(bytes.Join(bytes.Fields(text), nil), []byte("[]")) {
		return nil
	}
	type plain results[T]
	return json.Unmarshal(text, (*plain)(r))
}

// get asks for a collection.
func get[T any](ctx context.Context, s *Server, path string, query url.Values) (results[T], error) {
	var answer struct {
		Data *results[T] `json:"data"`
	}
	_, err := s.api.JSON(ctx, webapi.Request{Path: []string{"api", path}, Query: query}, &answer)
	if err == nil && answer.Data == nil {
		err = s.api.Odd("answered without data")
	}
	if err != nil {
		return results[T]{}, err
	}
	return *answer.Data, nil
}

// all asks for a whole collection at once.
func all[T any](ctx context.Context, s *Server, path string, query url.Values) ([]T, error) {
	query.Set("per_page", "all")
	r, err := get[T](ctx, s, path, query)
	if err == nil && len(r.Results) < r.Total {
		err = s.api.Odd("answered only %d of %d", len(r.Results), r.Total)
	}
	return r.Results, err
}

// Health signs in, and looks whether the user may read what billing needs.
func (s *Server) Health(ctx context.Context) (hosting.Health, error) {
	if _, err := get[list](ctx, s, "lists", url.Values{"per_page": {"1"}}); err != nil {
		return hosting.Health{}, err
	}
	var about struct {
		Version string `json:"version"`
	}
	a, err := s.api.JSON(ctx, webapi.Request{Path: []string{"api", "about"}, Accept: []int{http.StatusForbidden, http.StatusNotFound}}, &about)
	if err != nil {
		return hosting.Health{}, err
	}
	h := hosting.Health{Version: strings.TrimSpace("listmonk " + about.Version), Clock: a.Date}
	h.Findings = append(h.Findings, hosting.Finding{Severity: hosting.Fine, Code: "version", Message: "The server accepts the user and token."}, s.api.Transport())
	for _, what := range []struct{ path, of, permission string }{
		{"campaigns", "campaigns, so that what was sent cannot be billed", "campaigns:get_all"},
		{"subscribers", "subscribers, so that members cannot be found", "subscribers:get_all"},
	} {
		f := hosting.Finding{Severity: hosting.Fine, Code: "permission_" + what.path, Message: "The user may read " + what.path + "."}
		_, err := get[json.RawMessage](ctx, s, what.path, url.Values{"per_page": {"1"}, "no_body": {"true"}})
		var refusal *fault.Error
		switch {
		case errors.As(err, &refusal) && refusal.Kind == fault.Denied:
			f.Severity, f.Message = hosting.Trouble, "The user may not read "+what.of+"."
			f.Remedy = "Give the role of the API user the permission " + what.permission + "."
		case err != nil:
			return hosting.Health{}, err
		}
		h.Findings = append(h.Findings, f)
	}
	return h, nil
}

// number is an id in a message or a name.
func number(id int64) string { return strconv.FormatInt(id, 10) }
