package doc

import (
	"encoding/json"
	"strconv"
	"strings"
)

// TextNode returns a String.
func TextNode(text string) Node { return Node{Kind: String, Text: text} }

// BoolNode returns a Bool.
func BoolNode(b bool) Node { return Node{Kind: Bool, Text: strconv.FormatBool(b)} }

// WholeNode returns a Number.
func WholeNode(n int64) Node { return Node{Kind: Number, Text: strconv.FormatInt(n, 10)} }

// TextsNode returns an Array of Strings.
func TextsNode(texts []string) Node {
	n := Node{Kind: Array, Items: make([]Node, len(texts))}
	for i, text := range texts {
		n.Items[i] = TextNode(text)
	}
	return n
}

// Add appends a field to an Object.
func (n *Node) Add(name string, value Node) {
	n.Kind = Object
	n.Fields = append(n.Fields, Field{Name: name, Value: value})
}

// AppendJSON appends the document as compact JSON.
func (n *Node) AppendJSON(buf []byte) []byte {
	switch n.Kind {
	case Bool, Number:
		return append(buf, n.Text...)
	case String:
		return appendQuoted(buf, n.Text)
	case Array:
		buf = append(buf, '[')
		for i := range n.Items {
			if i > 0 {
				buf = append(buf, ',')
			}
			buf = n.Items[i].AppendJSON(buf)
		}
		return append(buf, ']')
	case Object:
		buf = append(buf, '{')
		for i := range n.Fields {
			if i > 0 {
				buf = append(buf, ',')
			}
			buf = append(appendQuoted(buf, n.Fields[i].Name), ':')
			buf = n.Fields[i].Value.AppendJSON(buf)
		}
		return append(buf, '}')
	}
	return append(buf, "null"...)
}

func appendQuoted(buf []byte, text string) []byte {
	var out strings.Builder
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		return append(buf, `""`...) // a text can always be encoded
	}
	return append(buf, strings.TrimSuffix(out.String(), "\n")...)
}
