package admin

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/operator"
	"postmeter/internal/face/web"
	"postmeter/internal/outside/keyfile"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// password is everybody's.
const password = "four words of mine"

// world is an operator's web on a new database.
type world struct {
	t     *testing.T
	url   string
	db    *store.DB
	now   time.Time
	site  *web.Site
	http  *httptest.Server
	log   *strings.Builder
	mails string // folder that mails go to
}

func newWorld(t *testing.T, url string) *world {
	t.Helper()
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	file := filepath.Join(t.TempDir(), "secrets.key")
	if err := keyfile.Make(file); err != nil {
		t.Fatal(err)
	}
	key, err := keyfile.Load(file)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, url: url, db: db, now: time.Date(2026, 9, 15, 8, 0, 0, 0, time.UTC), log: &strings.Builder{}}
	handler, err := New(Deps{
		Deps:  web.Deps{DB: db, Now: func() time.Time { return w.now }, Log: slog.New(slog.NewTextHandler(w.log, nil))},
		Vault: key,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.site, _ = handler.(*web.Site)
	w.http = httptest.NewServer(handler)
	t.Cleanup(w.http.Close)
	return w
}

// each runs a story on both engines.
func each(t *testing.T, do func(*world)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, url string) { do(newWorld(t, url)) })
}

func (w *world) by() store.By { return store.By{Actor: "test", At: w.now} }

// operator makes somebody of a role and signs in.
func (w *world) operator(role operator.Role) *visitor {
	w.t.Helper()
	name := role.String()
	if _, err := office.AddOperator(context.Background(), w.db, w.by(), office.NewOperator{Name: name, Role: role, Password: password}); err != nil {
		w.t.Fatal(err)
	}
	v := w.visitor()
	v.send("/sign-in", "name", name, "password", password).wants(http.StatusOK, name, role.Title())
	return v
}

// settings chooses a currency, without which nothing has a price.
func (w *world) settings() {
	w.t.Helper()
	w.enter(office.Settings, `{"currency":"USD","settings":{"customer_types":["Hosting","Club"]}}`)
}

// visitor is a browser with its cookies.
type visitor struct {
	*world
	client *http.Client
}

func (w *world) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return &visitor{w, &http.Client{Jar: jar}}
}

// answer is what came back, after redirects.
type answer struct {
	t      *testing.T
	status int
	path   string
	head   http.Header
	body   string
}

func (v *visitor) open(path string) *answer {
	v.t.Helper()
	return v.do(http.MethodGet, path, nil, nil)
}

var hidden = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`)

// fill opens the form at a path and returns what it carries.
func (v *visitor) fill(path string) url.Values {
	v.t.Helper()
	values := url.Values{}
	for _, m := range hidden.FindAllStringSubmatch(v.open(path).body, -1) {
		values.Set(m[1], strings.NewReplacer("&#34;", `"`, "&amp;", "&", "&#39;", "'", "&lt;", "<", "&gt;", ">").Replace(m[2]))
	}
	return values
}

// send opens the form at a path, fills it in with names and values, and sends it.
func (v *visitor) send(path string, fields ...string) *answer {
	v.t.Helper()
	values := v.fill(path)
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	return v.do(http.MethodPost, path, values, nil)
}

func (v *visitor) do(method, path string, values url.Values, head http.Header) *answer {
	v.t.Helper()
	return v.ask(method, path, strings.NewReader(values.Encode()), head)
}

// upload sends a file as a form does.
func (v *visitor) upload(path, field string, data []byte) *answer {
	v.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile(field, "file")
	if err == nil {
		_, err = part.Write(data)
	}
	if err = errors.Join(err, form.Close()); err != nil {
		v.t.Fatal(err)
	}
	return v.ask(http.MethodPost, path, &body, http.Header{"Content-Type": {form.FormDataContentType()}})
}

func (v *visitor) ask(method, path string, body io.Reader, head http.Header) *answer {
	v.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, v.http.URL+path, body)
	if err != nil {
		v.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for name, values := range head {
		r.Header[name] = values
	}
	response, err := v.client.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return &answer{v.t, response.StatusCode, response.Request.URL.RequestURI(), response.Header, string(text)}
}

// wants checks the status and that texts are there.
func (a *answer) wants(status int, texts ...string) *answer {
	a.t.Helper()
	if a.status != status {
		a.t.Errorf("%s answers %d, want %d:\n%s", a.path, a.status, status, a.main())
	}
	for _, text := range texts {
		if !strings.Contains(a.body, text) {
			a.t.Errorf("%s lacks %q:\n%s", a.path, text, a.main())
		}
	}
	return a
}

// lacks checks that texts are not there.
func (a *answer) lacks(texts ...string) *answer {
	a.t.Helper()
	for _, text := range texts {
		if strings.Contains(a.body, text) {
			a.t.Errorf("%s shows %q:\n%s", a.path, text, a.main())
		}
	}
	return a
}

func (a *answer) main() string {
	_, main, found := strings.Cut(a.body, "<main")
	if !found {
		return a.body
	}
	return main[:min(len(main), 4000)]
}

func (w *world) enter(kind office.Kind, text string) int64 {
	w.t.Helper()
	id, err := office.Enter(context.Background(), w.db, w.by(), office.Entry{Kind: kind, Fields: node(w.t, text)}, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// pairs are the values of a form, given as names and values.
func pairs(fields ...string) url.Values {
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	return values
}
