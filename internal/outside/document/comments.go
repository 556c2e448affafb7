package document

import (
	"html"
	"html/template"
	"net/url"
	"slices"
	"strings"

	nethtml "golang.org/x/net/html"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/statement"
)

// Comments are what stands above the invoice in the HTML part of a mail: a small, safe part of HTML. The zero value is none.
type Comments struct {
	html template.HTML
	text string
}

// Text is what the comments say without their marks.
func (c Comments) Text() string { return c.text }

// commentMarks are the elements that comments may have.
var commentMarks = []string{"p", "br", "b", "strong", "i", "em", "u", "ul", "ol", "li", "a"}

// ReadComments takes comments in HTML: paragraphs, line breaks, bold, italic, underlined, lists, and links to
// web pages and mail addresses. Anything else is an Invalid fault that names it.
func ReadComments(text string) (Comments, error) {
	var out, plain strings.Builder
	var open []string
	z := nethtml.NewTokenizer(strings.NewReader(text))
	for {
		switch kind := z.Next(); kind {
		case nethtml.ErrorToken: // the end: the reader has no other error
			for i := len(open) - 1; i >= 0; i-- {
				out.WriteString("</" + open[i] + ">")
			}
			return Comments{template.HTML(out.String()), strings.TrimSpace(plain.String())}, nil //nolint:gosec // made of known elements and escaped text
		case nethtml.TextToken:
			said := cleanComment(z.Token().Data)
			out.WriteString(html.EscapeString(said))
			plain.WriteString(said)
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			t := z.Token()
			mark, err := commentMark(&t)
			if err != nil {
				return Comments{}, err
			}
			out.WriteString(mark)
			if slices.Contains([]string{"p", "br", "li"}, t.Data) && plain.Len() > 0 {
				plain.WriteByte('\n')
			}
			if t.Data != "br" && kind == nethtml.StartTagToken {
				open = append(open, t.Data)
			}
		case nethtml.EndTagToken:
			t := z.Token()
			at := slices.Index(open, t.Data)
			for at >= 0 && len(open) > at {
				out.WriteString("</" + open[len(open)-1] + ">")
				open = open[:len(open)-1]
			}
		case nethtml.CommentToken, nethtml.DoctypeToken:
			return Comments{}, fault.New(fault.Invalid, "has a mark that mails do not take: use only <%s>", strings.Join(commentMarks, ">, <"))
		}
	}
}

// commentMark writes the start of an element with nothing but, for a link, where it leads.
func commentMark(t *nethtml.Token) (string, error) {
	if !slices.Contains(commentMarks, t.Data) {
		return "", fault.New(fault.Invalid, "has <%s>, which mails do not take: use only <%s>", statement.Clean(t.Data), strings.Join(commentMarks, ">, <"))
	}
	if t.Data != "a" {
		return "<" + t.Data + ">", nil
	}
	for _, a := range t.Attr {
		if a.Key != "href" {
			continue
		}
		u, err := url.Parse(strings.TrimSpace(a.Val))
		if err != nil || !slices.Contains([]string{"http", "https", "mailto"}, u.Scheme) {
			return "", fault.New(fault.Invalid, "has a link that does not lead to a web page or a mail address: begin it with https:// or mailto:")
		}
		return `<a href="` + html.EscapeString(u.String()) + `">`, nil
	}
	return "", fault.New(fault.Invalid, "has a link that leads nowhere: <a> needs href")
}

// Paragraphs are comments of plain text: an empty line begins a paragraph.
func Paragraphs(text string) Comments {
	var out strings.Builder
	for _, paragraph := range strings.Split(cleanComment(text), "\n\n") {
		if paragraph = strings.TrimSpace(paragraph); paragraph != "" {
			out.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(paragraph), "\n", "<br>") + "</p>")
		}
	}
	return Comments{template.HTML(out.String()), text} //nolint:gosec // escaped above
}

// cleanComment keeps the lines of a text and drops other control characters.
func cleanComment(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := range lines {
		clean := statement.Clean(lines[i])
		if strings.HasPrefix(lines[i], " ") && clean != "" {
			clean = " " + clean
		}
		if strings.HasSuffix(lines[i], " ") && clean != "" {
			clean += " "
		}
		lines[i] = clean
	}
	return strings.Join(lines, "\n")
}
