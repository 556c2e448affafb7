package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/rivo/uniseg"

	"postmeter/internal/domain/statement"
)

// table prints rows in columns. A column whose title ends in > is set to the right, as figures are.
type table struct {
	titles []string
	right  []bool
	rows   [][]string
}

func newTable(titles ...string) *table {
	t := &table{}
	for _, title := range titles {
		name, right := strings.CutSuffix(title, ">")
		t.titles = append(t.titles, name)
		t.right = append(t.right, right)
	}
	return t
}

// add adds a row of one cell for each column. Cells are cleaned of what would move the cursor.
func (t *table) add(cells ...string) {
	row := make([]string, len(t.titles))
	for i := range row {
		if i < len(cells) {
			row[i] = statement.Clean(cells[i])
		}
	}
	t.rows = append(t.rows, row)
}

// print writes the table, under its titles if it has any.
func (t *table) print(w io.Writer) error {
	widths := make([]int, len(t.titles))
	lines := t.rows
	if strings.Join(t.titles, "") != "" {
		lines = append([][]string{t.titles}, t.rows...)
	}
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], uniseg.StringWidth(cell))
		}
	}
	for _, line := range lines {
		var b strings.Builder
		for i, cell := range line {
			gap := strings.Repeat(" ", widths[i]-uniseg.StringWidth(cell))
			if t.right[i] {
				cell = gap + cell
			} else {
				cell += gap
			}
			b.WriteString(cell + "  ")
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(b.String(), " ")); err != nil {
			return err
		}
	}
	return nil
}
