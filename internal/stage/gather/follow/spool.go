package follow

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"postmeter/internal/domain/usage"
)

// Spool is a folder for what rotation would take away before the sink could have it: the unread parts of rotated files.
// Each entry is a file of its own that says which log it belongs to and where it begins there, so that it can be read as
// that log.
type Spool struct {
	Dir   string
	Limit int64 // bytes of all entries
}

// Names of files in the folder.
const (
	spoolEntry  = ".part"   // of an entry, behind the feed's key and a number
	spoolPass   = "passed"  // when a whole pass was last done
	spoolAlerts = "alerts"  // alerts that wait for the sink
	spoolTemp   = ".writes" // of a file that is being written
)

// entryHead is the first line of an entry.
type entryHead struct {
	Path    string `json:"path"`
	Head    []byte `json:"head"`    // of the log
	Offset  int64  `json:"offset"`  // of the first byte that is kept
	State   []byte `json:"state"`   // of SHA-256 over the bytes before it
	Written int64  `json:"written"` // when the log was last written, UTC seconds
}

// key names the entries of a feed.
func (fd *Feed) key() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", fd.Server, fd.Format, fd.Path))
	return hex.EncodeToString(sum[:8])
}

// Check makes sure that the folder can be used.
func (s *Spool) Check() error {
	info, err := os.Stat(s.Dir)
	if err == nil && !info.IsDir() {
		err = &fs.PathError{Op: "use", Path: s.Dir, Err: errors.New("it is not a folder")}
	}
	return err
}

// entries returns the paths of a feed's entries, oldest first.
func (s *Spool) entries(key string) ([]string, error) {
	return filepath.Glob(filepath.Join(quoteMeta(s.Dir), key+"-*"+spoolEntry))
}

// used is how many bytes all entries have, and the number of the last one.
func (s *Spool) used() (size, last int64, err error) {
	files, err := os.ReadDir(s.Dir)
	if err != nil {
		return 0, 0, err
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), spoolEntry) {
			continue
		}
		info, err := f.Info()
		if err != nil {
			return 0, 0, err
		}
		size += info.Size()
		_, number, _ := strings.Cut(strings.TrimSuffix(f.Name(), spoolEntry), "-")
		if n, err := strconv.ParseInt(number, 10, 64); err == nil {
			last = max(last, n)
		}
	}
	return size, last, nil
}

// errSpoolFull says that an entry would exceed the limit.
var errSpoolFull = errors.New("the spool is full")

// keep copies what was not read of a file. It is on disk when keep returns; one that was not finished is no entry.
func (s *Spool) keep(ctx context.Context, key string, f *file) error {
	size, err := f.end()
	if err != nil {
		return err
	}
	base, sum := f.offset, f.sum
	if sum == nil {
		if base, sum, err = f.base(); err != nil {
			return err
		}
	}
	state, err := sum.(encoding.BinaryMarshaler).MarshalBinary() //nolint:forcetypeassert // SHA-256 can be resumed
	if err != nil {
		return err
	}
	head, err := json.Marshal(entryHead{f.name, f.log.Head, base, state, f.written()})
	if err != nil {
		return err
	}
	used, last, err := s.used()
	if err != nil {
		return err
	}
	if used+int64(len(head))+1+size-base > s.Limit {
		return errSpoolFull
	}
	name := filepath.Join(s.Dir, fmt.Sprintf("%s-%016d%s", key, last+1, spoolEntry))
	return s.write(name, io.MultiReader(bytes.NewReader(append(head, '\n')), &cancelled{ctx, io.NewSectionReader(f, base, size-base)}))
}

func (s *Spool) remove(path string) error { return errors.Join(os.Remove(path), syncFolder(s.Dir)) }

// write writes a file so that it is there as a whole, or not at all.
func (s *Spool) write(name string, from io.Reader) (err error) {
	out, err := os.OpenFile(name+spoolTemp, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, from)
	if err == nil {
		err = out.Sync()
	}
	if err = errors.Join(err, out.Close()); err == nil {
		err = os.Rename(name+spoolTemp, name)
	}
	if err != nil {
		return errors.Join(err, ignoreMissing(os.Remove(name+spoolTemp)))
	}
	return syncFolder(s.Dir)
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// cancelled reads until a context ends.
type cancelled struct {
	ctx context.Context //nolint:containedctx // lives as long as the reading
	io.Reader
}

// Read reads on.
func (c *cancelled) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.Reader.Read(p)
}

// kept is an entry of the spool as a log.
type kept struct {
	*os.File
	entryHead
	start int64 // of the bytes in the file
}

// openKept opens an entry.
func openKept(path string) (*kept, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	var line [8 << 10]byte
	n, err := f.ReadAt(line[:], 0)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	k := &kept{File: f, start: int64(bytes.IndexByte(line[:n], '\n') + 1)}
	if err == nil {
		err = json.Unmarshal(line[:k.start], &k.entryHead)
	}
	if err != nil {
		return nil, errors.Join(&fs.PathError{Op: "read", Path: path, Err: err}, f.Close())
	}
	return k, nil
}

// ReadAt reads at an offset of the log.
func (k *kept) ReadAt(p []byte, offset int64) (int, error) {
	return k.File.ReadAt(p, offset-k.Offset+k.start)
}

func (k *kept) end() (int64, error) {
	info, err := k.Stat()
	if err != nil {
		return 0, err
	}
	return info.Size() - k.start + k.Offset, nil
}

func (k *kept) base() (int64, hash.Hash, error) {
	sum := newSum()
	err := sum.(encoding.BinaryUnmarshaler).UnmarshalBinary(k.State) //nolint:forcetypeassert // SHA-256 can be resumed
	return k.Offset, sum, err
}

func (k *kept) written() int64 { return k.Written }

func (k *kept) fixed() bool { return true }

// passed notes that all that was written before an instant was taken by the sink.
func (s *Spool) passed(at time.Time) error {
	return s.write(filepath.Join(s.Dir, spoolPass), strings.NewReader(strconv.FormatInt(at.UnixMicro(), 10)))
}

// lastPass is that instant; zero if it is not known.
func (s *Spool) lastPass() time.Time {
	text, err := os.ReadFile(filepath.Join(s.Dir, spoolPass))
	if err != nil {
		return time.Time{}
	}
	at, err := strconv.ParseInt(string(text), 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMicro(at)
}

// saveAlerts keeps alerts until the sink is back; none takes the file away.
func (s *Spool) saveAlerts(alerts []usage.LogAlert) error {
	name := filepath.Join(s.Dir, spoolAlerts)
	if len(alerts) == 0 {
		return ignoreMissing(os.Remove(name))
	}
	text, err := json.Marshal(alerts)
	if err != nil {
		return err
	}
	return s.write(name, bytes.NewReader(text))
}

func (s *Spool) loadAlerts() (alerts []usage.LogAlert) {
	text, err := os.ReadFile(filepath.Join(s.Dir, spoolAlerts))
	if err != nil || json.Unmarshal(text, &alerts) != nil {
		return nil // none, or none that can be read: they stand in the notes too
	}
	return alerts
}
