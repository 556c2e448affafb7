package providerfile_test

import (
	"strings"
	"testing"

	"postmeter/internal/domain/doc"
	"postmeter/internal/outside/providerfile"
)

// What operators get wrong, and what they are told.
func TestFaultsNameLineAndRemedy(t *testing.T) {
	deep := "a: " + strings.Repeat("[", 100) + strings.Repeat("]", 100)
	for _, c := range []struct{ name, text, want string }{
		{"empty", " \n", "the file is empty"},
		{"comments alone", "# nothing\n", "nothing but comments"},
		{"tab", "a:\n\tb: 1\n", "use spaces"},
		{"broken", "a: [1, 2\nb: 3\n", "line "},
		{"unclosed", "a: \"x\n", "line "},
		{"not UTF-8", "a: 1\nb: \xff\n", "line 2: the text is not valid UTF-8"},
		{"UTF-16", "\xff\xfea\x00:\x00", "line 1: the text is not valid UTF-8"},
		{"twice", "a: 1\nb:\n  c: 1\n  c: 2\n", "b.c (line 4): is given twice, first in line 3"},
		{"two documents", "a: 1\n---\nb: 2\n", "line 2: a second document begins"},
		{"anchor", "a: &x [1]\nb: *x\n", "a (line 1): anchors and aliases are not taken"},
		{"bomb", "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", "anchors and aliases are not taken"},
		{"merge", "a: {b: 1}\nc: {<<: {b: 2}}\n", ""},
		{"tag", "a: !!binary aGk=\n", `a (line 1): the tag "!!binary" is not taken`},
		{"own tag", "a: !thing x\n", `the tag "!thing" is not taken`},
		{"key", "? [a, b]\n: c\n", "a key must be a plain word"},
		{"deep", deep, "nested more than 64 deep"},
		{"NUL", `a: "x\0y"`, "a: holds a NUL character"},
		{"NUL in JSON", `{"a": ["x\u0000y"]}`, "a[0]: holds a NUL character"},
		{"JSON twice", `{"a": 1, "a": 2}`, "a: is given twice"},
		{"JSON broken", "{\"a\": 1,\n}", "line 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := providerfile.Parse("file", []byte(c.text))
			switch {
			case c.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != "" && err == nil:
				t.Errorf("taken, want a fault with %q", c.want)
			case c.want != "" && !strings.Contains(err.Error(), c.want):
				t.Errorf("the fault is %q, want %q in it", err, c.want)
			}
		})
	}
}

func TestTooLongYAMLIsRefused(t *testing.T) {
	text := "a: " + strings.Repeat("x", providerfile.MaxYAMLBytes)
	if _, err := providerfile.Parse("big.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), "split it") {
		t.Errorf("a text above the limit gave %v", err)
	}
}

// Scalars keep the text that they were written with.
func TestScalarsKeepTheirText(t *testing.T) {
	root, err := providerfile.Parse("p.yaml", []byte("price: 0.90\nday: 2026-01-01\ncode: 0042\nbig: 1e3\nhex: 0x10\nnothing: ~\nyes: true\nword: yes\nlast: 3.000000000001\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]doc.Node{
		"price": doc.TextNode("0.90"), "day": doc.TextNode("2026-01-01"), "code": doc.TextNode("0042"), "big": doc.TextNode("1e3"),
		"hex": doc.TextNode("0x10"), "nothing": {}, "yes": doc.BoolNode(true), "word": doc.TextNode("yes"), "last": doc.TextNode("3.000000000001"),
	}
	for _, f := range root.Fields {
		if w := want[f.Name]; f.Value.Kind != w.Kind || f.Value.Text != w.Text {
			t.Errorf("%s is %v %q, want %v %q", f.Name, f.Value.Kind, f.Value.Text, w.Kind, w.Text)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("a: [1, {b: c}]\n")
	f.Add("{\"a\": null}")
	f.Add("a: &x\n  - *x\n")
	f.Add("\t\n- - -\n? ? ?")
	f.Fuzz(func(t *testing.T, text string) {
		root, err := providerfile.Parse("p.yaml", []byte(text))
		if (root == nil) != (err != nil) && err == nil {
			t.Error("neither a document nor a fault")
		}
	})
}
