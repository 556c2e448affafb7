package usage

import (
	"fmt"
	"slices"

	"postmeter/internal/domain/period"
)

// Name is what a list was called, and where, on some days.
type Name struct {
	ListID      int64
	First, Last period.Date
	Site, List  string
	RemoteID    string // the server's own id for it, or ""
}

// Directory knows the lists of one server by all names that a log may give them: the server's own id, name.site (a
// Mailman list_id), and name@site (a posting address). A name is looked up whole and never taken apart, since both
// parts may hold dots.
type Directory struct {
	remote map[string][]Name
	spoken map[string][]Name // name.site and name@site
	place  map[[2]string][]Name
}

// NewDirectory returns the directory of a server's list names.
func NewDirectory(names []Name) *Directory {
	d := &Directory{
		remote: make(map[string][]Name),
		spoken: make(map[string][]Name, 2*len(names)),
		place:  make(map[[2]string][]Name, len(names)),
	}
	for _, n := range names {
		if n.RemoteID != "" {
			d.remote[n.RemoteID] = append(d.remote[n.RemoteID], n)
		}
		for _, joint := range []string{".", "@"} {
			key := n.List + joint + n.Site
			d.spoken[key] = append(d.spoken[key], n)
		}
		at := [2]string{n.Site, n.List}
		d.place[at] = append(d.place[at], n)
	}
	return d
}

// Named returns the lists that a log may mean by key.
func (d *Directory) Named(key string) Match {
	if found := d.remote[key]; len(found) > 0 {
		return match(found)
	}
	return match(d.spoken[key])
}

// At returns the lists that were called list on a site.
func (d *Directory) At(site, list string) Match { return match(d.place[[2]string{site, list}]) }

// Match is the answer of a Directory to a name: the list it means may depend on the day.
type Match struct {
	only  int64  // the one list that ever had the name, or 0
	names []Name // when several had it
}

func match(names []Name) Match {
	for _, n := range names {
		if n.ListID != names[0].ListID {
			return Match{names: names}
		}
	}
	if len(names) == 0 {
		return Match{}
	}
	return Match{only: names[0].ListID}
}

// Only returns the one list that ever had the name; false if there is none, or if the day decides.
func (m Match) Only() (int64, bool) { return m.only, m.only != 0 }

// On returns the list that had the name on a day. A list that alone ever had the name is meant on every day. Without
// a list the reason says why there is none; it is "" when no list has the name.
func (m Match) On(day period.Date) (listID int64, reason string) {
	if m.only != 0 || len(m.names) == 0 {
		return m.only, ""
	}
	for _, n := range m.names {
		if day < n.First || day > n.Last || n.ListID == listID {
			continue
		}
		if listID != 0 {
			return 0, fmt.Sprintf("two lists have this name on %s: rename one, or give both the id that their server has for them", day)
		}
		listID = n.ListID
	}
	if listID == 0 {
		return 0, fmt.Sprintf("several lists had this name, none of them on %s", day)
	}
	return listID, ""
}

// None says that no list ever had the name.
func (m Match) None() bool { return m.only == 0 && len(m.names) == 0 }

// Lists returns the lists that ever had the name.
func (m Match) Lists() []int64 {
	if m.only != 0 {
		return []int64{m.only}
	}
	var out []int64
	for _, n := range m.names {
		if !slices.Contains(out, n.ListID) {
			out = append(out, n.ListID)
		}
	}
	return out
}
