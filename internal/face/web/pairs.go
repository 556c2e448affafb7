package web

import (
	"net/url"
	"strconv"
	"strings"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
)

// A field of the kind Pairs is an object of named texts, whose names the operator chooses. In the values of a form, names
// and values of one field take turns. The value with the name FreeText is typed by itself, and comes first.

// spareRows is how many empty rows the form offers.
const spareRows = 2

// normalisePairs leaves out rows in which nothing was typed, and brings the free text to the front.
func (f *Field) normalisePairs(values url.Values) {
	sent := values[f.Name]
	free, rows := "", []string{}
	for i := 0; i+1 < len(sent); i += 2 {
		name := strings.TrimSpace(sent[i])
		value := strings.TrimSpace(strings.ReplaceAll(sent[i+1], "\r\n", "\n"))
		switch {
		case name == f.FreeText && free == "":
			free = value
		case name != "" || value != "":
			rows = append(rows, name, value)
		}
	}
	values.Del(f.Name)
	if free != "" {
		values[f.Name] = append([]string{f.FreeText, free}, rows...)
	} else if len(rows) > 0 {
		values[f.Name] = rows
	}
}

// checkPairs finds values without a name, and names that are given twice.
func (f *Field) checkPairs(values url.Values, faults *fault.List) {
	seen := map[string]bool{}
	all := values[f.Name]
	for i := 0; i+1 < len(all); i += 2 {
		switch {
		case all[i] == "":
			faults.Add(f.Name, "has a value without a name: %.40q", all[i+1])
		case seen[all[i]]:
			faults.Add(f.Name, "has the name %.40q twice", all[i])
		case strings.ContainsAny(all[i], "\n\t"):
			faults.Add(f.Name, "has a name of several lines")
		}
		seen[all[i]] = true
	}
}

// pairsNode is what was typed as an object.
func (f *Field) pairsNode(values url.Values) doc.Node {
	n := doc.Node{Kind: doc.Object}
	all := values[f.Name]
	for i := 0; i+1 < len(all); i += 2 {
		n.Add(all[i], doc.TextNode(all[i+1]))
	}
	return n
}

// pairsOf is the contrary of pairsNode.
func (f *Field) pairsOf(at *doc.Node, into url.Values) {
	for i := range at.Fields {
		into.Add(f.Name, at.Fields[i].Name)
		into.Add(f.Name, at.Fields[i].Value.Text)
	}
	f.normalisePairs(into)
}

func (f *Field) showPairs(values url.Values) string {
	var out []string
	all := values[f.Name]
	for i := 0; i+1 < len(all); i += 2 {
		out = append(out, all[i]+": "+all[i+1])
	}
	return strings.Join(out, ", ")
}

func (f *Field) freeText(values url.Values) string {
	if all := values[f.Name]; len(all) > 1 && all[0] == f.FreeText {
		return all[1]
	}
	return ""
}

// rowsOf are the named values, and empty rows for more.
func (f *Field) rowsOf(values url.Values) (out [][2]string) {
	all := values[f.Name]
	for i := 0; i+1 < len(all); i += 2 {
		if all[i] != f.FreeText {
			out = append(out, [2]string{all[i], all[i+1]})
		}
	}
	for range spareRows {
		out = append(out, [2]string{})
	}
	return out
}

func (f *Field) pairID(i int, part string) string {
	return f.ID() + "-" + part + "-" + strconv.Itoa(i+1)
}
