package demo

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// The month of the log begins and ends at midnight in the provider's zone, which is UTC-4 then. Its log was rotated in
// the middle.
var (
	monthStart = time.Date(2026, 9, 1, 4, 0, 0, 0, time.UTC)
	rotated    = monthStart.AddDate(0, 0, 15)
)

const daysOfMonth = 30

// stamp is how the log writes an instant.
const stamp = "2006-01-02T15:04:05-0700"

// event is one or several lines that were written together.
type event struct {
	at   time.Time
	text string
}

// log writes the month of a Mailman server's smtp.log in the billing template: the older part, rotated and
// compressed, and the newer part.
func log() (older, newer []byte, err error) {
	var first, second bytes.Buffer
	zip := gzip.NewWriter(&first)
	for _, e := range events() {
		var to io.Writer = &second
		if e.at.Before(rotated) {
			to = zip
		}
		if _, err := io.WriteString(to, e.text); err != nil {
			return nil, nil, err
		}
	}
	err = zip.Close()
	return first.Bytes(), second.Bytes(), err
}

// found writes a part of the log that nobody had when the month was billed.
func found() []byte {
	r := &random{state: 930}
	var text bytes.Buffer
	for i := range overlooked.posts {
		for _, e := range overlooked.post(r, i) {
			text.WriteString(e.text)
		}
	}
	return text.Bytes()
}

// events makes all of the month in the order of time.
func events() []event {
	r := &random{state: 2026}
	var all []event
	for _, m := range traffic {
		for i := range m.posts {
			all = append(all, m.post(r, i)...)
		}
		all = append(all, m.welcome(r)...)
	}
	all = append(all, forged(r))
	slices.SortStableFunc(all, func(a, b event) int { return cmp.Compare(a.at.UnixNano(), b.at.UnixNano()) })
	return all
}

// line writes a delivery in the billing template.
func line(at time.Time, listID string, recipients, refused, size int, sender, msgID string, r *random) string {
	return fmt.Sprintf("%s PM1 list_id=%s recips=%d refused=%d size=%d secs=0.%06d sender=%s msgid=<%s>\n",
		at.Format(stamp), listID, recipients, refused, size, r.between(8000, 240000), sender, msgID)
}

// post is one post to a list. Now and then some recipients are refused: one mailbox is gone, and one is busy and
// gets its copy a quarter of an hour later.
func (m *listMail) post(r *random, i int) []event {
	at := m.moment(r, i, m.posts)
	size := r.between(m.minKB*1024, m.maxKB*1024)
	recipients := m.members + i*m.growth
	sender := fmt.Sprintf("writer%d@%s", r.between(1, 9), m.site)
	msgID := fmt.Sprintf("%x.%d@%s", r.next()>>20, i, m.site)
	if r.below(9) > 0 || recipients < 5 {
		return []event{{at, line(at, m.id(), recipients, 0, size, sender, msgID, r)}}
	}
	failed := func(who string, code int, why string) string {
		return fmt.Sprintf("%s PM1F list_id=%s recip=%s@%s code=%d size=%d msgid=<%s> msg=b'%s'\n", at.Format(stamp), m.id(), who, m.site, code, size, msgID, why)
	}
	again := at.Add(15 * time.Minute)
	return []event{
		{at, failed("gone", 550, "5.1.1 user unknown") + failed("busy", 451, "4.7.1 greylisted") + line(at, m.id(), recipients, 2, size, sender, msgID, r)},
		{again, line(again, m.id(), 1, 0, size, sender, msgID, r)},
	}
}

// welcomes is how many new members a list greets in the month, by service mail that is not charged.
const welcomes = 5

func (m *listMail) welcome(r *random) (out []event) {
	for i := range welcomes {
		at := m.moment(r, i, welcomes)
		out = append(out, event{at, line(at, m.id(), 1, 0, r.between(900, 1900), m.list+"-request@"+m.site, fmt.Sprintf("welcome-%d@%s", i, m.site), r)})
	}
	return out
}

// forged is a post whose Message-ID holds a line break, to write a delivery of its own into the log.
func forged(r *random) event {
	at := rotated.Add(50 * time.Hour)
	text := line(at, "discuss.birch.example", 75, 0, 4096, "stranger@elsewhere.example", "x", r)
	text = strings.Replace(text, "msgid=<x>", "msgid=<x\n "+at.Format(stamp)+" PM1 list_id=daily.elm-news.example recips=999999 refused=0 size=100>", 1)
	return event{at, text}
}

func (m *listMail) id() string { return m.list + "." + m.site }

// moment draws the instant of the i-th of n things that are spread over the list's days.
func (m *listMail) moment(r *random, i, n int) time.Time {
	first, last := max(m.from, 1), daysOfMonth
	if m.to > 0 {
		last = m.to
	}
	const secondsOfDay = 24 * 60 * 60
	each := (last - first + 1) * secondsOfDay / n
	return monthStart.AddDate(0, 0, first-1).Add(time.Duration(i*each+r.below(each)) * time.Second)
}
