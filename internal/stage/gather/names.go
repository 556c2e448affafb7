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
// table is its own: what is needed of a name that was met before is one line of the processor's cache.
type nameTable struct {
	directory *usage.Directory
	seed      maphash.Seed // so that nobody can choose names that collide
	slots     []nameSlot   // a power of two, at most half full
	names     []*name      // by number
}

// nameSlot is a place for a name: 64 bytes.
type nameSlot struct {
	only   int64  // the list, if it does not depend on the day
	tag    uint32 // the upper half of the key's hash
	index  int32  // the number of the name, plus one; 0: empty
	length uint16 // of the key; what is longer than its place here is compared elsewhere
	key    [slotKey]byte
}

const (
	slotKey    = 46  // bytes
	firstSlots = 256 // of an empty table
)

// name is what a log calls a list, and what that means.
type name struct {
	key   []byte
	match usage.Match

	day   period.Date // that was resolved last, and its list; for the reader of the log
	list  int64
	asked bool
}

func newNameTable(directory *usage.Directory) *nameTable {
	return &nameTable{directory: directory, seed: maphash.MakeSeed(), slots: make([]nameSlot, firstSlots)}
}

// find returns the number of a name, and the list that it means on a day, 0 if none is known.
func (t *nameTable) find(key []byte, day period.Date) (index int32, list int64) {
	slot := t.slot(key)
	if slot.only != 0 {
		return slot.index - 1, slot.only
	}
	return slot.index - 1, t.names[slot.index-1].on(day)
}

func (t *nameTable) slot(key []byte) *nameSlot {
	hash := maphash.Bytes(t.seed, key)
	mask, tag := uint64(len(t.slots)-1), uint32(hash>>32)
	for i := hash & mask; ; i = (i + 1) & mask {
		slot := &t.slots[i]
		if slot.index == 0 {
			return t.add(key, hash)
		}
		if slot.tag == tag && t.is(slot, key) {
			return slot
		}
	}
}

// is says whether a slot is that of a key.
func (t *nameTable) is(slot *nameSlot, key []byte) bool {
	if int(slot.length) != len(key) {
		return false
	}
	if len(key) <= slotKey {
		return bytes.Equal(slot.key[:len(key)], key)
	}
	return bytes.Equal(t.names[slot.index-1].key, key)
}

func (t *nameTable) add(key []byte, hash uint64) *nameSlot {
	if 2*len(t.names) >= len(t.slots) {
		old := t.slots
		t.slots = make([]nameSlot, 2*len(old))
		for i := range old {
			if index := old[i].index; index != 0 {
				t.put(maphash.Bytes(t.seed, t.names[index-1].key), old[i])
			}
		}
	}
	n := &name{key: bytes.Clone(key), match: t.directory.Named(string(key))}
	t.names = append(t.names, n)
	slot := nameSlot{tag: uint32(hash >> 32), index: int32(len(t.names)), length: uint16(len(key))}
	slot.only, _ = n.match.Only()
	copy(slot.key[:], key)
	return t.put(hash, slot)
}

func (t *nameTable) put(hash uint64, slot nameSlot) *nameSlot {
	mask := uint64(len(t.slots) - 1)
	i := hash & mask
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
