package web

import (
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
)

// Kind is how a field is typed.
type Kind uint8

// The kinds of fields.
const (
	Text     Kind = iota
	Lines         // several lines; of a list of texts: one a line
	Email         // a mail address
	Phone         // a phone number
	Money         // an amount; shown normalised on leaving
	Number        // a number
	Date          // a civil date; shown as 2026-09-01 on leaving
	Check         // yes or no
	Select        // one of Options, in a list that opens
	Choice        // one of Options, all in sight
	Password      // never shown again
	Code          // a short code, such as of a second factor
	Month         // a month, such as that of a card; shown as 2028-12 on leaving
	Pairs         // names with their values, in order: see pairs.go
)

// Field is what does not change of a field.
type Field struct {
	Name     string // the name in the form, and the place of its faults
	Label    string
	Kind     Kind
	Help     string // under the field, only where a mistake is likely
	Unit     string // inside the field, at its end
	Per      string // the field that says for how many the amount is: told with the unit, as in USD per 1,000
	PerOne   string // what one of them is called: USD per GB
	PerMany  string // what many of them are called, or "" where that is known: USD per 50 members
	Tab      string
	Required bool // marked so; the stage decides
	Options  []Option
	List     bool   // a list of texts: one a line
	Apart    bool   // not filled from what is stored; left empty, it is left out, and what is stored stays
	Secret   bool   // Apart, and what was typed is not shown again either
	Max      int    // bytes; 0: maxText, or maxLines for several lines
	Rows     int    // of Lines
	Complete string // what a browser may fill in: autocomplete
	FreeText string // of Pairs: the name of the value that is typed by itself, on top
}

// Option is one choice.
type Option struct{ Value, Label, Help string }

// The longest texts of fields, in bytes.
const (
	maxText  = 1000
	maxLines = 20_000
)

// ID is the id of the field's input in the page.
func (f *Field) ID() string { return "f-" + f.Name }

// InputType is the type of the input.
func (f *Field) InputType() string {
	switch f.Kind {
	case Email:
		return "email"
	case Phone:
		return "tel"
	case Password:
		return "password"
	}
	return "text"
}

// InputMode is which keyboard a phone shows.
func (f *Field) InputMode() string {
	switch f.Kind {
	case Money, Number:
		return "decimal"
	case Code, Date, Month:
		return "numeric"
	case Email:
		return "email"
	case Phone:
		return "tel"
	}
	return "text"
}

// decimals is how many decimals an amount of the field has at least: those of the currency that its unit begins with.
func (f *Field) decimals() int {
	code, _, _ := strings.Cut(f.Unit, " ")
	c, err := money.ParseCurrency(code)
	if err != nil {
		return 0
	}
	return c.Decimals()
}

// check finds what is wrong with the text itself.
func (f *Field) check(values url.Values, faults *fault.List) {
	most := f.Max
	switch {
	case most > 0:
	case f.Kind == Lines || f.Kind == Pairs:
		most = maxLines
	default:
		most = maxText
	}
	if f.Kind == Pairs {
		f.checkPairs(values, faults)
	}
	for _, text := range values[f.Name] {
		switch {
		case len(text) > most:
			faults.Add(f.Name, "has %d characters: at most %d are taken", utf8.RuneCountInString(text), most)
		case !utf8.ValidString(text) || strings.ContainsFunc(text, f.forbidden):
			faults.Add(f.Name, "has a character that cannot be printed")
		case len(f.Options) > 0 && text != "" && !slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == text }):
			faults.Add(f.Name, "is none of the choices")
		}
	}
}

func (f *Field) forbidden(r rune) bool {
	if (f.Kind == Lines || f.Kind == Pairs) && (r == '\n' || r == '\r' || r == '\t') {
		return false
	}
	return unicode.IsControl(r) || r == utf8.RuneError
}

// apart says whether the field stands apart from what is stored.
func (f *Field) apart() bool { return f.Apart || f.Secret || f.Kind == Password }
