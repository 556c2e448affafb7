package usage

// Figures say what became of the lines of an input. Records = Counted + AlreadyKnown + UnknownList.
type Figures struct {
	Records      int64 `json:"records"`       // usage lines, reported records and member readings that could be read
	Counted      int64 `json:"counted"`       // are in the sums since this reading
	AlreadyKnown int64 `json:"already_known"` // were in the sums before, from this log or a copy of its lines
	UnknownList  int64 `json:"unknown_list"`  // kept, not in the sums: no list of the server has the name
	Unparsed     int64 `json:"unparsed"`      // carry the format's mark and do not fit it, or were refused
}

// Add adds the figures of another input.
func (f *Figures) Add(g Figures) {
	f.Records += g.Records
	f.Counted += g.Counted
	f.AlreadyKnown += g.AlreadyKnown
	f.UnknownList += g.UnknownList
	f.Unparsed += g.Unparsed
}
