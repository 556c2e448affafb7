package hosting

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Trace is what a list can be recognised by when its server has given it another id.
type Trace struct {
	Place   Place
	Owners  []string // addresses, in any order
	Members int64    // NotSaid if it is not known
	Found   int64    // when a sync first found it, UTC microseconds; 0: no sync has yet
}

// together says whether a server had both at once, so that one cannot have become the other. Of two servers each may have had
// it for a while.
func together(vanished, appeared *Trace) bool {
	return vanished.Place.Server == appeared.Place.Server && appeared.Found != 0 && appeared.Found <= vanished.Found
}

// Suggestion says that a list that vanished may be one that appeared. It is for a person to decide.
type Suggestion struct {
	From  string   `json:"from"` // server/site/list
	To    string   `json:"to"`
	Score int      `json:"score"` // of 100
	Why   []string `json:"why"`
}

// What counts how much in a suggestion, of 100; fewer than enough is none.
const (
	namePoints   = 50
	ownerPoints  = 30
	memberPoints = 20
	enoughPoints = 55
)

// MaxCompared is how many pairs of lists Suggest looks at. Where more vanish and appear, nobody can tell by these signs
// which is which.
const MaxCompared = 1_000_000

// Suggest finds lists among those that appeared that may be those that vanished. Each is suggested once, with its best match.
func Suggest(vanished, appeared []Trace) []Suggestion {
	if len(vanished)*len(appeared) > MaxCompared {
		return nil
	}
	type match struct {
		from, to int
		Suggestion
	}
	var all []match
	for i := range vanished {
		for j := range appeared {
			if together(&vanished[i], &appeared[j]) {
				continue
			}
			if s := Compared(&vanished[i], &appeared[j]); s.Score >= enoughPoints {
				all = append(all, match{i, j, s})
			}
		}
	}
	slices.SortFunc(all, func(a, b match) int {
		return cmp.Or(b.Score-a.Score, cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	from, to := map[int]bool{}, map[int]bool{}
	var out []Suggestion
	for _, m := range all {
		if !from[m.from] && !to[m.to] {
			from[m.from], to[m.to] = true, true
			out = append(out, m.Suggestion)
		}
	}
	return out
}

// Compared tells how much speaks for two lists being one.
func Compared(vanished, appeared *Trace) Suggestion {
	s := Suggestion{From: vanished.Place.String(), To: appeared.Place.String()}
	add := func(points int, format string, args ...any) {
		if points > 0 {
			s.Score += points
			s.Why = append(s.Why, fmt.Sprintf(format, args...))
		}
	}
	same := vanished.Place.Server == appeared.Place.Server && vanished.Place.Site == appeared.Place.Site
	switch alike := likeness(vanished.Place.List, appeared.Place.List); {
	case !same && vanished.Place.List == appeared.Place.List:
		add(namePoints, "the same name on another site")
	case same && alike >= 50:
		add(alike*namePoints/100, "a similar name on the same site")
	}
	if shared, all := common(vanished.Owners, appeared.Owners); all > 0 {
		add(shared*ownerPoints/all, "%d of %s the same", shared, Things(int64(all), "owner is", "owners are"))
	}
	if points := memberLikeness(vanished.Members, appeared.Members); vanished.Members == appeared.Members {
		add(points, "the same number of members (%d)", vanished.Members)
	} else {
		add(points, "about as many members (%d and %d)", vanished.Members, appeared.Members)
	}
	return s
}

// memberLikeness gives points for numbers of members that differ by at most a tenth, and half of them for a quarter.
func memberLikeness(a, b int64) int {
	if a <= 0 || b <= 0 {
		return 0
	}
	switch apart := max(a, b) - min(a, b); {
	case 10*apart <= max(a, b):
		return memberPoints
	case 4*apart <= max(a, b):
		return memberPoints / 2
	}
	return 0
}

// common counts the addresses that both lists have, and those that any has.
func common(a, b []string) (shared, all int) {
	seen := make(map[string]int, len(a))
	for i, list := range [][]string{a, b} {
		for _, address := range list {
			seen[strings.ToLower(address)] |= 1 << i
		}
	}
	for _, in := range seen {
		if in == 3 {
			shared++
		}
	}
	return shared, len(seen)
}

// likeness tells from 0 to 100 how alike two names are: the share of pairs of letters that they have in common, and at
// least 70 if one continues the other.
func likeness(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	if a == b {
		return 100
	}
	short, long := a, b
	if len(short) > len(long) {
		short, long = long, short
	}
	least := 0
	if len(short) >= 3 && (strings.HasPrefix(long, short) || strings.HasSuffix(long, short)) {
		least = 70
	}
	pairs := map[string]int{}
	for i := 0; i+2 <= len(a); i++ {
		pairs[a[i:i+2]]++
	}
	shared := 0
	for i := 0; i+2 <= len(b); i++ {
		if pairs[b[i:i+2]] > 0 {
			pairs[b[i:i+2]]--
			shared++
		}
	}
	count := len(a) + len(b) - 2
	if count <= 0 {
		return least
	}
	return max(least, 200*shared/count)
}
