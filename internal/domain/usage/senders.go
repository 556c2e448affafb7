package usage

import "bytes"

// Senders recognises service mail (welcome, notices, digests) by its sender. Patterns are addresses in which * stands
// for any run of characters, such as *-request@*; letters match in either case (A to Z only).
type Senders struct{ patterns []senderPattern }

// senderPattern is a pattern, cut at its stars.
type senderPattern struct {
	parts  [][]byte
	around []byte // the part that holds the pattern's only @, and where it is in it; nil if there is no such part
	at     int
}

// NewSenders returns the senders that match one of the patterns.
func NewSenders(patterns []string) *Senders {
	s := &Senders{}
	for _, text := range patterns {
		p := senderPattern{parts: bytes.Split(lower([]byte(text)), []byte("*"))}
		if bytes.Count([]byte(text), []byte("@")) == 1 {
			for _, part := range p.parts {
				if i := bytes.IndexByte(part, '@'); i >= 0 {
					p.around, p.at = part, i
				}
			}
		}
		s.patterns = append(s.patterns, p)
	}
	return s
}

// Match says whether mail from this sender is service mail.
func (s *Senders) Match(sender []byte) bool {
	if len(s.patterns) == 0 {
		return false
	}
	at := bytes.IndexByte(sender, '@')
	if at >= 0 && bytes.IndexByte(sender[at+1:], '@') >= 0 {
		at = -1 // which of them is meant cannot be told quickly
	}
	for i := range s.patterns {
		p := &s.patterns[i]
		if at >= 0 && p.around != nil && !p.fits(sender, at) {
			continue
		}
		if matches(p.parts, lower(sender)) {
			return true
		}
	}
	return false
}

// fits says, quickly, whether a sender with one @ could match: what stands around it is the same.
func (p *senderPattern) fits(sender []byte, at int) bool {
	start := at - p.at
	if start < 0 || start+len(p.around) > len(sender) {
		return false
	}
	for i := len(p.around) - 1; i >= 0; i-- {
		if c := sender[start+i]; c != p.around[i] && (c < 'A' || c > 'Z' || c+'a'-'A' != p.around[i]) {
			return false
		}
	}
	return true
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
