// Package providerfile turns the text of a provider file, YAML or JSON, into the tree of package doc, and back.
//
// Scalars keep the text that they were written with: 0.90 and 2026-01-01 are never read as a float or a time. What a
// YAML reader would guess, repeat or expand is refused with its line: repeated keys, anchors and aliases, tags, several
// documents. What Writer writes, Parse reads to the same tree.
package providerfile

import (
	"bytes"
	"path/filepath"
	"strconv"
	"strings"
	"unicode/utf8"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
)

// MaxYAMLBytes is the longest YAML text that is read. A tree takes about twenty times as much memory. JSON has the
// limit of package doc.
const MaxYAMLBytes = 128 << 20

// Parse reads a document. A name that ends in .json, and a text without a known ending that begins with a brace, is
// JSON; anything else is YAML. Faults are Invalid, and their place is a line or a path.
func Parse(name string, data []byte) (*doc.Node, error) {
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, fault.New(fault.Invalid, "the file is empty")
	}
	if at := firstInvalid(data); at >= 0 {
		return nil, fault.At(line(1+bytes.Count(data[:at], []byte{'\n'})), "the text is not valid UTF-8: save the file as UTF-8")
	}
	read := parseYAML
	if isJSON(name, data) {
		read = doc.ParseJSON
	}
	root, err := read(data)
	if err != nil {
		return nil, err
	}
	var faults fault.List
	refuseNUL(root, "", &faults)
	return root, faults.Err()
}

func isJSON(name string, data []byte) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".json":
		return true
	case ".yaml", ".yml":
		return false
	}
	return bytes.HasPrefix(bytes.TrimSpace(data), []byte{'{'})
}

// firstInvalid returns the offset of the first byte that is not UTF-8, -1 if there is none.
func firstInvalid(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	for at := 0; ; {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size <= 1 {
			return at
		}
		at += size
	}
}

func line(n int) string { return "line " + strconv.Itoa(n) }

// refuseNUL finds texts with a NUL character, which PostgreSQL does not store.
func refuseNUL(n *doc.Node, place string, faults *fault.List) {
	if n.Kind == doc.String && strings.IndexByte(n.Text, 0) >= 0 {
		faults.Add(place, "holds a NUL character: remove it")
	}
	for i := range n.Items {
		refuseNUL(&n.Items[i], place+"["+strconv.Itoa(i)+"]", faults)
	}
	for i := range n.Fields {
		refuseNUL(&n.Fields[i].Value, fault.Join(place, n.Fields[i].Name), faults)
	}
}
