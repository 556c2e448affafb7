package servers_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/settings"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/gather/servers"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// house is a provider's database with servers that tests answer for.
type house struct {
	t   testing.TB
	url string
	db  *store.DB
	now time.Time

	answers map[string]*answers // by URL
	step    func(string)
}

// answers is what one server says. It is a list server in memory, for what real ones do not do at a word.
type answers struct {
	mu        sync.Mutex
	catalogue hosting.Catalogue
	err       error
	hang      bool // it says nothing until the caller gives up
	health    hosting.Health
	sent      []hosting.Sent
	cannot    map[listserver.Ability]bool
	members   []hosting.Membership
	deleted   []hosting.Membership
}

func (a *answers) Can(ability listserver.Ability) bool { return !a.cannot[ability] }
func (a *answers) UsageFormats() []string              { return []string{"mailman3"} }

func (a *answers) say(ctx context.Context) error {
	a.mu.Lock()
	hang, err := a.hang, a.err
	a.mu.Unlock()
	if hang {
		<-ctx.Done()
		return fault.Wrap(fault.Unavailable, ctx.Err(), "it did not answer in time")
	}
	return err
}

func (a *answers) Health(ctx context.Context) (hosting.Health, error) { return a.health, a.say(ctx) }

func (a *answers) Catalogue(ctx context.Context, progress func(read, all int)) (hosting.Catalogue, error) {
	if err := a.say(ctx); err != nil {
		return hosting.Catalogue{}, err
	}
	c := hosting.Catalogue{Sites: append([]string(nil), a.catalogue.Sites...), Lists: append([]hosting.Listed(nil), a.catalogue.Lists...)}
	progress(len(c.Lists), len(c.Lists))
	err := c.Sort()
	return c, err
}

func (a *answers) FindMembers(ctx context.Context, pattern string, limit int) (found []hosting.Membership, more bool, err error) {
	match, err := listserver.Match(pattern)
	if err != nil {
		return nil, false, err
	}
	for _, m := range a.members {
		if match(m.Address) {
			found = append(found, m)
		}
	}
	return found[:min(len(found), limit)], len(found) > limit, a.say(ctx)
}

func (a *answers) DeleteMember(ctx context.Context, m hosting.Membership) (bool, error) {
	a.deleted = append(a.deleted, m)
	return true, a.say(ctx)
}

func (a *answers) Sent(ctx context.Context, _ time.Time) ([]hosting.Sent, error) {
	return a.sent, a.say(ctx)
}

// has sets what a server has: lists as site/name, members and owners may follow: "alpha.test/news 120 owner@x.test".
// A list's own id is its name@site, unless one stands first: "id=7 alpha.test/news".
func (a *answers) has(lists ...string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.catalogue = hosting.Catalogue{}
	for _, text := range lists {
		l := hosting.Listed{Members: hosting.NotSaid, Posts: hosting.NotSaid}
		words := strings.Fields(text)
		if id, ok := strings.CutPrefix(words[0], "id="); ok {
			l.RemoteID, words = id, words[1:]
		}
		l.Site, l.Name, _ = strings.Cut(words[0], "/")
		if l.RemoteID == "" {
			l.RemoteID = l.Name + "." + l.Site
		}
		for _, word := range words[1:] {
			if strings.Contains(word, "@") {
				l.Administrators = append(l.Administrators, hosting.Administrator{Role: hosting.Owner, Address: word})
			} else if _, err := fmt.Sscan(word, &l.Members); err != nil {
				panic(err)
			}
		}
		a.catalogue.Sites = append(a.catalogue.Sites, l.Site)
		a.catalogue.Lists = append(a.catalogue.Lists, l)
	}
}

// newHouse makes a house in a new database with the servers that are named. It is noon of 2026-09-10 there.
func newHouse(t testing.TB, url string, names ...string) *house {
	t.Helper()
	h := &house{t: t, url: url, db: open(t, url), now: time.Date(2026, 9, 10, 12, 0, 0, 0, time.UTC), answers: map[string]*answers{}}
	h.write(func(tx *store.Tx) error {
		if _, err := tx.SaveSettings(settings.Default()); err != nil {
			return err
		}
		for _, name := range names {
			v := hosting.NewServer(name)
			v.Kind, v.URL, v.ServiceSenders = "mailman3", "http://"+name+".test", []string{"*-request@*"}
			if err := tx.InsertServer(&v); err != nil {
				return err
			}
			h.answers[v.URL] = &answers{}
		}
		return nil
	})
	return h
}

func open(t testing.TB, url string) *store.DB {
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
	return db
}

func (h *house) write(do func(*store.Tx) error) {
	h.t.Helper()
	if err := h.db.Write(context.Background(), h.by(), do); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) by() store.By { return store.By{Actor: "test", At: h.now} }

func (h *house) server(name string) *answers { return h.answers["http://"+name+".test"] }

func (h *house) deps() servers.Deps {
	return servers.Deps{DB: h.db, By: h.by, Step: h.step, Open: func(a listserver.Address, _ listserver.Options) (listserver.Server, error) {
		if s := h.answers[a.URL]; s != nil {
			return s, nil
		}
		return nil, fault.New(fault.Invalid, "no such server")
	}}
}

// sync syncs all servers, or some, and fails the test unless all are done.
func (h *house) sync(names ...string) *servers.SyncResult {
	h.t.Helper()
	results := h.try(servers.SyncOptions{}, names...)
	for _, r := range results {
		if r.Err() != nil {
			h.t.Fatalf("%s: %v", r.Server, r.Err())
		}
	}
	return results[0]
}

func (h *house) try(o servers.SyncOptions, names ...string) []*servers.SyncResult {
	h.t.Helper()
	results, err := servers.SyncAll(context.Background(), h.deps(), names, o)
	if err != nil {
		h.t.Fatal(err)
	}
	return results
}

// day sets the clock to noon of a day.
func (h *house) day(text string) {
	h.now = period.StartOf(period.MustParse(text), time.UTC).Add(12 * time.Hour)
}

// rows returns what a query gives, one text a row.
func (h *house) rows(query string) []string {
	h.t.Helper()
	return storetest.Rows(h.t, h.url, query)
}

// one returns the single value of a query.
func (h *house) one(query string) string {
	h.t.Helper()
	return strings.Join(h.rows(query), "\n")
}

// ingest reads a log of s1: a line for each list, with the number of its recipients: "2026-09-03T10:00:00 news.alpha.test 30".
func (h *house) ingest(lines ...string) string {
	h.t.Helper()
	var log strings.Builder
	for i, line := range lines {
		w := strings.Fields(line)
		fmt.Fprintf(&log, "%s+0000 PM1 list_id=%s recips=%s refused=0 size=1000 secs=0.1 sender=a@x.test msgid=<%d@x.test>\n", w[0], w[1], w[2], i)
	}
	result, err := gather.Ingest(context.Background(), gather.Order{DB: h.db, By: h.by, Server: "s1", Format: "mailman3",
		Inputs: []gather.Input{{Name: "smtp.log", Stream: strings.NewReader(log.String())}}})
	if err != nil || len(result.Alerts) > 0 {
		h.t.Fatal(err, result.Alerts)
	}
	return fmt.Sprintf("%d counted, %d known, %d unknown", result.Counted, result.AlreadyKnown, result.UnknownList)
}

// check compares.
func check[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}
