package office_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/providerfile"
	"postmeter/internal/stage/office"
	"postmeter/internal/store/storetest"
)

// Whatever stands in the place of any value, an import either takes it or names a fault; and what it took, it
// exports, and takes again without a change.
func TestAnyValueAnywhereIsTakenOrNamed(t *testing.T) {
	text := provider(t)
	d := newDesk(t, storetest.SQLite(t))
	d.take(text)
	rapid.Check(t, func(r *rapid.T) {
		root, err := providerfile.Parse("p.yaml", []byte(text))
		if err != nil {
			r.Fatal(err)
		}
		for range rapid.IntRange(1, 3).Draw(r, "mutations") {
			mutate(r, root)
		}
		files := []office.File{{Name: "p.yaml", Root: root}}
		switch _, err := office.Import(context.Background(), d.db, by, files, d.vault); {
		case err == nil:
			state := d.state()
			if report := d.take(d.export()); report.Customers.Changed+report.Lists.Changed+report.Plans.Changed+report.Servers.Changed != 0 {
				r.Errorf("its own export changed something: %+v", report)
			}
			if diff := cmp.Diff(state, d.state()); diff != "" {
				r.Errorf("its own export left a trace:\n%s", diff)
			}
		case fault.KindOf(err) != fault.Invalid:
			r.Errorf("a %s fault: %v", fault.KindOf(err), err)
		}
	})
}

// mutate puts something else in the place of a value, or gives a field another name.
func mutate(r *rapid.T, n *doc.Node) {
	for depth := 0; ; depth++ {
		size := len(n.Items) + len(n.Fields)
		if size == 0 || depth > 0 && rapid.IntRange(0, 3).Draw(r, "stop") == 0 {
			break
		}
		at := rapid.IntRange(0, size-1).Draw(r, "at")
		if at < len(n.Items) {
			n = &n.Items[at]
			continue
		}
		f := &n.Fields[at-len(n.Items)]
		if rapid.IntRange(0, 30).Draw(r, "rename") == 0 {
			f.Name = rapid.SampledFrom([]string{"", "start", "end", "id", "name", "credit"}).Draw(r, "name")
		}
		n = &f.Value
	}
	*n = rapid.SampledFrom([]doc.Node{
		{}, doc.BoolNode(true), doc.BoolNode(false), doc.WholeNode(-1), doc.WholeNode(7), doc.TextNode(""), doc.TextNode("x"), doc.TextNode("0"), doc.TextNode("-5.5"),
		doc.TextNode("9999999999999999999999999"), doc.TextNode("99999999999999999"), doc.TextNode("1e9"), doc.TextNode("2026-02-29"), doc.TextNode("2024-02-29"),
		doc.TextNode("0001-01-01"), doc.TextNode("9999-12-31"), doc.TextNode("s1"), doc.TextNode("std"), doc.TextNode("Acme"), doc.TextNode("\x01"), doc.TextNode("a\nb"),
		{Kind: doc.Array}, {Kind: doc.Object}, {Kind: doc.Array, Items: []doc.Node{{}, doc.TextNode("y"), {Kind: doc.Object}}},
		{Kind: doc.Object, Fields: []doc.Field{{Name: "z", Value: doc.TextNode("z")}}}, {Kind: doc.Number, Text: "1.5"},
	}).Draw(r, "value")
}
