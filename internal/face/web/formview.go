package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"postmeter/internal/domain/fault"
)

// Field returns the component of one field.
func (f *Form) Field(name string) templ.Component {
	for i := range f.Spec.Fields {
		if f.Spec.Fields[i].Name == name {
			return field(f, &f.Spec.Fields[i])
		}
	}
	panic("web: the form has no field " + name)
}

// Fault returns what is wrong with a field, or "".
func (f *Form) Fault(name string) string {
	var said []string
	for _, one := range f.Faults {
		if belongs(one.Place, name) {
			said = append(said, sentence(one.Message))
		}
	}
	return strings.Join(said, " ")
}

// Wrong counts the faults of a tab.
func (f *Form) Wrong(tab string) (n int) {
	for _, one := range f.Faults {
		if at := f.find(one.Place); at != nil && at.Tab == tab {
			n++
		}
	}
	return n
}

// find returns the field that the place of a fault is in, or nil.
func (f *Form) find(place string) *Field {
	for i := range f.Spec.Fields {
		if belongs(place, f.Spec.Fields[i].Name) {
			return &f.Spec.Fields[i]
		}
	}
	return nil
}

// general says whether there is one fault, and of no field.
func (f *Form) general() bool { return len(f.Faults) == 1 && f.find(f.Faults[0].Place) == nil }

// faultsTitle says how many faults there are, and that nothing was done.
func (f *Form) faultsTitle() string {
	undone := f.Spec.Undone
	if undone == "" {
		undone = "Nothing was saved."
	}
	if len(f.Faults) == 1 {
		return "1 field needs correcting. " + undone
	}
	return strconv.Itoa(len(f.Faults)) + " fields need correcting. " + undone
}

// faultsInOrder are the faults in the order of the fields. Those of no field come first.
func (f *Form) faultsInOrder() fault.List {
	at := func(one *fault.Error) int {
		return slices.IndexFunc(f.Spec.Fields, func(field Field) bool { return belongs(one.Place, field.Name) })
	}
	list := slices.Clone(f.Faults)
	slices.SortStableFunc(list, func(a, b *fault.Error) int { return at(a) - at(b) })
	return list
}

// belongs says whether the place of a fault is in a field: the field itself, an item of it, or a field of an item.
func belongs(place, name string) bool {
	rest, ok := strings.CutPrefix(place, name)
	return ok && (rest == "" || rest[0] == '[' || rest[0] == '.')
}

// seen is the thing as the form showed it, as text.
func (f *Form) seen() string {
	if f.Seen == nil {
		return ""
	}
	return string(f.Seen.AppendJSON(nil))
}

// changed says whether the form shows something else than is stored.
func (f *Form) changed() bool {
	if f.Seen == nil {
		return len(f.Faults) > 0
	}
	stored := f.Spec.values(f.Seen)
	return slices.ContainsFunc(f.Spec.Fields, func(field Field) bool { return field.show(stored) != field.show(f.Values) })
}

// text is the value of a field with several lines.
func (f *Form) text(name string) string { return strings.Join(f.Values[name], "\n") }

// sentence makes a fault, such as "is missing", stand alone.
func sentence(message string) string {
	if message == "" {
		return ""
	}
	if first, _, _ := strings.Cut(message, " "); !strings.ContainsAny(first, "@/") { // an address, a path: they stay as they are
		message = strings.ToUpper(message[:1]) + message[1:]
	}
	if strings.HasSuffix(message, ".") {
		return message
	}
	return message + "."
}

// predicates are words that make a sentence of the name of a field and what is said of it: Name is missing.
var predicates = []string{"is ", "has ", "must "}

// saidOf says a fault after the name of its field.
func saidOf(message string) string {
	for _, p := range predicates {
		if strings.HasPrefix(message, p) {
			return " " + strings.TrimSuffix(message, ".") + "."
		}
	}
	return ": " + sentence(message)
}

// lines splits what an error says; a list of faults has one a line.
func lines(text string) []string { return strings.Split(text, "\n") }

// quoted writes a value within a sentence.
func quoted(value string) string {
	if value == "" {
		return "empty"
	}
	return "“" + value + "”"
}

func faultsWord(n int) string {
	if n == 1 {
		return " fault"
	}
	return " faults"
}
