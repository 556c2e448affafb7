package document

import (
	"strings"

	"github.com/rivo/uniseg"
)

// width is the number of columns that a text takes on a terminal: two for wide characters, none for marks.
func width(text string) int {
	for i := range len(text) {
		if text[i] < ' ' || text[i] > '~' {
			return uniseg.StringWidth(text)
		}
	}
	return len(text) // the usual case, without looking each letter up
}

// pad fills a text with blanks up to a column; a longer one keeps one blank between it and what follows.
func pad(text string, to int) string { return text + strings.Repeat(" ", max(to-width(text), 1)) }

// left sets a figure at the right end of a column.
func left(figure string, column int) string {
	return strings.Repeat(" ", max(column-width(figure), 1)) + figure
}

// wrap breaks a text at blanks into lines of at most columns; a word that is longer is broken between characters as
// people see them. An empty text is one empty line.
func wrap(text string, columns int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && width(line)+1+width(word) <= columns {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		parts := broken(word, columns)
		lines = append(lines, parts[:len(parts)-1]...)
		line = parts[len(parts)-1]
	}
	return append(lines, line)
}

// broken cuts a word into parts of at most columns. A character wider than that stays whole.
func broken(word string, columns int) []string {
	if width(word) <= columns {
		return []string{word}
	}
	var parts []string
	part, used, state := "", 0, -1
	for word != "" {
		cluster, rest, w, next := uniseg.FirstGraphemeClusterInString(word, state)
		if part != "" && used+w > columns {
			parts = append(parts, part)
			part, used = "", 0
		}
		part, used, word, state = part+cluster, used+w, rest, next
	}
	return append(parts, part)
}
