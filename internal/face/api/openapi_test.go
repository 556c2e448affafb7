package api_test

import (
	"bytes"
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"postmeter/internal/face/access"
	"postmeter/internal/face/api"
	"postmeter/internal/face/httpkit"
)

var update = flag.Bool("update", false, "write the description of the API anew")

// TestDescription compares what the API says of itself with the committed file, so that a change of it is seen.
func TestDescription(t *testing.T) {
	now := func() time.Time { return time.Unix(0, 0) }
	mux := httpkit.New(httpkit.Options{Now: now, Log: slog.New(slog.DiscardHandler), Guard: access.New().Check})
	api.New(mux, api.Deps{Now: now}, api.Routes...)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/openapi.json", nil))
	const file = "testdata/openapi.json"
	if *update {
		if err := os.WriteFile(file, w.Body.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(w.Body.Bytes(), want) {
		t.Errorf("the API describes itself otherwise than %s: look at the difference, and write it with -update", file)
	}
}
