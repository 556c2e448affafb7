package follow

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/usage"
)

// feed is one log that is followed, in all the files that it is spread over.
type feed struct {
	*Follower
	Feed

	current *file
	left    []*file           // that were current, oldest first, and may still be written to
	done    map[seen]struct{} // rotated files that were read to their end
	saved   map[seen]struct{} // rotated files that were copied into the spool since they were last looked through
	scan    bool              // rotated files are to be looked through
	scanIn  int               // passes until they are looked through once more; 0: no need
	state   usage.FeedState
	worker  *worker // that was begun last and not seen to end; of who called the follower
	at      *worker // that is at work
	alerted string  // the last alert, which is not repeated

	compared bool                // whether the log that was last read is known to be here still, or not
	met      map[string]struct{} // heads of the logs that were found before that
}

// maxLeft is how many files that were rotated away are kept open at once.
const maxLeft = 4

// step does one pass. An error is the sink's: the pass is to be tried again later.
func (fd *feed) step(ctx context.Context) error {
	fd.state.Problem = ""
	fd.state.SeenAt = fd.Now().UnixMicro()
	if fd.scanIn > 0 {
		if fd.scanIn--; fd.scanIn == 0 {
			fd.scan = true
		}
	}
	for range maxRounds {
		again, err := fd.round(ctx)
		if err != nil {
			return fd.failed(err)
		}
		if !again {
			break
		}
	}
	fd.quieten()
	if err := fd.compare(ctx); err != nil {
		return fd.failed(err)
	}
	return nil
}

// maxRounds is how often a pass looks at the files of a feed anew, since they changed while they were read.
const maxRounds = 5

// failed sorts errors: what concerns this log alone is its problem, and the others go on.
func (fd *feed) failed(err error) error {
	var path *fs.PathError
	switch {
	case errors.As(err, &path):
		fd.state.Problem = fmt.Sprintf("cannot be read: %v", path.Err)
		return nil
	case errors.Is(err, errChanged):
		fd.state.Problem = "it changes too fast to be read"
		return nil
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.NotFound, fault.Conflict:
		fd.state.Problem = fault.MessageOf(err)
		return nil
	}
	return err
}

// round looks where the files are, and reads them, oldest first. It is true when it must be done again.
func (fd *feed) round(ctx context.Context) (again bool, err error) {
	if err := fd.locate(); err != nil {
		return false, err
	}
	if fd.scan {
		fd.scan = false
		if err := fd.rotated(ctx); err != nil {
			fd.scan = true
			return false, err
		}
	}
	for _, f := range fd.left {
		if again, err := fd.read(ctx, f); err != nil || again {
			return again, err
		}
	}
	if fd.current == nil {
		return false, nil
	}
	if again, err = fd.read(ctx, fd.current); err != nil || again {
		return again, err
	}
	if fd.current.refused != "" {
		fd.state.Problem = fd.current.refused
	}
	fd.measure()
	return false, nil
}

// locate opens the present file. If it is another than before, that one was rotated away.
func (fd *feed) locate() error {
	info, err := fd.stat(fd.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		fd.state.Problem = "there is no such file yet"
		return nil
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return &fs.PathError{Op: "read", Path: fd.Path, Err: errors.New("it is not a file")}
	case fd.current != nil && fd.current.id == identityOf(info):
		return nil
	}
	opened, err := fd.open(fd.Path)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it was renamed just now: the next pass sees what came of it
		}
		return err
	}
	if fd.current != nil {
		fd.left = append(fd.left, fd.current)
	}
	fd.current, fd.scan, fd.scanIn = opened, true, fd.Keep
	return nil
}

func (fd *feed) open(path string) (out *file, err error) {
	fd.patiently(func() { out, err = fd.openNow(path) })
	return out, err
}

func (fd *feed) openNow(path string) (*file, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	out := &file{name: path, stretch: fd.StretchBytes, log: usage.Log{Server: fd.Server, Format: fd.Format}}
	out.content = patient{plain{f}, fd}
	info, err := f.Stat()
	if err == nil {
		out.id = identityOf(info)
		var gz bool
		if gz, err = isPacked(f); gz {
			out.content = patient{&packed{File: f, size: -1}, fd}
		}
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return out, nil
}

// read reads a file to its end. It is true when the file was changed under the reader, and all is to be looked at again.
func (fd *feed) read(ctx context.Context, f *file) (again bool, err error) {
	before, refused := f.offset, f.refused
	err = f.read(ctx, fd.sink)
	if f.offset != before {
		f.quiet = 0
		fd.state.GrownAt = fd.state.SeenAt
	}
	if f.refused != "" && f.refused != refused {
		fd.alert(f, f.refused)
	}
	if !errors.Is(err, errChanged) {
		return false, err
	}
	if f.first != nil {
		fd.alert(f, fmt.Sprintf("was truncated or overwritten in place after %d bytes of it were read: what was written to it since then, and stands in no copy "+
			"beside it, is lost: let it be rotated by renaming", f.offset))
	}
	f.forget()
	fd.scan, fd.scanIn = true, fd.Keep
	return true, nil
}

// alert says that something is wrong with a file.
func (fd *feed) alert(f *file, text string) {
	if f.name != fd.Path {
		text = f.name + " " + text
	}
	if text == fd.alerted {
		return
	}
	fd.alerted = text
	fd.Follower.alert(usage.LogAlert{Log: f.log, Path: fd.Path, Text: text})
}

// quieten closes files that were rotated away and have been quiet for long since the new one has a line.
func (fd *feed) quieten() {
	kept := fd.left[:0]
	for i, f := range fd.left {
		if fd.current != nil && fd.current.first != nil {
			f.quiet++
		}
		if f.quiet > fd.Keep || len(fd.left)-i > maxLeft {
			fd.close(f)
			continue
		}
		kept = append(kept, f)
	}
	clear(fd.left[len(kept):])
	fd.left = kept
}

func (fd *feed) close(f *file) {
	if err := f.Close(); err != nil {
		fd.note("%s: %v", f.name, err)
	}
}

// measure notes how far the present file was read.
func (fd *feed) measure() {
	fd.state.Offset, fd.state.Head = fd.current.offset, fd.current.log.Head
	if size, err := fd.current.end(); err == nil {
		fd.state.Size = size
	}
}
