package providerfile_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"postmeter/internal/domain/doc"
	"postmeter/internal/outside/providerfile"
)

// What the writer writes, the reader reads to the same tree: any text, any nesting, as YAML and as JSON.
func TestWhatIsWrittenReadsBack(t *testing.T) {
	for _, asJSON := range []bool{false, true} {
		name := map[bool]string{false: "p.yaml", true: "p.json"}[asJSON]
		t.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			root := objects(3).Draw(t, "root")
			if len(root.Fields) == 0 {
				root.Add("a", doc.Node{})
			}
			text := write(t, &root, asJSON)
			back, err := providerfile.Parse(name, text)
			if err != nil {
				t.Fatalf("%v in:\n%s", err, text)
			}
			if diff := cmp.Diff(plain(&root), plain(back)); diff != "" {
				t.Errorf("(-written +read):\n%s\nin:\n%s", diff, text)
			}
			if again := write(t, back, asJSON); asJSON && !bytes.Equal(text, again) {
				t.Errorf("written again:\n%s\ninstead of:\n%s", again, text)
			}
		}))
	}
}

// write writes a document as an exporter does: lists of objects item by item.
func write(t *rapid.T, root *doc.Node, asJSON bool) []byte {
	var out bytes.Buffer
	w := providerfile.NewWriter(&out, asJSON)
	for i := range root.Fields {
		f := &root.Fields[i]
		if f.Value.Kind != doc.Array || !allObjects(f.Value.Items) {
			w.Field(f.Name, &f.Value)
			continue
		}
		w.Begin(f.Name)
		for j := range f.Value.Items {
			w.Item(&f.Value.Items[j])
		}
		w.End()
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func allObjects(items []doc.Node) bool {
	for i := range items {
		if items[i].Kind != doc.Object {
			return false
		}
	}
	return true
}

// plain is a tree without lines, and without the difference between a number and its text, which YAML does not keep.
func plain(n *doc.Node) any {
	switch n.Kind {
	case doc.Array:
		out := []any{}
		for i := range n.Items {
			out = append(out, plain(&n.Items[i]))
		}
		return out
	case doc.Object:
		out := []any{"object"}
		for i := range n.Fields {
			out = append(out, n.Fields[i].Name, plain(&n.Fields[i].Value))
		}
		return out
	case doc.Bool:
		return n.Text == "true"
	case doc.Null:
		return nil
	}
	return n.Text
}

// texts draws what breaks naive writers: words that YAML takes for something else, quotes, control and wide characters.
func texts() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"", "true", "No", "~", "null", "0.90", "2026-01-01", "1e3", "- a", "a: b", "a #b", "#", "'", "\"", "\\", "a\nb", " a", "a ", "é", "\u0085", "\u2028",
			"\ufeff", "😀", "{a}", "[b]", "*x", "&x", "!x", "%", "@", "`", "|", ">", "a,b", "\t", "\x7f", "?", "-", ":", "...", "---", "0x10", "<<", "y"}),
		rapid.StringMatching(`[ -~]{0,40}`),
		rapid.StringN(0, 12, 40).Filter(func(s string) bool { return !bytes.ContainsRune([]byte(s), 0) }),
	)
}

func nodes(depth int) *rapid.Generator[doc.Node] {
	scalar := rapid.OneOf(
		rapid.Map(texts(), doc.TextNode),
		rapid.Map(rapid.Bool(), doc.BoolNode),
		rapid.Map(rapid.Int64(), doc.WholeNode),
		rapid.Just(doc.Node{}),
	)
	if depth == 0 {
		return scalar
	}
	return rapid.OneOf(scalar, objects(depth-1), rapid.Map(rapid.SliceOfN(nodes(depth-1), 0, 4), func(items []doc.Node) doc.Node {
		return doc.Node{Kind: doc.Array, Items: items}
	}))
}

func objects(depth int) *rapid.Generator[doc.Node] {
	return rapid.Custom(func(t *rapid.T) doc.Node {
		n := doc.Node{Kind: doc.Object}
		for _, name := range rapid.SliceOfNDistinct(names(depth), 0, 5, rapid.ID[string]).Draw(t, "names") {
			n.Add(name, nodes(depth).Draw(t, "value"))
		}
		return n
	})
}

// names draws field names; those of the document itself are plain words.
func names(depth int) *rapid.Generator[string] {
	if depth == 3 {
		return rapid.StringMatching(`[a-z_]{1,12}`)
	}
	return texts()
}
