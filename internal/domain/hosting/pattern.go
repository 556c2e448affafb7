package hosting

import (
	"strings"

	"postmeter/internal/domain/fault"
)

// MaxPatterns is how many patterns one search takes.
const MaxPatterns = 100

// Patterns reads what people look for: addresses, with * for any characters, several in one text parted by |. Upper and
// lower case are the same, so they come in small letters, each once.
func Patterns(texts []string) ([]string, error) {
	var out []string
	seen := map[string]bool{}
	for _, text := range texts {
		for part := range strings.SplitSeq(text, "|") {
			p := strings.ToLower(strings.TrimSpace(part))
			if p == "" || seen[p] {
				continue
			}
			if err := CheckName(p); err != nil {
				return nil, fault.New(fault.Invalid, "the pattern %q %s", p, err)
			}
			seen[p] = true
			out = append(out, p)
		}
	}
	switch {
	case len(out) == 0:
		return nil, fault.New(fault.Invalid, "nothing to look for: name an address, or a part of it such as *@example.org")
	case len(out) > MaxPatterns:
		return nil, fault.New(fault.Invalid, "%d patterns: at most %d can be looked for at once", len(out), MaxPatterns)
	}
	return out, nil
}

// ParsePlace reads server/site/list, as Place.String writes it.
func ParsePlace(text string) (Place, error) {
	parts := strings.Split(text, "/")
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" {
		return Place{}, fault.New(fault.Invalid, "%q is no place of a list: write SERVER/SITE/LIST, as reports do", text)
	}
	return Place{parts[0], parts[1], parts[2]}, nil
}
