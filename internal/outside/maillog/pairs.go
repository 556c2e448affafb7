package maillog

import (
	"bytes"
	"encoding/binary"
	"time"

	"github.com/cespare/xxhash/v2"
)

// The lines that the format mailman3-default reads, as regular expressions. Two of one process, Message-ID and list
// are one delivery: the first says to how many it went, the second how large it was and how many failed.
const (
	PairFirstPattern  = `^([A-Z][a-z][a-z] \d\d \d\d:\d\d:\d\d \d{4}) \((\d+)\) (.*) smtp to (\S+) for (\d+) recips, completed in ([0-9.e+-]+) seconds$`
	PairSecondPattern = `^([A-Z][a-z][a-z] \d\d \d\d:\d\d:\d\d \d{4}) \((\d+)\) (.*) post to (\S+) from (.*), (\d+) bytes(?:, (\d+) failures)?$`
)

// Places in a line of Mailman's own templates.
const (
	pairTime   = 20 // length of the time
	pairMinute = 12 // length of month, day, hour and minute
)

// pairs reads mailman3-default.
type pairs struct {
	clock clock
	open  openLines
	lost  []Lost

	minute [pairMinute + 5]byte // month to minute, and the year, of the last line
	start  int64                // that minute, in seconds on the server's clock
	known  bool
}

func newPairs(zone *time.Location, state []byte) (*pairs, error) {
	p := &pairs{clock: clock{zone: zone}}
	err := p.restore(state)
	return p, err
}

// Parse reads a line. A Message-ID may hold anything, even what looks like one of these lines: so a first line is read
// from its end, where nothing that a sender writes can stand, and a second line only counts if it continues a first.
func (p *pairs) Parse(line *Line, e *Entry) (Verdict, string) {
	text := trimCR(line.Text)
	first, second := isFirst(text), isSecond(text)
	if !first && !second {
		return Chatter, ""
	}
	if isSpace(text[0]) {
		return Unparsed, reasonContinued
	}
	if line.Cut {
		return Unparsed, reasonLong
	}
	local, process, body, reason := p.head(text)
	if reason != "" {
		return Unparsed, reason
	}
	switch {
	case bytes.HasSuffix(body, []byte(" seconds")):
		return p.first(line, local, process, body)
	default:
		return p.second(line, local, process, body, e)
	}
}

// isFirst and isSecond say whether a line carries the mark of one half of a pair.
func isFirst(text []byte) bool {
	return bytes.Contains(text, []byte(" smtp to ")) && bytes.Contains(text, []byte(" recips, completed in "))
}

func isSecond(text []byte) bool {
	return bytes.Contains(text, []byte(" post to ")) && bytes.Contains(text, []byte(" bytes"))
}

// Lost returns the first halves that were given up since it was last called.
func (p *pairs) Lost() []Lost {
	lost := p.lost
	p.lost = nil
	return lost
}

// head reads time and process number of a line.
func (p *pairs) head(text []byte) (local int64, process uint64, body []byte, reason string) {
	if len(text) < pairTime || !pairTimeForm(text) {
		return 0, 0, nil, reasonForm
	}
	rest, ok := after(text[pairTime:], " (")
	if !ok {
		return 0, 0, nil, reasonForm
	}
	n, rest, ok := number(rest)
	if !ok {
		return 0, 0, nil, reasonForm
	}
	if body, ok = after(rest, ") "); !ok {
		return 0, 0, nil, reasonForm
	}
	if local, ok = p.local(text); !ok {
		return 0, 0, nil, reasonTime
	}
	return local, uint64(n), body, ""
}

// first reads "MSGID smtp to LIST for N recips, completed in S seconds" and opens a pair.
func (p *pairs) first(line *Line, local int64, process uint64, body []byte) (Verdict, string) {
	const mark = " smtp to "
	i := bytes.LastIndex(body, []byte(mark))
	if i < 0 {
		return Unparsed, reasonForm
	}
	list, rest, ok := word(body[i+len(mark):])
	if !ok {
		return Unparsed, reasonForm
	}
	if rest, ok = after(rest, " for "); !ok {
		return Unparsed, reasonForm
	}
	recipients, rest, ok := number(rest)
	if !ok {
		return Unparsed, reasonForm
	}
	if rest, ok = after(rest, " recips, completed in "); !ok {
		return Unparsed, reasonForm
	}
	if rest, ok = seconds(rest); !ok || string(rest) != " seconds" {
		return Unparsed, reasonForm
	}
	if reason := check(recipients, 0, 0, list); reason != "" {
		return Unparsed, reason
	}
	at, reason := p.instant(local)
	if reason != "" {
		return Unparsed, reason
	}
	if lost, full := p.open.add(openLine{Process: process, MessageID: bytes.Clone(body[:i]), List: bytes.Clone(list),
		Recipients: recipients, At: at, Hash: line.Hash(), Position: line.Position}); full {
		p.lost = append(p.lost, lost...)
	}
	return Chatter, ""
}

// second reads "MSGID post to LIST from SENDER, N bytes[, K failures]" and closes its pair.
func (p *pairs) second(line *Line, local int64, process uint64, body []byte, e *Entry) (Verdict, string) {
	before, size, failures, ok := sizes(body)
	if !ok || !bytes.Contains(before, []byte(" post to ")) {
		return Unparsed, reasonForm
	}
	if _, reason := p.instant(local); reason != "" {
		return Unparsed, reason
	}
	o, sender, ok := p.open.take(process, before)
	if !ok {
		return Unparsed, reasonNoFirst
	}
	if reason := check(o.Recipients, failures, size, o.List); reason != "" {
		return Unparsed, reason
	}
	*e = Entry{List: o.List, Sender: sender, At: o.At, Recipients: o.Recipients - failures, Bytes: size, Hash: both(o.Hash, line.Hash())}
	return Usage, ""
}

// sizes cuts ", N bytes[, K failures]" off the end of a second line.
func sizes(body []byte) (before []byte, size, failures int64, ok bool) {
	if rest, found := bytes.CutSuffix(body, []byte(" failures")); found {
		if body, failures, ok = lastNumber(rest); !ok {
			return nil, 0, 0, false
		}
	}
	body, found := bytes.CutSuffix(body, []byte(" bytes"))
	if !found {
		return nil, 0, 0, false
	}
	before, size, ok = lastNumber(body)
	return before, size, failures, ok
}

// lastNumber cuts ", N" off the end of text.
func lastNumber(text []byte) (before []byte, n int64, ok bool) {
	i := bytes.LastIndex(text, []byte(", "))
	if i < 0 {
		return nil, 0, false
	}
	n, rest, ok := number(text[i+2:])
	return text[:i], n, ok && len(rest) == 0
}

// both is the hash of two lines.
func both(first, second uint64) uint64 {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:], first)
	binary.LittleEndian.PutUint64(b[8:], second)
	return xxhash.Sum64(b[:])
}
