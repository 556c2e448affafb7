package invoice

// Difference says what a run changed in a draft.
type Difference struct {
	Before, After           int64 // totals, minor units
	Added, Removed, Changed int   // lines
}

// lineKey finds a line again in another version of its bill.
type lineKey struct {
	group, version, assignment, component int64
	month                                 int32
	kind, ref, method, object             string
}

func (l *Line) key() lineKey {
	return lineKey{l.GroupID, l.Version, l.Assignment, l.Component, int32(l.Month), l.Kind, l.Ref, l.Method, l.Object}
}

// Differ compares a draft with the one that takes its place.
func Differ(before, after *Bill) Difference {
	d := Difference{Before: before.Total, After: after.Total}
	old := make(map[lineKey][]*Line, len(before.Lines))
	for i := range before.Lines {
		k := before.Lines[i].key()
		old[k] = append(old[k], &before.Lines[i])
	}
	for i := range after.Lines {
		k := after.Lines[i].key()
		same := old[k]
		switch {
		case len(same) == 0:
			d.Added++
			continue
		case *same[0] != after.Lines[i]:
			d.Changed++
		}
		old[k] = same[1:]
	}
	for _, left := range old {
		d.Removed += len(left)
	}
	return d
}
