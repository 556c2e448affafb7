//go:build bench

package bench

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log/slog"
	mathrand "math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"postmeter/internal/domain/operator"
	"postmeter/internal/face/admin"
	"postmeter/internal/face/web"
	"postmeter/internal/outside/keyfile"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

// pagesDay is the day on which the pages are looked at: that after the months that were billed.
var pagesDay = time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)

// visit is the operator's web on a database, with somebody signed in at each of the sessions.
type visit struct {
	db      *store.DB
	site    http.Handler
	cookies []string
	samples samples
}

func openVisit(t *testing.T, ctx context.Context, address string) *visit {
	t.Helper()
	db, err := store.Open(ctx, address, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "secrets.key")
	if err := keyfile.Make(file); err != nil {
		t.Fatal(err)
	}
	key, err := keyfile.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	now := func() time.Time { return pagesDay.Add(time.Since(began)) }
	site, err := admin.New(admin.Deps{Deps: web.Deps{DB: db, Now: now, Log: slog.New(slog.DiscardHandler)}, Vault: key})
	if err != nil {
		t.Fatal(err)
	}
	v := &visit{db: db, site: site, samples: readSamples(t, ctx, address)}
	by := func() store.By { return store.By{Actor: "bench", At: now()} }
	if err := office.FillWords(ctx, db, by, func(int) {}); err != nil {
		t.Fatal(err)
	}
	password := rand.Text()
	for range pageSessions {
		name := rand.Text()
		if _, err := office.AddOperator(ctx, db, by(), office.NewOperator{Name: name, Role: operator.Administrator, Password: password}); err != nil {
			t.Fatal(err)
		}
		v.cookies = append(v.cookies, v.signIn(t, name, password))
	}
	v.samples.formPlans = slices.DeleteFunc(slices.Clone(v.samples.plans), func(id int64) bool {
		answer, _ := v.get(0, fmt.Sprintf("/plans/%d/edit", id))
		return answer.Code == http.StatusConflict // one of several components is left to the provider file
	})
	return v
}

func (v *visit) close(t *testing.T) {
	if err := v.db.Close(); err != nil {
		t.Error(err)
	}
}

// signIn returns the cookie of a session.
func (v *visit) signIn(t *testing.T, name, password string) string {
	t.Helper()
	form := url.Values{"name": {name}, "password": {password}}
	r := httptest.NewRequest(http.MethodPost, "/sign-in", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.RemoteAddr = fmt.Sprintf("10.%d.%d.%d:4711", mathrand.IntN(256), mathrand.IntN(256), mathrand.IntN(256)) // many from one address would be throttled
	w := httptest.NewRecorder()
	v.site.ServeHTTP(w, r)
	for _, cookie := range w.Result().Cookies() {
		if cookie.Name == "postmeter" {
			return cookie.Name + "=" + cookie.Value
		}
	}
	t.Fatalf("signing in gave %d: %.500s", w.Code, w.Body)
	return ""
}

// get asks for a page, and returns it with how long it took the server.
func (v *visit) get(session int, path string) (*httptest.ResponseRecorder, time.Duration) {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Header.Set("Cookie", v.cookies[session])
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	start := time.Now()
	v.site.ServeHTTP(w, r)
	return w, time.Since(start)
}

// asked is how long a page took the server.
type asked struct {
	path string
	took time.Duration
}

// measure asks for each page many times, in a random order, from all sessions at once.
func (v *visit) measure(t *testing.T) map[string][]asked {
	t.Helper()
	var work []*pageKind
	for i := range pageKinds {
		if !wanted(pageKinds[i].name) {
			continue
		}
		for range *pagesTimes {
			work = append(work, &pageKinds[i])
		}
	}
	mathrand.Shuffle(len(work), func(i, j int) { work[i], work[j] = work[j], work[i] })
	v.warm(t)

	tasks := make(chan *pageKind, len(work))
	for _, page := range work {
		tasks <- page
	}
	close(tasks)
	took := map[string][]asked{}
	var mu sync.Mutex
	var sessions sync.WaitGroup
	for session := range pageSessions {
		sessions.Go(func() {
			<-time.After(*pagesPause * time.Duration(session) / pageSessions) // they do not all begin in the same instant
			for page := range tasks {
				path := page.path(&v.samples)
				answer, time1 := v.get(session, path)
				mu.Lock()
				took[page.name] = append(took[page.name], asked{path, time1})
				mu.Unlock()
				if !answered(answer) {
					t.Errorf("%s answers %d", path, answer.Code)
				}
				if answer.Body.Len() > maxPageWeight {
					t.Errorf("%s weighs %d bytes", path, answer.Body.Len())
				}
				if *pagesPause > 0 {
					<-time.After(*pagesPause)
				}
			}
		})
	}
	sessions.Wait()
	return took
}

// alone asks for each page several times, one after the other and with nobody beside, and prints what it costs: the median and
// the longest time, the processor time of this process and of the database server, that of sums in the background included, and what took longest.
func (v *visit) alone(t *testing.T, address string, times int) {
	t.Helper()
	fmt.Printf("%-34s %8s %8s %8s %8s\n", "page alone, milliseconds", "p50", "longest", "own CPU", "database")
	for i := range pageKinds {
		page := &pageKinds[i]
		if !wanted(page.name) {
			continue
		}
		own, database := ownCPU(t), serverCPU(t, address)
		var took []asked
		for range times {
			path := page.path(&v.samples)
			answer, time1 := v.get(0, path)
			if !answered(answer) {
				t.Errorf("%s answers %d", path, answer.Code)
			}
			took = append(took, asked{path, time1})
			<-time.After(*pagesPause)
		}
		own, database = ownCPU(t)-own, serverCPU(t, address)-database
		n, longest := time.Duration(times), percentile(took, 100)
		fmt.Printf("%-34s %8s %8s %8s %8s  %s\n", page.name, ms(percentile(took, 50).took), ms(longest.took), ms(own/n), ms(database/n), longest.path)
	}
}

// answered says whether there was a page, or the way to one.
func answered(w *httptest.ResponseRecorder) bool {
	return w.Code == http.StatusOK || w.Code == http.StatusSeeOther
}

// warm asks for each page once, says which take long then, and has all sessions ask at once, so that as many connections are open as later.
func (v *visit) warm(t *testing.T) {
	t.Helper()
	for i := range pageKinds {
		if !wanted(pageKinds[i].name) {
			continue
		}
		path := pageKinds[i].path(&v.samples)
		answer, took := v.get(0, path)
		if !answered(answer) {
			t.Errorf("%s answers %d", path, answer.Code)
		}
		if took > maxPageTime/5 {
			fmt.Printf("the first time, alone: %s %s ms\n", pageKinds[i].name, ms(took))
		}
		for addingUp(answer) { // until what is added up in the background is ready
			answer, _ = v.get(0, path)
		}
	}
	var sessions sync.WaitGroup
	for session := range pageSessions {
		sessions.Go(func() {
			for i := range pageKinds {
				v.get(session, pageKinds[(i+session)%len(pageKinds)].path(&v.samples))
			}
		})
	}
	sessions.Wait()
}

// addingUp says whether a page tells that its sums are not ready.
func addingUp(w *httptest.ResponseRecorder) bool {
	page := io.Reader(w.Body)
	if w.Header().Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(page)
		if err != nil {
			return false
		}
		page = unpacked
	}
	text, err := io.ReadAll(page)
	return err == nil && bytes.Contains(text, []byte("There is much to add up."))
}

// percentile is the nearest rank: the least that so many are not above.
func percentile(all []asked, percent int) asked {
	sorted := slices.SortedFunc(slices.Values(all), func(a, b asked) int { return cmp.Compare(a.took, b.took) })
	return sorted[max(0, (len(sorted)*percent+99)/100-1)] //nolint:mnd // the part of a rank counts as one
}
