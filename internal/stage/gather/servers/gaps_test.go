package servers_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/gather/servers"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// becomes changes s1.
func (h *house) becomes(kind, billed string) {
	h.t.Helper()
	h.write(func(tx *store.Tx) error {
		all, err := tx.Servers()
		if err != nil {
			return err
		}
		all[0].Kind, all[0].BilledSource = kind, billed
		return tx.UpdateServer(&all[0])
	})
}

// reads has a file of s1 read.
func (h *house) reads(format, path, content string) {
	h.t.Helper()
	result := gather.Result{}
	err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(content), 0o600), os.Chtimes(path, h.now, h.now))
	if err == nil {
		result, err = gather.Ingest(context.Background(), gather.Order{DB: h.db, By: h.by, Server: "s1", Format: format, Inputs: []gather.Input{{Name: path}}})
	}
	if err != nil || len(result.Alerts) > 0 || result.Unparsed > 0 {
		h.t.Fatal(err, result)
	}
}

// mails is what the log of a mail server says of copies of a message from a sender, delivered a minute ago.
func (h *house) mails(sender string, copies int) string {
	var b strings.Builder
	at := h.now.Add(-time.Minute).Format("2006-01-02T15:04:05.000000-07:00")
	id := h.now.Format("02150405") + "AB"
	fmt.Fprintf(&b, "%s mx postfix/qmgr[7]: %s: from=<%s>, size=1000, nrcpt=%d (queue active)\n", at, id, sender, copies)
	for i := range copies {
		fmt.Fprintf(&b, "%s mx postfix/smtp[8]: %s: to=<m%d@x.test>, relay=x.test[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)\n", at, id, i)
	}
	return b.String() + at + " mx postfix/qmgr[7]: " + id + ": removed\n"
}

// compared is how s1's counters and what was metered agree, and the gaps.
func (h *house) compared() string {
	h.t.Helper()
	v := h.show()
	var b strings.Builder
	b.WriteString(v.Comparison.Words())
	for _, g := range v.Gaps {
		fmt.Fprintf(&b, " %s %d/%d %s-%s", g.List, g.Metered, g.Counted, g.From, g.To)
	}
	return b.String()
}

// TestSympaIsComparedWithItsStats bills by the log of the mail server, of which a part is missing for a while.
func TestSympaIsComparedWithItsStats(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1")
		h.becomes("sympa", "mailserver")
		h.server("s1").cannot = map[listserver.Ability]bool{listserver.SentCounters: true}
		h.server("s1").has("a.test/news", "a.test/quiet")
		h.sync()
		dir := t.TempDir()
		log := ""
		stats := func(messages, recipients int) {
			t.Helper()
			h.now = h.now.Add(time.Minute)
			h.reads("sympa-stats", filepath.Join(dir, "a.test", "news", "stats"), fmt.Sprintf("%d %d %d %d\n", messages, recipients, messages*1000, recipients*1000))
		}
		mail := func(more string) {
			t.Helper()
			log += more
			h.reads("postfix", filepath.Join(dir, "mail.log"), log)
		}
		stats(7, 100)
		check(t, "one reading", h.compared(), "There is nothing to compare with the server's own counter yet: it takes two readings, and something sent between them.")

		h.day("2026-09-11")
		first := h.mails("news-owner@a.test", 20)
		mail(first)
		stats(8, 120)
		check(t, "all is there", h.compared(), "All recipients that the server counted were metered: 1 list compared.")

		h.day("2026-09-14")
		second := h.mails("news-owner@a.test", 5)
		stats(9, 125)
		check(t, "a message that the log does not show", h.compared(),
			"5 recipients that the server counted were not metered: 1 list compared. They are not billed. a.test/news 20/25 2026-09-10T12:01:00Z-2026-09-14T12:01:00Z")
		reports, err := servers.ValidateAll(context.Background(), h.deps(), nil)
		if err != nil {
			t.Fatal(err)
		}
		check(t, "validation", found(reports[0], "posts"), "warning: The server counted 5 recipients of 1 list that were not metered. They are not billed.")
		mail(second)
		check(t, "once it is read", h.compared(), "All recipients that the server counted were metered: 1 list compared.")

		h.day("2026-10-02")
		stats(10, 135)
		check(t, "a month begins with the last reading of the one before", h.compared(),
			"10 recipients that the server counted were not metered: 1 list compared. They are not billed. a.test/news 0/10 2026-09-14T12:01:00Z-2026-10-02T12:01:00Z")

		h.becomes("sympa", "listserver")
		check(t, "where it bills itself", h.compared(), "The server's own counters are not compared with what was metered: counter is the usage.")
		if c := h.show().Comparison; c.Lists != 0 || c.Counter != "stats" {
			t.Errorf("not compared is no zero: %+v", c)
		}
	})
}

// TestListmonkIsComparedWithSent has campaigns whose mails a mail server's log bills.
func TestListmonkIsComparedWithSent(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url, "s1")
		h.becomes("listmonk", "mailserver")
		s := h.server("s1")
		s.has("id=u1 host.test/news", "id=u2 host.test/dev")
		h.sync()
		dir := t.TempDir()
		h.day("2026-09-11")
		s.sent = []hosting.Sent{{Key: "c1", Site: "host.test", List: "news", RemoteID: "u1", Count: 30, At: h.now, Note: "campaign c1"},
			{Key: "c2", Site: "host.test", List: "dev", RemoteID: "u2", Count: 4, At: h.now, Note: "campaign c2"}}
		h.reads("postfix", filepath.Join(dir, "mail.log"), h.mails("news-owner@host.test", 28)+strings.ReplaceAll(h.mails("dev-owner@host.test", 4), "AB:", "CD:"))
		h.sync()
		check(t, "two mails were not delivered", h.compared(),
			"2 recipients that the server counted were not metered: 2 lists compared. They are not billed. host.test/news 28/30 2026-09-10T12:00:00Z-2026-09-11T12:00:00Z")
		h.becomes("listmonk", "listserver")
		check(t, "where it bills itself", h.compared(), "The server's own counters are not compared with what was metered: counter is the usage.")
		h.becomes("postfix", "mailserver")
		check(t, "without a counter", h.compared(), "The server's own counters are not compared with what was metered: servers of this kind keep no counter.")
		h.becomes("mailman3", "mailserver")
		check(t, "a log of copies", h.compared(), "The server's own counters are not compared with what was metered: the mail server's log shows copies, and no posts.")
	})
}
