package maillog

import "crypto/sha256"

// HeadHash is the hash by which a log is known: that of its first line, without the line feed, or of what is looked at
// of a very long one.
func HeadHash(line []byte) []byte {
	h := sha256.Sum256(line[:min(len(line), MaxLine)])
	return h[:]
}
