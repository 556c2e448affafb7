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
	maxNameRunes = 100 // of a salesperson's word
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

// Bits of initials.
const (
	signs  = 36 // a to z and 0 to 9 have one each
	shared = 27 // the others share these, and so do the first two of each word
)

// Initials says with what words begin, as bits: with which letter or digit, and with which two. Who has a word with a beginning has all bits
// of that; of those who have none, some have them too.
func Initials(words []string) (bits int64) {
	for _, word := range words {
		letters := []rune(word[:min(len(word), 2*utf8.UTFMax)])
		first := sign(letters[0])
		if first < signs {
			bits |= 1 << first
		} else {
			bits |= 1 << (signs + first%shared)
		}
		if len(letters) > 1 {
			bits |= 1 << (signs + (4*first+sign(letters[1]))%shared)
		}
	}
	return bits
}

// sign is the number of a letter or digit.
func sign(r rune) int {
	switch {
	case 'a' <= r && r <= 'z':
		return int(r - 'a')
	case '0' <= r && r <= '9':
		return int(r-'0') + 26
	default:
		return signs + int(r)
	}
}

// salespersonMark begins the word of a salesperson. No word of a text begins with it.
const salespersonMark = "="

// SalespersonWord is the word by which the customers of a salesperson are found: the name, in whatever capitals of English. whole is false
// for a long name: others that begin like it have the same word.
func SalespersonWord(name string) (word string, whole bool) {
	name = SmallLetters(name)
	if runes := []rune(name); len(runes) > maxNameRunes {
		return salespersonMark + string(runes[:maxNameRunes]), false
	}
	return salespersonMark + name, true
}

// SmallLetters makes A to Z small, as databases do.
func SmallLetters(text string) string {
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, text)
}

// SalespersonWords are those of a customer's salespeople, each once.
func (c *Customer) SalespersonWords() (out []string) {
	for _, name := range c.Salespeople {
		word, _ := SalespersonWord(name)
		out = append(out, word)
	}
	slices.Sort(out)
	return slices.Compact(out)
}
