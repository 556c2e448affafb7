package web

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"

	"postmeter/internal/domain/period"
)

// Table is a list as it is shown.
type Table struct {
	Caption string // what the rows are
	Columns []Column
	Rows    []Row
	List    *List      // nil for a table that is shown whole, in one order
	Count   string     // such as: 1,204 customers
	Next    string     // cursor of the last row when there are more after it, else ""
	Prev    string     // cursor of the first row when there are more before it, else ""
	Select  *Selection // what can be done with selected rows, or nil
	Empty   Empty
}

// Column is the head of a column. The first column is the link to the thing.
type Column struct {
	Key     string // of ListSpec.Sorts when the list can be sorted by it, or ""
	Label   string
	Figures bool // numbers, to the right
	Minor   bool // left out on a phone
}

// Row is a thing in a list.
type Row struct {
	ID    int64  // of what its box selects; 0: it has no box
	Name  string // for the label of its box
	Cells []Cell
}

// Cell is one value. Empty is empty.
type Cell struct {
	Text   string
	Path   string // where it leads
	Note   string // small, below the text
	State  State  // shown as a word of its colour
	Struck bool   // no longer counts
	Part   templ.Component
}

// whole says whether the cell is never broken over two lines: one short word, such as a date, a month or a bill's number, or
// an instant.
func (c *Cell) whole() bool {
	const date, longestWord, longestInstant = len("2026-09-01"), 20, len("2026-09-01 06:48:00 +1245")
	if !strings.Contains(c.Text, " ") {
		return c.Text != "" && utf8.RuneCountInString(c.Text) <= longestWord
	}
	if len(c.Text) < date || len(c.Text) > longestInstant {
		return false
	}
	_, err := period.Parse(c.Text[:date])
	return err == nil
}

// credit says whether the cell is an amount that is a credit: such amounts are written with the word.
func (c *Cell) credit() bool {
	return strings.HasPrefix(c.Text, "-") && strings.HasSuffix(c.Text, " credit")
}

// wholeInView says whether the list has no other page: then all in view are all that match.
func (t *Table) wholeInView() bool { return t.Next == "" && t.Prev == "" && !t.List.hasPrev(t.Prev) }

// filtered says whether the list can be searched and filtered: where there is nothing at all it cannot, unless a filter
// leaves something out by itself.
func (t *Table) filtered() bool {
	if t.List == nil || t.List.Spec.Search == "" && len(t.List.Spec.Filters) == 0 {
		return false
	}
	return len(t.Rows) > 0 || t.List.Narrowed() || slices.ContainsFunc(t.List.Spec.Filters, func(f Filter) bool { return f.Any != "" })
}

// longText is from how many characters on a text gets room, so that it makes no narrow and tall cell.
const longText = 18

// manyColumns is from how many columns on they have to be narrow to fit beside the menu.
const manyColumns = 7

// long says whether the cell has a long text.
func (c *Cell) long() bool {
	return c.Part == nil && max(utf8.RuneCountInString(c.Text), utf8.RuneCountInString(c.Note)) >= longText && !c.whole()
}

// blank says whether there is nothing in the cell, which a phone then leaves out.
func (c *Cell) blank() bool { return c.Text == "" && c.Note == "" && c.State == "" && c.Part == nil }

// Empty says what to do when there is nothing in a list.
type Empty struct {
	Text   string
	Action *Action
}

// State is a word with a colour: draft, tested, sent, paid, bounced, overdue, unconfirmed, void, active, inactive.
type State string

// Title is the state as people read it.
func (s State) Title() string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(string(s[:1])) + string(s[1:])
}

// Selection is what can be done with rows that are selected. Each action is a POST to its path with the ids of the rows
// (ReadSelection), or with the view when all that match are meant.
type Selection struct {
	One, Many string // the noun: customer, customers
	Total     string // how many match, such as 1,204 or 10,000+; "": only what is ticked can be meant
	Actions   []SelectAction
}

// SelectAction is a button of the bar below a list.
type SelectAction struct {
	Label  string
	Path   string
	Danger bool // takes something away
}

// Names of what a selection sends.
const (
	selectID    = "id"
	selectAll   = "_all"
	selectQuery = "_query"
)

// Count writes how many there are, with commas; from most on it is "most+".
func Count(n, most int64) string {
	if n >= most && most > 0 {
		return Thousands(most) + "+"
	}
	return Thousands(n)
}

// Things writes how many there are of something: 1 customer, 1,204 customers, 10,000+ customers.
func Things(n, most int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Count(n, most) + " " + many
}

// Thousands writes a whole number with commas.
func Thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, text = "-", text[1:]
	}
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return sign + text
}

func rowID(id int64) string { return strconv.FormatInt(id, 10) }
