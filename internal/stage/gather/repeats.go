package gather

import (
	"maps"
	"slices"

	"postmeter/internal/domain/usage"
	"postmeter/internal/store"
)

// sorted is what a batch holds besides records that count.
type sorted struct {
	unknown []store.UnknownRecord
	repeats map[usage.Line]int64 // copies of lines of other generations
}

// sort parts the records of a batch into those that count, which stay in it in the order in which they are kept, those
// of unknown lists, and those that another generation holds. It returns the generation as it is after the batch.
func (l *logRun) sort(s *store.Snapshot, b *batch) (store.Generation, sorted, error) {
	next, out := l.generation, sorted{}
	next.Offset, next.PrefixHash, next.State = b.end, b.endHash, b.state
	next.Figures.Add(b.passed)
	next.Figures.Records += int64(len(b.records))
	next.Figures.Unparsed += b.bad
	repeats, err := l.repeats(s, b)
	if err != nil {
		return next, out, err
	}
	if repeats == nil && !b.unknown { // nearly always
		next.Figures.Counted += int64(len(b.records))
		widen(&next.Kept, b.window)
		return next, out, nil
	}
	kept := b.records[:0]
	for _, r := range b.records {
		line := usage.Line{At: r.At, Hash: r.Hash}
		if repeats != nil && repeats.Known(line) {
			if out.repeats == nil {
				out.repeats = make(map[usage.Line]int64)
			}
			out.repeats[line]++
			next.Figures.AlreadyKnown++
			continue
		}
		extend(&next.Kept, r.At)
		if r.ListID == 0 {
			n := b.names[r.Name]
			_, reason := n.match.On(r.Day)
			out.unknown = append(out.unknown, store.UnknownRecord{Record: r, Key: printable(string(n.key)), Reason: reason})
			continue
		}
		kept = append(kept, r)
	}
	b.records = kept
	next.Figures.Counted += int64(len(kept))
	next.Figures.UnknownList += int64(len(out.unknown))
	return next, out, nil
}

func extend(w *usage.Window, at int64) {
	if w.First == 0 {
		*w = usage.Window{First: at, Last: at}
	}
	w.First, w.Last = min(w.First, at), max(w.Last, at)
}

// widen extends a window by another, which may be empty.
func widen(w *usage.Window, more usage.Window) {
	if more.First != 0 {
		extend(w, more.First)
		extend(w, more.Last)
	}
}

// repeats learns which lines of a batch other generations hold; nil if none can. Only lines from the stretches of time
// that the others cover are asked for: logs that follow each other have next to none.
func (l *logRun) repeats(s *store.Snapshot, b *batch) (usage.Repeats, error) {
	if s == nil || len(b.records) == 0 {
		return nil, nil
	}
	others, err := s.OtherGenerations(l.server.ID, l.Format, l.generation.ID, b.window)
	if err != nil || len(others) == 0 {
		return nil, err
	}
	repeats := make(usage.Repeats)
	spans := make(map[spanKey]*store.Span)
	for i := range b.records {
		r := &b.records[i]
		line := usage.Line{At: r.At, Hash: r.Hash}
		if _, done := l.seen[line]; done || !covered(others, r.At) {
			continue
		}
		repeats.Ask(line)
		key := spanKey{r.ListID, r.Name}
		span := spans[key]
		if span == nil {
			span = &store.Span{ListID: r.ListID, Key: printable(string(b.names[r.Name].key))}
			spans[key] = span
		}
		extend(&span.Window, r.At)
	}
	if err := s.CountRepeats(l.server.ID, l.generation.ID, others, slices.Collect(maps.Values(spans)), repeats); err != nil {
		return nil, err
	}
	return l.remember(repeats), nil
}

// spanKey is what records are looked for by: a list, under each of the names that a log gives it.
type spanKey struct {
	list int64
	name int32
}

// remember keeps, in a dry run, what a real run would find in the database at its next batch.
func (l *logRun) remember(repeats usage.Repeats) usage.Repeats {
	if !l.DryRun {
		return repeats
	}
	if l.seen == nil {
		l.seen = make(usage.Repeats)
	}
	maps.Copy(l.seen, repeats)
	return l.seen
}

// covered says whether an instant lies in one of the windows.
func covered(windows map[int64]usage.Window, at int64) bool {
	for _, w := range windows {
		if w.Holds(at) {
			return true
		}
	}
	return false
}
