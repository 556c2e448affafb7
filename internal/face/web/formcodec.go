package web

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"postmeter/internal/domain/doc"
)

// yes is the value of a box that is ticked.
const yes = "yes"

// normalise brings what was typed to the form that files have.
func (f *Field) normalise(values url.Values) {
	switch f.Kind {
	case Password:
		return
	case Pairs:
		f.normalisePairs(values)
		return
	}
	for i, text := range values[f.Name] {
		text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
		switch f.Kind {
		case Money:
			text = withDecimals(typedNumber(text), f.decimals())
		case Number:
			text = typedNumber(text)
		case Date:
			text = typedDate(text)
		case Month:
			text = typedMonth(text)
		}
		values[f.Name] = slices.Replace(slices.Clone(values[f.Name]), i, i+1, text)
	}
}

// put adds the field to a thing, as the provider file has it.
func (f *Field) put(into *doc.Node, values url.Values) {
	text := values.Get(f.Name)
	switch {
	case f.Kind == Check:
		place(into, f.Name, doc.BoolNode(text == yes))
	case f.Kind == Pairs:
		place(into, f.Name, f.pairsNode(values))
	case f.List:
		place(into, f.Name, doc.TextsNode(items(values[f.Name])))
	case text == "" && f.apart():
		// Left out: what is stored stays.
	case text == "" && (f.Kind == Money || f.Kind == Number || f.Kind == Date || f.Kind == Month || f.Kind == Select || f.Kind == Choice):
		place(into, f.Name, doc.Node{})
	default:
		place(into, f.Name, doc.TextNode(text))
	}
}

// items are the texts of a list: several values of one name, or one a line. Empty ones are left out.
func items(values []string) []string {
	var out []string
	for _, value := range values {
		for line := range strings.Lines(value) {
			if line = strings.TrimSpace(line); line != "" {
				out = append(out, line)
			}
		}
	}
	return out
}

// values are the contrary of Fields: what the form shows of a thing.
func (s *FormSpec) values(n *doc.Node) url.Values {
	out := url.Values{}
	for i := range s.Fields {
		f := &s.Fields[i]
		at := lookup(n, f.Name)
		switch {
		case at == nil || at.Kind == doc.Null || f.apart():
		case f.Kind == Pairs:
			f.pairsOf(at, out)
		case at.Kind == doc.Array:
			for j := range at.Items {
				out.Add(f.Name, at.Items[j].Text)
			}
		case at.Kind == doc.Bool:
			if at.Text == "true" {
				out.Set(f.Name, yes)
			}
		case f.Kind == Money:
			out.Set(f.Name, withDecimals(at.Text, f.decimals()))
		default:
			out.Set(f.Name, at.Text)
		}
	}
	return out
}

// step takes the first step off a path such as usage[0].overage.per.
func step(path string) (name, rest string, index int) {
	name, rest, _ = strings.Cut(path, ".")
	index = -1
	if open := strings.IndexByte(name, '['); open > 0 && strings.HasSuffix(name, "]") {
		if n, err := strconv.Atoi(name[open+1 : len(name)-1]); err == nil && n >= 0 {
			return name[:open], rest, n
		}
	}
	return name, rest, index
}

// lookup returns what is at a path, or nil.
func lookup(n *doc.Node, path string) *doc.Node {
	for path != "" && n != nil {
		name, rest, index := step(path)
		n = n.Lookup(name)
		if index >= 0 && n != nil {
			if n.Kind != doc.Array || index >= len(n.Items) {
				return nil
			}
			n = &n.Items[index]
		}
		path = rest
	}
	return n
}

// maxIndex is the largest index of a path that is made.
const maxIndex = 1000

// place puts a value at a path, and makes what is missing on the way.
func place(n *doc.Node, path string, value doc.Node) {
	name, rest, index := step(path)
	n.Kind = doc.Object
	i := slices.IndexFunc(n.Fields, func(f doc.Field) bool { return f.Name == name })
	if i < 0 {
		i = len(n.Fields)
		n.Add(name, doc.Node{})
	}
	at := &n.Fields[i].Value
	if index >= 0 && index <= maxIndex {
		at.Kind = doc.Array
		for len(at.Items) <= index {
			at.Items = append(at.Items, doc.Node{})
		}
		at = &at.Items[index]
	}
	if rest == "" {
		*at = value
		return
	}
	place(at, rest, value)
}

// Change is a field that somebody else changed while the form was open.
type Change struct {
	Field    *Field
	Was, Now string
	Yours    string // what was typed, when the field was touched
	Kept     bool   // what was typed stays, and will overwrite Now
}

// merge brings together what was typed and what somebody else saved meanwhile. A field that was not touched takes the
// new value; one that both changed keeps what was typed. It says what differs, field by field.
func merge(spec *FormSpec, typed, was, now url.Values) ([]Change, url.Values) {
	var out []Change
	for i := range spec.Fields {
		f := &spec.Fields[i]
		mine, before, theirs := f.show(typed), f.show(was), f.show(now)
		if before == theirs || mine == theirs {
			continue
		}
		change := Change{Field: f, Was: before, Now: theirs}
		if mine == before {
			typed[f.Name] = now[f.Name]
		} else {
			change.Yours, change.Kept = mine, true
		}
		out = append(out, change)
	}
	return out, typed
}

// show writes the value of a field as people read it.
func (f *Field) show(values url.Values) string {
	text := strings.Join(values[f.Name], ", ")
	if f.List {
		text = strings.Join(items(values[f.Name]), ", ")
	}
	if f.Kind == Pairs {
		return f.showPairs(values)
	}
	if f.Kind == Check {
		if text == yes {
			return "yes"
		}
		return "no"
	}
	for _, o := range f.Options {
		if o.Value == text {
			return o.Label
		}
	}
	return text
}
