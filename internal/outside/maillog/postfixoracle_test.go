package maillog

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// oracle reads a mail server's log as the specification says it, with its expressions, and slowly.
type oracle struct {
	zone    *time.Location
	last    time.Time
	written time.Time
	mails   map[string]oracleMail
}

type oracleMail struct {
	list string
	size string
}

var (
	queuePattern, deliveryPattern, removedPattern = regexp.MustCompile(PostfixQueuePattern), regexp.MustCompile(PostfixDeliveryPattern), regexp.MustCompile(PostfixRemovedPattern)
	queueMark, otherQueue, deliveryMark           = regexp.MustCompile(postfixHead + `/[no]?qmgr\[\d+\]: ` + postfixID + `: from=<.*, size=`),
		regexp.MustCompile(`: from=<` + postfixAddress + `>, (s?$|s[^i]|[^s])`), regexp.MustCompile(postfixHead + `/smtp\[\d+\]: ` + postfixID + `: to=<.*status=sent`)
	senderPatterns = []*regexp.Regexp{regexp.MustCompile(MailmanSenderPattern), regexp.MustCompile(SympaSenderPattern), regexp.MustCompile(MlmmjSenderPattern)}
)

func newOracle(zone string, written time.Time) *oracle {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	return &oracle{zone: loc, written: written, mails: make(map[string]oracleMail)}
}

// at returns the instant of a time; ok is false if there is none such.
func (o *oracle) at(text string) (at time.Time, ok bool) {
	for _, form := range []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05Z0700"} {
		if at, err := time.Parse(form, text); err == nil && at.UnixMicro() > 0 {
			o.last = at
			return at, true
		}
	}
	var best time.Time
	for year := 2016; year < 2040; year++ {
		at, err := time.ParseInLocation("2006 "+time.Stamp, fmt.Sprintf("%d %s", year, text), o.zone)
		if err != nil {
			continue
		}
		if o.last.IsZero() && !at.After(o.written.Add(24*time.Hour)) || !o.last.IsZero() && (best.IsZero() || at.Sub(o.last).Abs() < best.Sub(o.last).Abs()) {
			best = at
		}
	}
	if !best.IsZero() {
		o.last = best
	}
	return best, !best.IsZero() && best.UnixMicro() > 0
}

// read returns what a line is, as read does.
func (o *oracle) read(line string) string {
	line = strings.TrimSuffix(line, "\r")
	if m := queuePattern.FindStringSubmatch(line); m != nil {
		o.at(m[1])
		mail := oracleMail{size: m[4]}
		for _, pattern := range senderPatterns {
			if list := pattern.FindStringSubmatch(m[3]); list != nil && mail.list == "" {
				mail.list = list[1] + "@" + list[len(list)-1]
			}
		}
		o.mails[m[2]] = mail
	} else if m := removedPattern.FindStringSubmatch(line); m != nil {
		delete(o.mails, m[2])
	} else if m := deliveryPattern.FindStringSubmatch(line); m != nil {
		if status, _, _ := strings.Cut(m[5], " "); status != "sent" {
			return ""
		}
		mail, known := o.mails[m[2]]
		if !known {
			return "unparsed"
		}
		if mail.list == "" {
			return ""
		}
		at, ok := o.at(m[1])
		size, err := strconv.ParseInt(mail.size, 10, 64)
		if !ok || err != nil || size > 1<<40 {
			return "unparsed"
		}
		return fmt.Sprintf("usage %s 1 %d %d", mail.list, size, at.UnixMicro())
	} else if deliveryMark.MatchString(line) || queueMark.MatchString(line) && !otherQueue.MatchString(line) {
		return "unparsed"
	}
	return ""
}

// verdictOf returns what the parser says of a line, as read does, without reasons.
func verdictOf(p Parser, line string) string {
	var e Entry
	switch verdict, _ := p.Parse(&Line{Text: []byte(line)}, &e); verdict {
	case Usage:
		return fmt.Sprintf("usage %s %d %d %d", e.List, e.Recipients, e.Bytes, e.At)
	case Unparsed:
		return "unparsed"
	case Chatter:
	}
	return ""
}

// compare holds the parser to the oracle on a log that is left and read further at each of some lines.
func compare(t *testing.T, zone string, written time.Time, lines []string, cuts ...int) {
	t.Helper()
	o := newOracle(zone, written)
	var state []byte
	setting := Setting{Zone: o.zone, Latest: written.Unix()}
	p, err := New(Postfix, setting, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range lines {
		if slices.Contains(cuts, i) {
			if state, err = p.State(); err != nil {
				t.Fatal(err)
			}
			if p, err = New(Postfix, setting, state); err != nil {
				t.Fatal(err)
			}
			if again, err := p.State(); err != nil || !bytes.Equal(again, state) {
				t.Fatalf("a state of %d bytes was read as one of %d, %v", len(state), len(again), err)
			}
		}
		if got, want := verdictOf(p, line), o.read(line); got != want {
			t.Fatalf("line %d, %q: got %q, want %q", i, line, got, want)
		}
	}
}

// postfixSample returns the lines of a recorded log.
func postfixSample(tb testing.TB, name string) []string {
	tb.Helper()
	f, err := os.Open(filepath.Join("..", "..", "stage", "gather", "testdata", "postfix", name))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	var from io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if from, err = gzip.NewReader(f); err != nil {
			tb.Fatal(err)
		}
	}
	content, err := io.ReadAll(from)
	if err != nil {
		tb.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(content), "\n"), "\n")
}

func TestPostfixAgreesWithItsExpressions(t *testing.T) {
	written := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for _, name := range []string{"maillog.small", "maillog.full.gz"} {
		lines := postfixSample(t, name)
		compare(t, "UTC", written, lines)
		compare(t, "Europe/Berlin", written, lines, 100, 300, 400, 500, 700)
	}
}

// TestRandomPostfixLogs has random logs, left and read further at random lines.
func TestRandomPostfixLogs(t *testing.T) {
	const seed = 21
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for range 60 {
		lines := randomPostfix(random, 400)
		cuts := []int{random.IntN(len(lines)), random.IntN(len(lines)), random.IntN(len(lines))}
		compare(t, "America/New_York", time.Date(2026, 12, 30, 0, 0, 0, 0, time.UTC), lines, cuts...)
	}
}

// randomPostfix makes a log that begins in December 2026 and runs into the next years: mail of lists and of people, in
// both forms of time, short ids that are used again, retries, and what does not fit.
func randomPostfix(random *rand.Rand, n int) (lines []string) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		panic(err)
	}
	pick := func(of ...string) string { return of[random.IntN(len(of))] }
	at := time.Date(2026, 12, 28, 12, 0, 0, 0, newYork)
	for range n {
		at = at.Add(time.Duration(random.IntN(20_000_000)) * time.Millisecond)
		when := pick(at.Format(time.Stamp), at.UTC().Format("2006-01-02T15:04:05.000000-07:00"), at.Format("2006-01-02T15:04:05Z0700"))
		if at.Month() == time.November || at.Month() == time.March {
			at = at.AddDate(0, 1, 0) // clock changes have a test of their own
			continue
		}
		head := when + " " + pick("mx", "mx.example.org") + " " + pick("postfix", "postfix-out", "postfix/relay")
		id := pick("A1B2C3D4", "A1B2C3D5", "4jXQv336lSz1SRqb", fmt.Sprintf("%X", random.IntN(1<<20)+1<<20))
		to := pick("a@x.test", `"a b"@x.test`, `"a>, status=sent"@x.test`, "<x", `"open`, "", "a b>@x.test")
		switch random.IntN(10) {
		case 0, 1, 2:
			sender := pick("news-bounces@a.test", "dev-bounces+u=x.test@a.test", "news-owner@b.test", "l+bounces-7-u=x.test@c.test", "anna@a.test", "", `"q>"-bounces@a.test`, "x-bounces@y@z")
			lines = append(lines, fmt.Sprintf("%s/%s[%d]: %s: from=<%s>, size=%d, nrcpt=%d (queue active)", head, pick("qmgr", "nqmgr"), 1+random.IntN(9999), id, sender,
				random.IntN(1<<random.IntN(42)), 1+random.IntN(50)))
		case 3:
			lines = append(lines, fmt.Sprintf("%s/%s[7]: %s: removed", head, pick("qmgr", "postsuper", "smtp"), id))
		case 4:
			lines = append(lines, fmt.Sprintf("%s/qmgr[7]: %s: from=<x-bounces@a.test>, status=expired, returned to sender", head, id))
		case 5:
			lines = append(lines, pick(head+"/smtpd[1]: connect from x[1.2.3.4]", head+"/cleanup[1]: "+id+": message-id=<x>", "", "-- MARK --", when+" mx kernel: up"))
		default:
			status := pick("sent (250 ok)", "sent (250 ok)", "sent", "sent (delivered)", "deferred (status=sent (x))", "bounced (no)", "sentinel (x)")
			lines = append(lines, fmt.Sprintf("%s/%s[7]: %s: to=<%s>,%s relay=x[1.2.3.4]:25, delay=1, dsn=2.0.0, status=%s", head,
				pick("smtp", "smtp", "smtp", "lmtp", "local"), id, to, pick("", " orig_to=<u@y.test>,", ` orig_to=<"o>"@y.test>,`), status))
		}
		if random.IntN(30) == 0 {
			last := lines[len(lines)-1]
			lines = append(lines, last[:random.IntN(len(last)+1)], last+"\r")
		}
	}
	return lines
}

// FuzzPostfix reads any lines, in any order, with a state between them.
func FuzzPostfix(f *testing.F) {
	f.Add("", "")
	for _, line := range postfixSample(f, "maillog.small")[:120] {
		f.Add(queued("4jXQv336lSz1SRqb", "news-bounces@a.test", 10), line)
	}
	f.Add(queued("A1B2C3", `"a>"-bounces@a.test`, 10), sent("A1B2C3", `"a\"@x.test>, status=sent "`))
	f.Fuzz(func(t *testing.T, one, two string) {
		if strings.Contains(one+two, "\n") {
			return
		}
		p := postfixIn(t, "Europe/Berlin", "manual", nil)
		o := newOracle("Europe/Berlin", latest)
		for _, line := range []string{one, two} {
			got, want := verdictOf(p, line), o.read(line)
			if kind, _, _ := strings.Cut(got, " "); (kind == "usage") != strings.HasPrefix(want, "usage") && !strings.Contains(line, "Mar 29") {
				t.Fatalf("%q after %q: got %q, want %q", two, one, got, want)
			}
			state, err := p.State()
			if err != nil {
				t.Fatal(err)
			}
			if p, err = newPostfix(Setting{Zone: time.UTC}, state); err != nil {
				t.Fatalf("a state cannot be read again: %v", err)
			}
			p.clock.zone, p.latest = o.zone, latest.Unix()
		}
	})
}
