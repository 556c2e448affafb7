package office

import (
	"cmp"
	"slices"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/maillog"
)

// maxLogs is how many logs of a server may be followed on the billing machine.
const maxLogs = 100

// readLogs reads the logs of a server that lie on the billing machine and are to be followed there.
func readLogs(r *doc.Reader) []hosting.Feed {
	var out []hosting.Feed
	seen := map[string]bool{}
	r.Each("logs", func(_ int, r *doc.Reader) {
		f := hosting.Feed{Path: r.Name("path"), Format: r.Name("format"), Rotated: r.Text("rotated", "")}
		if f.Path != "" && f.Format != "" { // else a fault already
			r.FaultError("", f.Check(maillog.Lines))
		}
		if seen[f.Path] {
			r.Fault("path", "%q is given twice", f.Path)
		}
		seen[f.Path] = true
		out = append(out, f)
		r.Done()
	})
	if len(out) > maxLogs {
		r.Fault("logs", "has %d items: at most %d are allowed", len(out), maxLogs)
	}
	slices.SortFunc(out, func(a, b hosting.Feed) int { return cmp.Compare(a.Path, b.Path) })
	return out
}

func logsNode(feeds []hosting.Feed) doc.Node {
	out := doc.Node{Kind: doc.Array}
	for _, f := range feeds {
		var n doc.Node
		n.Add("path", doc.TextNode(f.Path))
		n.Add("format", doc.TextNode(f.Format))
		if f.Rotated != "" {
			n.Add("rotated", doc.TextNode(f.Rotated))
		}
		out.Items = append(out.Items, n)
	}
	return out
}
