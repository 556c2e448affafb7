package document

import (
	_ "embed"
	"html/template"
	"io"
	"slices"
	"strings"

	"postmeter/internal/domain/statement"
)

//go:embed invoice.html.tmpl
var invoiceTemplate string

//go:embed invoice.css
var invoiceStyle string

var invoice = template.Must(template.New("invoice").Funcs(template.FuncMap{
	"minus": minus,
	"lower": strings.ToLower,
}).Parse(invoiceTemplate))

// page is what the template is filled from.
type page struct {
	*statement.Statement
	Groups      []group
	Currency    string
	Zero        string // an amount of nothing
	ShowMembers bool
	Style       template.CSS
	Picture     template.URL // the issuer's logo, or ""
}

type group struct {
	statement.Group
	Several bool // there are other groups, so that a subtotal tells something
}

// HTML writes a statement as one page that needs nothing else: no request, no script.
func HTML(w io.Writer, s *statement.Statement) error {
	return invoice.Execute(w, newPage(s))
}

func newPage(s *statement.Statement) page {
	p := page{Statement: s, Currency: s.Headline.Value.Currency, Style: template.CSS(invoiceStyle)} //nolint:gosec // our own file
	p.Picture = template.URL(s.Logo)                                                                //nolint:gosec // the settings take only pictures, as data
	for _, sum := range s.Sums {
		p.Zero = sum.Value.Text // without lines every sum is nothing
	}
	for _, g := range s.Groups {
		p.Groups = append(p.Groups, group{g, named(s.Groups) > 1})
	}
	p.ShowMembers = slices.ContainsFunc(s.Usage, func(u statement.UsageRow) bool { return u.Members != "" })
	return p
}

// named counts the groups that have a name; the line of a free customer stands outside of all.
func named(groups []statement.Group) (n int) {
	for _, g := range groups {
		if g.Name != "" {
			n++
		}
	}
	return n
}

// minus sets the true minus sign, which is as wide as a digit and is read aloud as minus.
func minus(number string) string {
	if rest, ok := strings.CutPrefix(number, "-"); ok {
		return "−" + rest
	}
	return number
}
