package usage

import (
	"cmp"
	"slices"
)

// Sort puts records into the order in which they are kept and summed: by list, instant, position.
func Sort(records []Record) { slices.SortFunc(records, order) }

func order(a, b Record) int {
	if a.ListID != b.ListID {
		return cmp.Compare(a.ListID, b.ListID)
	}
	if a.At != b.At {
		return cmp.Compare(a.At, b.At)
	}
	return cmp.Compare(a.Position, b.Position)
}

// Arrange is Sort for records in the order of a log. It uses spare, and returns the sorted records and what is spare
// now. The records of one name are in order already, as a rule: so it only parts them by name, which takes two passes
// where sorting takes many.
func Arrange(records, spare []Record) (sorted, rest []Record) {
	var lists []int64 // by name
	var next []int    // where the next record of a name goes
	for i := range records {
		name := int(records[i].Name)
		for name >= len(lists) {
			lists, next = append(lists, 0), append(next, 0)
		}
		lists[name] = records[i].ListID
		next[name]++
	}
	names := make([]int, len(lists))
	for i := range names {
		names[i] = i
	}
	slices.SortFunc(names, func(a, b int) int { return cmp.Compare(lists[a], lists[b]) })
	start := 0
	for _, name := range names {
		start, next[name] = start+next[name], start
	}
	if cap(spare) < len(records) {
		spare = make([]Record, cap(records))
	}
	spare = spare[:len(records)]
	for i := range records {
		name := records[i].Name
		spare[next[name]] = records[i]
		next[name]++
	}
	if !slices.IsSortedFunc(spare, order) {
		Sort(spare)
	}
	return spare, records
}
