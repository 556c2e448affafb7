package gather

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding"
	"errors"
	"fmt"
	"hash"
	"slices"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/usage"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/store"
)

// Intake counts logs as they grow, a stretch at a time. It holds nothing that the database does not: any number of them
// may be at work on the same logs. Its methods may be called from any goroutine.
type Intake struct {
	DB           *store.DB
	By           func() store.By   // who acts; asked for the time of each transaction
	Machine      string            // where the logs are read
	BatchRecords int               // records of one transaction at most; 0: intakeRecords
	Step         func(step string) // told of each step, for tests that break off there; may be nil
}

// intakeRecords is how many records one transaction of an Intake holds at most. It is smaller than that of Ingest, since
// a follower shares the memory of its process with much else.
const intakeRecords = 500_000

// FollowFormats lists the formats of logs that grow line by line.
var FollowFormats = maillog.Lines

// Known says how far a log was counted.
func (in *Intake) Known(ctx context.Context, log usage.Log) (usage.Reached, error) {
	l, err := in.find(ctx, log, Input{})
	if err != nil {
		return usage.Reached{}, err
	}
	return l.reached(), nil
}

// Take counts a stretch of a log, if it begins where the log was counted to and has the same bytes before. If not,
// nothing is counted; the answer says how far the log is known, and why the stretch was refused if it was. After an
// error what was committed stays, and Known says how far that is.
func (in *Intake) Take(ctx context.Context, s *usage.Stretch) (usage.Reached, error) {
	l, err := in.find(ctx, s.Log, Input{Name: s.Path, written: s.Written})
	if err != nil || s.Offset != l.generation.Offset {
		return l.reached(), err
	}
	sum, err := resume(s.State)
	if err != nil {
		return usage.Reached{}, err
	}
	if before := l.prefix(); !bytes.Equal(sum.Sum(nil), before) {
		out := l.reached()
		out.Refused = notContinued(s.Offset)
		return out, l.alert(out.Refused)
	}
	l.lines = newLinesAt(s.Lines, s.Offset, sum)
	defer l.lines.free()
	if believed, err := l.begins(s.Head); err != nil || !believed {
		return l.reached(), err
	}
	err = l.read()
	if errors.Is(err, errOvertaken) {
		return in.Known(ctx, s.Log)
	}
	return l.reached(), err
}

// find looks up the generation of a log.
func (in *Intake) find(ctx context.Context, log usage.Log, from Input) (*logRun, error) {
	order := Order{DB: in.DB, By: in.By, Server: log.Server, Format: log.Format, BatchRecords: in.BatchRecords, Step: in.Step}
	if order.BatchRecords == 0 {
		order.BatchRecords = intakeRecords
	}
	run := &run{Order: order, ctx: ctx}
	if !slices.Contains(FollowFormats, log.Format) {
		return nil, fault.At("format", "%q is not a format of logs that can be followed", log.Format)
	}
	if len(log.Head) != sha256.Size {
		return nil, fault.At("head", "has %d bytes: it is the SHA-256 of the first complete line", len(log.Head))
	}
	if err := run.prepare(); err != nil {
		return nil, err
	}
	from.Stream = bytes.NewReader(nil) // no file is to be looked for
	l := run.newLog(&from, nil)
	err := l.find(log.Head)
	return l, err
}

// reached says how far a log is known.
func (l *logRun) reached() usage.Reached {
	if l == nil {
		return usage.Reached{}
	}
	return usage.Reached{Known: !l.new, Offset: l.generation.Offset, Hash: l.prefix()}
}

// prefix is the hash of what was counted.
func (l *logRun) prefix() []byte {
	if l.new {
		return sha256.New().Sum(nil)
	}
	return l.generation.PrefixHash
}

// begins makes sure that a new log begins with the line by which it is to be known; false if that line is not complete.
func (l *logRun) begins(head []byte) (bool, error) {
	if l.lines.offset > 0 {
		return true, nil
	}
	found, ok := l.lines.head()
	if err := l.lines.failed(); err != nil {
		return false, l.in.unreadable(err)
	}
	if ok && !bytes.Equal(found, head) {
		return false, fault.At("head", "is not the hash of the first line; nothing was counted")
	}
	return ok, nil
}

// resume returns the hash of a log that was left in a state.
func resume(state []byte) (hash.Hash, error) {
	sum := sha256.New()
	if err := sum.(encoding.BinaryUnmarshaler).UnmarshalBinary(state); err != nil { //nolint:forcetypeassert // SHA-256 can be resumed
		return nil, fault.At("state", "is not the state of a SHA-256: %v; nothing was counted", err)
	}
	return sum, nil
}

func notContinued(offset int64) string {
	return fmt.Sprintf("begins like a log of which %d bytes were read, and does not continue it: it was changed or overwritten; "+
		"nothing of it was counted: give the log as the server wrote it", offset)
}
