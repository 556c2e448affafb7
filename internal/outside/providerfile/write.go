package providerfile

import (
	"bufio"
	"encoding/json"
	"io"
	"regexp"
	"strings"

	"postmeter/internal/domain/doc"
)

// Writer writes a document field by field, so that a long list never is in memory as a whole. Errors are kept and
// returned by Close.
type Writer struct {
	out    *bufio.Writer
	json   bool
	fields int
	items  int // of the open list
	err    error
}

// NewWriter returns a writer of YAML, or of JSON.
func NewWriter(to io.Writer, asJSON bool) *Writer {
	w := &Writer{out: bufio.NewWriterSize(to, 64<<10), json: asJSON}
	if asJSON {
		w.print("{")
	}
	return w
}

// Field writes a top-level field.
func (w *Writer) Field(name string, value *doc.Node) {
	w.name(name)
	if w.json {
		w.jsonValue(value, "  ")
		return
	}
	w.yamlValue(value, "", false)
}

// Begin starts a top-level field that is a list of objects; Item writes its items and End ends it.
func (w *Writer) Begin(name string) {
	w.name(name)
	w.items = 0
}

// Item writes an object of the list.
func (w *Writer) Item(value *doc.Node) {
	w.items++
	switch {
	case w.json && w.items == 1:
		w.print("[\n    ")
	case w.json:
		w.print(",\n    ")
	case w.items == 1:
		w.print("\n")
	}
	if w.json {
		w.jsonValue(value, "    ")
		return
	}
	w.yamlItem(value, "  ")
}

// End ends the list.
func (w *Writer) End() {
	switch {
	case w.items == 0 && w.json:
		w.print("[]")
	case w.items == 0:
		w.print(" []\n")
	case w.json:
		w.print("\n  ]")
	}
}

// Close ends the document and returns the first error.
func (w *Writer) Close() error {
	if w.json {
		w.print("\n}\n")
	}
	if err := w.out.Flush(); w.err == nil {
		w.err = err
	}
	return w.err
}

func (w *Writer) print(texts ...string) {
	for _, text := range texts {
		if _, err := w.out.WriteString(text); err != nil && w.err == nil {
			w.err = err
		}
	}
}

func (w *Writer) name(name string) {
	w.fields++
	if !w.json {
		w.print(name, ":")
		return
	}
	if w.fields > 1 {
		w.print(",")
	}
	w.print("\n  ", quote(name), ": ")
}

// quote writes a text as a JSON string, which YAML reads too. Characters that YAML does not take as they are, are
// escaped.
func quote(text string) string {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		return `""` // a text can always be encoded
	}
	return unprintable.ReplaceAllStringFunc(strings.TrimSuffix(out.String(), "\n"), func(s string) string {
		const hex = "0123456789abcdef"
		var escaped strings.Builder
		for _, r := range s {
			escaped.WriteString(`\u`)
			for shift := 12; shift >= 0; shift -= 4 {
				escaped.WriteByte(hex[r>>shift&15])
			}
		}
		return escaped.String()
	})
}

var unprintable = regexp.MustCompile(`[\x{7f}-\x{9f}\x{feff}\x{fffe}\x{ffff}]`)

func (w *Writer) jsonValue(n *doc.Node, indent string) {
	switch n.Kind {
	case doc.Null:
		w.print("null")
	case doc.Bool, doc.Number:
		w.print(n.Text)
	case doc.String:
		w.print(quote(n.Text))
	case doc.Array:
		w.jsonAll("[", "]", indent, len(n.Items), func(i int) *doc.Node { return &n.Items[i] })
	case doc.Object:
		w.jsonAll("{", "}", indent, len(n.Fields), func(i int) *doc.Node {
			w.print(quote(n.Fields[i].Name), ": ")
			return &n.Fields[i].Value
		})
	}
}

func (w *Writer) jsonAll(open, end, indent string, count int, value func(i int) *doc.Node) {
	w.print(open)
	for i := range count {
		if i > 0 {
			w.print(",")
		}
		w.print("\n", indent, "  ")
		w.jsonValue(value(i), indent+"  ")
	}
	if count > 0 {
		w.print("\n", indent)
	}
	w.print(end)
}
