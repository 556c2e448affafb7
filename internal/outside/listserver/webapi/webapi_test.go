package webapi_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/outside/listserver/webapi"
)

func open(t *testing.T, url string) *webapi.Client {
	t.Helper()
	c, err := webapi.New("A server", listserver.Address{URL: url, User: "u", Secret: "geheim"}, webapi.Basic("u", "geheim"), listserver.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAddresses(t *testing.T) {
	for _, url := range []string{"", "lists.test", "ftp://lists.test", "https://", "https://u:geheim@lists.test", "https://lists.test/?key=geheim",
		"https://lists.test/#geheim", "http:lists.test", "https://lists.test:x/", "https://" + strings.Repeat("x", 2000), "https://geheim\x7f"} {
		_, err := webapi.New("A server", listserver.Address{URL: url, Secret: "geheim"}, nil, listserver.Options{})
		var e *fault.Error
		if fault.KindOf(err) != fault.Invalid || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v", url, err)
		} else if !errors.As(err, &e) || e.Place != "url" {
			t.Errorf("%s: place %q", url, e.Place)
		}
	}
}

func TestTransport(t *testing.T) {
	for url, want := range map[string]hosting.Severity{
		"https://lists.test/3.1": hosting.Fine, "http://127.0.0.1:8001": hosting.Fine, "http://[::1]:8001": hosting.Fine, "http://LOCALHOST": hosting.Fine,
		"http://lists.test/3.1": hosting.Warning, "http://10.0.0.1:8001": hosting.Warning, "http://localhost.evil.test": hosting.Warning,
	} {
		if f := open(t, url).Transport(); f.Severity != want || f.Severity != hosting.Fine && f.Remedy == "" {
			t.Errorf("%s: %+v", url, f)
		}
	}
}

// TestPathsAndQueries checks that what comes from outside stays what it is: a slash in a name is no other path.
func TestPathsAndQueries(t *testing.T) {
	var path, query string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		path, query = r.URL.EscapedPath(), r.URL.RawQuery
		w.WriteHeader(http.StatusNoContent)
	}))
	defer server.Close()
	_, err := open(t, server.URL+"/base/").Do(t.Context(), webapi.Request{Path: []string{"lists", "a/../b?c", "ü"}, Query: map[string][]string{"x": {"a&b=c d"}}})
	if err != nil || path != "/base/lists/a%2F..%2Fb%3Fc/%C3%BC" || query != "x=a%26b%3Dc+d" {
		t.Errorf("%s?%s: %v", path, query, err)
	}
}

// TestAskingAgain checks what is asked again when an answer breaks off: what changes nothing.
func TestAskingAgain(t *testing.T) {
	calls := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if calls++; calls%listserver.MaxFailures != 0 {
			panic(http.ErrAbortHandler)
		}
		if err := json.NewEncoder(w).Encode(calls); err != nil {
			t.Error(err)
		}
	}))
	defer server.Close()
	c := open(t, server.URL)
	var got int
	if _, err := c.JSON(t.Context(), webapi.Request{}, &got); err != nil || got != listserver.MaxFailures {
		t.Errorf("%d: %v", got, err)
	}
	calls = 0
	if _, err := c.Do(t.Context(), webapi.Request{Method: http.MethodDelete}); fault.KindOf(err) != fault.Unavailable || calls != 1 {
		t.Errorf("a deletion was asked for %d times: %v", calls, err)
	}
}

func TestServersClock(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", "Sun, 22 Nov 2026 11:03:04 GMT")
	}))
	defer server.Close()
	a, err := open(t, server.URL).Do(t.Context(), webapi.Request{})
	if err != nil || a.Date.String() != "2026-11-22 11:03:04 +0000 UTC" {
		t.Errorf("%v: %v", a.Date, err)
	}
}
