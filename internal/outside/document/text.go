package document

import (
	"bufio"
	"io"
	"strings"

	"postmeter/internal/domain/statement"
)

// Measures of the text page, in columns.
const (
	textWidth    = 76 // fits a mail window and a sheet of paper
	amountWidth  = 22 // of the column at the right
	wordWidth    = textWidth - amountWidth
	explainWidth = 68 // up to the cents of the amounts
	labelWidth   = 16 // of "Purchase order  "
	listWidth    = 31 // of the list's name in the usage table
)

// Text writes a statement as plain text for a mail or a terminal: UTF-8, 76 columns, each line ended by \n.
func Text(w io.Writer, s *statement.Statement) error {
	buffered := bufio.NewWriter(w)
	t := &textPage{w: buffered}
	t.head(s)
	t.groups(s)
	t.sums(s.Sums)
	t.foot(s)
	t.usage(s)
	if t.err != nil {
		return t.err
	}
	return buffered.Flush()
}

// textPage writes lines until an error comes.
type textPage struct {
	w   *bufio.Writer
	err error
}

// line writes one line without blanks at its end.
func (t *textPage) line(text string) {
	if t.err == nil {
		_, t.err = t.w.WriteString(strings.TrimRight(text, " ") + "\n")
	}
}

func (t *textPage) rule() { t.line(strings.Repeat("-", textWidth)) }

// block writes a text, wrapped.
func (t *textPage) block(text string) {
	for _, part := range wrap(text, textWidth) {
		t.line(part)
	}
}

// pair writes a wrapped text with an amount at the right of its last line.
func (t *textPage) pair(indent int, text, right string) {
	parts := wrap(text, wordWidth-indent)
	for i, part := range parts {
		line := strings.Repeat(" ", indent) + part
		if i == len(parts)-1 {
			line = pad(line, textWidth-width(right)) + right
		}
		t.line(line)
	}
}

// labelled writes a label and a text beside it, wrapped.
func (t *textPage) labelled(label, text string) {
	for _, part := range wrap(text, textWidth-labelWidth) {
		t.line(pad(label, labelWidth) + part)
		label = ""
	}
}

func (t *textPage) head(s *statement.Statement) {
	t.block(s.Issuer.Name)
	for _, line := range s.Issuer.Lines {
		t.block(line)
	}
	t.line("")
	title := strings.ToUpper(s.Title)
	if s.Stamp == "Void" {
		title += " - VOID"
	}
	t.block(title)
	t.rule()
	t.labelled("To", s.Recipient.Name)
	for _, line := range s.Recipient.Lines {
		t.labelled("", line)
	}
	for _, f := range s.Facts {
		t.labelled(f.Name, f.Text)
	}
	t.line("")
	t.pair(0, strings.ToUpper(s.Headline.Label), figure(s.Headline.Value))
	if s.Headline.Note != "" {
		t.block(s.Headline.Note)
	}
	t.rule()
}

func (t *textPage) groups(s *statement.Statement) {
	if len(s.Groups) == 0 {
		t.block("Nothing was used and nothing is due in this period.")
	}
	several := named(s.Groups) > 1
	for i, g := range s.Groups {
		if i > 0 {
			t.line("")
		}
		if g.Name != "" {
			t.block(g.Name)
		}
		for _, m := range g.Months {
			if m.Name != "" {
				t.block(m.Name)
			}
			for _, row := range m.Lines {
				t.row(row)
			}
		}
		if several && g.Name != "" {
			t.pair(2, "Together", figure(g.Subtotal))
		}
	}
	t.rule()
}

func (t *textPage) row(row statement.Row) {
	title := row.Title
	if row.Object != "" {
		title += ", " + row.Object
	}
	t.pair(2, title, figure(row.Amount))
	for _, text := range row.Details {
		t.explain(4, text)
	}
	for _, text := range row.Steps {
		t.explain(6, text)
	}
}

// explain writes a text below an amount, and leaves room beneath the figures.
func (t *textPage) explain(indent int, text string) {
	for _, part := range wrap(text, explainWidth-indent) {
		t.line(strings.Repeat(" ", indent) + part)
	}
}

func (t *textPage) sums(sums []statement.Sum) {
	for _, sum := range sums {
		label := sum.Label
		if sum.Strong {
			label = strings.ToUpper(label)
		}
		t.pair(0, label, figure(sum.Value))
	}
}

func (t *textPage) foot(s *statement.Statement) {
	for _, text := range s.Payment {
		t.line("")
		t.block(text)
	}
	if len(s.Notes) > 0 {
		t.line("")
	}
	for _, text := range s.Notes {
		t.block(text)
	}
}

func (t *textPage) usage(s *statement.Statement) {
	if len(s.Usage) == 0 {
		return
	}
	t.line("")
	t.line(usageLine("Usage", "Posts", "Copies", "Volume", "Members"))
	for _, u := range s.Usage {
		names := wrap(u.List, listWidth)
		for _, part := range names[:len(names)-1] {
			t.line(part)
		}
		t.line(usageLine(names[len(names)-1], u.Messages, u.Recipients, u.Volume, u.Members))
	}
	t.block(s.UsageNote)
}

// usageLine sets four figures at the right of a name.
func usageLine(name, messages, recipients, volume, members string) string {
	return pad(name, listWidth) + left(messages, 10) + left(recipients, 12) + left(volume, 13) + left(members, 10)
}

// figure writes an amount: "1,234.50", "credit -10.00", "USD 1,234.50". The digits end it, so that columns align.
func figure(m statement.Money) string {
	text := m.Text
	if m.Currency != "" {
		text = m.Currency + " " + text
	}
	if m.Credit {
		text = "credit " + text
	}
	return text
}
