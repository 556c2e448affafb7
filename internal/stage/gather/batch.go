package gather

import (
	"context"
	"strconv"
	"strings"
	"unicode/utf8"

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

	records  []usage.Record   // in the order in which they are kept; in a dry run, of the log
	window   usage.Window     // of their instants; 0 without any
	unknown  bool             // a list of some of them is not known
	names    []*name          // by their numbers in records
	passed   usage.Figures    // records that were summed at once, and are not among records
	unparsed []store.Unparsed // the first of them
	bad      int64            // how many there were
}

// reset empties a batch. room is for how many records, likely, it is used first.
func (b *batch) reset(room int) {
	b.records, b.names, b.unparsed, b.bad = b.records[:0], nil, nil, 0
	if b.records == nil {
		b.records = make([]usage.Record, 0, room)
	}
	b.window, b.unknown, b.passed = usage.Window{}, false, usage.Figures{}
}

// room is how many records a batch of this log may well hold.
func (l *logRun) room() int {
	if l.lines.blind {
		return 0
	}
	return int(min(int64(l.BatchRecords), max(l.in.size()/usualLine, firstRoom)))
}

const (
	usualLine = 150  // bytes of a usage line
	firstRoom = 1000 // records
)

// parse reads the log to its end in batches. It takes empty ones from free and hands full ones over.
func (l *logRun) parse(ctx context.Context, full chan<- *batch, free <-chan *batch) error {
	calendar := usage.NewCalendar(l.billing)
	table := newNameTable(l.directory.Load())
	hash := l.generation.PrefixHash
	for {
		var b *batch
		select {
		case b = <-free:
		case <-ctx.Done():
			return ctx.Err()
		}
		b.reset(l.room())
		b.start, b.startHash = l.lines.offset, hash
		if len(table.names) > maxNames {
			table = newNameTable(l.directory.Load())
		}
		if err := l.fillBatch(b, table, calendar); err != nil {
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
func (l *logRun) fillBatch(b *batch, table *nameTable, calendar *usage.Calendar) (err error) {
	line := maillog.Line{NoHash: l.lines.blind}
	var entry maillog.Entry
	for len(b.records)+int(b.passed.Records) < l.BatchRecords && l.lines.offset-b.start < batchBytes && l.lines.next(&line) {
		verdict, reason := l.parser.Parse(&line, &entry)
		switch verdict {
		case maillog.Chatter:
		case maillog.Usage:
			if l.lines.blind {
				l.pass(b, &entry, table, calendar)
				continue
			}
			b.add(&line, &entry, table, l.senders, calendar)
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
	b.names = table.names
	if l.DryRun {
		return nil // which keeps no state either
	}
	b.records, l.spare = usage.Arrange(b.records, l.spare)
	b.state, err = l.parser.State()
	return err
}

// add adds a record.
func (b *batch) add(line *maillog.Line, e *maillog.Entry, table *nameTable, senders *usage.Senders, calendar *usage.Calendar) {
	day := calendar.Day(e.At)
	i, list := table.find(e.List, day)
	b.unknown = b.unknown || list == 0
	extend(&b.window, e.At)
	b.records = append(b.records, usage.Record{
		ListID: list, At: e.At, Position: line.Position, Recipients: e.Recipients, Bytes: e.Bytes,
		Hash: int64(e.Hash), Day: day, Name: i, Charged: !senders.Match(e.Sender),
	})
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
