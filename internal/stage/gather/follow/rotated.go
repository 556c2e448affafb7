package follow

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
)

// rotated reads the files that were rotated away to their ends, oldest first. What was the present file is among them,
// and still open: it is read in its turn.
func (fd *feed) rotated(ctx context.Context) error {
	if err := fd.unspool(ctx); err != nil {
		return err
	}
	all, err := fd.siblings()
	if err != nil {
		return err
	}
	known := make(map[seen]struct{}, len(all))
	for _, s := range all {
		if _, ok := fd.done[s.seen]; ok || fd.current != nil && s.id == fd.current.id {
			known[s.seen] = struct{}{}
			continue
		}
		if i := slices.IndexFunc(fd.left, func(f *file) bool { return f.id == s.id }); i >= 0 {
			if _, err := fd.read(ctx, fd.left[i]); err != nil {
				return err
			}
			continue
		}
		finished, err := fd.sibling(ctx, s.path)
		if err != nil {
			return err
		}
		if finished {
			known[s.seen] = struct{}{}
		} else if fd.scanIn == 0 {
			fd.scanIn = fd.Keep
		}
	}
	fd.done, fd.saved = known, nil // of files that are gone nothing is remembered
	return nil
}

// sibling reads one file to its end. It is false when the file was not complete, and is to be looked at again.
func (fd *feed) sibling(ctx context.Context, path string) (finished bool, err error) {
	f, err := fd.open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // renamed just now
	}
	if err != nil {
		return fd.unreadable(path, err)
	}
	defer fd.close(f)
	if foreign(path) {
		fd.note("%s: is compressed in a way that cannot be read here: if it holds lines that were not read before, uncompress it", path)
		return true, nil
	}
	if done, err := fd.finished(ctx, f); err != nil || done {
		return done, err
	}
	_, err = fd.read(ctx, f)
	if errors.Is(err, errIncomplete) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if size, err := f.end(); err == nil && f.sum != nil && f.offset < size {
		fd.note("%s: its last line is not complete: %d bytes at its end are left", path, size-f.offset)
	}
	return true, nil
}

// finished says cheaply whether a compressed file was counted to its end. A copy that is shorter than what is known, but
// is not the present file, is of no interest.
func (fd *feed) finished(ctx context.Context, f *file) (bool, error) {
	first, err := readFirst(f.content)
	if err != nil || first == nil {
		return false, ignoreIncomplete(err)
	}
	fd.meet(first.hash)
	log := f.log
	log.Head = first.hash
	reached, err := fd.sink.Known(ctx, log)
	if err != nil || !reached.Known {
		return false, err
	}
	if p, ok := f.bare().(*packed); ok {
		var may bool
		if fd.patiently(func() { may = p.mayEndAt(reached.Offset) }); may {
			return true, nil
		}
	}
	size, err := f.end()
	return err == nil && size <= reached.Offset, ignoreIncomplete(err)
}

func ignoreIncomplete(err error) error {
	if errors.Is(err, errIncomplete) {
		return nil
	}
	return err
}

// unreadable notes that a rotated file cannot be read. It does not keep the present one from being read.
func (fd *feed) unreadable(path string, err error) (bool, error) {
	fd.note("%s: cannot be read: %v", path, err)
	return true, nil
}

// foreign says whether a name is that of a file that is compressed in a way that is not known here.
func foreign(path string) bool {
	return slices.Contains([]string{".xz", ".zst", ".bz2", ".lz4", ".zip", ".Z"}, filepath.Ext(path))
}
