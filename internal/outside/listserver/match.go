package listserver

import (
	"strings"

	"postmeter/internal/domain/fault"
)

// maxPattern is the longest pattern, in bytes: a mail address has at most 254.
const maxPattern = 320

// Match returns what says of an address whether it matches a pattern: an address, or one with * for any characters.
// Upper and lower case are the same. An empty pattern, or one with white space, is an Invalid fault.
func Match(pattern string) (func(address string) bool, error) {
	if pattern == "" || len(pattern) > maxPattern || strings.ContainsFunc(pattern, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return nil, fault.New(fault.Invalid, "say which address to look for, with * for any characters, such as *@example.org; it has no spaces and at most %d bytes", maxPattern)
	}
	parts := strings.Split(strings.ToLower(pattern), "*")
	return func(address string) bool { return matches(parts, strings.ToLower(address)) }, nil
}

// matches says whether text is the parts, with anything between them.
func matches(parts []string, text string) bool {
	first, last := parts[0], parts[len(parts)-1]
	if len(parts) == 1 {
		return text == first
	}
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		_, rest, ok := strings.Cut(text, part)
		if !ok {
			return false
		}
		text = rest
	}
	return true
}
