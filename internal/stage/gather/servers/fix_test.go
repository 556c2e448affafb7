package servers_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/contract"
	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/stage/gather/servers"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// assign gives a list of s1 to a customer of its own.
func (h *house) assign(company, list, site string) {
	h.t.Helper()
	id, err := strconv.ParseInt(h.id(list), 10, 64)
	if err != nil {
		h.t.Fatal(err)
	}
	h.write(func(tx *store.Tx) error {
		c := customer.New(company)
		if err := tx.InsertCustomers([]*customer.Customer{&c}); err != nil {
			return err
		}
		var n store.NewContracts
		in := store.In{Customer: &c, Group: &contract.Group{Name: "g"}}
		n.AddGroup(in)
		n.AddObject(in, contract.Object{ServerID: 1, Site: site, ListID: id, Dates: period.Open()})
		return tx.InsertContracts(&n)
	})
}

func (h *house) fix(all, confirm bool, lists ...string) error {
	h.t.Helper()
	plan, err := servers.PlanFix(context.Background(), h.deps(), "s1", lists, all, confirm)
	if err == nil {
		_, err = plan.Apply(context.Background(), h.deps())
	}
	return err
}

// refused checks that an error says something, and that nothing was changed.
func (h *house) refused(what string, err error, kind fault.Kind, says, before string) {
	h.t.Helper()
	if fault.KindOf(err) != kind || !strings.Contains(fault.MessageOf(err), says) {
		h.t.Errorf("%s: %v", what, err)
	}
	check(h.t, what+": changed tables", changed(before, storetest.Dump(h.t, h.url)), "")
}

func TestMissingListsAreMarkedGoneByAPersonAlone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1")
		h.server("s1").has("a.test/l1", "a.test/l2", "a.test/l3", "a.test/l4", "a.test/old")
		h.sync()
		h.assign("Acme", "old", "a.test")
		h.day("2026-09-12")
		h.server("s1").has("a.test/l1", "a.test/l2", "a.test/l3", "a.test/l4")
		h.sync()
		h.day("2026-09-15")
		before := storetest.Dump(t, url)
		h.refused("a list that is there", h.fix(false, false, "a.test/l1"), fault.Invalid, "a.test/l1 is on its server", before)
		h.refused("a list that nobody knows", h.fix(false, false, "a.test/l9"), fault.Invalid, "no list a.test/l9", before)
		h.server("s1").has("a.test/l1")
		h.refused("an answer that cannot be true", h.fix(true, false), fault.Conflict, "confirm it if it is so", before)
		h.server("s1").has("a.test/l1", "a.test/l2", "a.test/l3", "a.test/l4")
		if _, err := servers.ValidateAll(context.Background(), h.deps(), nil); err != nil {
			t.Fatal(err)
		}
		h.now = h.now.Add(time.Minute)
		if err := h.fix(true, false); err != nil {
			t.Fatal(err)
		}
		if v := h.show(); v.Absent != 0 || len(v.AbsentLists) != 0 {
			t.Errorf("what a validation before it found is still told: %d, %v", v.Absent, v.AbsentLists)
		}
		check(t, "life and gone", h.one(`SELECT id, end_day, gone_day FROM list WHERE gone_day IS NOT NULL`), "5|20707|20708")
		check(t, "the customer's revision", h.one(`SELECT revision FROM customer`) > "1", true)
		check(t, "history", h.one(`SELECT count(*) FROM history WHERE action = 'gone'`), "1")
		check(t, "the server's history", h.lastTold("lists gone"), `{"lists":["old@a.test"]}`)
		if r := h.sync(); r.Missing != 0 {
			t.Errorf("gone lists are missing no more: %+v", r)
		}
		h.day("2026-09-20")
		h.server("s1").has("a.test/l1", "a.test/l2", "a.test/l3", "a.test/l4", "a.test/old")
		if r := h.sync(); r.Back != 1 || r.New != 0 {
			t.Errorf("back: %+v", r)
		}
		check(t, "life when it is back", h.one(`SELECT count(*) FROM list WHERE gone_day IS NOT NULL OR end_day <> 2932896`), "0")
	})
}

func TestAPersonsWordCountsWhereAServerCannotBeAsked(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1")
		h.server("s1").has("a.test/l1", "a.test/l2")
		h.sync()
		h.server("s1").cannot = map[listserver.Ability]bool{listserver.Catalogue: true}
		h.refused("all", h.fix(true, false), fault.Invalid, "name the lists", storetest.Dump(t, url))
		if err := h.fix(false, false, "s1/a.test/l2"); err != nil {
			t.Fatal(err)
		}
		check(t, "gone", h.one(`SELECT id, gone_day FROM list WHERE gone_day IS NOT NULL`), "2|20706")
	})
}

// TestListsOfADeadServerAreMarkedGoneWithoutAskingIt has a server that answers no more, for ever.
func TestListsOfADeadServerAreMarkedGoneWithoutAskingIt(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1")
		h.server("s1").has("a.test/l1", "a.test/l2")
		h.sync()
		h.assign("Acme", "l2", "a.test")
		h.day("2026-09-15")
		h.server("s1").err = fault.New(fault.Unavailable, "no connection")
		before := storetest.Dump(t, url)
		h.refused("asked", h.fix(false, false, "a.test/l2"), fault.Unavailable, "no connection; if the server is gone for ever, mark them without asking it", before)
		silently := func(lists ...string) (*servers.FixResult, error) {
			plan, err := servers.PlanFixWithoutAsking(context.Background(), h.deps(), "s1", lists)
			if err != nil {
				return nil, err
			}
			return plan.Apply(context.Background(), h.deps())
		}
		_, err := silently("a.test/l2", "a.test/l9")
		h.refused("one that nobody knows", err, fault.Invalid, "no list a.test/l9", before)
		r, err := silently("a.test/l2")
		if err != nil || r.Asked || len(r.Gone) != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		check(t, "life and gone", h.one(`SELECT id, end_day, gone_day FROM list WHERE gone_day IS NOT NULL`), "2|20710|20711")
		check(t, "history", h.one(`SELECT entity, entity_id, actor FROM history WHERE action = 'gone without asking'`), "list|2|test")
		check(t, "the server's history", h.lastTold("lists gone without asking"), `{"lists":["l2@a.test"]}`)
		check(t, "the customer's revision", h.one(`SELECT revision FROM customer`) > "1", true)
		h.server("s1").err = nil
		if back := h.sync(); back.Back != 1 {
			t.Errorf("it was alive all the same, and its list is back: %+v", back)
		}
	})
}

func (h *house) move(from, to, on string) (*servers.MoveResult, error) {
	h.t.Helper()
	var day period.Date
	if on != "" {
		day = period.MustParse(on)
	}
	old, err := hosting.ParsePlace(from)
	if err != nil {
		h.t.Fatal(err)
	}
	place, err := hosting.ParsePlace(to)
	if err != nil {
		h.t.Fatal(err)
	}
	return servers.Move(context.Background(), h.deps(), old, place, day)
}

func TestAMovedListKeepsWhatItIs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1", "s2")
		h.server("s1").has("a.test/l1", "a.test/l2", "a.test/l3", "a.test/l4", "a.test/news 10 ann@a.test")
		h.server("s2").has("b.test/other")
		h.sync()
		h.assign("Acme", "news", "a.test")
		h.ingest("2026-09-08T10:00:00 news.a.test 10")
		h.day("2026-09-12")
		h.server("s1").has("a.test/l1", "a.test/l2", "a.test/l3", "a.test/l4", "a.test/letter 12 bob@a.test")
		h.ingest("2026-09-11T10:00:00 letter.a.test 7", "2026-09-12T09:00:00 letter.a.test 8", "2026-09-12T09:00:01 news.a.test 1")
		if r := h.sync(); r.AdoptedUsage != 2 {
			t.Errorf("sync: %+v", r)
		}
		news := h.id("news")
		r, err := h.move("s1/a.test/news", "s1/a.test/letter", "")
		if err != nil || !r.Joined || r.On != "2026-09-11" {
			t.Fatalf("%+v, %v", r, err)
		}
		check(t, "names", h.one(`SELECT list_id, name, first_day, last_day, remote_id FROM list_name WHERE name IN ('news', 'letter') ORDER BY first_day`),
			news+"|news|-719162|20706|news.a.test\n"+news+"|letter|20707|2932896|letter.a.test")
		check(t, "sums", h.one(`SELECT list_id, day, recipients FROM usage_sum ORDER BY day`), news+"|20704|10\n"+news+"|20707|7\n"+news+"|20708|9")
		check(t, "records", h.one(`SELECT count(*) FROM usage_record WHERE list_id = `+news), "4")
		check(t, "months", h.one(`SELECT list_id, recipients FROM usage_month WHERE recipients > 0`), news+"|26")
		check(t, "members", h.one(`SELECT day, members FROM member_reading WHERE list_id = `+news+` ORDER BY day`), "20706|10\n20708|12")
		check(t, "owner", h.one(`SELECT folded FROM list_administrator`), "bob@a.test")
		check(t, "assignment", h.one(`SELECT list_id FROM object_assignment`), news)
		if r := h.sync(); r.New != 0 || r.Missing != 0 || r.Renamed != 0 {
			t.Errorf("sync after the move: %+v", r)
		}
		check(t, "late lines of both names", h.ingest("2026-09-09T10:00:00 news.a.test 3", "2026-09-12T10:00:00 letter.a.test 4"), "2 counted, 0 known, 0 unknown")

		h.day("2026-09-20") // to another server, before any sync there
		if r, err = h.move("s1/a.test/letter", "s2/b.test/letter", "2026-09-15"); err != nil || r.Joined {
			t.Fatalf("%+v, %v", r, err)
		}
		check(t, "places", h.one(`SELECT server_id, site, name, first_day FROM list_name WHERE list_id = `+news+` ORDER BY first_day`),
			"1|a.test|news|-719162\n1|a.test|letter|20707\n2|b.test|letter|20711")
		check(t, "moves in both servers' histories", h.one(`SELECT entity_id, after FROM history WHERE entity = 'server' AND action = 'list moved' ORDER BY id`),
			`1|{"from":"news@a.test","to":"letter@a.test","first_day":"2026-09-11"}`+"\n"+
				`1|{"from":"letter@a.test on s1","to":"letter@b.test on s2","first_day":"2026-09-15"}`+"\n"+
				`2|{"from":"letter@a.test on s1","to":"letter@b.test on s2","first_day":"2026-09-15"}`)
	})
}

// id is that of a list by its name.
func (h *house) id(name string) string {
	h.t.Helper()
	return h.one(`SELECT list_id FROM list_name WHERE name = '` + name + `'`)
}

func TestMovesThatWouldMixWhatIsTwoAreRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1")
		h.server("s1").has("a.test/one", "a.test/two")
		h.sync()
		h.assign("Acme", "two", "a.test")
		before := storetest.Dump(t, url)
		try := func(from, to, on string) error {
			_, err := h.move(from, to, on)
			return err
		}
		h.refused("assigned", try("s1/a.test/one", "s1/a.test/two", ""), fault.Conflict, "is assigned by itself", before)
		h.refused("itself", try("s1/a.test/one", "s1/a.test/one", ""), fault.Invalid, "the same", before)
		h.refused("not there", try("s1/a.test/none", "s1/a.test/new", ""), fault.NotFound, `no list "none"`, before)
		h.refused("no server", try("s1/a.test/one", "s9/a.test/new", ""), fault.NotFound, `"s9" is not known`, before)
		h.refused("tomorrow", try("s1/a.test/one", "s1/a.test/new", "2026-09-11"), fault.Invalid, "is not yet", before)
	})
}
