package gather

import (
	"bytes"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/usage"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/store"
)

// source says whose count the records of a log are.
func (l *logRun) source() string {
	if l.Format == maillog.Postfix {
		return usage.FromMailServer
	}
	return usage.FromListServer
}

// commit counts a batch: records, sums, figures and the new offset, in one transaction.
func (l *logRun) commit(b *batch) error {
	if l.DryRun {
		return l.pretend(b)
	}
	var counted int64
	err := l.DB.Write(l.ctx, l.By(), func(tx *store.Tx) error {
		if err := l.lockAt(tx, b); err != nil {
			return err
		}
		before := l.generation.Figures.Counted
		err := l.write(tx, b)
		counted = l.generation.Figures.Counted - before
		return err
	})
	l.step("committed")
	if err == nil {
		l.mine += counted
	}
	return err
}

// lockAt makes sure that nobody else counts for this server, and that the log is where this batch begins.
func (l *logRun) lockAt(tx *store.Tx, b *batch) error {
	l.step("begun")
	if err := tx.LockUsage(l.server.ID); err != nil {
		return err
	}
	if err := l.sameZone(tx); err != nil {
		return err
	}
	if !l.adopted { // what would else be met here as unknown, and again later as usage
		if _, err := tx.AdoptUnknownUsage(l.server.ID, l.billing); err != nil {
			return err
		}
		l.adopted = true
	}
	now, found, err := tx.Generation(l.server.ID, l.Format, l.generation.HeadHash)
	if err != nil {
		return err
	}
	if found == l.new || found && (now.Offset != b.start || !bytes.Equal(now.PrefixHash, b.startHash)) {
		return errOvertaken
	}
	if found {
		l.generation.Figures, l.generation.Kept = now.Figures, now.Kept // lists may have become known meanwhile
		l.generation.Alert = now.Alert
		return nil
	}
	if l.generation.ID, err = tx.NewIDs("generation", 1); err != nil {
		return err
	}
	return tx.InsertGeneration(&l.generation)
}

// sameZone makes sure that days are still counted in the zone in which this batch was read.
func (l *logRun) sameZone(tx *store.Tx) error {
	billing, err := billingZone(&tx.Snapshot)
	if err == nil && billing.String() != l.billing.String() {
		return fault.New(fault.Conflict, "the billing time zone was changed meanwhile: run it again")
	}
	return err
}

// write stores what a batch holds. The generation stands where the batch begins, and is left where it ends.
func (l *logRun) write(tx *store.Tx, b *batch) error {
	if err := l.resolveAgain(tx, b); err != nil {
		return err
	}
	next, seen, err := l.sort(&tx.Snapshot, b)
	if err != nil {
		return err
	}
	l.step("sorted")
	if err := tx.AddUsage(next.ID, l.source(), b.records); err != nil {
		return err
	}
	l.step("counted")
	if err := tx.AddUnknown(l.server.ID, next.ID, l.source(), seen.unknown); err != nil {
		return err
	}
	if err := tx.AddRepeats(next.ID, seen.repeats); err != nil {
		return err
	}
	room := max(0, maxUnparsedKept-l.generation.Figures.Unparsed)
	if err := tx.AddUnparsed(next.ID, b.unparsed[:min(int64(len(b.unparsed)), room)]); err != nil {
		return err
	}
	if err := tx.UpdateGeneration(&next); err != nil {
		return err
	}
	l.step("written")
	l.generation, l.new = next, false
	return nil
}

// resolveAgain looks names that no list had up once more, under the lock: a list that appeared since has taken over
// what was unknown then, and would not see what is written now.
func (l *logRun) resolveAgain(tx *store.Tx, b *batch) error {
	if !b.unknown {
		return nil
	}
	if err := l.loadNames(&tx.Snapshot); err != nil {
		return err
	}
	directory, matches := l.directory.Load(), make(map[int32]usage.Match)
	for i := range b.records {
		r := &b.records[i]
		if r.ListID != 0 {
			continue
		}
		match, ok := matches[r.Name]
		if !ok {
			match = directory.Named(string(b.names[r.Name].key))
			matches[r.Name] = match
		}
		r.ListID, _ = match.On(r.Day)
	}
	usage.Sort(b.records)
	return nil
}

// pretend sums a batch in place of counting it.
func (l *logRun) pretend(b *batch) error {
	do := func(s *store.Snapshot) error {
		next, seen, err := l.sort(s, b)
		if err != nil {
			return err
		}
		for i := range b.records {
			l.sum(b, &b.records[i])
		}
		for i := range seen.unknown {
			l.sum(b, &seen.unknown[i].Record)
		}
		l.mine += next.Figures.Counted - l.generation.Figures.Counted
		l.generation = next
		return nil
	}
	if len(l.others) == 0 {
		return do(nil)
	}
	return l.DB.Read(l.ctx, do)
}
