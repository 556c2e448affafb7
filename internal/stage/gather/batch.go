package gather

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/usage"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/store"
)

// Limits of what is kept of unparsed lines.
const (
	maxUnparsedKept = 1000 // lines of one generation; more are only counted
	unparsedBytes   = 200  // of each
)

// batch is a stretch of a log that is committed in one transaction.
type batch struct {
	start, end int64  // offsets in the log
	startHash  []byte // of the bytes before start and before end
	endHash    []byte
	state      []byte // what spans lines at end

	records  []usage.Record // in the order of the log
	names    []name
	index    map[string]int32 // of names by what the log calls them
	unparsed []store.Unparsed // the first of them
	bad      int64            // how many there were
}

// name is what a log calls a list, and what that means.
type name struct {
	key   string
	match usage.Match
	last  period.Date // the day that was resolved last, and its list
	list  int64
	known bool

	day   period.Date // of a dry run: the day that was summed last, and its total
	total *usage.Total
}

func (b *batch) reset() {
	b.records, b.names, b.unparsed, b.bad = b.records[:0], b.names[:0], nil, 0
	b.index = make(map[string]int32)
}

// parse reads the log to its end in batches. It takes empty ones from free and hands full ones over.
func (l *logRun) parse(ctx context.Context, full chan<- *batch, free <-chan *batch) error {
	calendar := usage.NewCalendar(l.billing)
	hash := l.generation.PrefixHash
	for {
		b := <-free
		b.reset()
		b.start, b.startHash = l.lines.offset, hash
		if err := l.fillBatch(b, calendar); err != nil {
			return err
		}
		if b.end == b.start {
			return nil
		}
		hash = b.endHash
		l.step("parsed")
		select {
		case full <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// fillBatch reads lines until the batch is full or the log ends.
func (l *logRun) fillBatch(b *batch, calendar *usage.Calendar) (err error) {
	var line maillog.Line
	var entry maillog.Entry
	directory := l.directory.Load()
	for len(b.records) < l.BatchRecords && l.lines.offset-b.start < batchBytes && l.lines.next(&line) {
		verdict, reason := l.parser.Parse(&line, &entry)
		switch verdict {
		case maillog.Chatter:
		case maillog.Usage:
			b.add(&line, &entry, directory, l.senders, calendar)
			continue
		case maillog.Unparsed:
			b.reject(line.Position, reason, line.Text)
		}
		for _, lost := range l.parser.Lost() {
			b.reject(lost.Position, lost.Reason, lost.Line)
		}
	}
	if err := l.lines.failed(); err != nil {
		return l.in.unreadable(err)
	}
	b.end, b.endHash = l.lines.offset, l.lines.prefix()
	b.state, err = l.parser.State()
	return err
}

// add adds a record.
func (b *batch) add(line *maillog.Line, e *maillog.Entry, directory *usage.Directory, senders *usage.Senders, calendar *usage.Calendar) {
	i, ok := b.index[string(e.List)]
	if !ok {
		key := string(e.List)
		i = int32(len(b.names))
		b.names = append(b.names, name{key: key, match: directory.Named(key), last: period.First})
		b.index[key] = i
	}
	day := calendar.Day(e.At)
	b.records = append(b.records, usage.Record{
		ListID: b.names[i].on(day), At: e.At, Position: line.Position, Recipients: e.Recipients, Bytes: e.Bytes,
		Hash: int64(e.Hash), Day: day, Name: i, Charged: !senders.Match(e.Sender),
	})
}

// on returns the list that a name means on a day, 0 if none is known.
func (n *name) on(day period.Date) int64 {
	if list, ok := n.match.Only(); ok {
		return list
	}
	if !n.known || n.last != day {
		n.list, _ = n.match.On(day)
		n.last, n.known = day, true
	}
	return n.list
}

// reject adds an unparsed line.
func (b *batch) reject(position int64, reason string, text []byte) {
	b.bad++
	if len(b.unparsed) < maxUnparsedKept {
		b.unparsed = append(b.unparsed, store.Unparsed{Position: position, Reason: reason, Line: shortened(text)})
	}
}

// shortened returns the beginning of a line, printable.
func shortened(text []byte) string {
	if len(text) > unparsedBytes {
		return strings.ToValidUTF8(printable(string(text[:unparsedBytes])), "") + "…"
	}
	return printable(string(text))
}

// printable returns text as a database can keep it: UTF-8 without NUL.
func printable(text string) string {
	if utf8.ValidString(text) && !strings.Contains(text, "\x00") {
		return text
	}
	quoted := strconv.QuoteToASCII(text)
	return quoted[1 : len(quoted)-1]
}

// window returns the stretch of time of the batch's records; false without any.
func (b *batch) window() (w usage.Window, ok bool) {
	for i := range b.records {
		at := b.records[i].At
		if !ok {
			w, ok = usage.Window{First: at, Last: at}, true
			continue
		}
		w.First, w.Last = min(w.First, at), max(w.Last, at)
	}
	return w, ok
}
