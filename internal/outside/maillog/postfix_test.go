package maillog

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// latest is when the logs of these tests were last written, unless they say otherwise.
var latest = time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)

func postfixIn(t testing.TB, zone, kind string, state []byte) *postfix {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	p, err := newPostfix(Setting{Zone: loc, Latest: latest.Unix(), Kind: kind}, state)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// pf makes a line of Postfix at 10 o'clock.
func pf(agent, message string) string {
	return "Nov 22 10:00:00 mx postfix/" + agent + "[123]: " + message
}

func queued(id, sender string, size int) string {
	return pf("qmgr", fmt.Sprintf("%s: from=<%s>, size=%d, nrcpt=3 (queue active)", id, sender, size))
}

func sent(id, to string) string {
	return pf("smtp", id+": to=<"+to+">, relay=mx.x.test[192.0.2.1]:25, delay=0.2, delays=0/0.1/0/0.1, dsn=2.0.0, status=sent (250 OK queued as ABC)")
}

const news1000 = "usage news@a.test 1 1000 2026-11-22T10:00:00Z"

// reads has a new parser read lines.
func reads(t *testing.T, lines []string, want ...string) {
	t.Helper()
	same(t, read(t, postfixIn(t, "UTC", "manual", nil), lines...), want...)
}

func TestPostfixCountsEachRecipient(t *testing.T) {
	reads(t, []string{
		pf("smtpd", "4jXQv336lSz1SRqb: client=localhost[127.0.0.1]"),
		pf("cleanup", "4jXQv336lSz1SRqb: message-id=<a@c.test>"),
		queued("4jXQv336lSz1SRqb", "news-bounces@a.test", 1000),
		sent("4jXQv336lSz1SRqb", "a@x.test"), sent("4jXQv336lSz1SRqb", "b@x.test"),
		pf("qmgr", "4jXQv336lSz1SRqb: removed"),
	}, news1000, news1000)
}

// TestPostfixRetries has a mail that two of three recipients take in the end: what is deferred, bounced or expired is not
// sent, and that the queue manager takes the mail up again counts nothing.
func TestPostfixRetries(t *testing.T) {
	reads(t, []string{
		queued("3F1A2B3C4D", "news-bounces@a.test", 1000),
		sent("3F1A2B3C4D", "a@x.test"),
		pf("smtp", "3F1A2B3C4D: to=<b@x.test>, relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (connect to x.test[192.0.2.1]:25: Connection refused)"),
		pf("smtp", "3F1A2B3C4D: to=<c@x.test>, relay=x.test[192.0.2.1]:25, delay=1, delays=0/0/1/0, dsn=5.1.1, status=bounced (host said: 550 status=sent (no))"),
		queued("3F1A2B3C4D", "news-bounces@a.test", 1000),
		pf("smtp", "3F1A2B3C4D: host x.test[192.0.2.1] said: 450 later, status=sent (in reply to RCPT TO command)"),
		queued("3F1A2B3C4D", "news-bounces@a.test", 1000),
		sent("3F1A2B3C4D", "b@x.test"),
		pf("qmgr", "3F1A2B3C4D: from=<news-bounces@a.test>, status=expired, returned to sender"),
		pf("bounce", "3F1A2B3C4D: sender non-delivery notification: 4F1A2B3C4D"),
		queued("4F1A2B3C4D", "", 3000),
		sent("4F1A2B3C4D", "news-bounces@a.test"),
		pf("qmgr", "3F1A2B3C4D: removed"),
	}, news1000, news1000)
}

// TestPostfixQueueIDsAreUsedAgain has a short id that first is a list's mail and then somebody's.
func TestPostfixQueueIDsAreUsedAgain(t *testing.T) {
	reads(t, []string{
		queued("3F1A2B3C4D", "news-bounces@a.test", 1000), sent("3F1A2B3C4D", "a@x.test"), pf("qmgr", "3F1A2B3C4D: removed"),
		sent("3F1A2B3C4D", "nobody@x.test"), // whose this is, no line says
		queued("3F1A2B3C4D", "anna@a.test", 70), sent("3F1A2B3C4D", "a@x.test"), pf("qmgr", "3F1A2B3C4D: removed"),
		queued("3F1A2B3C4D", "news-bounces@a.test", 5), pf("postsuper", "3F1A2B3C4D: removed"), queued("3F1A2B3C4D", "dev-owner@a.test", 6),
		sent("3F1A2B3C4D", "a@x.test"),
	}, news1000, "unparsed "+reasonNoQueue, "usage dev@a.test 1 6 2026-11-22T10:00:00Z")
}

func TestPostfixAgents(t *testing.T) {
	const delivery = "A1B2C3: to=<a@x.test>, relay=r, delay=0, status=sent (ok)"
	for tag, counts := range map[string]bool{
		"postfix/smtp[1]:": true, "postfix-out/smtp[99999]:": true, "postfix/relay/smtp[1]:": true, "mta/a/b/smtp[1]:": true,
		"postfix/lmtp[1]:": false, "postfix/local[1]:": false, "postfix/virtual[1]:": false, "postfix/pipe[1]:": false, "postfix/smtpd[1]:": false,
		"postfix/discard[1]:": false, "smtp[1]:": false, "postfix/smtp:": false, "postfix/smtp[]:": false, "postfix/smtp[1]": false, "postfix/esmtp[1]:": false,
		"opensmtpd/smtp[x]:": false,
	} {
		got := read(t, postfixIn(t, "UTC", "manual", nil), queued("A1B2C3", "news-bounces@a.test", 1000), "Nov 22 10:00:00 mx "+tag+" "+delivery)
		if (len(got) == 1) != counts {
			t.Errorf("%s gave %q", tag, got)
		}
	}
	for _, tag := range []string{"postfix/qmgr", "postfix/nqmgr", "postfix/oqmgr", "postfix-out/qmgr"} {
		line := "Nov 22 10:00:00 mx " + tag + "[1]: A1B2C3: from=<news-bounces@a.test>, size=1000, nrcpt=1 (queue active)"
		same(t, read(t, postfixIn(t, "UTC", "manual", nil), line, sent("A1B2C3", "a@x.test")), news1000)
	}
}

func TestListsByTheirSenders(t *testing.T) {
	for _, test := range []struct{ sender, mailman, sympa, any string }{
		{"news-bounces@a.test", "news@a.test", "", "news@a.test"},
		{"news-bounces+anna=x.test@a.test", "news@a.test", "", "news@a.test"},
		{"a-bounces-b-bounces@a.test", "a-bounces-b@a.test", "", "a-bounces-b@a.test"},
		{"news-bounces-x@a.test", "", "", ""},
		{"-bounces@a.test", "", "", ""},
		{"news-bounces@", "", "", ""},
		{"news-owner@a.test", "", "news@a.test", "news@a.test"},
		{"news-owner+x@a.test", "", "", ""},
		{"a-bounces-owner@a.test", "", "a-bounces@a.test", "a-bounces@a.test"},
		{"news+bounces-12-anna=x.test@a.test", "", "", "news@a.test"},
		{"news+bounces-12-a=b=x.test@a.test", "", "", "news@a.test"},
		{"news+bounces-x-anna=x.test@a.test", "", "", ""},
		{"news+bounces-12-anna@a.test", "", "", ""},
		{"anna@a.test", "", "", ""},
		{"", "", "", ""},
	} {
		for kind, want := range map[string]string{"mailman3": test.mailman, "sympa": test.sympa, "manual": test.any, "postfix": test.any, "": test.any} {
			name, site, ok := listOf([]byte(test.sender), kind)
			if got := strings.TrimPrefix(string(name)+"@"+string(site), "@"); got != want || ok != (want != "") {
				t.Errorf("%q of a %q server is of the list %q, want %q", test.sender, kind, got, want)
			}
		}
	}
}

// TestPostfixLinesThatAreForged has senders, recipients and other servers write what looks like a log into theirs.
func TestPostfixLinesThatAreForged(t *testing.T) {
	reads(t, []string{
		queued("A1B2C3", `"x>, size=999999, nrcpt=1 (queue active) news-bounces"@a.test`, 10),
		sent("A1B2C3", "a@x.test"),
		queued("B1B2C3", "news-bounces@a.test", 1000),
		pf("smtp", `B1B2C3: to=<"a>, relay=r, status=sent (ok"@x.test>, relay=none, delay=1, status=deferred (x, status=sent (y))`),
		pf("smtp", `B1B2C3: to=<"a\">, status=sent (ok"@x.test>, orig_to=<"b>, status=bounced"@x.test>, relay=r, status=sent (ok)`),
		pf("smtpd", "NOQUEUE: reject: RCPT from x: 550 <a>; from=<news-bounces@a.test> to=<b@x.test> B1B2C3: to=<b@x.test>, status=sent (ok)"),
		"Nov 22 10:00:00 mx other[1]: postfix/smtp[1]: B1B2C3: to=<b@x.test>, relay=r, status=sent (ok)",
		pf("smtp", `B1B2C3: to=<a b>c@x.test>, relay=r, status=sent (ok)`), // an old Postfix does not quote
		pf("smtp", `B1B2C3: to=<"never closed, relay=r, status=sent (ok)`),
		pf("smtp", `B1B2C3: to=<a@x.test, relay=r, status=deferred`),
	}, news1000, "unparsed "+reasonForm, "unparsed "+reasonForm)
}

func TestPostfixNumbersThatCannotBe(t *testing.T) {
	reads(t, []string{
		pf("qmgr", "A1B2C3: from=<news-bounces@a.test>, size=99999999999999999999, nrcpt=1 (queue active)"), sent("A1B2C3", "a@x.test"),
		pf("qmgr", "A1B2C4: from=<news-bounces@a.test>, size=x, nrcpt=1 (queue active)"), sent("A1B2C4", "a@x.test"),
		queued("A1B2C5", strings.Repeat("n", MaxName)+"-bounces@a.test", 1), sent("A1B2C5", "a@x.test"),
		queued("A1B2C6", "news-bounces+"+strings.Repeat("n", maxSender)+"@a.test", 1), sent("A1B2C6", "a@x.test"),
	}, "unparsed "+reasonNumbers, "unparsed "+reasonForm, "unparsed "+reasonNoQueue, "unparsed "+reasonListName, "unparsed "+reasonListName)
}

func TestPostfixTimes(t *testing.T) {
	for text, want := range map[string]string{
		"Nov 22 10:00:00": "2026-11-22T10:00:00Z", "Nov  2 10:00:00": "2026-11-02T10:00:00Z", "Nov 02 10:00:00": "2026-11-02T10:00:00Z",
		"2026-11-22T10:00:00.434082+00:00": "2026-11-22T10:00:00Z", "2026-11-22T10:00:00+01:00": "2026-11-22T09:00:00Z",
		"2026-11-22T10:00:00.1-0130": "2026-11-22T11:30:00Z", "2024-02-29T10:00:00Z": "2024-02-29T10:00:00Z",
		"Nov 31 10:00:00": reasonTime, "Foo 22 10:00:00": reasonTime, "Nov 22 10:00:60": reasonTime, "Nov 22 25:00:00": reasonTime, "Nov 22 10:0x:00": reasonForm,
		"nov 22 10:00:00": reasonForm, "2026-02-29T10:00:00Z": reasonTime, "2026-11-22T10:00:00": reasonForm, "2026-11-22T10:00:00.Z": reasonForm,
		"2026-11-22T10:00:00+1:00": reasonForm, "2026-11-22T10:00:00+25:00": reasonTime, "1969-11-22T10:00:00Z": reasonEpoch, "2026-11-22T10:00:00.1234567890Z": reasonForm,
	} {
		p := postfixIn(t, "UTC", "manual", nil)
		read(t, p, queued("A1B2C3", "news-bounces@a.test", 1))
		p.dated = false
		got := read(t, p, strings.Replace(sent("A1B2C3", "a@x.test"), "Nov 22 10:00:00", text, 1))
		if !strings.HasSuffix(strings.Join(got, "|"), " "+want) && got[0] != "unparsed "+want {
			t.Errorf("%s gave %q, want %q", text, got, want)
		}
	}
}

func TestPostfixKeepsMicroseconds(t *testing.T) {
	p := postfixIn(t, "UTC", "manual", nil)
	read(t, p, queued("A1B2C3", "news-bounces@a.test", 1))
	var e Entry
	line := strings.Replace(sent("A1B2C3", "a@x.test"), "Nov 22 10:00:00", "2026-11-22T10:00:00.4340829+00:00", 1)
	if p.Parse(&Line{Text: []byte(line)}, &e); e.At%1_000_000 != 434082 {
		t.Errorf("the instant is %d", e.At)
	}
}

func TestUnknownStateIsAFault(t *testing.T) {
	for _, state := range []string{"{}", "\x02\x00\x00", "\x01", "\x01\x01\x00\x00\x00\x00\x00", "\x01\x01\x00\x7f", "\x01\x00\x00\x01A"} {
		if _, err := New(Postfix, Setting{Zone: time.UTC}, []byte(state)); err == nil {
			t.Errorf("%q was taken for a state", state)
		}
	}
}
