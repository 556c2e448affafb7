package admin

import (
	"net/http"
	"regexp"
	"testing"

	"postmeter/internal/domain/operator"
	"postmeter/internal/store/storetest"
)

// What a page may weigh as it is sent, in bytes: with everything that it loads, and once that is kept by the browser.
const (
	maxFirstWeight = 250 * 1000
	maxNextWeight  = 30 * 1000
)

var loaded = regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`)

// weight asks as a browser does, and returns how many bytes come.
func (v *visitor) weight(path string) (int, *answer) {
	v.t.Helper()
	plain := v.open(path).wants(http.StatusOK)
	sent := v.do(http.MethodGet, path, nil, http.Header{"Accept-Encoding": {"gzip"}})
	if len(plain.body) > 2000 && sent.head.Get("Content-Encoding") != "gzip" {
		v.t.Errorf("%s is not compressed", path)
	}
	return len(sent.body), plain
}

func TestPagesAreLight(t *testing.T) {
	w := newWorld(t, storetest.SQLite(t))
	w.mails = t.TempDir()
	w.settings()
	w.imports(provider)
	w.imports(customersToBill)
	v := w.operator(operator.Administrator)
	v.send("/bill/run", "start", "2026-08-01", "end", "2026-08-31")
	w.work(v)
	assets := map[string]int{}
	for _, path := range []string{
		"/", "/search?q=a", "/customers", "/customers/new", "/customers/1", "/customers/1/edit", "/customers/1/history", "/customers/1/groups/1",
		"/customers/1/groups/1/add/lists?show=all", "/validation", "/bill", "/bill/run", "/bill/review", "/checklist", "/bills", "/bills/1", "/bills/1/lines/1",
		"/send", "/send/run", "/servers", "/servers/1", "/plans", "/plans/1", "/plans/new", "/plans/1/edit", "/charges", "/settings", "/jobs", "/profile", "/admins",
	} {
		page, plain := v.weight(path)
		first := page
		for _, m := range loaded.FindAllStringSubmatch(plain.body, -1) {
			if _, known := assets[m[1]]; !known {
				a := v.do(http.MethodGet, m[1], nil, http.Header{"Accept-Encoding": {"gzip"}}).wants(http.StatusOK)
				if cache := a.head.Get("Cache-Control"); cache != "public, max-age=31536000, immutable" {
					t.Errorf("%s is kept %q", m[1], cache)
				}
				assets[m[1]] = len(a.body)
			}
		}
		for _, m := range loaded.FindAllStringSubmatch(plain.body, -1) {
			first += assets[m[1]]
		}
		if first > maxFirstWeight || page > maxNextWeight {
			t.Errorf("%s weighs %d bytes the first time and %d after; at most %d and %d", path, first, page, maxFirstWeight, maxNextWeight)
		}
		t.Logf("%s: %d bytes the first time, %d after", path, first, page)
	}
	if len(assets) < 4 {
		t.Errorf("the pages load only %v", assets)
	}
}
