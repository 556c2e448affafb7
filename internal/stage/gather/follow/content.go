package follow

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"syscall"

	"postmeter/internal/outside/maillog"
)

// content is the bytes of a log, wherever they are kept. Offsets are those in the log.
type content interface {
	io.ReaderAt
	io.Closer

	// end is the offset behind the last byte.
	end() (int64, error)

	// written is when it was last written, UTC seconds; 0: not known.
	written() int64

	// base is the offset of the first byte that is kept, and the hash of those before it.
	base() (int64, hash.Hash, error)

	// fixed says that the bytes cannot change while they are read.
	fixed() bool
}

// plain is a log as it is written.
type plain struct{ *os.File }

func (p plain) end() (int64, error) {
	info, err := p.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (p plain) written() int64 { return writtenAt(p.File) }

func writtenAt(f *os.File) int64 {
	info, err := f.Stat()
	if err != nil {
		return 0
	}
	return info.ModTime().Unix()
}

func (p plain) fixed() bool { return false }

func (p plain) base() (int64, hash.Hash, error) { return 0, newSum(), nil }

// identity tells files apart, whatever they are called.
type identity struct{ device, inode uint64 }

func identityOf(info fs.FileInfo) identity {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return identity{uint64(s.Dev), s.Ino} //nolint:unconvert // the type of Dev differs between systems
	}
	return identity{}
}

// firstLine is the beginning of a log, by which it is known.
type firstLine struct {
	hash []byte
	text []byte // its first bytes, to see cheaply that they are still the same
}

// firstBytes is how much of a first line is compared after each read.
const firstBytes = 256

// readFirst reads the first line; nil if it is not complete yet.
func readFirst(c io.ReaderAt) (*firstLine, error) {
	for size := int64(firstBytes); ; size *= 4 {
		size = min(size, maillog.MaxLine+1)
		buf := make([]byte, size)
		n, err := c.ReadAt(buf, 0)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		buf = buf[:n]
		line := bytes.IndexByte(buf, '\n')
		if line < 0 && n > maillog.MaxLine {
			line = n
		}
		if line >= 0 {
			return &firstLine{maillog.HeadHash(buf[:line]), buf[:min(line+1, n, firstBytes)]}, nil
		}
		if int64(n) < size {
			return nil, nil
		}
	}
}

// still says whether a log holds the same bytes at a place.
func still(c io.ReaderAt, at int64, want []byte) (bool, error) {
	buf := make([]byte, len(want))
	n, err := c.ReadAt(buf, at)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return bytes.Equal(buf[:n], want), nil
}

// hashTo adds the bytes of a stretch to a hash; false if they end before.
func hashTo(sum hash.Hash, c io.ReaderAt, from, to int64) (bool, error) {
	n, err := io.Copy(sum, io.NewSectionReader(c, from, to-from))
	return n == to-from, err
}

func newSum() hash.Hash { return sha256.New() }

// lastLine returns the offset behind the last complete line between two offsets; from if there is none.
func lastLine(c io.ReaderAt, from, to int64) (int64, error) {
	const step = 64 << 10 // bytes
	buf := make([]byte, min(step, to-from))
	for to > from {
		part := buf[:min(int64(len(buf)), to-from)]
		n, err := c.ReadAt(part, to-int64(len(part)))
		if n < len(part) {
			if err == nil || errors.Is(err, io.EOF) {
				return from, nil // it shrank: the caller will see
			}
			return from, err
		}
		if i := bytes.LastIndexByte(part, '\n'); i >= 0 {
			return to - int64(len(part)-i-1), nil
		}
		to -= int64(len(part))
	}
	return from, nil
}
