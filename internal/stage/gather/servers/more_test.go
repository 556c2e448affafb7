package servers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/gather/servers"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

func TestAValidationTellsAndChangesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1", "s2", "s3")
		s := h.server("s1")
		s.has("a.test/l1", "a.test/l2", "a.test/l3", "a.test/l4", "a.test/news 100 ann@a.test")
		s.catalogue.Lists[0].Posts = 5
		h.server("s2").err = fault.New(fault.Denied, "the password is not taken")
		h.server("s3").cannot = map[listserver.Ability]bool{listserver.Catalogue: true, listserver.HealthCheck: true}
		h.sync("s1")
		s.has("a.test/l1", "a.test/l2", "a.test/l3", "a.test/l4", "a.test/newsletter 100 ann@a.test")
		s.catalogue.Lists[0].Posts = 5
		s.health = hosting.Health{Version: "Mailman 3", Clock: h.now.Add(-5 * time.Minute), Findings: []hosting.Finding{
			{Severity: hosting.Warning, Code: "log_template", Message: "The template is Mailman's own.", Remedy: "[logging.smtp]\nformat: x"}}}
		before := storetest.Dump(t, url)
		reports, err := servers.ValidateAll(context.Background(), h.deps(), nil)
		if err != nil {
			t.Fatal(err)
		}
		check(t, "tables", changed(before, storetest.Dump(t, url)), "server_state")
		v := reports[0]
		if v.Status != servers.Done || v.Known != 4 || v.MissingAll != 1 || v.NewAll != 1 || v.Missing[0] != "a.test/news" || v.New[0] != "a.test/newsletter" {
			t.Errorf("report: %+v", v)
		}
		if len(v.Suggestions) != 1 || v.Suggestions[0].To != "s1/a.test/newsletter" {
			t.Errorf("suggestions: %+v", v.Suggestions)
		}
		check(t, "clock", found(v, "clock"), "warning: Its clock is 5m0s behind this machine's.")
		check(t, "template", found(v, "log_template"), "warning: The template is Mailman's own.")
		check(t, "feed", found(v, "log_feed"), "warning: No log of it was ever read: what it sends is not counted.")
		check(t, "the one that does not take the password", reports[1].Status, servers.Failed)
		check(t, "its finding", found(reports[1], "reachable"), "error: the password is not taken")
		check(t, "the one without an API", reports[2].Status, servers.NoAPI)

		if v := h.show(); v.Missing != 0 || v.Absent != 1 || len(v.AbsentLists) != 1 || v.AbsentLists[0] != "a.test/news" {
			t.Errorf("missing as the validation found: %d, %d, %v", v.Missing, v.Absent, v.AbsentLists)
		}
		h.now = h.now.Add(time.Minute) // nothing was sent since the last reading
		if reports, err = servers.ValidateAll(context.Background(), h.deps(), []string{"s1"}); err != nil {
			t.Fatal(err)
		}
		check(t, "posts where there were none", found(reports[0], "posts"), "")
		check(t, "words for it", h.show().Comparison.Words(), "There is nothing to compare with the server's own counter yet: it takes two readings, and something sent between them.")

		h.ingest("2026-09-10T12:30:00 l1.a.test 10")
		h.now = h.now.Add(time.Hour)
		s.catalogue.Lists[0].Posts = 7 // two posts since, of which one was metered
		reports, err = servers.ValidateAll(context.Background(), h.deps(), []string{"s1"})
		if err != nil {
			t.Fatal(err)
		}
		check(t, "posts", found(reports[0], "posts"), "warning: The server counted 1 post of 1 list that was not metered. It is not billed.")
		detail, err := servers.Show(context.Background(), h.deps(), "s1")
		if err != nil || detail.Comparison.Gap != 1 || len(detail.Gaps) != 1 || detail.Gaps[0].Counted != 2 || detail.Gaps[0].Metered != 1 {
			t.Errorf("shown: %+v, %v", detail.Gaps, err)
		}
		if text, err := json.Marshal(detail); err != nil || !strings.Contains(string(text), `"validation":{"server":"s1"`) {
			t.Errorf("the last report is not shown: %s %v", text, err)
		}
	})
}

func found(v *servers.Validation, code string) string {
	for _, f := range v.Findings {
		if f.Code == code {
			return string(f.Severity) + ": " + f.Message
		}
	}
	return ""
}

func TestPeopleAreFoundOnAllServers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1", "s2", "s3")
		h.server("s1").has("a.test/l1 1 Ann@a.test bob_x@a.test", "a.test/l2 1 cid@b.test")
		h.server("s2").has("c.test/l3 1 ann@a.test")
		h.server("s3").err = fault.New(fault.Unavailable, "no answer")
		h.try(servers.SyncOptions{}, "s1", "s2")
		for pattern, want := range map[string]string{
			"ANN@a.test":      "s1/a.test/l1 s2/c.test/l3",
			"*@a.test":        "s1/a.test/l1 s2/c.test/l3 s1/a.test/l1",
			"cid@*|bob_*":     "s1/a.test/l1 s1/a.test/l2",
			"ann":             "",
			"b_b*":            "",
			"*%*":             "",
			"none@x.test|*id": "",
		} {
			all, _, err := servers.FindAdministrators(context.Background(), h.db, []string{pattern})
			if err != nil {
				t.Fatal(err)
			}
			got := []string{}
			for _, a := range all {
				got = append(got, a.Server+"/"+a.Site+"/"+a.List)
			}
			check(t, pattern, strings.Join(got, " "), want)
		}
		if _, _, err := servers.FindAdministrators(context.Background(), h.db, []string{" | "}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("no pattern: %v", err)
		}

		h.server("s1").members = []hosting.Membership{{Site: "a.test", List: "l1", Address: "eve@x.test", Role: "member"},
			{Site: "a.test", List: "l2", Address: "eve@x.test", Role: "owner"}, {Site: "a.test", List: "l2", Address: "fay@y.test", Role: "member"}}
		h.server("s2").members = []hosting.Membership{{Site: "c.test", List: "l3", Address: "Eve@x.test", Role: "member"}}
		members, err := servers.FindMembers(context.Background(), h.deps(), nil, []string{"eve@*|*x.test"})
		if err != nil || len(members[0].Members) != 2 || len(members[1].Members) != 1 || members[2].Status != servers.Failed {
			t.Fatalf("%+v, %v", members, err)
		}
		if err := servers.DeleteMembers(context.Background(), h.deps(), members); err != nil {
			t.Fatal(err)
		}
		check(t, "deleted", fmt.Sprint(h.server("s1").deleted, h.server("s2").deleted), "[{a.test l1  eve@x.test  member}] [{c.test l3  Eve@x.test  member}]")
		check(t, "outcome", members[0].Members[0].Deleted+members[0].Members[1].Deleted, "yes")
		check(t, "history", h.one(`SELECT count(*) FROM history WHERE action = 'members deleted'`), "2")
		h.server("s1").err = fault.New(fault.Unavailable, "it is gone")
		if err := servers.DeleteMembers(context.Background(), h.deps(), members); err != nil {
			t.Fatal(err)
		}
		check(t, "outcomes of each server", string(members[0].Status)+" "+members[0].Members[0].Deleted+", "+string(members[1].Status)+" "+members[1].Members[0].Deleted, "failed failed, done yes")
		check(t, "what failed is in the history", h.one(`SELECT count(*) FROM history WHERE action = 'members deleted' AND after LIKE '%not_deleted%eve@x.test from a.test/l1: it is gone%'`), "1")
	})
}

func TestCountersOfMailsAreUsage(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1")
		s := h.server("s1")
		s.has("id=u1 host/news", "id=u2 host/dev")
		count := func(key, remote string, n int64) hosting.Sent {
			return hosting.Sent{Key: key, Site: "host", List: "news", RemoteID: remote, Count: n, At: h.now, Note: "campaign " + key}
		}
		s.sent = []hosting.Sent{count("c1", "u1", 1000)}
		if r := h.sync(); r.CountedMails != 0 || len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "1 counter of mails was read for the first time") {
			t.Errorf("first: %+v", r)
		}
		h.day("2026-09-11")
		s.sent = []hosting.Sent{count("c1", "u1", 1010), count("c2", "u2", 200)}
		if r := h.sync(); r.CountedMails != 210 || len(r.Notes) != 2 {
			t.Errorf("second: %+v", r)
		}
		h.day("2026-09-12")
		s.sent = []hosting.Sent{count("c1", "u1", 1010), count("c2", "u2", 150)}
		if r := h.sync(); r.CountedMails != 0 || len(r.Notes) != 1 || !strings.Contains(r.Notes[0], "nothing is counted until you say") {
			t.Errorf("one went back: %+v", r)
		}
		check(t, "usage", h.one(`SELECT list_id, day, recipients, recipient_bytes FROM usage_sum ORDER BY list_id`), "1|20707|200|10240000\n2|20707|10|512000")

		shown := h.show()
		if shown.SuspendedCount != 1 || shown.Suspended[0].Name != "c2" || shown.Suspended[0].Recipients != 200 {
			t.Errorf("shown: %+v", shown.Suspended)
		}
		if r := h.sync(); r.CountedMails != 0 || len(r.Notes) != 1 {
			t.Errorf("it stays so: %+v", r)
		}
		on := func(start gather.CounterStart) *servers.SyncResult {
			return h.try(servers.SyncOptions{Counter: start}, "s1")[0]
		}
		if r := on(gather.StartLast); r.CountedMails != 0 || h.show().SuspendedCount != 1 {
			t.Errorf("last, while it is still lower: %+v", r)
		}
		if r := on(gather.StartHere); r.CountedMails != 0 || len(r.Notes) != 0 || h.show().SuspendedCount != 0 {
			t.Errorf("here: %+v", r)
		}
		s.sent = []hosting.Sent{count("c1", "u1", 1010), count("c2", "u2", 160)}
		check(t, "after here", h.sync().CountedMails, 10)
		s.sent = []hosting.Sent{count("c1", "u1", 30), count("c2", "u2", 160)}
		h.sync()
		check(t, "zero", on(gather.StartZero).CountedMails, 30)
		s.sent = []hosting.Sent{count("c1", "u1", 30), count("c2", "u2", 20)}
		h.sync()
		s.sent = []hosting.Sent{count("c1", "u1", 30), count("c2", "u2", 165)}
		check(t, "its growth is not believed by itself", h.sync().CountedMails, 0)
		check(t, "last", on(gather.StartLast).CountedMails, 5)
		check(t, "who said so", h.one(`SELECT count(*) FROM history WHERE entity = 'usage_counter' AND action = 'restarted' AND actor = 'test'`), "3")
	})
}

// TestAFirstSyncMayCountWhatWasSentBefore says zero to the first sync of a server.
func TestAFirstSyncMayCountWhatWasSentBefore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1", "s2")
		h.server("s1").has("id=u1 host/news")
		h.server("s1").sent = []hosting.Sent{{Key: "c1", Site: "host", List: "news", RemoteID: "u1", Count: 1000, At: h.now, Note: "campaign c1"}}
		h.server("s2").cannot = map[listserver.Ability]bool{listserver.SentCounters: true}
		r := h.try(servers.SyncOptions{Counter: gather.StartZero})
		check(t, "counted", r[0].CountedMails, 1000)
		if fault.KindOf(r[1].Err()) != fault.Invalid || !strings.Contains(r[1].Error, "keep no counters") {
			t.Errorf("a server without counters: %+v", r[1])
		}
		check(t, "again", h.try(servers.SyncOptions{Counter: gather.StartZero}, "s1")[0].CountedMails, 0)
	})
}

// show returns what is shown of s1.
func (h *house) show() *servers.Detail {
	h.t.Helper()
	v, err := servers.Show(context.Background(), h.deps(), "s1")
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

// TestASyncThatIsKilledChangesNothing kills a process that syncs, at each step, and then syncs.
func TestASyncThatIsKilledChangesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1")
		h.server("s1").has("a.test/l1 5 ann@a.test", "a.test/l2")
		h.ingest("2026-09-08T10:00:00 l1.a.test 10")
		before := storetest.Dump(t, url)
		for step := 1; step <= 13; step++ {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), childOrder+"="+url, fmt.Sprintf("SERVERS_KILL=%d", step))
			out, err := cmd.CombinedOutput()
			if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
				t.Fatalf("step %d: it was to be killed: %v %s", step, err, out)
			}
			if now := changed(before, storetest.Dump(t, url)); now != "" && now != "id_counter" {
				t.Fatalf("killed at step %d, it changed %s", step, now)
			}
		}
		if r := h.sync(); r.New != 2 || r.AdoptedUsage != 1 {
			t.Errorf("afterwards: %+v", r)
		}
		check(t, "usage", h.one(`SELECT sum(recipients) FROM usage_sum`), "10")
	})
}

// childOrder is the environment variable that makes this test program a child that syncs a database, and dies.
const childOrder = "SERVERS_CHILD"

func TestMain(m *testing.M) {
	if url := os.Getenv(childOrder); url != "" {
		fmt.Fprintln(os.Stderr, child(url, os.Getenv("SERVERS_KILL")))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

func child(url, at string) error {
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		return err
	}
	s := &answers{}
	s.has("a.test/l1 5 ann@a.test", "a.test/l2")
	steps := 0
	d := servers.Deps{DB: db, By: func() store.By { return store.By{Actor: "child", At: time.Unix(1_790_000_000, 0)} },
		Open: func(listserver.Address, listserver.Options) (listserver.Server, error) { return s, nil }, Step: func(string) {
			if steps++; fmt.Sprint(steps) == at {
				if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
					panic(err)
				}
				select {}
			}
		}}
	results, err := servers.SyncAll(context.Background(), d, nil, servers.SyncOptions{})
	return fmt.Errorf("it lives: %+v %w", results, err)
}

// TestLargeServers syncs 20,000 lists, twice.
func TestLargeServers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1")
		for i := range 20_000 {
			name := fmt.Sprintf("list%05d", i)
			h.server("s1").catalogue.Lists = append(h.server("s1").catalogue.Lists, hosting.Listed{Site: fmt.Sprintf("s%03d.test", i%300), Name: name,
				RemoteID: name + ".test", Members: int64(i), Posts: 7, Administrators: []hosting.Administrator{{Role: hosting.Owner, Address: name + "@x.test"}}})
		}
		for _, what := range []string{"new", "again, all members changed"} {
			check(t, "lists, "+what, h.sync().Lists, 20_000)
			h.day("2026-09-11")
			for i := range h.server("s1").catalogue.Lists {
				h.server("s1").catalogue.Lists[i].Members++
			}
		}
		check(t, "lists", h.one(`SELECT count(*) FROM list`), "20000")
	})
}

func TestWhoWasChosenIsTakenOffLists(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1", "s2", "s3")
		h.server("s1").members = []hosting.Membership{{Site: "a.test", List: "l1", Address: "Eve@x.test", Role: "member"},
			{Site: "a.test", List: "l2", Address: "eve@x.test", Role: "owner"}, {Site: "a.test", List: "l3", Address: "e*e@x.test", Role: "member"},
			{Site: "a.test", List: "l3", Address: "eve@x.test", Role: "member"}}
		h.server("s2").err = fault.New(fault.Unavailable, "no answer")
		h.server("s3").cannot = map[listserver.Ability]bool{listserver.DeleteMembers: true}
		chosen := []servers.Chosen{
			{Server: "s1", Site: "a.test", List: "l1", Address: "Eve@x.test"}, {Server: "s1", Site: "a.test", List: "l2", Address: "eve@x.test"},
			{Server: "s1", Site: "a.test", List: "l3", Address: "e*e@x.test"}, {Server: "s2", Site: "b.test", List: "l4", Address: "eve@x.test"},
			{Server: "s3", Site: "c.test", List: "l5", Address: "eve@x.test"},
		}
		job, err := servers.OrderDeletion(context.Background(), h.db, h.by(), "k", chosen)
		if err != nil {
			t.Fatal(err)
		}
		again, err := servers.OrderDeletion(context.Background(), h.db, h.by(), "k", chosen)
		if err != nil || again != job {
			t.Errorf("a second click makes job %d beside %d: %v", again, job, err)
		}
		check(t, "who asked for what", h.one(`SELECT count(*) FROM history WHERE action = 'deletion of members asked'`), "3")
		check(t, "it is named", h.one(`SELECT count(*) FROM history WHERE action = 'deletion of members asked' AND after LIKE '%Eve@x.test from a.test/l1%'`), "1")
		result, err := servers.DeleteChosen(context.Background(), h.deps(), chosen)
		if err != nil {
			t.Fatal(err)
		}
		check(t, "deleted", fmt.Sprint(h.server("s1").deleted, h.server("s2").deleted, h.server("s3").deleted),
			"[{a.test l1  Eve@x.test  member} {a.test l3  e*e@x.test  member}] [] []")
		var outcomes []string
		for _, m := range result[0].Members {
			outcomes = append(outcomes, m.Deleted)
		}
		check(t, "an owner is left alone, and so is whom a star would mean", strings.Join(outcomes, " "), "yes was_gone yes")
		check(t, "each server's outcome", string(result[0].Status+" "+result[1].Status+" "+result[2].Status), "done failed no_api")
		check(t, "history", h.one(`SELECT count(*) FROM history WHERE action = 'members deleted'`), "1")
		if _, err := servers.OrderDeletion(context.Background(), h.db, h.by(), "", []servers.Chosen{{Server: "s9"}}); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a server that is none: %v", err)
		}
		check(t, "and no job of it", h.one(`SELECT count(*) FROM job`), "1")
	})
}

func TestHowFarAdministratorsAreKnown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1", "s2", "s3")
		h.server("s1").has("a.test/l1 1 ann@a.test")
		h.server("s2").err = fault.New(fault.Unavailable, "no answer")
		h.server("s3").cannot = map[listserver.Ability]bool{listserver.Administrators: true}
		h.try(servers.SyncOptions{}, "s1", "s2")
		known, err := servers.AdministratorsKnown(context.Background(), h.deps())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, k := range known {
			got = append(got, fmt.Sprint(k.Server, " ", k.Status, " ", k.Synced != "", " ", k.Error))
		}
		check(t, "known", strings.Join(got, ", "), "s1 done true , s2 failed false no answer, s3 no_api false ")
	})
}
