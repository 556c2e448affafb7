package maillog

import (
	"bytes"
	"encoding/json"

	"postmeter/internal/domain/fault"
)

// Limits of what is kept of first lines whose second has not come.
const (
	maxOpen      = 256     // lines
	maxOpenBytes = 1 << 20 // bytes of their Message-IDs and lists
)

// openLine is the first half of a pair.
type openLine struct {
	Process    uint64 `json:"process"`
	MessageID  []byte `json:"message_id"`
	List       []byte `json:"list"`
	Recipients int64  `json:"recipients"`
	At         int64  `json:"at"`
	Hash       uint64 `json:"hash"`
	Position   int64  `json:"position"` // -1: in the log before this one
}

func (o *openLine) lost() Lost {
	line := append(append(append([]byte{}, o.MessageID...), " smtp to "...), o.List...)
	return Lost{o.Position, reasonNoSecond, line}
}

// openLines holds first halves, oldest first. There are few: a process writes both lines at once.
type openLines struct {
	lines []openLine
	bytes int
}

// add adds a first half. If there are too many it gives the oldest up.
func (s *openLines) add(o openLine) (lost []Lost, full bool) {
	s.lines = append(s.lines, o)
	s.bytes += o.size()
	for len(s.lines) > maxOpen || s.bytes > maxOpenBytes {
		if s.lines[0].Position >= 0 { // else it is open in the log that it stands in
			lost = append(lost, s.lines[0].lost())
		}
		s.remove(0)
	}
	return lost, len(lost) > 0
}

func (o *openLine) size() int { return len(o.MessageID) + len(o.List) }

func (s *openLines) remove(i int) {
	s.bytes -= s.lines[i].size()
	s.lines = append(s.lines[:i], s.lines[i+1:]...)
}

// take finds the newest first half of a process that a second line continues, and takes it out. What follows it in the
// line is the sender.
func (s *openLines) take(process uint64, second []byte) (o openLine, sender []byte, ok bool) {
	for i := len(s.lines) - 1; i >= 0; i-- {
		o = s.lines[i]
		if o.Process != process {
			continue
		}
		rest, found := bytes.CutPrefix(second, o.MessageID)
		if !found {
			continue
		}
		if rest, found = bytes.CutPrefix(rest, []byte(" post to ")); !found {
			continue
		}
		if rest, found = bytes.CutPrefix(rest, o.List); !found {
			continue
		}
		if sender, found = bytes.CutPrefix(rest, []byte(" from ")); found {
			s.remove(i)
			return o, sender, true
		}
	}
	return openLine{}, nil, false
}

// pairState is what spans lines.
type pairState struct {
	Last int64      `json:"last"` // see clock
	Open []openLine `json:"open,omitempty"`
}

// State returns the open halves and the instant of the last line.
func (p *pairs) State() ([]byte, error) {
	return json.Marshal(pairState{p.clock.last, p.open.lines})
}

func (p *pairs) restore(state []byte) error {
	if len(state) == 0 {
		return nil
	}
	var s pairState
	if err := json.Unmarshal(state, &s); err != nil {
		return fault.Wrap(fault.Internal, err, "what was kept of this log between two readings cannot be read")
	}
	p.clock.last = s.Last
	for _, o := range s.Open {
		p.open.add(o)
	}
	return nil
}

// pairsSuccessor is Successor for pairs: a rotation may part the two lines of one.
func pairsSuccessor(state []byte) ([]byte, error) {
	p, err := newPairs(nil, state)
	if err != nil {
		return nil, err
	}
	own := p.open.lines[:0]
	for _, o := range p.open.lines {
		if o.Position >= 0 { // what is open since the log before that has no second line here either
			o.Position = -1
			own = append(own, o)
		}
	}
	p.open.lines = own
	return p.State()
}
