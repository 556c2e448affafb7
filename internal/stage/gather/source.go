package gather

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"

	"postmeter/internal/domain/fault"
)

// Input is a log or a file of reports.
type Input struct {
	Name   string    // for messages; the path of a file
	Stream io.Reader // if it is not a file: standard input

	written int64 // of a stream: when it was last written, UTC seconds; 0: not known
}

// source is an input that is being read.
type source struct {
	io.Reader
	close func() error
}

// Close ends the reading.
func (s *source) Close() error { return s.close() }

// check says early that a file cannot be read, so that several are read or none.
func (in *Input) check() error {
	if in.Stream != nil {
		return nil
	}
	info, err := os.Stat(in.Name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fault.At(in.Name, "there is no such file")
	case err != nil:
		return fault.At(in.Name, "cannot be read: %v", cause(err))
	case info.IsDir():
		return fault.At(in.Name, "is a folder: name the files in it")
	}
	return nil
}

// size returns the bytes of a file, 0 if they are not known.
func (in *Input) size() int64 {
	if in.Stream != nil {
		return 0
	}
	if info, err := os.Stat(in.Name); err == nil && info.Mode().IsRegular() {
		return info.Size()
	}
	return 0
}

// open begins to read an input from its start; progress is told of the bytes read. What is compressed is known by its
// content. A compressed file that is cut off or damaged is refused as a whole: what could be read of it may be wrong.
func (in *Input) open(progress Progress) (*source, error) {
	if in.Stream != nil {
		return in.openStream(func() error { return nil }, progress)
	}
	f, err := os.Open(in.Name)
	if err != nil {
		return nil, fault.At(in.Name, "cannot be read: %v", cause(err))
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		piped := Input{Name: in.Name, Stream: f}
		return piped.openStream(f.Close, progress)
	}
	return in.openFile(f, f.Close, progress)
}

func (in *Input) openFile(f *os.File, done func() error, progress Progress) (*source, error) {
	magic, err := peek(f)
	if err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(in.unreadable(err), done())
	}
	if !isGzip(magic) {
		return &source{counted(f, progress), done}, nil
	}
	if err := in.verify(f); err != nil {
		return nil, errors.Join(err, done())
	}
	z, err := gzip.NewReader(counted(f, progress))
	if err != nil {
		return nil, errors.Join(in.unreadable(err), done())
	}
	return &source{z, done}, nil
}

// peek reads the bytes by which compressed content is known, as far as there are any.
func peek(r io.Reader) ([]byte, error) {
	var magic [2]byte
	n, err := io.ReadFull(r, magic[:])
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return magic[:n], err
}

func isGzip(magic []byte) bool { return len(magic) == 2 && magic[0] == 0x1f && magic[1] == 0x8b }

// verify reads a compressed file to its end, where its checksum is.
func (in *Input) verify(f *os.File) error {
	z, err := gzip.NewReader(f)
	if err == nil {
		_, err = io.Copy(io.Discard, z) //nolint:gosec // nothing is kept of it, however much it is
	}
	if err != nil {
		return fault.At(in.Name, "is cut off or damaged (%v); nothing of it was counted: copy it again", cause(err))
	}
	_, err = f.Seek(0, io.SeekStart)
	return err
}

// openStream reads a stream. A compressed one goes into a temporary file first, to be verified.
func (in *Input) openStream(done func() error, progress Progress) (*source, error) {
	magic, err := peek(in.Stream)
	if err != nil {
		return nil, errors.Join(in.unreadable(err), done())
	}
	stream := io.MultiReader(bytes.NewReader(magic), in.Stream)
	if !isGzip(magic) {
		return &source{counted(stream, progress), done}, nil
	}
	f, err := os.CreateTemp("", "postmeter-*.gz")
	if err != nil {
		return nil, errors.Join(fault.At(in.Name, "needs room for a temporary file: %v", cause(err)), done())
	}
	remove := func() error { return errors.Join(f.Close(), os.Remove(f.Name()), done()) }
	if _, err = io.Copy(f, stream); err == nil {
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(fault.At(in.Name, "cannot be kept in a temporary file: %v", cause(err)), remove())
	}
	return in.openFile(f, remove, progress)
}

func (in *Input) unreadable(err error) error {
	return fault.At(in.Name, "cannot be read: %v; what was read before is kept, run it again to go on", cause(err))
}

// cause returns what the system says, without the path that stands beside it already.
func cause(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

// Progress is told how many bytes were read. Its methods are called from one goroutine at a time.
type Progress interface{ Add(n int64) }

type countingReader struct {
	io.Reader
	progress Progress
}

// counted tells progress of what is read from r.
func counted(r io.Reader, progress Progress) io.Reader {
	if progress == nil {
		return r
	}
	return &countingReader{r, progress}
}

// Read reads, and tells of it.
func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.progress.Add(int64(n))
	return n, err
}

// Size returns how many bytes are to be read of the inputs that are files.
func Size(inputs []Input) (n int64) {
	for i := range inputs {
		n += inputs[i].size()
	}
	return n
}
