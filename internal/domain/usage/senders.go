package usage

import "bytes"

// Senders recognises service mail (welcome, notices, digests) by its sender. Patterns are addresses in which * stands
// for any run of characters, such as *-request@*; letters match in either case (A to Z only).
type Senders struct{ patterns [][][]byte }

// NewSenders returns the senders that match one of the patterns.
func NewSenders(patterns []string) *Senders {
	s := &Senders{}
	for _, p := range patterns {
		s.patterns = append(s.patterns, bytes.Split(lower([]byte(p)), []byte("*")))
	}
	return s
}

// Match says whether mail from this sender is service mail.
func (s *Senders) Match(sender []byte) bool {
	if len(s.patterns) == 0 {
		return false
	}
	sender = lower(sender)
	for _, parts := range s.patterns {
		if matches(parts, sender) {
			return true
		}
	}
	return false
}

// matches says whether text is the parts in order with anything between them.
func matches(parts [][]byte, text []byte) bool {
	first, last := parts[0], parts[len(parts)-1]
	if len(parts) == 1 {
		return bytes.Equal(text, first)
	}
	if !bytes.HasPrefix(text, first) {
		return false
	}
	text = text[len(first):]
	for _, part := range parts[1 : len(parts)-1] {
		i := bytes.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
	return bytes.HasSuffix(text, last)
}

// lower returns text with A to Z in lower case; text itself if it has none.
func lower(text []byte) []byte {
	for i, c := range text {
		if c < 'A' || c > 'Z' {
			continue
		}
		out := bytes.Clone(text)
		for ; i < len(out); i++ {
			if c := out[i]; c >= 'A' && c <= 'Z' {
				out[i] = c + 'a' - 'A'
			}
		}
		return out
	}
	return text
}
