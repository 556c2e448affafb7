//go:build browser

package browser

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"postmeter/internal/face/admin"
)

// notPages are the paths that can be opened and are no pages, with what they are.
var notPages = map[string]string{
	"/reports/unbilled.csv": "a file",
	"/settings/logo":        "a picture",
}

// checkSeen reports the pages that no story has looked at. The file holds the paths of those that were, a line each.
func checkSeen(t *testing.T, file string) {
	t.Helper()
	paths, mux := admin.Paths(), http.NewServeMux()
	left := map[string]bool{}
	for _, path := range paths {
		mux.Handle("GET "+path, http.NotFoundHandler())
		left[path] = notPages[path] == ""
	}
	for path := range notPages {
		if _, there := left[path]; !there {
			t.Errorf("%s does not exist any more: it is no exception", path)
		}
	}
	seen, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for path := range strings.Lines(string(seen)) {
		_, pattern := mux.Handler(httptest.NewRequest(http.MethodGet, strings.TrimSpace(path), nil))
		left[strings.TrimPrefix(pattern, "GET ")] = false
	}
	for _, path := range paths {
		if left[path] {
			t.Errorf("no story looks at %s: open it, and call house.look", path)
		}
	}
}
