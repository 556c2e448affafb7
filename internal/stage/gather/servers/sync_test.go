package servers_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/stage/gather/servers"
	"postmeter/internal/store/storetest"
)

// listRows reads the lists with their names' days: day numbers, 20706 is 2026-09-10.
const listRows = `SELECT n.site || '/' || n.name, n.remote_id, n.first_day, n.last_day, l.start_day, l.end_day, COALESCE(l.gone_day, 0)
	FROM list_name n JOIN list l ON l.id = n.list_id ORDER BY n.remote_id, n.first_day`

func TestASyncBringsSitesListsAdministratorsAndMembers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1")
		h.server("s1").has("alpha.test/news 120 ann@alpha.test Bob@alpha.test", "beta.test/dev 3 ann@alpha.test")
		r := h.sync()
		if r.Status != servers.Done || r.Sites != 2 || r.Lists != 2 || r.New != 2 || r.Administrators != 3 || r.Members != 123 {
			t.Errorf("result: %+v", r)
		}
		check(t, "lists", h.one(listRows), "beta.test/dev|dev.beta.test|-719162|2932896|-719162|2932896|0\n"+
			"alpha.test/news|news.alpha.test|-719162|2932896|-719162|2932896|0")
		check(t, "administrators", h.one(`SELECT role, folded, address FROM list_administrator ORDER BY list_id, folded`),
			"owner|ann@alpha.test|ann@alpha.test\nowner|bob@alpha.test|Bob@alpha.test\nowner|ann@alpha.test|ann@alpha.test")
		check(t, "members", h.one(`SELECT day, members FROM member_reading ORDER BY list_id`), "20706|120\n20706|3")
		check(t, "history", h.one(`SELECT entity, action, count(*) FROM history WHERE entity IN ('list', 'server') GROUP BY entity, action ORDER BY 1`), "list|created|2\nserver|synced|1")

		revision := h.one(`SELECT value FROM revision WHERE name = 'usage'`)
		h.day("2026-09-11")
		h.server("s1").has("alpha.test/news 120 cid@alpha.test", "beta.test/dev 4")
		if r := h.sync(); r.New != 0 || r.Missing != 0 || r.Administrators != 1 {
			t.Errorf("second result: %+v", r)
		}
		check(t, "administrators", h.one(`SELECT role, folded FROM list_administrator`), "owner|cid@alpha.test")
		check(t, "members", h.one(`SELECT day, members FROM member_reading ORDER BY list_id, day`), "20706|120\n20707|120\n20706|3\n20707|4")
		check(t, "months with a new revision", h.one(`SELECT count(*) FROM usage_month WHERE revision > `+revision), "1")
	})
}

func TestListsThatAppearLaterBeginThen(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1")
		h.server("s1").has("alpha.test/news")
		h.sync()
		check(t, "before", h.ingest("2026-09-08T10:00:00 news.alpha.test 10", "2026-09-08T11:00:00 dev.alpha.test 20",
			"2026-09-09T11:00:00 dev.alpha.test 5"), "1 counted, 0 known, 2 unknown")
		h.day("2026-09-12")
		h.server("s1").has("alpha.test/news", "alpha.test/dev", "alpha.test/quiet")
		r := h.sync()
		check(t, "adopted", r.AdoptedUsage, 2)
		check(t, "lives", h.one(`SELECT n.name, l.start_day FROM list l JOIN list_name n ON n.list_id = l.id ORDER BY l.id`),
			"news|-719162\ndev|20704\nquiet|20708") // dev sent on 2026-09-08
		check(t, "usage", h.one(`SELECT list_id, sum(recipients) FROM usage_sum GROUP BY list_id ORDER BY 1`), "1|10\n2|25")
		check(t, "unknown", h.one(`SELECT count(*) FROM usage_unknown`), "0")
	})
}

func TestAServerThatRenamesAListIsFollowed(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1")
		h.server("s1").has("id=u1 host/news", "id=u2 host/dev", "id=u3 host/old")
		h.sync()
		h.day("2026-09-20")
		h.server("s1").has("id=u1 host/dev", "id=u2 host/news", "id=u3 host/new", "id=u4 host/old") // two change names, one frees its own
		r := h.sync()
		if r.Renamed != 3 || r.New != 1 || r.Missing != 0 {
			t.Errorf("result: %+v", r)
		}
		want := "host/news|u1|-719162|20715|-719162|2932896|0\nhost/dev|u1|20716|2932896|-719162|2932896|0\n" +
			"host/dev|u2|-719162|20715|-719162|2932896|0\nhost/news|u2|20716|2932896|-719162|2932896|0\n" +
			"host/old|u3|-719162|20715|-719162|2932896|0\nhost/new|u3|20716|2932896|-719162|2932896|0\n" +
			"host/old|u4|20716|2932896|20716|2932896|0"
		check(t, "names", h.one(listRows), want)
		check(t, "the server's history", h.lastTold("synced"), `{"lists":4,"new":1,"renamed":3,"back":0,"missing":0,"renamed_lists":["news@host → dev@host","old@host → new@host","dev@host → news@host"]}`)
		h.sync()
		check(t, "names after another sync", h.one(listRows), want)
		h.server("s1").has("id=u1 host/news", "id=u2 host/dev", "id=u3 host/new", "id=u4 host/old")
		h.sync() // and back, on the same day
		check(t, "names on the same day", h.one(`SELECT count(*) FROM list_name`), "7")
	})
}

func TestListsThatVanishAreToldAndStay(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1")
		h.server("s1").has("a.test/l1", "a.test/l2", "a.test/l3", "a.test/l4", "a.test/news 1000 ann@a.test")
		h.sync()
		h.day("2026-09-11")
		h.server("s1").has("a.test/l1", "a.test/l2", "a.test/l3", "a.test/l4", "a.test/newsletter 1001 ann@a.test")
		r := h.sync()
		if r.Missing != 1 || r.New != 1 || r.MissingLists[0] != "a.test/news" {
			t.Errorf("result: %+v", r)
		}
		if len(r.Suggestions) != 1 || r.Suggestions[0].From != "s1/a.test/news" || r.Suggestions[0].To != "s1/a.test/newsletter" {
			t.Errorf("suggestions: %+v", r.Suggestions)
		}
		check(t, "gone lists", h.one(`SELECT count(*) FROM list WHERE gone_day IS NOT NULL`), "0")
		check(t, "missing", h.one(`SELECT list_id, missing_day FROM list_sync WHERE missing_day IS NOT NULL`), "5|20707")
		h.server("s1").has("a.test/l1", "a.test/l2", "a.test/l3", "a.test/l4", "a.test/newsletter", "a.test/news")
		if r := h.sync(); r.Missing != 0 || len(r.Suggestions) != 0 {
			t.Errorf("result when it is there again: %+v", r)
		}
	})
}

func TestListsThatWereThereTogetherAreNotOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1", "s2")
		h.server("s1").has("a.test/l1", "a.test/l2", "a.test/l3", "a.test/news 100 ann@a.test", "b.test/news 100 ann@a.test")
		h.server("s2").has("c.test/l1")
		h.sync()
		h.server("s1").has("a.test/l1", "a.test/l2", "a.test/l3", "a.test/news 100 ann@a.test")
		h.server("s2").has("c.test/l1", "b.test/news 100 ann@a.test")
		r := h.sync("s1")
		if r.Missing != 1 || len(r.Suggestions) != 0 {
			t.Errorf("two lists of one name that one server had: %+v", r)
		}
		h.sync("s2")
		if r = h.sync("s1"); len(r.Suggestions) != 1 || r.Suggestions[0].To != "s2/b.test/news" {
			t.Errorf("the list on its new server: %+v", r.Suggestions)
		}
	})
}

func TestAnAnswerThatCannotBeTrueIsNotBelieved(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1")
		h.server("s1").has("a.test/l1", "a.test/l2", "a.test/l3", "a.test/l4", "a.test/l5")
		h.sync()
		before := storetest.Dump(t, url)
		h.server("s1").has()
		r := h.try(servers.SyncOptions{})[0]
		if r.Status != servers.Doubted || !strings.Contains(r.Error, "no list at all") || !strings.Contains(r.Error, "confirm it if it is so") {
			t.Errorf("empty: %+v", r)
		}
		h.server("s1").has("a.test/l1", "a.test/l2", "a.test/l3")
		if r = h.try(servers.SyncOptions{})[0]; r.Status != servers.Doubted || !strings.Contains(r.Error, "2 of its 5 lists") {
			t.Errorf("two lost: %+v", r)
		}
		check(t, "what changed", changed(before, storetest.Dump(t, url)), "id_counter history server_state")
		h.try(servers.SyncOptions{}) // saying the same again is no news
		check(t, "doubts in the server's history", h.one(`SELECT count(*) FROM history WHERE entity = 'server' AND action = 'sync not believed'`), "2")
		check(t, "doubted", h.one(`SELECT CASE WHEN doubted THEN 1 ELSE 0 END FROM server_state`), "1")
		if r = h.try(servers.SyncOptions{Confirm: true})[0]; r.Status != servers.Done || r.Missing != 2 {
			t.Errorf("confirmed: %+v", r)
		}
		check(t, "the confirmed sync in the server's history", h.lastTold("synced"),
			`{"lists":3,"new":0,"renamed":0,"back":0,"missing":2,"missing_lists":["l4@a.test","l5@a.test"],"confirmed":"2 of its 5 lists are not there any more"}`)
		h.server("s1").has("a.test/l1", "a.test/l2", "a.test/l3")
		if r := h.sync(); r.Missing != 2 { // what was lost before is no new loss
			t.Errorf("again: %+v", r)
		}
		check(t, "doubted", h.one(`SELECT CASE WHEN doubted THEN 1 ELSE 0 END FROM server_state`), "0")
	})
}

// lastTold is what the newest entry of an action in the history of a server says.
func (h *house) lastTold(action string) string {
	return h.one(`SELECT after FROM history WHERE entity = 'server' AND action = '` + action + `' ORDER BY id DESC LIMIT 1`)
}

// changed returns the tables of which a row differs.
func changed(before, after string) string {
	seen, out := map[string]bool{}, []string{}
	for _, line := range strings.Split(before, "\n") {
		seen[line] = true
	}
	for _, line := range strings.Split(after, "\n") {
		table, _, _ := strings.Cut(line, "|")
		if !seen[line] && (len(out) == 0 || out[len(out)-1] != table) {
			out = append(out, table)
		}
	}
	return strings.Join(out, " ")
}

func TestDeadServersHoldUpNone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "dead", "html", "slow", "well")
		h.server("dead").err = fault.New(fault.Unavailable, "no answer")
		h.server("html").err = fault.New(fault.Invalid, "what answers there is no Mailman")
		h.server("slow").hang = true
		h.server("well").has("a.test/news")
		deps := h.deps()
		deps.Limit = 50 * time.Millisecond
		results, err := servers.SyncAll(context.Background(), deps, nil, servers.SyncOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got := []string{}
		for _, r := range results {
			got = append(got, r.Server+" "+string(r.Status))
		}
		check(t, "results", strings.Join(got, ", "), "dead failed, html failed, slow failed, well done")
		if !strings.Contains(results[2].Error, "within 50ms") {
			t.Errorf("the slow one: %s", results[2].Error)
		}
		check(t, "failures kept", h.one(`SELECT count(*) FROM server_state WHERE failure <> ''`), "3")
		check(t, "synced", h.one(`SELECT name FROM server WHERE synced_at IS NOT NULL`), "well")
	})
}

func TestOfTwoSyncsAtOnceOneIsTold(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1")
		h.server("s1").has("a.test/news")
		inner := false
		h.step = func(step string) {
			if step == "read" && !inner {
				inner = true
				h.now = h.now.Add(time.Second)
				h.sync() // another node, while this one holds its answer
			}
		}
		r := h.try(servers.SyncOptions{})[0]
		if r.Status != servers.Overtook || fault.KindOf(r.Err()) != fault.Busy || !strings.Contains(r.Error, "changed nothing") {
			t.Errorf("result: %+v", r)
		}
		check(t, "lists", h.one(`SELECT count(*) FROM list`), "1")
		check(t, "failure", h.one(`SELECT failure FROM server_state`), "")
	})
}

func TestServersWithoutAPIAreLeftOut(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1")
		h.server("s1").cannot = map[listserver.Ability]bool{listserver.Catalogue: true}
		if r := h.try(servers.SyncOptions{})[0]; r.Status != servers.NoAPI || r.Err() == nil {
			t.Errorf("result: %+v", r)
		}
		_, err := servers.SyncAll(context.Background(), h.deps(), []string{"s2"}, servers.SyncOptions{})
		if fault.KindOf(err) != fault.NotFound || !strings.Contains(err.Error(), "name one of s1") {
			t.Errorf("unknown server: %v", err)
		}
	})
}
