package gather

import (
	"context"
	"errors"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/usage"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/store"
)

// Formats lists the formats that Ingest reads.
var Formats = []string{maillog.Mailman3, maillog.Mailman3Default, maillog.Postfix, maillog.SympaStats, maillog.JSONL}

// Order says what to read, and how. Without DB nothing is known and nothing is written: that is for a dry run where
// no database is.
type Order struct {
	DB       *store.DB
	By       func() store.By // who acts; asked for the time of each transaction
	Server   string          // whose logs; may be "" for reports, which name their servers
	Format   string
	Inputs   []Input
	DryRun   bool         // read and sum only
	Start    CounterStart // of counters that are new or went back
	Progress Progress     // may be nil
	Note     func(string) // takes what people should know, one line each; may be nil

	BatchRecords int               // records of one transaction at most; 0: DefaultBatchRecords
	Step         func(step string) // told of each step, by two goroutines, for tests that break off there; may be nil
}

// DefaultBatchRecords is how many records one transaction holds at most. Three batches of 64 bytes a record are in
// memory: one is written while the next is read, and one is room for sorting. Large ones save an embedded database
// much work, since what it keeps together comes together: a million are a month of a busy server, and take 200 MB.
const DefaultBatchRecords = 1_000_000

// dryRunRecords is how many records a dry run sums at a time: few, so that they stay in the cache of the processor.
const dryRunRecords = 2048

// batchBytes is how much of a log one transaction covers at most, in bytes, so that a log of chatter is not read again
// from the start when a reading is broken off.
const batchBytes = 1 << 30

// Result is what became of the inputs.
type Result struct {
	usage.Figures
	Usage  []Day    // of a dry run: what the lists sent
	Alerts []string // inputs that were not believed, each with what to do
}

// Day is what a list sent on a day.
type Day struct {
	List string // as the log names it
	Day  period.Date
	usage.Total
}

// Ingest reads inputs to their end and counts what they show. An input that is not believed is left out and named in
// Alerts; the others are read. After an error what was committed stays, and reading again goes on from there.
func Ingest(ctx context.Context, order Order) (Result, error) {
	switch {
	case order.BatchRecords != 0:
	case order.DryRun:
		order.BatchRecords = dryRunRecords
	default:
		order.BatchRecords = DefaultBatchRecords
	}
	if err := order.check(); err != nil {
		return Result{}, err
	}
	run := &run{Order: order, ctx: ctx}
	if err := run.prepare(); err != nil {
		return Result{}, err
	}
	for i := range order.Inputs {
		if err := run.input(&order.Inputs[i]); err != nil {
			return run.result(), err
		}
	}
	return run.result(), nil
}

// check finds what is wrong before anything is read.
func (o *Order) check() error {
	var faults fault.List
	for i := range o.Inputs {
		faults.AddError("", o.Inputs[i].check())
	}
	return faults.Err()
}

// errOvertaken says that another process counted a part of the same log meanwhile.
var errOvertaken = errors.New("another process reads the same log")

// maxOvertaken is how often a file is taken up again after another process was faster. Each time that one has come
// further, so this is never reached but by a mistake.
const maxOvertaken = 1000

// input reads one input.
func (run *run) input(in *Input) error {
	run.mine = 0
	for range maxOvertaken {
		err := run.once(in)
		if !errors.Is(err, errOvertaken) {
			return err
		}
		if in.Stream != nil {
			break // what a stream gave cannot be had again
		}
	}
	return fault.New(fault.Busy, "%s: another process is reading the same log; nothing is lost or counted twice: run it again when that one has ended", in.Name)
}

func (run *run) once(in *Input) error {
	if run.Format == maillog.SympaStats {
		return run.stats(in)
	}
	from, err := in.open(run.Progress)
	if err != nil {
		return err
	}
	if run.Format == maillog.JSONL {
		err = run.reports(in, newLines(from))
	} else {
		err = run.log(in, newLines(from))
	}
	return errors.Join(err, from.Close())
}
