package mailman_test

import (
	"embed"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"postmeter/internal/outside/listserver"
	"postmeter/internal/outside/listserver/mailman"
)

//go:embed testdata/*.json
var recorded embed.FS

const password = "geheim-1234"

// standIn answers with what a Mailman once said.
type standIn struct {
	t   *testing.T
	url string

	mu     sync.Mutex
	bodies map[string]string // path, and query without pages: what is answered
	gone   map[string]bool   // deleted paths
	calls  []string
}

// body returns the body of a recorded exchange.
func body(t *testing.T, name string) string {
	t.Helper()
	text, err := recorded.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var exchange struct{ Body json.RawMessage }
	if err := json.Unmarshal(text, &exchange); err != nil {
		t.Fatal(err)
	}
	return string(exchange.Body)
}

func newStandIn(t *testing.T) (*standIn, *mailman.Server) {
	t.Helper()
	s := &standIn{t: t, gone: map[string]bool{}, bodies: map[string]string{
		"/system/versions":                   body(t, "versions"),
		"/domains":                           body(t, "domains"),
		"/lists":                             body(t, "lists"),
		"/lists/news.alpha.test":             body(t, "lists_news.alpha.test"),
		"/members/find owner":                body(t, "members_find_role_owner"),
		"/members/find moderator":            body(t, "lists_news.alpha.test_roster_moderator"),
		"/members/find *subs*":               body(t, "find_wildcard"),
		"/members/find m02@subs.test":        body(t, "find_before_delete"),
		"/lists/dev.alpha.test":              `{"list_id":"dev.alpha.test","list_name":"dev","mail_host":"alpha.test"}`,
		"/system/configuration/logging.smtp": body(t, "system_configuration_logging.smtp"),
		"/system/configuration/mta":          body(t, "system_configuration_mta"),
		"/queues":                            body(t, "queues"),
	}}
	for _, id := range []string{"news.alpha.test", "dev.alpha.test", "announce.beta.test"} {
		s.bodies["/lists/"+id+"/config/post_id"] = body(t, "list_post_id")
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.url = server.URL + "/3.1"
	return s, connect(t, s.url, listserver.Options{CountPosts: true})
}

func connect(t *testing.T, url string, o listserver.Options) *mailman.Server {
	t.Helper()
	m, err := mailman.New(listserver.Address{Kind: "mailman3", URL: url, User: "restadmin", Secret: password}, o)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (s *standIn) set(path, body string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bodies[path] = body
}

// ServeHTTP answers in pages, as a Mailman does.
func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Connection", "close")
	w.Header().Set("Content-Type", "application/json")
	path := strings.TrimPrefix(r.URL.Path, "/3.1")
	s.calls = append(s.calls, r.Method+" "+path)
	if strings.HasPrefix(path, "/system/configuration/") && (strings.HasSuffix(path, "webservice") || strings.HasSuffix(path, "database")) {
		s.t.Errorf("%s was read: it holds passwords", path)
	}
	if user, secret, _ := r.BasicAuth(); user != "restadmin" || secret != password {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if r.Method == http.MethodDelete {
		if s.gone[path] {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		s.gone[path] = true
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if path == "/members/find" {
		if path += " " + r.FormValue("subscriber"); r.FormValue("subscriber") == "" {
			path += r.FormValue("role")
		}
	}
	text, ok := s.bodies[path]
	if !ok {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if r.FormValue("count") != "" {
		text = s.page(r, text)
	}
	_, err := w.Write([]byte(text))
	if err != nil {
		s.t.Error(err)
	}
}

// page cuts a page out of a collection. One without entries does not have the key.
func (s *standIn) page(r *http.Request, text string) string {
	var collection struct {
		Entries []json.RawMessage `json:"entries"`
	}
	if err := json.Unmarshal([]byte(text), &collection); err != nil {
		return text
	}
	count, err1 := strconv.Atoi(r.FormValue("count"))
	number, err2 := strconv.Atoi(r.FormValue("page"))
	if err1 != nil || err2 != nil || number < 1 {
		s.t.Errorf("pages count from 1: %s", r.URL)
	}
	kept := collection.Entries
	if id := r.FormValue("list_id"); id != "" {
		kept = slices.DeleteFunc(kept, func(e json.RawMessage) bool {
			var m struct {
				List string `json:"list_id"`
				ID   string `json:"member_id"`
			}
			return json.Unmarshal(e, &m) != nil || m.List != id || s.gone["/members/"+m.ID]
		})
	}
	start := min((number-1)*count, len(kept))
	all := map[string]any{"start": (number - 1) * count, "total_size": len(kept)}
	if start < len(kept) {
		all["entries"] = kept[start:min(start+count, len(kept))]
	}
	out, err := json.Marshal(all)
	if err != nil {
		s.t.Error(err)
	}
	return string(out)
}
