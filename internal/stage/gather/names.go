package gather

import (
	"bytes"
	"hash/maphash"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/usage"
)

// maxNames is how many names of lists one table holds; a log that has more gets another.
const maxNames = 1 << 18

// nameTable holds the names that a log gives to lists, and what they mean. It is filled by the reader of the log; who
// has a batch of it may read the names that the batch uses. Finding a name is what a pass over a log does most, so the
// table is its own: everything that is needed for a name that was met before lies in one place.
type nameTable struct {
	directory *usage.Directory
	seed      maphash.Seed // so that nobody can choose names that collide
	names     []*name
	keys      []byte     // of all names, one behind the other
	slots     []nameSlot // a power of two, at most half full
}

type nameSlot struct {
	hash       uint64
	only       int64 // the list, if it does not depend on the day
	start, end uint32
	index      int32 // into names, plus one; 0: empty
}

// name is what a log calls a list, and what that means.
type name struct {
	key   []byte
	match usage.Match

	day   period.Date // that was resolved last, and its list; for the reader of the log
	list  int64
	asked bool
}

func newNameTable(directory *usage.Directory) *nameTable {
	return &nameTable{directory: directory, seed: maphash.MakeSeed(), slots: make([]nameSlot, 256)}
}

// find returns the number of a name, and the list that it means on a day, 0 if none is known.
func (t *nameTable) find(key []byte, day period.Date) (index int32, list int64) {
	slot := t.slot(key)
	index = slot.index - 1
	if slot.only != 0 {
		return index, slot.only
	}
	return index, t.names[index].on(day)
}

func (t *nameTable) slot(key []byte) *nameSlot {
	hash := maphash.Bytes(t.seed, key)
	mask := uint64(len(t.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		slot := &t.slots[i]
		if slot.index == 0 {
			return t.add(key, hash)
		}
		if slot.hash == hash && bytes.Equal(t.keys[slot.start:slot.end], key) {
			return slot
		}
	}
}

func (t *nameTable) add(key []byte, hash uint64) *nameSlot {
	if 2*len(t.names) >= len(t.slots) {
		old := t.slots
		t.slots = make([]nameSlot, 2*len(old))
		for _, slot := range old {
			if slot.index != 0 {
				t.put(slot)
			}
		}
	}
	match := t.directory.Named(string(key))
	only, _ := match.Only()
	start := len(t.keys)
	t.keys = append(t.keys, key...)
	t.names = append(t.names, &name{key: bytes.Clone(key), match: match})
	return t.put(nameSlot{hash, only, uint32(start), uint32(len(t.keys)), int32(len(t.names))})
}

func (t *nameTable) put(slot nameSlot) *nameSlot {
	mask := uint64(len(t.slots) - 1)
	i := slot.hash & mask
	for t.slots[i].index != 0 {
		i = (i + 1) & mask
	}
	t.slots[i] = slot
	return &t.slots[i]
}

// on returns the list that a name means on a day.
func (n *name) on(day period.Date) int64 {
	if !n.asked || n.day != day {
		n.list, _ = n.match.On(day)
		n.day, n.asked = day, true
	}
	return n.list
}
