package doc

import (
	"strconv"
	"strings"

	"postmeter/internal/domain/fault"
)

// Reader takes values out of one Object of a document and remembers which
// fields were asked for. Readers of one document share their faults.
//
// A missing object is read as an empty one, so a chain of reads needs no checks;
// ask Present where it matters.
type Reader struct {
	node    *Node // nil if missing or of the wrong kind
	parent  *Reader
	name    string
	index   int // of a list item, -1 for a field
	asked   uint64
	shared  *shared
	present bool
}

type shared struct {
	faults  fault.List
	omitted int
}

// maxAsked is up to which field of an object asking is remembered one by one.
const maxAsked = 64

// NewReader returns a reader of the document's root, which must be an object.
func NewReader(root *Node) *Reader {
	r := &Reader{shared: &shared{}, index: -1}
	r.bind(root)
	return r
}

func (r *Reader) bind(n *Node) {
	switch {
	case n == nil:
	case n.Kind != Object:
		r.Fault("", "must be an object, and is %s", n.Kind)
	case len(n.Fields) > maxAsked:
		r.Fault("", "has %d fields: at most %d are allowed", len(n.Fields), maxAsked)
	default:
		r.node, r.present = n, true
	}
}

// Present says whether the object is there.
func (r *Reader) Present() bool { return r.present }

// Line returns the line of the object in the document, 0 if unknown.
func (r *Reader) Line() int {
	if r.node == nil {
		return 0
	}
	return int(r.node.Line)
}

// Path returns the place of the object: customer.groups[0].
func (r *Reader) Path() string {
	if r.parent == nil {
		return ""
	}
	path := r.parent.Path()
	if r.name != "" {
		path = fault.Join(path, quoteName(r.name))
	}
	if r.index >= 0 {
		path += "[" + strconv.Itoa(r.index) + "]"
	}
	return path
}

// quoteName quotes a field name that would be unclear in a place.
func quoteName(name string) string {
	if name == "" || len(name) > 60 || strings.ContainsAny(name, ".[]\" \n\t") {
		return strconv.Quote(name[:min(len(name), 60)])
	}
	return name
}

// Fault records a fault at a field of this object, or at the object itself if
// name is empty.
func (r *Reader) Fault(name, format string, args ...any) {
	r.FaultAt(r.place(name), format, args...)
}

// FaultAt records a fault at a place of the document.
func (r *Reader) FaultAt(place, format string, args ...any) {
	if len(r.shared.faults) >= MaxFaults {
		r.shared.omitted++
		return
	}
	r.shared.faults.Add(place, format, args...)
}

// FaultError records the faults of err under this object's place.
func (r *Reader) FaultError(name string, err error) {
	var l fault.List
	l.AddError(r.place(name), err)
	for _, e := range l {
		r.FaultAt(e.Place, "%s", e.Message)
	}
}

func (r *Reader) place(name string) string {
	if name == "" {
		return r.Path()
	}
	return fault.Join(r.Path(), name)
}

// Err returns the faults of the whole document, nil if there are none. Beyond
// MaxFaults it ends with how many more there are.
func (r *Reader) Err() error {
	l := r.shared.faults
	if r.shared.omitted > 0 {
		l = append(l[:len(l):len(l)], fault.New(fault.Invalid, "and %d more faults", r.shared.omitted))
	}
	return l.Err()
}

// Faults returns how many faults were recorded so far, in the whole document.
func (r *Reader) Faults() int { return len(r.shared.faults) + r.shared.omitted }

// Done records a fault for each field that nobody asked for. Call it once all
// fields of the object are read.
func (r *Reader) Done() {
	if r.node == nil {
		return
	}
	for i := range r.node.Fields {
		if r.asked&(1<<i) == 0 {
			r.Fault(quoteName(r.node.Fields[i].Name), "is not a known field")
		}
	}
}

// Has says whether the field is there and not null.
func (r *Reader) Has(name string) bool { return r.take(name) != nil }

// Node returns the field's value and counts it as read; nil if missing or null.
func (r *Reader) Node(name string) *Node { return r.take(name) }

// take returns the field's node and marks it as asked for.
func (r *Reader) take(name string) *Node {
	if r.node == nil {
		return nil
	}
	for i := range r.node.Fields {
		if f := &r.node.Fields[i]; f.Name == name {
			r.asked |= 1 << i
			if f.Value.Kind == Null {
				return nil
			}
			return &f.Value
		}
	}
	return nil
}

// Names returns the names of the object's fields in the order of the document
// and counts all as read: for objects whose names are data.
func (r *Reader) Names() []string {
	if r.node == nil {
		return nil
	}
	out := make([]string, len(r.node.Fields))
	for i := range r.node.Fields {
		out[i] = r.node.Fields[i].Name
		r.asked |= 1 << i
	}
	return out
}

// Object returns the reader of a field that is an object; it is not Present if
// the field is missing.
func (r *Reader) Object(name string) *Reader {
	c := &Reader{parent: r, name: name, index: -1, shared: r.shared}
	c.bind(r.take(name))
	return c
}

// Each calls read for each object of a field that is a list of objects. A
// missing list is empty.
func (r *Reader) Each(name string, read func(i int, item *Reader)) {
	n := r.array(name)
	if n == nil {
		return
	}
	for i := range n.Items {
		c := &Reader{parent: r, name: name, index: i, shared: r.shared}
		c.bind(&n.Items[i])
		if c.present {
			read(i, c)
		}
	}
}

// Len returns the number of items of a field that is a list.
func (r *Reader) Len(name string) int {
	if n := r.take(name); n != nil && n.Kind == Array {
		return len(n.Items)
	}
	return 0
}

func (r *Reader) array(name string) *Node {
	n := r.take(name)
	if n != nil && n.Kind != Array {
		r.Fault(name, "must be a list, and is %s", n.Kind)
		return nil
	}
	return n
}
