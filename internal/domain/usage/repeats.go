package usage

// Line is a usage line to the letter, as far as it matters: its instant and its hash. The hash is of the whole line,
// which names the list.
type Line struct{ At, Hash int64 }

// Occurrences says how often a line was seen: kept from other generations of its server, and so far in this one, kept
// or not.
type Occurrences struct{ Others, Own int64 }

// Repeats tells which lines of a generation are copies of lines that were counted from another: logs put together,
// cut, or copied in part. Equal lines are told apart by their number: the n-th of this generation is known if the
// others hold at least n of it.
type Repeats map[Line]Occurrences

// Ask makes room for a line, whose occurrences are then filled in.
func (r Repeats) Ask(l Line) {
	if _, ok := r[l]; !ok {
		r[l] = Occurrences{}
	}
}

// Add adds occurrences of a line that was asked for; others are of no interest.
func (r Repeats) Add(l Line, more Occurrences) {
	if have, ok := r[l]; ok {
		r[l] = Occurrences{have.Others + more.Others, have.Own + more.Own}
	}
}

// Known counts one more occurrence in this generation, and says whether the line is known.
func (r Repeats) Known(l Line) bool {
	have, asked := r[l]
	if !asked {
		return false
	}
	have.Own++
	r[l] = have
	return have.Own <= have.Others
}

// Window is a stretch of time, in UTC microseconds, both ends included.
type Window struct{ First, Last int64 }

// Holds says whether an instant lies in the window.
func (w Window) Holds(at int64) bool { return w.First <= at && at <= w.Last }
