package mailmantest_test

import (
	"testing"

	"postmeter/internal/outside/listserver/mailmantest"
)

func TestAPostReachesItsMembers(t *testing.T) {
	m := mailmantest.Start(t)
	m.Domain(t, "one.test")
	id := m.List(t, "news@one.test")
	m.Subscribe(t, id, "ann@subs.test", "bob@subs.test", "refuse1@subs.test", "grey1@subs.test")
	m.Post(t, "news@one.test", "ann@subs.test", "hello", 1234)
	m.Until(t, "the mail reaches three members", func() bool { return m.Sink.Deliveries("news@one.test") == 3 })
	m.Until(t, "the log tells both attempts", func() bool { return m.Lines(t, "PM1 list_id=news.one.test") == 2 })
	if m.Lines(t, "recips=4 refused=2 size=1234 ") != 1 || m.Lines(t, "recips=1 refused=0 size=1234 ") != 1 {
		t.Errorf("%d lines of the first attempt, %d of the second", m.Lines(t, "recips=4 refused=2 "), m.Lines(t, "recips=1 refused=0 "))
	}
}
