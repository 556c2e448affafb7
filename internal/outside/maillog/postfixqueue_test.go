package maillog

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// successor leaves a log, and begins the next with what it hands on.
func successor(t *testing.T, p *postfix, zone string) *postfix {
	t.Helper()
	state, err := p.State()
	if err != nil {
		t.Fatal(err)
	}
	if state, err = Successor(Postfix, state); err != nil {
		t.Fatal(err)
	}
	next := postfixIn(t, zone, p.kind, state)
	next.latest = p.latest
	return next
}

// TestRotationsOfRandomLogs rotates random logs at random lines: the parts show what the whole shows.
func TestRotationsOfRandomLogs(t *testing.T) {
	const seed = 33
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	written := time.Date(2026, 12, 30, 0, 0, 0, 0, time.UTC).Unix()
	for range 100 {
		lines := randomPostfix(random, 300)
		whole, part := postfixIn(t, "America/New_York", "manual", nil), postfixIn(t, "America/New_York", "manual", nil)
		whole.latest, part.latest = written, written
		var want []string
		for _, line := range lines {
			want = append(want, verdictOf(whole, line))
		}
		cuts := map[int]bool{random.IntN(len(lines)): true, random.IntN(len(lines)): true}
		for i, line := range lines {
			if cuts[i] {
				part = successor(t, part, "America/New_York")
				part.latest = max(written, whole.clock.last) // a log is written after its last line
			}
			if got := verdictOf(part, line); got != want[i] {
				t.Fatalf("line %d, %q: %q in parts, %q as a whole", i, line, got, want[i])
			}
		}
	}
}

// TestMailThatWaitsForDays is handed on from log to log, until it is too old to be tried any more.
func TestMailThatWaitsForDays(t *testing.T) {
	p := postfixIn(t, "UTC", "manual", nil)
	read(t, p, strings.Replace(queued("A1B2C3", "news-bounces@a.test", 1000), "Nov 22", "Nov 17", 1))
	for range 3 {
		p = successor(t, p, "UTC")
	}
	same(t, read(t, p, sent("A1B2C3", "a@x.test")), news1000)
	p.clock.last += (queueDays + 6) * secondsPerDay
	p = successor(t, p, "UTC")
	same(t, read(t, p, sent("A1B2C3", "a@x.test")), "unparsed "+reasonNoQueue)
}

// TestMoreMailThanIsRemembered opens more ids than there is room for: the one that was taken up longest ago is forgotten,
// and says so; one that was taken up again is not.
func TestMoreMailThanIsRemembered(t *testing.T) {
	p := postfixIn(t, "UTC", "manual", nil)
	id := func(i int) string { return fmt.Sprintf("A%07X", i) }
	for i := range maxQueue {
		read(t, p, queued(id(i), "news-bounces@a.test", 1000))
	}
	read(t, p, queued(id(0), "news-bounces@a.test", 1000), queued(id(maxQueue), "anna@a.test", 1000))
	same(t, read(t, p, sent(id(0), "a@x.test"), sent(id(1), "a@x.test"), sent(id(2), "a@x.test"), sent(id(maxQueue), "a@x.test")),
		news1000, "unparsed "+reasonNoQueue, news1000)
	state, err := p.State()
	if err != nil {
		t.Fatal(err)
	}
	if len(state) > 4<<20 {
		t.Errorf("the state has %d bytes", len(state))
	}
	same(t, read(t, postfixIn(t, "UTC", "manual", state), sent(id(1), "a@x.test"), sent(id(2), "a@x.test")), "unparsed "+reasonNoQueue, news1000)
}

func TestSendersAreRememberedUpToALimit(t *testing.T) {
	p := postfixIn(t, "UTC", "manual", nil)
	sender := "news-bounces+" + strings.Repeat("u", maxSender-40) + "@a.test"
	for i := range 3 * maxQueueBytes / maxSender {
		read(t, p, queued(fmt.Sprintf("A%07X", i), sender, 1000))
	}
	if p.queue.bytes > maxQueueBytes || len(p.queue.places) < maxQueueBytes/maxSender/2 {
		t.Errorf("%d mails with %d bytes are remembered", len(p.queue.places), p.queue.bytes)
	}
	for i := range 3 * maxQueueBytes / maxSender {
		read(t, p, pf("qmgr", fmt.Sprintf("A%07X: removed", i)))
	}
	if p.queue.bytes != 0 || len(p.queue.places) != 0 {
		t.Errorf("%d mails with %d bytes are left", len(p.queue.places), p.queue.bytes)
	}
}
