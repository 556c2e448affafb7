package gather

import (
	"bytes"
	"encoding/json"
	"errors"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/usage"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/store"
)

// Limits of reading reports.
const (
	reportBatch = 10_000 // reports of one transaction
	maxNoted    = 10     // refused reports of which people are told; the others are counted and kept
)

// reportRun reads one file of reports. They are known by their ids, so it is always read from the start.
type reportRun struct {
	*run
	in    *Input
	lines *lines
	head  []byte

	number  int64           // of the line that was read last, from 1
	noted   int             // refused reports that people were told of
	books   map[int64]*book // by server; of a dry run they stay from batch to batch
	refused map[int64]int64 // reports, by server
	figures usage.Figures
	remote  bool // they came over the network: who sent them is told what became of each
}

// reportLine is one line of a file of reports, and what became of it.
type reportLine struct {
	report   maillog.Report
	position int64
	number   int64
	text     []byte
	server   int64 // 0: not known
	refused  error
	became   Became // if it was not refused
}

// reports reads a file of reports.
func (run *run) reports(in *Input, from *lines) error {
	r := &reportRun{run: run, in: in, lines: from, books: make(map[int64]*book), refused: make(map[int64]int64)}
	head, ok := from.head()
	if !ok {
		head = maillog.HeadHash(from.rest())
	}
	r.head = head
	from.blind = true
	for {
		batch, err := r.next()
		if err != nil {
			return err
		}
		if len(batch) == 0 {
			break
		}
		if err := r.commit(batch); err != nil {
			return err
		}
	}
	run.figures.Add(r.figures)
	return nil
}

// next reads the next reports.
func (r *reportRun) next() ([]reportLine, error) {
	var out []reportLine
	var line maillog.Line
	size := 0
	for len(out) < min(reportBatch, r.BatchRecords) && size < maillog.MaxLine && r.lines.next(&line) {
		r.number++
		if l, ok := r.parse(line.Text, line.Position, line.Cut); ok {
			out = append(out, l)
			size += len(l.text)
		}
	}
	if err := r.lines.failed(); err != nil {
		return nil, r.in.unreadable(err)
	}
	if len(out) == 0 {
		return r.last(), nil
	}
	return out, nil
}

// last reads a last line without a line feed, if it is complete: a JSON object shows by itself whether it is.
func (r *reportRun) last() []reportLine {
	rest := bytes.Clone(r.lines.rest())
	r.lines.take(len(rest))
	if len(bytes.TrimSpace(rest)) == 0 {
		return nil
	}
	if !json.Valid(rest) {
		r.note("%s: its last line is not complete; it is left for the next time", r.in.Name)
		return nil
	}
	r.number++
	l, _ := r.parse(rest, r.lines.offset-int64(len(rest)), false)
	return []reportLine{l}
}

// parse reads a line; false if it is empty.
func (r *reportRun) parse(text []byte, position int64, cut bool) (l reportLine, ok bool) {
	text = bytes.TrimSpace(text)
	if len(text) == 0 {
		return l, false
	}
	l = reportLine{position: position, number: r.number, text: bytes.Clone(text)}
	if cut {
		l.refused = fault.New(fault.Invalid, "is longer than %d bytes", maillog.MaxLine)
		return l, true
	}
	l.report, l.refused = maillog.ParseReport(l.text)
	if l.refused == nil {
		l.server, l.refused = r.serverOf(&l.report)
	}
	return l, true
}

// serverOf finds the server that a report is about.
func (r *reportRun) serverOf(report *maillog.Report) (int64, error) {
	name := report.Server
	switch {
	case r.remote && name == "" && r.Server == "":
		return 0, fault.At("server", "is missing: say of which server the report is")
	case r.remote && name != "" && r.Server != "" && name != r.Server:
		return 0, fault.At("server", "is %q, and the token that was shown is for %q only", name, r.Server)
	case name == "" && r.Server == "":
		return 0, fault.At("server", "is missing: say of which server the report is, here or with --server")
	case name == "":
		name = r.Server
	case r.Server != "" && name != r.Server:
		return 0, fault.At("server", "is %q, but --server says %q", name, r.Server)
	}
	server, ok := r.servers[name]
	if !ok && r.remote {
		return 0, fault.At("server", "%q is not known", name) // and which are is nobody's business
	}
	if !ok && r.DB != nil {
		return 0, fault.At("server", "%v", r.unknownServer(name))
	}
	return server.ID, nil
}

// commit counts reports in one transaction.
func (r *reportRun) commit(batch []reportLine) error {
	if r.DryRun {
		return r.pretend(batch)
	}
	var figures usage.Figures
	err := r.DB.Write(r.ctx, r.By(), func(tx *store.Tx) error {
		r.step("begun")
		r.books = make(map[int64]*book)
		if err := r.lock(tx, batch); err != nil {
			return err
		}
		if err := r.decide(&tx.Snapshot, batch); err != nil {
			return err
		}
		figures = r.sum(batch)
		return r.write(tx, batch)
	})
	r.step("committed")
	if err == nil {
		r.figures.Add(figures)
		r.tell(batch)
	}
	return err
}

func (r *reportRun) pretend(batch []reportLine) error {
	var err error
	if r.DB == nil {
		err = r.decide(nil, batch)
	} else {
		err = r.DB.Read(r.ctx, func(s *store.Snapshot) error { return r.decide(s, batch) })
	}
	if err != nil {
		return err
	}
	r.figures.Add(r.sum(batch))
	r.tell(batch)
	for _, b := range r.books {
		b.sumDays(r.run)
		b.clear()
	}
	return nil
}

// tell says which reports were refused, and why.
func (r *reportRun) tell(batch []reportLine) {
	for i := range batch {
		l := &batch[i]
		if l.refused == nil {
			continue
		}
		if r.noted++; r.noted > maxNoted {
			return
		}
		r.note("%s: line %d was refused: %s", r.in.Name, l.number, reasonOf(l.refused))
	}
}

func reasonOf(err error) string {
	var faults fault.List
	if errors.As(err, &faults) && len(faults) == 1 {
		return faults[0].Error()
	}
	return fault.MessageOf(err)
}
