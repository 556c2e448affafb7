package gather

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"sync/atomic"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/usage"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/store"
)

// logRun reads one log of one server.
type logRun struct {
	*run
	in         *Input
	lines      *lines
	server     hosting.Server
	generation store.Generation // as this run last saw or left it
	new        bool             // it is not in the database yet
	adopted    bool             // what was unknown and is known now was taken over
	parser     maillog.Parser
	directory  atomic.Pointer[usage.Directory]
	senders    *usage.Senders
	spare      []usage.Record // room for sorting, of the goroutine that reads

	others map[int64]usage.Window // of a dry run: the server's other generations
	sums   []nameDays             // of a dry run: by the numbers of names
	seen   usage.Repeats          // of a dry run: what a real one would have written
}

// log reads a log: finds its generation, checks that it continues what was read of it, and counts the rest.
func (run *run) log(in *Input, from *lines) error {
	l := run.newLog(in, from)
	head, ok := from.head()
	if err := from.failed(); err != nil {
		return in.unreadable(err)
	}
	if !ok {
		run.note("%s: holds no complete line yet", in.Name)
		return nil
	}
	if err := l.find(head); err != nil {
		return err
	}
	if believed, err := l.check(); err != nil || !believed {
		return err
	}
	// A dry run keeps nothing: it needs hashes only to tell copies of lines that others hold.
	from.blind = l.DryRun && len(l.others) == 0
	if err := l.read(); err != nil {
		return err
	}
	l.report()
	return nil
}

func (run *run) newLog(in *Input, from *lines) *logRun {
	l := &logRun{run: run, in: in, lines: from, server: run.servers[run.Server]}
	l.senders = usage.NewSenders(l.server.ServiceSenders)
	return l
}

// find looks the generation up, and makes the parser ready to go on where it was left.
func (l *logRun) find(head []byte) error {
	l.generation = store.Generation{ServerID: l.server.ID, Format: l.Format, HeadHash: head}
	l.new = true
	l.directory.Store(usage.NewDirectory(nil))
	if l.DB != nil {
		if err := l.DB.Read(l.ctx, func(s *store.Snapshot) error { return l.recall(s, head) }); err != nil {
			return err
		}
	}
	local, err := zone("the time zone of server "+l.server.Name, l.server.TimeZone)
	if err != nil {
		return err
	}
	setting := maillog.Setting{Zone: local, Latest: l.lastWritten(), Kind: l.server.Kind}
	l.parser, err = maillog.New(l.Format, setting, l.generation.State)
	return err
}

func (l *logRun) recall(s *store.Snapshot, head []byte) error {
	if err := l.loadNames(s); err != nil {
		return err
	}
	found, ok, err := s.Generation(l.server.ID, l.Format, head)
	if err != nil {
		return err
	}
	if l.DryRun {
		if l.others, err = s.OtherGenerations(l.server.ID, l.Format, found.ID, allTime); err != nil {
			return err
		}
	}
	if ok {
		l.generation, l.new = found, false
		return nil
	}
	last, err := s.LastState(l.server.ID, l.Format)
	if err != nil {
		return err
	}
	l.generation.State, err = maillog.Successor(l.Format, last)
	return err
}

// allTime is the window of all instants.
var allTime = usage.Window{First: 0, Last: math.MaxInt64}

func (l *logRun) loadNames(s *store.Snapshot) error {
	names, err := s.ListNames(l.server.ID)
	if err != nil {
		return err
	}
	l.directory.Store(usage.NewDirectory(names))
	return nil
}

// check reads what was read before and says whether it is still the same. If not, the input is not believed.
func (l *logRun) check() (believed bool, err error) {
	if l.new {
		return true, nil
	}
	whole := l.lines.skip(l.generation.Offset)
	if err := l.lines.failed(); err != nil {
		return false, l.in.unreadable(err)
	}
	switch {
	case !whole:
		return false, l.alert(fmt.Sprintf("begins like a log of which %d bytes were read, and has only %d: it was truncated, or is a part of it; "+
			"nothing of it was counted: give the whole log", l.generation.Offset, l.lines.offset))
	case !bytes.Equal(l.lines.prefix(), l.generation.PrefixHash):
		return false, l.alert(notContinued(l.generation.Offset))
	}
	return true, nil
}

// alert says, here and in the database, that an input is not believed.
func (l *logRun) alert(text string) error {
	l.alerts = append(l.alerts, l.in.Name+": "+text)
	if l.DryRun {
		return nil
	}
	return l.DB.Write(l.ctx, l.By(), func(tx *store.Tx) error {
		return tx.AlertGeneration(l.generation.ID, l.in.Name+": "+text)
	})
}

// read counts the rest of the log: one goroutine reads and parses while this one writes.
func (l *logRun) read() error {
	ctx, cancel := context.WithCancel(l.ctx)
	defer cancel()
	full, free := make(chan *batch), make(chan *batch, 2)
	free <- &batch{}
	free <- &batch{}
	parsed := make(chan error, 1)
	go func() {
		defer close(full)
		parsed <- l.parse(ctx, full, free)
	}()
	for b := range full {
		if err := l.commit(b); err != nil {
			cancel()
			for range full { // until the reader has noticed
			}
			<-parsed //nolint:errcheck // it was told to stop, and why it was is what counts
			return err
		}
		free <- b
	}
	return <-parsed
}

// report adds this log's figures to those of the run, and says what is odd about it.
func (l *logRun) report() {
	for i := range l.sums {
		l.sums[i].flush()
	}
	f := l.generation.Figures
	f.AlreadyKnown += f.Counted - l.mine
	f.Counted = l.mine
	l.figures.Add(f)
	if rest := l.lines.rest(); len(rest) > 0 {
		l.note("%s: its last line is not complete; it is left for the next time", l.in.Name)
	}
	if f == (usage.Figures{}) && l.lines.offset > 0 {
		l.note("%s: no line of it is usage in the format %s: check --format, and what the server logs", l.in.Name, l.Format)
	}
	if billed := l.server.BilledSource; f.Counted > 0 && billed != l.source() {
		l.note("%s: its usage is counted and not billed, since server %s is billed by what its %s says (billed_source)", l.in.Name, l.server.Name, billed)
	}
}
