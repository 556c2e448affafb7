package maillog

import (
	"bytes"
	"encoding/binary"
)

// TemplatePattern is the line that the format mailman3 reads, as a regular expression. The parser is written by hand,
// since it reads twenty times as fast; a test holds it to this.
const TemplatePattern = `^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4}) PM1 list_id=(\S+) recips=(\d+) refused=(\d+) size=(\d+) ` +
	`secs=([0-9.e+-]+) sender=(.*) msgid=(.*)$`

// templateMark is what makes a line one of ours.
const templateMark = "PM1 "

// Places in a line of the template.
const (
	templateZone   = 19 // where the zone of the time begins
	templateTime   = 24 // length of the time
	templateMinute = 17 // length of the time up to the seconds
)

// template reads mailman3: one line a delivery, with its zone.
type template struct {
	minute minuteKey // of the last line
	start  int64     // when it began, in UTC seconds
	known  bool
}

// minuteKey is the text of a time without its seconds, in a form that is quick to compare.
type minuteKey struct {
	day, hour uint64
	rest      uint64
}

func minuteKeyOf(text []byte) minuteKey {
	text = text[:templateTime]
	return minuteKey{binary.LittleEndian.Uint64(text), binary.LittleEndian.Uint64(text[8:]),
		uint64(text[16]) | uint64(binary.LittleEndian.Uint32(text[19:]))<<8 | uint64(text[23])<<40}
}

// Parse reads a line. Since everything that counts stands before the sender and the Message-ID, nothing that a sender
// writes can change it; a line that is cut in its Message-ID counts like any other.
func (p *template) Parse(line *Line, e *Entry) (Verdict, string) {
	text := line.Text
	const start = templateTime + 1 + len(templateMark)
	if len(text) < start || string(text[templateTime:start]) != " "+templateMark {
		if !bytes.Contains(text, []byte(templateMark)) {
			return Chatter, ""
		}
		if isSpace(text[0]) {
			return Unparsed, reasonContinued
		}
		return Unparsed, reasonForm
	}
	recipients, refused, ok := p.fields(text[start:], e)
	second, digits := two(text, templateMinute)
	minute := minuteKeyOf(text)
	same := digits && p.known && minute == p.minute
	if !ok || !same && !timeForm(text) {
		if line.Cut {
			return Unparsed, reasonLong
		}
		return Unparsed, reasonForm
	}
	if !same {
		if p.start, p.known = minuteOf(text); !p.known {
			return Unparsed, reasonTime
		}
		p.minute = minute
	}
	at, reason := p.at(second)
	if reason == "" {
		reason = check(recipients, refused, e.Bytes, e.List)
	}
	if reason != "" {
		return Unparsed, reason
	}
	e.At, e.Recipients, e.Hash = at, recipients-refused, line.Hash()
	return Usage, ""
}

// State returns nothing: each line stands alone.
func (p *template) State() ([]byte, error) { return nil, nil }

// Lost returns nothing.
func (p *template) Lost() []Lost { return nil }

// fields reads everything behind the mark.
func (p *template) fields(text []byte, e *Entry) (recipients, refused int64, ok bool) {
	if text, ok = after(text, "list_id="); !ok {
		return 0, 0, false
	}
	if e.List, text, ok = word(text); !ok {
		return 0, 0, false
	}
	if text, ok = after(text, " recips="); !ok {
		return 0, 0, false
	}
	if recipients, text, ok = number(text); !ok {
		return 0, 0, false
	}
	if text, ok = after(text, " refused="); !ok {
		return 0, 0, false
	}
	if refused, text, ok = number(text); !ok {
		return 0, 0, false
	}
	if text, ok = after(text, " size="); !ok {
		return 0, 0, false
	}
	if e.Bytes, text, ok = number(text); !ok {
		return 0, 0, false
	}
	if text, ok = after(text, " secs="); !ok {
		return 0, 0, false
	}
	if text, ok = seconds(text); !ok {
		return 0, 0, false
	}
	if text, ok = after(text, " sender="); !ok {
		return 0, 0, false
	}
	e.Sender, ok = sender(text)
	return recipients, refused, ok
}

// sender cuts the sender off the beginning of text. It ends at the first msgid=, not at the last: a Message-ID that
// holds another must not become part of the sender, by which service mail is known.
func sender(text []byte) ([]byte, bool) {
	const end = " msgid="
	i := blank(text) // few senders hold a space
	if _, ok := after(text[i:], end); ok {
		return text[:i], true
	}
	i = bytes.Index(text, []byte(end))
	return text[:max(i, 0)], i >= 0
}

// timeForm says whether text begins with something that looks like a time.
func timeForm(text []byte) bool {
	const form = "0000-00-00T00:00:00+0000"
	for i := range len(form) {
		c := text[i]
		switch form[i] {
		case '0':
			if c < '0' || c > '9' {
				return false
			}
		case '+':
			if c != '+' && c != '-' {
				return false
			}
		default:
			if c != form[i] {
				return false
			}
		}
	}
	return true
}

// at returns the instant of a second of the last line's minute, in UTC microseconds.
func (p *template) at(second int) (at int64, reason string) {
	if second > 59 {
		return 0, reasonTime
	}
	if at = (p.start + int64(second)) * microsPerSecond; at <= 0 {
		return 0, reasonEpoch
	}
	return at, ""
}

// minuteOf returns the start of the minute of a time, in UTC seconds.
func minuteOf(text []byte) (int64, bool) {
	var n [8]int
	for i, at := range [8]int{0, 2, 5, 8, 11, 14, 20, 22} {
		n[i], _ = two(text, at)
	}
	local, ok := civil(n[0]*100+n[1], n[2], n[3], n[4], n[5])
	if !ok || n[6] > 23 || n[7] > 59 {
		return 0, false
	}
	offset := int64(n[6]*3600 + n[7]*60)
	if text[templateZone] == '-' {
		offset = -offset
	}
	return local - offset, true
}
