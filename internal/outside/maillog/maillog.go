// Package maillog turns the lines of mail and list servers' logs, and of reported usage, into what they say was sent.
//
// It reads text and nothing else: no files, no lists, no prices. A Parser takes complete lines in order and says of
// each whether it is usage, chatter, or unparsed: it carries the mark of the format and does not fit it. Every byte
// sequence is a line that must be survived; numbers that cannot be true make a line unparsed.
//
// Formats: mailman3 (Mailman 3 with the template that Postmeter asks for), mailman3-default (Mailman 3 with its own
// templates), postfix (the mail server's log, for any list server), sympa-stats (a counter; see ParseSympaStats), and jsonl (reports; see ParseReport).
package maillog

import (
	"time"

	"github.com/cespare/xxhash/v2"

	"postmeter/internal/domain/fault"
)

// The formats of logs, that of a counter, and that of reports.
const (
	Mailman3        = "mailman3"
	Mailman3Default = "mailman3-default"
	Postfix         = "postfix"
	SympaStats      = "sympa-stats"
	JSONL           = "jsonl"
)

// Limits of a line.
const (
	MaxLine = 1 << 20 // bytes of a line that are looked at; of a longer one, its beginning
	MaxName = 512     // bytes of the name of a list
)

// Verdict says what a line is.
type Verdict uint8

// The verdicts.
const (
	Chatter  Verdict = iota // says nothing about usage
	Usage                   // one delivery, in the Entry
	Unparsed                // carries the format's mark and does not fit it
)

// Line is one complete line of a log.
type Line struct {
	Text     []byte // without its line feed; the first MaxLine bytes of a longer one
	Position int64  // byte offset in the log
	Cut      bool   // it was longer
	CutHash  uint64 // hash of the whole line if it was
	NoHash   bool   // nobody needs its hash
}

// Hash returns the hash of the whole line.
func (l *Line) Hash() uint64 {
	switch {
	case l.NoHash:
		return 0
	case l.Cut:
		return l.CutHash
	}
	return xxhash.Sum64(l.Text)
}

// Entry is one delivery. Its slices are good until the next line.
type Entry struct {
	List       []byte // as the log names it
	Sender     []byte // envelope sender or author
	At         int64  // UTC microseconds
	Recipients int64  // that took the message
	Bytes      int64  // of the message
	Hash       uint64 // of the line or lines that say so
}

// Lost is a line that turned out later to be unparsed.
type Lost struct {
	Position int64
	Reason   string
	Line     []byte // what is left of it
}

// Parser reads one log. It is not safe for concurrent use.
type Parser interface {
	// Parse reads the next line. With Usage it fills the entry; with Unparsed it gives the reason.
	Parse(line *Line, entry *Entry) (Verdict, string)

	// State returns what spans lines, to be handed to New when the log is read further; nil if nothing does.
	State() ([]byte, error)

	// Lost returns, once, earlier lines that will not become usage any more.
	Lost() []Lost
}

// Setting is what a parser must be told about a log and its server.
type Setting struct {
	Zone   *time.Location // of times without one
	Latest int64          // when the log was last written, as far as is known, UTC seconds: its times without a year are not later
	Kind   string         // of the server, as hosting.Kinds has them
}

// New returns a parser of a format of logs. state is what State returned when this log was left, or what Successor
// made of that of the log before it if this one is new; nil for none. An unknown format, or a state that is not one, is a
// fault.
func New(format string, setting Setting, state []byte) (Parser, error) {
	switch format {
	case Mailman3:
		return &template{}, nil
	case Mailman3Default:
		return newPairs(setting.Zone, state)
	case Postfix:
		return newPostfix(setting, state)
	}
	return nil, fault.At("--format", "%q is not a format of logs: use %s, %s or %s", format, Mailman3, Mailman3Default, Postfix)
}

// Successor returns the state with which the log that follows another begins, since a rotation may part lines that
// belong together. state is that of the other log.
func Successor(format string, state []byte) ([]byte, error) {
	switch {
	case len(state) == 0:
	case format == Mailman3Default:
		return pairsSuccessor(state)
	case format == Postfix:
		p, err := newPostfix(Setting{}, state)
		if err != nil {
			return nil, err
		}
		p.handOn()
		return p.State()
	}
	return nil, nil
}
