package follow

import (
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
)

// packed is a log that was compressed. It is read from the top; going back begins again.
type packed struct {
	*os.File
	z    *gzip.Reader
	at   int64 // offset of what z gives next
	size int64 // of the content; -1: not known yet
}

// isPacked says whether a file is compressed, by its content.
func isPacked(f *os.File) (bool, error) {
	var magic [2]byte
	n, err := f.ReadAt(magic[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return false, err
	}
	return n == 2 && magic[0] == 0x1f && magic[1] == 0x8b, nil
}

// errIncomplete says that a compressed file has no end yet, or is damaged.
var errIncomplete = errors.New("the compressed file is not complete, or damaged")

func (p *packed) written() int64 { return writtenAt(p.File) }

func (p *packed) fixed() bool { return true }

func (p *packed) base() (int64, hash.Hash, error) { return 0, newSum(), nil }

// end reads the whole file once: only its end tells that it is complete.
func (p *packed) end() (int64, error) {
	if p.size >= 0 {
		return p.size, nil
	}
	err := p.rewind()
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(io.Discard, p.z)
	p.z = nil
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errIncomplete, err)
	}
	p.size = n
	return n, nil
}

func (p *packed) rewind() error {
	if _, err := p.Seek(0, io.SeekStart); err != nil {
		return err
	}
	z, err := gzip.NewReader(p.File)
	if err != nil {
		return fmt.Errorf("%w: %w", errIncomplete, err)
	}
	p.z, p.at = z, 0
	return nil
}

// ReadAt reads at an offset of the content.
func (p *packed) ReadAt(b []byte, offset int64) (n int, err error) {
	if p.z == nil || p.at > offset {
		if err := p.rewind(); err != nil {
			return 0, err
		}
	}
	skipped, err := io.CopyN(io.Discard, p.z, offset-p.at)
	if p.at += skipped; err == nil {
		n, err = io.ReadFull(p.z, b)
		p.at += int64(n)
	}
	switch {
	case err == nil:
	case errors.Is(err, io.ErrUnexpectedEOF) && n > 0, errors.Is(err, io.EOF):
		p.z, err = nil, io.EOF
	default:
		p.z, err = nil, fmt.Errorf("%w: %w", errIncomplete, err)
	}
	return n, err
}

// mayEndAt says whether the content may well be so long, by what the file says of itself: its length modulo 2^32, if it
// has one part.
func (p *packed) mayEndAt(offset int64) bool {
	info, err := p.Stat()
	if err != nil || info.Size() < 4 {
		return false
	}
	var length [4]byte
	_, err = p.File.ReadAt(length[:], info.Size()-4)
	return err == nil && binary.LittleEndian.Uint32(length[:]) == uint32(offset)
}
