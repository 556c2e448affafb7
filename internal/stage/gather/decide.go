package gather

import (
	"crypto/sha256"
	"encoding/binary"
	"maps"
	"slices"

	"postmeter/internal/domain/usage"
	"postmeter/internal/outside/maillog"
	"postmeter/internal/store"
)

// serversOf returns the servers that reports are about, in the order in which they are locked; with refused those of
// refused reports too.
func serversOf(batch []reportLine, refused bool) []int64 {
	var out []int64
	for i := range batch {
		if (refused || batch[i].refused == nil) && !slices.Contains(out, batch[i].server) {
			out = append(out, batch[i].server)
		}
	}
	slices.Sort(out)
	return out
}

// lock keeps others from counting for the servers of a batch.
func (r *reportRun) lock(tx *store.Tx, batch []reportLine) error {
	for _, server := range serversOf(batch, r.remote) {
		if err := tx.LockUsage(server); err != nil {
			return err
		}
	}
	return nil
}

// decide says of each report whether it is new, known, of an unknown list, or refused.
func (r *reportRun) decide(s *store.Snapshot, batch []reportLine) error {
	ids := make(map[int64][]string)
	for i := range batch {
		if l := &batch[i]; l.refused == nil && !l.report.Reading {
			ids[l.server] = append(ids[l.server], l.report.ID)
			if l.report.Corrects != "" {
				ids[l.server] = append(ids[l.server], l.report.Corrects)
			}
		}
	}
	for _, server := range serversOf(batch, false) {
		if r.books[server] == nil {
			r.books[server] = newBook(server)
		}
		if s == nil {
			continue
		}
		if err := r.books[server].load(s, ids[server]); err != nil {
			return err
		}
	}
	calendar := usage.NewCalendar(r.billing)
	for i := range batch {
		l := &batch[i]
		if l.refused != nil {
			continue
		}
		var err error
		if l.report.Reading {
			err = r.books[l.server].reading(s, l)
		} else {
			l.refused, err = r.books[l.server].take(s, l, calendar.Day)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// sum returns what became of a batch.
func (r *reportRun) sum(batch []reportLine) usage.Figures {
	var out usage.Figures
	for _, b := range r.books {
		out.Add(b.figures)
	}
	out.Records = out.Counted + out.AlreadyKnown + out.UnknownList
	for i := range batch {
		if batch[i].refused != nil {
			out.Unparsed++
		}
	}
	return out
}

// write stores what a batch adds.
func (r *reportRun) write(tx *store.Tx, batch []reportLine) error {
	for _, server := range slices.Sorted(maps.Keys(r.books)) {
		if err := r.writeBook(tx, r.books[server]); err != nil {
			return err
		}
	}
	r.step("written")
	return r.writeRefused(tx, batch)
}

// writeBook stores the new records and readings of a server. The records are a generation of their own: an edited file
// may put others at the places of earlier ones.
func (r *reportRun) writeBook(tx *store.Tx, b *book) error {
	if len(b.keys) > 0 {
		id, err := tx.NewIDs("generation", 1)
		if err != nil {
			return err
		}
		head := sha256.Sum256(binary.BigEndian.AppendUint64(slices.Clone(r.head), uint64(id)))
		b.figures.Records = b.figures.Counted + b.figures.AlreadyKnown + b.figures.UnknownList
		err = tx.InsertGeneration(&store.Generation{ID: id, ServerID: b.server, Format: maillog.JSONL, HeadHash: head[:], Figures: b.figures})
		if err != nil {
			return err
		}
		for i := range b.keys {
			b.keys[i].GenerationID = id
		}
		usage.Sort(b.records)
		if err := tx.AddUsage(id, usage.Reported, b.records); err != nil {
			return err
		}
		if err := tx.AddUnknown(b.server, id, usage.Reported, b.unknown); err != nil {
			return err
		}
		if err := tx.AddUsageKeys(b.server, b.keys); err != nil {
			return err
		}
	}
	return b.writeReadings(tx)
}

func (b *book) writeReadings(tx *store.Tx) error {
	var readings []store.Reading
	for key, members := range b.readings {
		if key.list == 0 {
			if err := tx.SetUnknownReading(b.server, key.place, key.day, members); err != nil {
				return err
			}
			continue
		}
		readings = append(readings, store.Reading{ListID: key.list, Day: key.day, Members: members})
	}
	return tx.SetReadings(readings)
}

// refusedLines returns the refused reports of a batch, by server.
func (r *reportRun) refusedLines(batch []reportLine) (byServer map[int64][]store.Unparsed, head []byte) {
	byServer, head = make(map[int64][]store.Unparsed), r.head
	if r.remote {
		head = remoteHead()
	}
	seen := make(map[int64]bool)
	for i := range batch {
		l := &batch[i]
		if l.refused == nil {
			continue
		}
		line := store.Unparsed{Position: l.position, Reason: reasonOf(l.refused), Line: shortened(l.text)}
		if r.remote {
			line.Position = textPosition(l.text)
		}
		if !seen[line.Position] {
			byServer[l.server] = append(byServer[l.server], line)
		}
		seen[line.Position] = true
	}
	return byServer, head
}

// writeRefused keeps refused reports, in a generation for each server: the same file refused again adds nothing.
func (r *reportRun) writeRefused(tx *store.Tx, batch []reportLine) error {
	byServer, head := r.refusedLines(batch)
	for _, server := range slices.Sorted(maps.Keys(byServer)) {
		lines := byServer[server]
		g, found, err := tx.Generation(server, maillog.JSONL, head)
		if err != nil {
			return err
		}
		if !found {
			if g.ID, err = tx.NewIDs("generation", 1); err != nil {
				return err
			}
			g.Format, g.HeadHash = maillog.JSONL, head
			if err := tx.InsertGeneration(&g); err != nil {
				return err
			}
		}
		if r.refused[server] == 0 && !r.remote {
			g.Figures.Unparsed = 0 // it is read from the start
		}
		room := max(0, maxUnparsedKept-g.Figures.Unparsed)
		if err := tx.AddUnparsed(g.ID, lines[:min(int64(len(lines)), room)]); err != nil {
			return err
		}
		g.Figures.Unparsed += int64(len(lines))
		if err := tx.UpdateGeneration(&g); err != nil {
			return err
		}
		r.refused[server] += int64(len(lines))
	}
	return nil
}

// sumDays adds what is new to the usage of a dry run.
func (b *book) sumDays(run *run) {
	for i := range b.records {
		run.list(b.places[b.records[i].Name]).add(b.records[i].Day, b.records[i].Total())
	}
	for i := range b.unknown {
		run.list(b.places[b.unknown[i].Name]).add(b.unknown[i].Day, b.unknown[i].Total())
	}
}
