package customer

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of the words that a customer is found by.
const (
	maxWordBytes = 60
	maxWords     = 60
	maxNameBytes = 200 // of a salesperson's word
)

// Words returns the words of a text as searches compare them: in lower case, without what stands between letters and
// digits, each once, in order.
func Words(texts ...string) []string {
	var out []string
	for _, text := range texts {
		for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool {
			return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
		}) {
			if len(word) > maxWordBytes {
				word = strings.ToValidUTF8(word[:maxWordBytes], "")
			}
			out = append(out, word)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return out[:min(len(out), maxWords)]
}

// SearchWords returns the words by which a customer is found.
func (c *Customer) SearchWords() []string {
	texts := []string{c.Company, c.Contact, c.Email, c.Phone}
	return Words(append(append(texts, c.AdditionalAddresses...), c.Salespeople...)...)
}

// Initials says with which letters and digits words begin: each is a bit, of a to z and 0 to 9 one of its own, and all others share 27.
// Who has a word with a beginning has the bit of that.
func Initials(words []string) (bits int64) {
	for _, word := range words {
		first, _ := utf8.DecodeRuneInString(word)
		switch {
		case 'a' <= first && first <= 'z':
			bits |= 1 << (first - 'a')
		case '0' <= first && first <= '9':
			bits |= 1 << (26 + first - '0')
		default:
			bits |= 1 << (36 + first%27)
		}
	}
	return bits
}

// salespersonMark begins the word of a salesperson. No word of a text begins with it.
const salespersonMark = "="

// SalespersonWord is the word by which the customers of a salesperson are found. Names of the same words have the same one.
func SalespersonWord(name string) string {
	word := salespersonMark + strings.Join(Words(name), " ")
	if len(word) > maxNameBytes {
		word = strings.ToValidUTF8(word[:maxNameBytes], "")
	}
	return word
}

// SalespersonWords are those of a customer's salespeople.
func (c *Customer) SalespersonWords() (out []string) {
	for _, name := range c.Salespeople {
		out = append(out, SalespersonWord(name))
	}
	return out
}
