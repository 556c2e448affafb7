package maillog

import "crypto/sha256"

// Lines lists the formats of logs that grow line by line, and can be followed.
var Lines = []string{Mailman3, Mailman3Default, Postfix}

// HeadHash is the hash by which a log is known: that of its first line, without the line feed, or of what is looked at
// of a very long one.
func HeadHash(line []byte) []byte {
	h := sha256.Sum256(line[:min(len(line), MaxLine)])
	return h[:]
}
