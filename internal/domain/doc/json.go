package doc

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"postmeter/internal/domain/fault"
)

// ParseJSON reads one JSON document. It is an Invalid error, with line or place,
// if the text is not JSON or not UTF-8, has anything after the document, names
// a field of an object twice, or breaks a limit.
func ParseJSON(data []byte) (*Node, error) {
	if len(data) > MaxBytes {
		return nil, fault.New(fault.Invalid, "the document has %d bytes: at most %d are read", len(data), MaxBytes)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if at := invalidUTF8(data); at >= 0 {
		return nil, fault.At(linePlace(data, at), "the text is not valid UTF-8")
	}
	p := &jsonParser{data: data, dec: json.NewDecoder(bytes.NewReader(data)), line: 1}
	p.dec.UseNumber()
	var root Node
	if err := p.value(&root); err != nil {
		return nil, p.explain(err)
	}
	switch _, err := p.dec.Token(); {
	case err == nil:
		return nil, fault.At(linePlace(data, int(p.dec.InputOffset())), "there is more text after the end of the document")
	case !errors.Is(err, io.EOF):
		return nil, p.explain(err)
	}
	return &root, nil
}

func invalidUTF8(data []byte) int {
	for i := 0; i < len(data); {
		if data[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

func linePlace(data []byte, offset int) string {
	offset = min(offset, len(data))
	return "line " + strconv.Itoa(1+bytes.Count(data[:offset], []byte{'\n'}))
}

// jsonParser builds nodes from tokens, so that duplicate names and the text of
// numbers are not lost.
type jsonParser struct {
	data    []byte
	dec     *json.Decoder
	counted int64 // bytes whose lines are counted
	line    int32
	path    []step
}

// step is one part of the place of the current value.
type step struct {
	name  string
	index int // of a list item; -1 for a field
}

func (p *jsonParser) value(n *Node) error {
	tok, err := p.dec.Token()
	if err != nil {
		return err
	}
	n.Line = p.lineNow()
	switch t := tok.(type) {
	case nil:
		n.Kind = Null
	case bool:
		n.Kind, n.Text = Bool, strconv.FormatBool(t)
	case json.Number:
		n.Kind, n.Text = Number, t.String()
	case string:
		n.Kind, n.Text = String, t
	case json.Delim:
		if len(p.path) >= MaxDepth {
			return p.fault("lists and objects are nested more than %d deep", MaxDepth)
		}
		if t == '[' {
			n.Kind = Array
			return p.array(n)
		}
		n.Kind = Object
		return p.object(n)
	}
	return nil
}

func (p *jsonParser) array(n *Node) error {
	for p.dec.More() {
		p.path = append(p.path, step{index: len(n.Items)})
		n.Items = append(n.Items, Node{})
		if err := p.value(&n.Items[len(n.Items)-1]); err != nil {
			return err
		}
		p.path = p.path[:len(p.path)-1]
	}
	_, err := p.dec.Token()
	return err
}

// fewFields is up to how many fields an object is searched without an index.
const fewFields = 16

func (p *jsonParser) object(n *Node) error {
	var seen map[string]bool
	for p.dec.More() {
		tok, err := p.dec.Token()
		if err != nil {
			return err
		}
		name, _ := tok.(string)
		p.path = append(p.path, step{name: name, index: -1})
		if len(n.Fields) == fewFields {
			seen = make(map[string]bool, 2*fewFields)
			for _, f := range n.Fields {
				seen[f.Name] = true
			}
		}
		if has(n.Fields, seen, name) {
			return p.fault("is given twice")
		}
		if seen != nil {
			seen[name] = true
		}
		n.Fields = append(n.Fields, Field{Name: name})
		if err := p.value(&n.Fields[len(n.Fields)-1].Value); err != nil {
			return err
		}
		p.path = p.path[:len(p.path)-1]
	}
	_, err := p.dec.Token()
	return err
}

func has(fields []Field, seen map[string]bool, name string) bool {
	if seen != nil {
		return seen[name]
	}
	for i := range fields {
		if fields[i].Name == name {
			return true
		}
	}
	return false
}

func (p *jsonParser) lineNow() int32 {
	at := p.dec.InputOffset()
	p.line += int32(bytes.Count(p.data[p.counted:at], []byte{'\n'}))
	p.counted = at
	return p.line
}

func (p *jsonParser) fault(format string, args ...any) error {
	place := ""
	for _, s := range p.path {
		place = s.join(place)
	}
	return fault.At(place, format, args...)
}

func (s step) join(place string) string {
	if s.index >= 0 {
		return place + "[" + strconv.Itoa(s.index) + "]"
	}
	return fault.Join(place, quoteName(s.name))
}

// explain gives a syntax error its line and leaves faults as they are.
func (p *jsonParser) explain(err error) error {
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	at := int(p.dec.InputOffset())
	for at < len(p.data) && strings.IndexByte(" \t\r\n,:", p.data[at]) >= 0 {
		at++ // to what could not be read
	}
	place := linePlace(p.data, at)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.At(place, "the document ends too early")
	}
	return fault.At(place, "this is not JSON: %s", err.Error())
}
