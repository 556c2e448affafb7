package providerfile

import (
	"regexp"
	"slices"
	"strings"

	"postmeter/internal/domain/doc"
)

// flowWidth is the longest object or list, in bytes, that is written on one line.
const flowWidth = 110

// yamlValue writes what comes after "name:" on a line that is indented by indent.
func (w *Writer) yamlValue(n *doc.Node, indent string, inItem bool) {
	if text, ok := flow(n); ok && (n.Kind != doc.Object || len(n.Fields) == 0 || inItem) {
		w.print(" ", text, "\n")
		return
	}
	w.print("\n")
	if n.Kind == doc.Array {
		for i := range n.Items {
			w.yamlItem(&n.Items[i], indent+"  ")
		}
		return
	}
	w.yamlFields(n, indent+"  ", false)
}

// yamlItem writes an item of a list whose dashes are indented by indent.
func (w *Writer) yamlItem(n *doc.Node, indent string) {
	w.print(indent, "- ")
	if text, ok := flow(n); ok {
		w.print(text, "\n")
		return
	}
	if n.Kind == doc.Array {
		w.print("\n")
		for i := range n.Items {
			w.yamlItem(&n.Items[i], indent+"  ")
		}
		return
	}
	w.yamlFields(n, indent+"  ", true)
}

func (w *Writer) yamlFields(n *doc.Node, indent string, dashed bool) {
	for i := range n.Fields {
		if i > 0 || !dashed {
			w.print(indent)
		}
		w.print(scalar(n.Fields[i].Name), ":")
		w.yamlValue(&n.Fields[i].Value, indent, true)
	}
}

// flow returns a value on one line, if it is a scalar, or holds scalars alone and is short.
func flow(n *doc.Node) (string, bool) {
	switch n.Kind {
	case doc.Null:
		return "null", true
	case doc.Bool, doc.Number:
		return n.Text, true
	case doc.String:
		return scalar(n.Text), true
	}
	var parts []string
	for i := range n.Items {
		text, ok := flowPart(&n.Items[i])
		if !ok {
			return "", false
		}
		parts = append(parts, text)
	}
	for i := range n.Fields {
		text, ok := flowPart(&n.Fields[i].Value)
		if !ok {
			return "", false
		}
		parts = append(parts, scalar(n.Fields[i].Name)+": "+text)
	}
	open, end := "[", "]"
	if n.Kind == doc.Object {
		open, end = "{", "}"
	}
	text := open + strings.Join(parts, ", ") + end
	return text, len(text) <= flowWidth || len(parts) == 0
}

// flowPart returns a value inside a line: a scalar, or an empty list or object.
func flowPart(n *doc.Node) (string, bool) {
	if len(n.Items)+len(n.Fields) > 0 {
		return "", false
	}
	return flow(n)
}

// plain matches texts that need no quotes anywhere in YAML: words and dates.
var plain = regexp.MustCompile(`^(?:[A-Za-z_](?:[A-Za-z0-9_@./+ -]*[A-Za-z0-9_@./+-])?|\d{4}-\d\d(?:-\d\d)?)$`)

// reserved are words that some YAML reader takes for something else than a text.
var reserved = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}

func scalar(text string) string {
	if plain.MatchString(text) && !slices.Contains(reserved, strings.ToLower(text)) {
		return text
	}
	return quote(text)
}
