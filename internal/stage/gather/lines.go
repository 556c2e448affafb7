package gather

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"sync"

	"github.com/cespare/xxhash/v2"

	"postmeter/internal/outside/maillog"
)

// Sizes of reading, in bytes. A chunk is small enough to be split, parsed and hashed while it is in the cache of the
// processor.
const (
	chunkBytes  = 128 << 10
	bufferBytes = maillog.MaxLine + 2*chunkBytes
)

// lines splits a log into complete lines, and keeps the hash of all bytes before the next one. Its memory is bounded
// whatever the length of a line.
type lines struct {
	from   io.Reader
	buf    []byte
	r, w   int       // buf[r:w] was read and not taken
	hashed int       // buf[:hashed] is in sum
	blind  bool      // the hash is not needed from here on
	offset int64     // of buf[r] in the log
	sum    hash.Hash // of the bytes of the log
	err    error     // that ended the reading; io.EOF at the end
}

func newLines(from io.Reader) *lines {
	return &lines{from: from, buf: make([]byte, bufferBytes), sum: sha256.New()}
}

// newLinesAt splits a log from an offset on; sum is the hash of the bytes before it.
func newLinesAt(from io.Reader, offset int64, sum hash.Hash) *lines {
	buf := spareBuffers.Get().(*[bufferBytes]byte) //nolint:forcetypeassert // nothing else is put in
	return &lines{from: from, buf: buf[:], offset: offset, sum: sum}
}

// free gives the buffer back for the next log. The lines must not be used any more.
func (l *lines) free() {
	spareBuffers.Put((*[bufferBytes]byte)(l.buf))
	l.buf = nil
}

var spareBuffers = sync.Pool{New: func() any { return new([bufferBytes]byte) }}

// next returns the next complete line; false at the end, and if the reading failed: see failed.
func (l *lines) next(line *maillog.Line) bool {
	searched := 0
	for {
		if i := bytes.IndexByte(l.buf[l.r+searched:l.w], '\n'); i >= 0 {
			end := l.r + searched + i
			line.Text, line.Position, line.Cut = l.buf[l.r:end], l.offset, false
			l.take(end + 1 - l.r)
			return true
		}
		if searched = l.w - l.r; searched > maillog.MaxLine {
			return l.long(line)
		}
		if !l.fill() {
			return false
		}
	}
}

// failed returns what ended the reading, if that was not the end of the log.
func (l *lines) failed() error {
	if errors.Is(l.err, io.EOF) {
		return nil
	}
	return l.err
}

// rest returns the incomplete line at the end, and takes nothing. It is empty after a complete one.
func (l *lines) rest() []byte { return l.buf[l.r:l.w] }

// prefix returns the hash of all bytes before the next line.
func (l *lines) prefix() []byte {
	l.absorb()
	return l.sum.Sum(nil)
}

// head returns the hash of the first line; false if there is no complete one. It takes nothing.
func (l *lines) head() ([]byte, bool) {
	for {
		if i := bytes.IndexByte(l.buf[l.r:l.w], '\n'); i >= 0 {
			return maillog.HeadHash(l.buf[l.r : l.r+i]), true
		}
		if l.w-l.r > maillog.MaxLine {
			return maillog.HeadHash(l.buf[l.r:l.w]), true
		}
		if !l.fill() {
			return nil, false
		}
	}
}

// skip takes n bytes; false if the log ends before, or the reading failed.
func (l *lines) skip(n int64) bool {
	for n > 0 {
		if l.r == l.w && !l.fill() {
			return false
		}
		part := min(n, int64(l.w-l.r))
		l.take(int(part))
		n -= part
	}
	return true
}

func (l *lines) take(n int) {
	l.r += n
	l.offset += int64(n)
}

// absorb brings the hash up to the next line.
func (l *lines) absorb() {
	if !l.blind {
		l.sum.Write(l.buf[l.hashed:l.r])
	}
	l.hashed = l.r
}

// fill reads more; false when there is no more.
func (l *lines) fill() bool {
	if l.err != nil {
		return false
	}
	if l.r > 0 { // what is left is mostly less than a line, and what is read stays in the same, warm, memory
		l.absorb()
		l.w = copy(l.buf, l.buf[l.r:l.w])
		l.r, l.hashed = 0, 0
	}
	n, err := l.from.Read(l.buf[l.w : l.w+chunkBytes])
	l.w += n
	l.err = err
	return n > 0 || err == nil
}

// long takes a line that is longer than what is looked at. One that is not complete is not taken: hash and offset go
// back to its beginning.
func (l *lines) long(line *maillog.Line) bool {
	l.absorb()
	start := l.offset
	before, err := l.sum.(hash.Cloner).Clone() //nolint:forcetypeassert // SHA-256 can be cloned
	if err != nil {
		l.err = err
		return false
	}
	text := bytes.Clone(l.buf[l.r : l.r+maillog.MaxLine])
	whole := xxhash.New()
	for {
		part := l.buf[l.r:l.w]
		end := bytes.IndexByte(part, '\n')
		if end >= 0 {
			part = part[:end]
		}
		if _, err := whole.Write(part); err != nil {
			l.err = err
			return false
		}
		l.take(len(part))
		if end >= 0 {
			l.take(1)
			line.Text, line.Position, line.Cut, line.CutHash = text, start, true, whole.Sum64()
			return true
		}
		if !l.fill() {
			l.offset, l.sum, l.hashed = start, before, l.r
			return false
		}
	}
}
