package servers_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/usage"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/gather/servers"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// tell has a machine say how the following of a log of s1 goes, and what is odd about it.
func (h *house) tell(machine, path, problem, alert string, size, offset int64) {
	h.t.Helper()
	at := h.now.UnixMicro()
	states := []usage.FeedState{{Server: "s1", Path: path, Format: "mailman3", SeenAt: at, GrownAt: at - int64(time.Minute/time.Microsecond), Size: size, Offset: offset, Problem: problem}}
	var alerts []usage.LogAlert
	if alert != "" {
		alerts = []usage.LogAlert{{Log: usage.Log{Server: "s1", Format: "mailman3"}, Path: path, Text: alert}}
	}
	intake := &gather.Intake{DB: h.db, By: h.by, Machine: machine}
	if err := intake.Tell(context.Background(), states, alerts); err != nil {
		h.t.Fatal(err)
	}
}

// followed is what validating says of logs, a line for each finding.
func (h *house) followed() string {
	h.t.Helper()
	reports, err := servers.ValidateAll(context.Background(), h.deps(), []string{"s1"})
	if err != nil {
		h.t.Fatal(err)
	}
	var out []string
	for _, f := range reports[0].Findings {
		if f.Code == "log_followed" || f.Code == "log_alert" {
			out = append(out, fmt.Sprint(f.Severity, " ", f.Message))
		}
	}
	return strings.Join(out, "\n")
}

func TestHowEachLogIsFollowedIsShown(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1", "s2")
		h.write(func(tx *store.Tx) error {
			all, err := tx.Servers()
			if err != nil {
				return err
			}
			all[0].Logs = []hosting.Feed{{Path: "/log/a", Format: "mailman3"}, {Path: "/log/b", Format: "mailman3"}}
			return tx.UpdateServer(&all[0])
		})
		h.tell("billing", "/log/a", "", "", 500, 400)
		h.tell("lists", "/log/c", "", "was truncated", 10, 10)
		check(t, "validated", h.followed(), `fine /log/a (by serve on billing) is read until 2026-09-10T12:00:00Z; its last line came at 2026-09-10T11:59:00Z; 100 bytes are unread.
fine /log/c (by an agent on lists) is read until 2026-09-10T12:00:00Z; its last line came at 2026-09-10T11:59:00Z; 0 bytes are unread.
warning /log/c (by an agent on lists): was truncated (told 2026-09-10T12:00:00Z).
warning /log/b (by serve) was never read.`)
		h.now = h.now.Add(56*24*time.Hour + 3*time.Hour)
		h.tell("billing", "/log/b", "no such file", "", 0, 0)
		check(t, "validated later", h.followed(), `warning /log/a (by serve on billing) was last looked at 56 d 3 h ago.
warning /log/b (by serve on billing) is not read: no such file.
warning /log/c (by an agent on lists) was last looked at 56 d 3 h ago.`)
		all, err := servers.List(context.Background(), h.db, h.now)
		if err != nil {
			t.Fatal(err)
		}
		check(t, "feeds of s2", len(all[1].Feeds), 0)
		var states []string
		for _, f := range all[0].Feeds {
			states = append(states, f.ReadBy+" "+f.Path+": "+f.State())
		}
		check(t, "listed", strings.Join(states, "\n"), "serve /log/a: not read for 56 d 3 h\nserve /log/b: no such file\nagent /log/c: not read for 56 d 3 h")
		shown, err := servers.Show(context.Background(), h.deps(), "s1")
		if err != nil {
			t.Fatal(err)
		}
		check(t, "shown", fmt.Sprintf("%d %d %s on %s", len(shown.Feeds), shown.Feeds[0].Unread, shown.Feeds[2].Alert, shown.Feeds[2].Machine), "3 100 was truncated on lists")
	})
}

// TestALogThatWasJustNamedIsNotOverdue names a log a moment ago, when nobody can have read it, and looks again later.
func TestALogThatWasJustNamedIsNotOverdue(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1", "s2")
		h.write(func(tx *store.Tx) error {
			all, err := tx.Servers()
			if err != nil {
				return err
			}
			all[0].Logs = []hosting.Feed{{Path: "/log/a", Format: "mailman3"}}
			if err := tx.UpdateServer(&all[0]); err != nil {
				return err
			}
			return tx.Record(store.Change{Entity: "server", EntityID: all[0].ID, Action: "changed"})
		})
		said := func() string {
			reports, err := servers.ValidateAll(context.Background(), h.deps(), []string{"s1"})
			if err != nil {
				t.Fatal(err)
			}
			return found(reports[0], "log_feed") + "\n" + found(reports[0], "log_followed")
		}
		h.now = h.now.Add(9 * time.Minute)
		check(t, "at once", said(), "fine: No log of it was read yet: which one is to be read was said a moment ago.\n"+
			"fine: /log/a (by serve) was not read yet: it was named a moment ago, and is read within minutes.")
		h.now = h.now.Add(2 * time.Minute)
		check(t, "later", said(), "warning: Its log was never read, though it is to be followed: what it sends is not counted.\nwarning: /log/a (by serve) was never read.")
		h.tell("billing", "/log/a", "", "", 500, 500)
		check(t, "once it is read", strings.Split(said(), "\n")[0], "warning: Its log is followed, and nothing of the server was in it yet: what it sends is not counted.")
	})
}
