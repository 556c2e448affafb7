package providerfile

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
)

func parseYAML(data []byte) (*doc.Node, error) {
	if len(data) > MaxYAMLBytes {
		return nil, fault.New(fault.Invalid, "the file has %d bytes: at most %d are read; split it, or write it as JSON", len(data), MaxYAMLBytes)
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var text, more yaml.Node
	if err := decoder.Decode(&text); err != nil {
		return nil, explain(data, err)
	}
	switch err := decoder.Decode(&more); {
	case err == nil:
		return nil, fault.At(line(more.Line), "a second document begins: put one document into a file")
	case !errors.Is(err, io.EOF):
		return nil, explain(data, err)
	}
	c := &converter{}
	var root doc.Node
	c.value(text.Content[0], &root, "", 0)
	return &root, c.faults.Err()
}

var yamlLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)

// explain turns an error of the YAML reader into a fault with its line.
func explain(data []byte, err error) error {
	message := strings.TrimSpace(err.Error())
	if errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "the file holds nothing but comments")
	}
	place := ""
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		message = message[len(m[0]):]
		if m[1] != "" {
			place = "line " + m[1]
			if tabbed(data, m[1]) {
				message += "; the line is indented with a tab: use spaces"
			}
		}
	}
	return fault.At(place, "this is not YAML: %s", message)
}

// tabbed says whether a line, or the one after it (the reader counts from the last good one), begins with a tab.
func tabbed(data []byte, number string) bool {
	n, err := strconv.Atoi(number)
	if err != nil {
		return false
	}
	lines := bytes.SplitN(data, []byte{'\n'}, n+2)
	for _, l := range lines[min(max(n-1, 0), len(lines)):min(n+1, len(lines))] {
		indent := l[:len(l)-len(bytes.TrimLeft(l, " \t"))]
		if bytes.IndexByte(indent, '\t') >= 0 {
			return true
		}
	}
	return false
}

// converter turns YAML nodes into those of package doc and collects what is refused.
type converter struct{ faults fault.List }

func (c *converter) refuse(n *yaml.Node, place, format string, args ...any) {
	if len(c.faults) < doc.MaxFaults {
		if place == "" {
			place = line(n.Line)
		} else {
			place += " (" + line(n.Line) + ")"
		}
		c.faults.Add(place, format, args...)
	}
}

func (c *converter) value(n *yaml.Node, to *doc.Node, place string, depth int) {
	to.Line = int32(min(n.Line, 1<<31-1))
	switch {
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		c.refuse(n, place, "anchors and aliases are not taken: write the value out")
		return
	case depth > doc.MaxDepth:
		c.refuse(n, place, "lists and objects are nested more than %d deep", doc.MaxDepth)
		return
	}
	switch n.Kind {
	case yaml.ScalarNode:
		c.scalar(n, to, place)
	case yaml.SequenceNode:
		c.tag(n, place, "!!seq")
		to.Kind, to.Items = doc.Array, make([]doc.Node, len(n.Content))
		for i, item := range n.Content {
			c.value(item, &to.Items[i], place+"["+strconv.Itoa(i)+"]", depth+1)
		}
	case yaml.MappingNode:
		c.tag(n, place, "!!map")
		c.mapping(n, to, place, depth)
	}
}

func (c *converter) mapping(n *yaml.Node, to *doc.Node, place string, depth int) {
	to.Kind, to.Fields = doc.Object, make([]doc.Field, 0, len(n.Content)/2)
	seen := make(map[string]int, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind != yaml.ScalarNode || key.Anchor != "" {
			c.refuse(key, place, "a key must be a plain word")
			continue
		}
		at := fault.Join(place, key.Value)
		if first, again := seen[key.Value]; again {
			c.refuse(key, at, "is given twice, first in line %d", first)
			continue
		}
		seen[key.Value] = key.Line
		to.Fields = append(to.Fields, doc.Field{Name: key.Value})
		c.value(value, &to.Fields[len(to.Fields)-1].Value, at, depth+1)
	}
}

// scalar keeps the text of everything but true, false and null. Readers take numbers from texts as well.
func (c *converter) scalar(n *yaml.Node, to *doc.Node, place string) {
	c.tag(n, place, "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp")
	to.Kind, to.Text = doc.String, n.Value
	switch n.ShortTag() {
	case "!!bool":
		to.Kind, to.Text = doc.Bool, strings.ToLower(n.Value)
	case "!!null":
		to.Kind, to.Text = doc.Null, ""
	}
}

// tag refuses tags that were written and are none of the plain ones.
func (c *converter) tag(n *yaml.Node, place string, plain ...string) {
	if n.Style&yaml.TaggedStyle == 0 {
		return
	}
	for _, p := range plain {
		if n.ShortTag() == p {
			return
		}
	}
	c.refuse(n, place, "the tag %.40q is not taken: remove it", n.Tag)
}
