package listmonk_test

import (
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/outside/listserver/listmonk"
	"postmeter/internal/outside/listserver/listservertest"
)

//go:embed testdata/*.json
var recorded embed.FS

const token = "geheim-token-1"

// standIn answers with what a listmonk once said.
type standIn struct {
	t           *testing.T
	mu          sync.Mutex
	lists       []map[string]any
	subscribers []map[string]any
	campaigns   []map[string]any
	denied      string // a path that the user may not read
}

// results are the entries of a recorded answer.
func results(t *testing.T, name string) (all []map[string]any) {
	t.Helper()
	text, err := recorded.ReadFile("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var exchange struct {
		Body struct{ Data json.RawMessage }
	}
	if err := json.Unmarshal(text, &exchange); err != nil {
		t.Fatal(err)
	}
	var many struct{ Results []map[string]any }
	if err := json.Unmarshal(exchange.Body.Data, &many); err == nil && many.Results != nil {
		return many.Results
	}
	var one map[string]any
	if err := json.Unmarshal(exchange.Body.Data, &one); err != nil {
		t.Fatal(err)
	}
	return []map[string]any{one}
}

func newStandIn(t *testing.T) (*standIn, string) {
	t.Helper()
	s := &standIn{t: t}
	s.lists = slices.Concat(results(t, "lists_p1"), results(t, "lists_p2"), results(t, "list_get"))
	s.subscribers = slices.Concat(results(t, "subscriber_by_email"), results(t, "subscribers"))
	s.campaigns = results(t, "campaigns")
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, server.URL
}

func open(t *testing.T, url, secret string, o listserver.Options) listserver.Server {
	t.Helper()
	s, err := listmonk.New(listserver.Address{Kind: "listmonk", Host: "News.Example.org", URL: url, User: "billing", Secret: secret}, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ServeHTTP answers as a listmonk does.
func (s *standIn) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Header.Get("Authorization") != "token billing:"+token || r.URL.Path == s.denied {
		s.write(w, http.StatusForbidden, map[string]any{"message": "invalid API credentials"})
		return
	}
	switch r.Method + " " + r.URL.Path {
	case "GET /api/about":
		text, err := recorded.ReadFile("testdata/about.json")
		var exchange struct{ Body json.RawMessage }
		if err != nil || json.Unmarshal(text, &exchange) != nil {
			s.t.Errorf("about: %v", err)
		}
		s.write(w, http.StatusOK, exchange.Body)
	case "GET /api/lists":
		if r.FormValue("minimal") == "true" && len(s.lists) == 0 {
			s.write(w, http.StatusOK, map[string]any{"data": []any{}})
			return
		}
		s.page(w, r, s.lists)
	case "GET /api/campaigns":
		if r.FormValue("no_body") != "true" {
			s.t.Error("campaigns with their bodies")
		}
		s.page(w, r, s.campaigns)
	case "GET /api/subscribers":
		search := strings.ToLower(r.FormValue("search"))
		s.page(w, r, slices.DeleteFunc(slices.Clone(s.subscribers), func(v map[string]any) bool {
			return !strings.Contains(strings.ToLower(v["email"].(string)+" "+v["name"].(string)), search)
		}))
	case "PUT /api/subscribers/lists":
		s.remove(w, r)
	default:
		s.write(w, http.StatusNotFound, map[string]any{"message": "Not Found"})
	}
}

func (s *standIn) write(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		s.t.Error(err)
	}
}

// page gives at most 50 at once, unless all are asked for.
func (s *standIn) page(w http.ResponseWriter, r *http.Request, all []map[string]any) {
	size := len(all)
	if r.FormValue("per_page") != "all" {
		n, err := strconv.Atoi(r.FormValue("per_page"))
		if err != nil {
			s.t.Error(err)
		}
		size = min(n, 50)
	}
	number, _ := strconv.Atoi(r.FormValue("page")) //nolint:errcheck // none is the first
	start := min(max(number-1, 0)*size, len(all))
	s.write(w, http.StatusOK, map[string]any{"data": map[string]any{
		"results": all[start:min(start+size, len(all))], "total": len(all), "per_page": size, "page": max(number, 1)}})
}

func (s *standIn) remove(w http.ResponseWriter, r *http.Request) {
	var change struct {
		IDs    []int64 `json:"ids"`
		Action string  `json:"action"`
		Lists  []int64 `json:"target_list_ids"`
	}
	text, err := io.ReadAll(r.Body)
	if err != nil || json.Unmarshal(text, &change) != nil || change.Action != "remove" || len(change.IDs) != 1 || len(change.Lists) != 1 {
		s.t.Errorf("%s: %v", text, err)
	}
	for _, v := range s.subscribers {
		if int64(v["id"].(float64)) == change.IDs[0] {
			v["lists"] = slices.DeleteFunc(v["lists"].([]any), func(l any) bool { return int64(l.(map[string]any)["id"].(float64)) == change.Lists[0] })
		}
	}
	s.write(w, http.StatusOK, map[string]any{"data": true})
}

const (
	list1 = "49d83850-7151-40c5-b0cd-81c45463c9c1"
	list2 = "fc4e74dd-e04a-4a1f-a221-75cb37c1929c"
)

func TestContract(t *testing.T) {
	_, url := newStandIn(t)
	listed := func(name, uuid string, members int64) hosting.Listed {
		return hosting.Listed{Site: "news.example.org", Name: name, RemoteID: uuid, Members: members, Posts: hosting.NotSaid}
	}
	on := func(list, uuid, address, name string) hosting.Membership {
		return hosting.Membership{Site: "news.example.org", List: list, RemoteID: uuid, Address: address, Name: name, Role: "member"}
	}
	listservertest.Contract(t, open, listservertest.World{
		URL: url, Secret: token, Version: "listmonk",
		Catalogue: hosting.Catalogue{Sites: []string{"news.example.org"}, Lists: []hosting.Listed{
			listed("Default list", "d34a6237-24b2-4804-956a-5f68694e41a2", 1),
			listed("LM list 0", "8ba45172-6a6d-473d-bef2-3ea5ba1fc227", 13),
			listed("LM list 1", list1, 13),
			listed("LM list 2", list2, 41), // 84 by its own counter, of whom one left
			listed("Opt-in list", "e89edfb9-63e7-4c3d-a542-66c228ef5649", 0),
		}},
		Member:  on("LM list 1", list1, "lm01@subs.test", "S 1"),
		Pattern: "lm*@subs.test",
		Matches: []hosting.Membership{on("LM list 1", list1, "lm01@subs.test", "S 1"), on("LM list 2", list2, "lm01@subs.test", "S 1"),
			on("LM list 2", list2, "lm39@subs.test", "S 39")},
		Absent: "blk@subs.test", // there, but on no list
	})
}

func TestSent(t *testing.T) {
	s, url := newStandIn(t)
	m := open(t, url, token, listserver.Options{})
	got, err := m.Sent(t.Context(), time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 11, 3, 4, 273131000, time.UTC)
	want := []hosting.Sent{{Key: "e99e82e8-18a2-4785-8bf3-efbb130de308", Site: "news.example.org", List: "LM list 1", RemoteID: list1, Count: 40, At: at,
		Note: "campaign C1; sent to several lists: LM list 1, LM list 2"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, err = m.Sent(t.Context(), at); err != nil || len(got) != 0 {
		t.Errorf("nothing changed, and %+v is told: %v", got, err)
	}
	// It runs on, and its older list is deleted.
	s.mu.Lock()
	s.campaigns[0]["status"], s.campaigns[0]["sent"], s.campaigns[0]["updated_at"] = "running", 41, "2026-11-22T12:03:05+01:00"
	s.campaigns[0]["lists"] = []any{map[string]any{"id": nil, "name": "LM list 1"}, map[string]any{"id": 5, "name": "LM list 2"}}
	s.mu.Unlock()
	got, err = m.Sent(t.Context(), at)
	if err != nil || len(got) != 1 || got[0].Count != 41 || got[0].RemoteID != list2 || got[0].At != at.Truncate(time.Second).Add(time.Second) {
		t.Errorf("%+v: %v", got, err)
	}
	s.mu.Lock()
	s.campaigns[0]["lists"] = []any{map[string]any{"id": nil, "name": "Old"}}
	s.mu.Unlock()
	got, err = m.Sent(t.Context(), at)
	if err != nil || len(got) != 1 || got[0].RemoteID != "" || got[0].List != "Old" || !strings.Contains(got[0].Note, "deleted") {
		t.Errorf("%+v: %v", got, err)
	}
}

func TestNamesThatRepeat(t *testing.T) {
	s, url := newStandIn(t)
	s.lists = nil
	for i, name := range []string{"News", "News", " News\t", "News (2)", "", strings.Repeat("ä", 300)} {
		s.lists = append(s.lists, map[string]any{"id": i + 1, "uuid": fmt.Sprint("u", i+1), "name": name})
	}
	c, err := open(t, url, token, listserver.Options{}).Catalogue(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, l := range c.Lists {
		got[l.RemoteID] = l.Name
		if err := hosting.CheckName(l.Name); err != nil {
			t.Errorf("%q: %v", l.Name, err)
		}
	}
	want := map[string]string{"u1": "News", "u2": "News (2) (2)", "u3": "News (3)", "u4": "News (2)", "u5": "(5)", "u6": strings.Repeat("ä", 100)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// Nothing at all is an answer.
	s.mu.Lock()
	s.lists = nil
	s.mu.Unlock()
	c, err = open(t, url, token, listserver.Options{}).Catalogue(t.Context(), nil)
	if err != nil || len(c.Lists) != 0 {
		t.Errorf("%+v: %v", c, err)
	}
}

func TestTwentyThousandLists(t *testing.T) {
	s, url := newStandIn(t)
	s.lists = nil
	for i := range 20_000 {
		s.lists = append(s.lists, map[string]any{"id": i + 1, "uuid": fmt.Sprint("u", i), "name": "same", "subscriber_statuses": map[string]any{"confirmed": i}})
	}
	c, err := open(t, url, token, listserver.Options{}).Catalogue(t.Context(), nil)
	if err != nil || len(c.Lists) != 20_000 {
		t.Fatalf("%d lists: %v", len(c.Lists), err)
	}
}

func TestWhatTheUserMayNotRead(t *testing.T) {
	s, url := newStandIn(t)
	s.denied = "/api/campaigns"
	h, err := open(t, url+"/api/", token, listserver.Options{}).Health(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range h.Findings {
		if want := f.Code == "permission_campaigns"; (f.Severity == hosting.Trouble) != want {
			t.Errorf("%+v", f)
		}
	}
}
