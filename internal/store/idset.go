package store

import (
	"slices"
	"strconv"
	"strings"
)

// idSet is a set of row ids that is read by range where they lie close together, and by lists where they do not.
type idSet struct {
	ids   []int64 // sorted, each once
	dense []int32 // position by id-ids[0], -1 for none; nil for scattered ids
}

// sparsity is how many rows a range may hold for each one that is wanted.
const (
	sparsity   = 4
	alwaysNear = 64 // ids this close together are always a range
)

func newIDSet(ids []int64) *idSet {
	slices.Sort(ids)
	s := &idSet{ids: slices.Compact(ids)}
	if len(s.ids) == 0 {
		return s
	}
	span := s.ids[len(s.ids)-1] - s.ids[0]
	if span > int64(sparsity*len(s.ids)+alwaysNear) {
		return s
	}
	s.dense = make([]int32, span+1)
	for i := range s.dense {
		s.dense[i] = -1
	}
	for i, id := range s.ids {
		s.dense[id-s.ids[0]] = int32(i)
	}
	return s
}

// find returns the position of an id in ids, -1 if it is not wanted.
func (s *idSet) find(id int64) int {
	if s.dense == nil {
		if i, ok := slices.BinarySearch(s.ids, id); ok {
			return i
		}
		return -1
	}
	if at := id - s.ids[0]; at >= 0 && at < int64(len(s.dense)) {
		return int(s.dense[at])
	}
	return -1
}

// each calls do with every row of a query whose first column is an id of the set, and the position of the id.
func (s *idSet) each(snap *Snapshot, query, column string, args []any, do func(at int, r *rawRow) error) error {
	return s.rows(snap, query, column, args, func(r *rawRow) error {
		if at := s.find(r.int(0)); at >= 0 {
			return do(at, r)
		}
		return nil
	})
}

// rows calls do with every row of a query, and with rows of other ids too. The query has {ids} where the condition on the
// column of ids stands, and its own arguments come first. It runs once for a range, or once for each list.
func (s *idSet) rows(snap *Snapshot, query, column string, args []any, do func(*rawRow) error) error {
	if len(s.ids) == 0 {
		return nil
	}
	n := len(args)
	if s.dense != nil {
		low, high := strconv.Itoa(n+1), strconv.Itoa(n+2)
		condition := column + " BETWEEN $" + low + " AND $" + high
		args = append(slices.Clip(args), s.ids[0], s.ids[len(s.ids)-1])
		return snap.raw(strings.ReplaceAll(query, "{ids}", condition), args, do)
	}
	for chunk := range slices.Chunk(s.ids, inChunk) {
		condition, values := inValues(column, n, chunk)
		if err := snap.raw(strings.ReplaceAll(query, "{ids}", condition), append(slices.Clip(args), values...), do); err != nil {
			return err
		}
	}
	return nil
}

// inValues returns "column IN ($n+1,…)" and its values. Its size is a power of two, so that few different texts are
// prepared; the last id fills it up.
func inValues[T any](column string, n int, ids []T) (condition string, values []any) {
	size := 1
	for size < len(ids) {
		size *= 2
	}
	text := make([]byte, 0, len(column)+5*size+6)
	text = append(append(text, column...), " IN ("...)
	for i := range size {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendInt(append(text, '$'), int64(n+i+1), 10)
		values = append(values, ids[min(i, len(ids)-1)])
	}
	return string(append(text, ')')), values
}
