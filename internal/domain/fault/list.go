package fault

import "strings"

// List is a set of faults that belong to one input, in the order in which they
// were found. It is an error too; an empty List must be returned through Err.
type List []*Error

// Add appends an Invalid fault at a place.
func (l *List) Add(place, format string, args ...any) {
	*l = append(*l, At(place, format, args...))
}

// AddError appends err under a place: a List item by item, an Error with its own
// place joined behind place. What is not classified is wrapped as Internal.
func (l *List) AddError(place string, err error) {
	switch e := err.(type) {
	case nil:
	case List:
		for _, one := range e {
			l.AddError(place, one)
		}
	case *Error:
		c := *e
		c.Place = Join(place, e.Place)
		*l = append(*l, &c)
	default:
		*l = append(*l, &Error{Kind: KindOf(err), Place: place, Message: MessageOf(err), Cause: err})
	}
}

// Err returns the list as an error, nil if it is empty.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	return l
}

// Error returns all faults, one a line.
func (l List) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives errors.Is and errors.As each fault.
func (l List) Unwrap() []error {
	out := make([]error, len(l))
	for i, e := range l {
		out[i] = e
	}
	return out
}

// Join joins two places: "customer" and "groups[0]" are "customer.groups[0]",
// "plans" and "[1]" are "plans[1]".
func Join(a, b string) string {
	if a == "" || b == "" || b[0] == '[' {
		return a + b
	}
	return a + "." + b
}
