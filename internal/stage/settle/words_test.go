package settle_test

import (
	"fmt"
	"strconv"
	"strings"

	"postmeter/internal/domain/period"
)

// words reads a line of a scenario word by word; a text of several words stands in quotes. The first mistake stays.
type words struct {
	text string
	err  error
}

func (w *words) done() bool { return strings.TrimSpace(w.text) == "" }

func (w *words) next() string {
	w.text = strings.TrimSpace(w.text)
	if quoted, ok := strings.CutPrefix(w.text, `"`); ok {
		word, rest, closed := strings.Cut(quoted, `"`)
		if !closed {
			w.fail("a quote is not closed")
		}
		w.text = rest
		return word
	}
	word, rest, _ := strings.Cut(w.text, " ")
	w.text = rest
	if word == "" {
		w.fail("a word is missing at the end")
	}
	return word
}

// maybe takes the next word if it is this one.
func (w *words) maybe(word string) bool {
	w.text = strings.TrimSpace(w.text)
	rest, ok := strings.CutPrefix(w.text, word+" ")
	if ok {
		w.text = rest
	}
	return ok
}

func (w *words) word(want string) {
	if got := w.next(); got != want && w.err == nil {
		w.fail("%q stands where %q should", got, want)
	}
}

// because takes the rest of the line as the reason.
func (w *words) because() string {
	w.word("because")
	reason := strings.TrimSpace(w.text)
	w.text = ""
	return reason
}

func (w *words) date() period.Date {
	d, err := period.Parse(w.next())
	if err != nil {
		w.fail("%v", err)
	}
	return d
}

func (w *words) month() period.Month {
	m, err := period.ParseMonth(w.next())
	if err != nil {
		w.fail("%v", err)
	}
	return m
}

func (w *words) number() int {
	n, err := strconv.Atoi(w.next())
	if err != nil {
		w.fail("%v", err)
	}
	return n
}

// list reads server/site/list as the fields of a report.
func (w *words) list() string {
	parts := strings.Split(w.next(), "/")
	if len(parts) != 3 {
		w.fail("a list is written as server/site/list")
		return ""
	}
	return fmt.Sprintf(`"server":%q,"site":%q,"list":%q`, parts[0], parts[1], parts[2])
}

func (w *words) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

// end says whether the line was understood to its end.
func (w *words) end() error {
	if !w.done() {
		w.fail("%q is one word too many", strings.TrimSpace(w.text))
	}
	return w.err
}

// then does what the line says if it was understood.
func (w *words) then(do func() error) error {
	if err := w.end(); err != nil {
		return err
	}
	return do()
}
