package serve

import (
	"net/http"
	"strings"
	"testing"

	"postmeter/internal/domain/apitoken"
	"postmeter/internal/face/access"
	"postmeter/internal/store/storetest"
)

// TestRightsOfEveryRoute asks every route with a token of every scope, and with none.
func TestRightsOfEveryRoute(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	secrets := map[apitoken.Scope]string{}
	for _, scope := range apitoken.Scopes {
		server := ""
		if scope == apitoken.Agent {
			server = "s1"
		}
		secrets[scope] = h.token(string(scope), server, scope)
	}
	rights := access.Rights()
	for _, route := range h.mux.Routes() {
		right, known := rights[route]
		if !known {
			t.Errorf("%s is not in the table of rights: nobody may use it", route)
		}
		method, path, _ := strings.Cut(route, " ")
		path = strings.NewReplacer("{", "", "}", "").Replace(path)
		if got := h.ask(method, path, "").Code; (got == http.StatusUnauthorized) == right.Public {
			t.Errorf("%s without a token: %d", route, got)
		}
		if got := h.ask(method, path, "", bearer("pmt_wrong")).Code; (got == http.StatusUnauthorized) == right.Public {
			t.Errorf("%s with a wrong token: %d", route, got)
		}
		for scope, secret := range secrets {
			got := h.ask(method, path, "", bearer(secret)).Code
			if got == http.StatusUnauthorized || (got == http.StatusForbidden) == (right.Public || right.Scope == scope) {
				t.Errorf("%s with the scope %s: %d", route, scope, got)
			}
		}
	}
}

func TestRouteOutsideTheTableIsRefused(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.mux.Handle("GET /secret", func(http.ResponseWriter, *http.Request) error {
		t.Error("the handler was called")
		return nil
	})
	secret := h.token("all", "", apitoken.Usage, apitoken.Read, apitoken.Metrics)
	h.problem(h.ask("GET", "/secret", "", bearer(secret)), http.StatusForbidden)
	h.problem(h.ask("GET", "/secret", ""), http.StatusForbidden)
	h.problem(h.askFrom("127.0.0.1:4711", "GET", "/secret", "", "Host: localhost"), http.StatusForbidden)
}

func TestMetricsAreForThisMachineAndTokens(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	secret := h.token("prometheus", "", apitoken.Metrics)
	for _, c := range []struct {
		peer    string
		headers []string
		want    int
	}{
		{"192.0.2.7:1", nil, 401},
		{"192.0.2.7:1", []string{bearer(secret)}, 200},
		{"127.0.0.1:1", []string{"Host: 127.0.0.1:8080"}, 200},
		{"[::1]:1", []string{"Host: localhost:8080"}, 200},
		{"127.0.0.1:1", []string{"Host: rebound.example"}, 401},                                   // a page of another site
		{"127.0.0.1:1", []string{"Host: localhost", "X-Forwarded-For: 192.0.2.7"}, 401},           // a proxy that nobody declared
		{"192.0.2.7:1", []string{"Host: localhost", "X-Forwarded-For: 127.0.0.1"}, 401},           // a lie
		{"127.0.0.1:1", []string{"Host: localhost", "Sec-Fetch-Site: cross-site", "Via: x"}, 401}, // likewise
	} {
		if got := h.askFrom(c.peer, "GET", "/metrics", "", c.headers...); got.Code != c.want {
			t.Errorf("from %s with %q: %d, want %d", c.peer, c.headers, got.Code, c.want)
		} else if got.Code == 200 && !strings.Contains(got.Body.String(), "postmeter_http_request_seconds") {
			t.Errorf("no figures: %.200s", got.Body)
		}
	}
}
