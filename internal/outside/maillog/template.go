package maillog

import (
	"bytes"
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
	minute [templateMinute]byte // the minute and zone of the last line, and when it began in UTC seconds
	zone   [templateTime - templateZone]byte
	start  int64
	known  bool
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
	if !ok || !timeForm(text) {
		if line.Cut {
			return Unparsed, reasonLong
		}
		return Unparsed, reasonForm
	}
	at, reason := p.time(text)
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
	// The sender ends at the first msgid=, not at the last: a Message-ID that holds another must not become part of
	// the sender, by which service mail is known.
	end := bytes.Index(text, []byte(" msgid="))
	if end < 0 {
		return 0, 0, false
	}
	e.Sender = text[:end]
	return recipients, refused, true
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

// time reads the time that text begins with; timeForm holds. Lines of one minute are common, so its start is kept.
func (p *template) time(text []byte) (at int64, reason string) {
	second, _ := two(text, templateMinute)
	if !p.known || string(text[:templateMinute]) != string(p.minute[:]) || string(text[templateZone:templateTime]) != string(p.zone[:]) {
		p.known = false
		start, ok := minuteOf(text)
		if !ok {
			return 0, reasonTime
		}
		copy(p.minute[:], text)
		copy(p.zone[:], text[templateZone:])
		p.start, p.known = start, true
	}
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
	local, ok := civil(n[0]*100+n[1], n[2], n[3], n[4], n[5], 0)
	if !ok || n[6] > 23 || n[7] > 59 {
		return 0, false
	}
	offset := int64(n[6]*3600 + n[7]*60)
	if text[templateZone] == '-' {
		offset = -offset
	}
	return local - offset, true
}
