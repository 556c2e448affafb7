package hosting

import (
	"fmt"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

// Known is a list that billing knows, beside what syncs said of it.
type Known struct {
	List
	Missing period.Date // since when syncs do not find it any more; period.Last while they do, or if none ever looked
	FoundAt int64       // by the first sync that did, UTC microseconds; 0 if none did
}

// Pair is a list that billing and its server both know.
type Pair struct {
	Known  *Known
	Listed *Listed
}

// Moved says whether the server calls the list otherwise, or has it on another site.
func (p Pair) Moved() bool {
	return p.Known.Place.Site != p.Listed.Site || p.Known.Place.List != p.Listed.Name
}

// Back says whether the list was marked gone.
func (p Pair) Back() bool { return p.Known.Gone != period.Last }

// Difference is what a server's catalogue says beside what billing knows of it.
type Difference struct {
	Same    []Pair    // in the order of the catalogue
	New     []*Listed // in the order of the catalogue
	Missing []*Known  // not marked gone, and not there; in the order of known
	Lost    int       // how many of them were there the last time
	Had     int       // how many lists were there the last time
}

// Compare compares what billing knows of a server with its catalogue. A list is found by the server's own id of it, and
// where no id says so, by its place.
func Compare(known []Known, c *Catalogue) Difference {
	byID, byPlace := make(map[string]int, len(known)), make(map[[2]string]int, len(known))
	for i := range known {
		k := &known[i]
		if j, taken := byID[k.RemoteID]; k.RemoteID != "" && (!taken || known[j].Gone != period.Last) {
			byID[k.RemoteID] = i
		}
		at := [2]string{k.Place.Site, k.Place.List}
		if j, taken := byPlace[at]; !taken || known[j].Gone != period.Last {
			byPlace[at] = i
		}
	}
	match := make([]int, len(c.Lists))
	used := make([]bool, len(known))
	take := func(i, k int, ok bool) {
		if ok && match[i] < 0 && !used[k] {
			match[i], used[k] = k, true
		}
	}
	for i := range c.Lists {
		match[i] = -1
		k, ok := byID[c.Lists[i].RemoteID]
		take(i, k, ok && c.Lists[i].RemoteID != "")
	}
	for i := range c.Lists {
		k, ok := byPlace[[2]string{c.Lists[i].Site, c.Lists[i].Name}]
		take(i, k, ok)
	}
	var d Difference
	for i := range c.Lists {
		if match[i] < 0 {
			d.New = append(d.New, &c.Lists[i])
			continue
		}
		d.Same = append(d.Same, Pair{&known[match[i]], &c.Lists[i]})
	}
	d.miss(known, used)
	return d
}

// miss finds the lists that are not there, and counts those that were the last time.
func (d *Difference) miss(known []Known, found []bool) {
	for i := range known {
		k := &known[i]
		if k.Gone != period.Last {
			continue
		}
		there := k.Missing == period.Last
		if there {
			d.Had++
		}
		if found[i] {
			continue
		}
		d.Missing = append(d.Missing, k)
		if there {
			d.Lost++
		}
	}
}

// Doubt says why a catalogue is not to be believed without a person's word, as a Conflict fault: it is empty, or more
// than a fifth of the lists that were there the last time are not there now.
func (d *Difference) Doubt() error {
	if lack := d.Lack(); lack != "" {
		return fault.New(fault.Conflict, "the server answered that %s, which is not believed; nothing was changed: "+
			"look at the server, and confirm it if it is so", lack).Typed("--confirm")
	}
	return nil
}

// Lack says what a catalogue lacks that makes it doubtful; "" if nothing does.
func (d *Difference) Lack() string {
	switch {
	case len(d.Same)+len(d.New) == 0:
		return "it has no list at all"
	case 5*d.Lost > d.Had:
		return fmt.Sprintf("%d of its %s not there any more", d.Lost, Things(int64(d.Had), "list is", "lists are"))
	}
	return ""
}
