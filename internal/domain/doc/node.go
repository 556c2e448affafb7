// Package doc reads documents strictly.
//
// A front end (ParseJSON here; YAML elsewhere) turns text into a tree of Nodes
// that keeps numbers as they were written. A Reader then takes typed values out
// of the tree by field name. It collects every fault with its place, such as
// plans[1].usage[0].overage.per, instead of stopping at the first: null is the
// same as missing, a wrong type or an unknown field is a fault.
package doc

// Kind is the kind of a Node.
type Kind uint8

// The kinds.
const (
	Null Kind = iota
	Bool
	Number
	String
	Array
	Object
)

var kindNames = [...]string{"null", "true or false", "a number", "a string", "a list", "an object"}

// String returns the kind as people read it: "a number".
func (k Kind) String() string { return kindNames[k] }

// Node is a value of a document.
type Node struct {
	Kind   Kind
	Line   int32   // line in the document, from 1; 0 if unknown
	Text   string  // of a String its value; of a Number its text, exactly; of a Bool "true" or "false"
	Items  []Node  // of an Array
	Fields []Field // of an Object, in the order of the document; names do not repeat
}

// Field is a named value of an Object.
type Field struct {
	Name  string
	Value Node
}

// Limits of a document.
const (
	MaxBytes  = 256 << 20 // bytes of a document's text
	MaxDepth  = 64        // levels of lists and objects inside each other
	MaxFaults = 100       // faults that are collected; later ones are only counted
)

// Lookup returns the field of an Object, nil if it is missing or null.
func (n *Node) Lookup(name string) *Node {
	for i := range n.Fields {
		if n.Fields[i].Name == name {
			if n.Fields[i].Value.Kind == Null {
				return nil
			}
			return &n.Fields[i].Value
		}
	}
	return nil
}
