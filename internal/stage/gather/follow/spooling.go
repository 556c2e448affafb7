package follow

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"postmeter/internal/domain/usage"
)

// slack is by how much the clock of a file system may be behind that of the machine.
const slack = 2 * time.Second

// save copies what rotation could take away, while the sink is away.
func (f *Follower) save(ctx context.Context) {
	if f.Spool == nil {
		return
	}
	since := f.Spool.lastPass()
	_ = f.each(func(fd *feed) error { //nolint:errcheck // there is none
		if err := fd.save(ctx, since); err != nil && ctx.Err() == nil {
			fd.gap(err)
		}
		return nil
	})
	f.saveAlerts(nil)
}

// save copies the unread parts of files that were rotated away. What was written last before the last whole pass was
// read in it.
func (fd *feed) save(ctx context.Context, since time.Time) error {
	for _, f := range fd.left {
		if err := fd.saveFile(ctx, f); err != nil {
			return err
		}
	}
	for len(fd.left) > maxLeft {
		fd.close(fd.left[0])
		fd.left = slices.Delete(fd.left, 0, 1)
	}
	all, err := fd.siblings()
	if err != nil {
		return err
	}
	for _, s := range all {
		_, done := fd.done[s.seen]
		_, saved := fd.saved[s.seen]
		open := slices.ContainsFunc(fd.left, func(f *file) bool { return f.id == s.id }) || fd.current != nil && fd.current.id == s.id
		if done || saved || open || s.seen.mtime.Before(since.Add(-slack)) || foreign(s.path) {
			continue
		}
		if err := fd.saveSibling(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

func (fd *feed) saveSibling(ctx context.Context, s sibling) error {
	f, err := fd.open(s.path)
	if err != nil {
		return ignoreMissing(err)
	}
	defer fd.close(f)
	if err := fd.saveFile(ctx, f); err != nil {
		return ignoreIncomplete(err)
	}
	fd.remember(s.seen)
	return nil
}

// saveFile copies the unread part of a file, once for each length that it has.
func (fd *feed) saveFile(ctx context.Context, f *file) error {
	if f.first == nil { // the sink went away before it was its turn
		first, err := readFirst(f.content)
		if err != nil || first == nil {
			return err
		}
		f.first, f.log.Head = first, first.hash
	}
	size, err := f.end()
	if err != nil || f.refused != "" || f.sum != nil && size == f.offset || size == f.savedTo {
		return err
	}
	if err := fd.Spool.keep(ctx, fd.key(), f); err != nil {
		return err
	}
	f.savedTo, fd.scan = size, true
	return nil
}

func (fd *feed) remember(s seen) {
	if fd.saved == nil {
		fd.saved = make(map[seen]struct{})
	}
	fd.saved[s] = struct{}{}
}

// gap says that something is not in the spool that should be.
func (fd *feed) gap(err error) {
	why := err.Error()
	if errors.Is(err, errSpoolFull) {
		why = fmt.Sprintf("it would exceed its limit of %d MB", fd.Spool.Limit>>20)
	}
	text := "a rotated file that was not reported yet could not be copied into the spool: " + why + "; what is in it is lost if it is removed before " +
		"the billing server is back: keep rotated files for longer, or give the spool more room"
	if text != fd.alerted {
		fd.alerted = text
		fd.Follower.alert(usage.LogAlert{Log: usage.Log{Server: fd.Server, Format: fd.Format}, Path: fd.Path, Text: text})
	}
}

// unspool reads what was kept in the spool, oldest first, and removes what was taken.
func (fd *feed) unspool(ctx context.Context) error {
	if fd.Spool == nil {
		return nil
	}
	paths, err := fd.Spool.entries(fd.key())
	if err != nil {
		return err
	}
	for _, path := range paths {
		if err := fd.entry(ctx, path); err != nil {
			return err
		}
	}
	return nil
}

func (fd *feed) entry(ctx context.Context, path string) error {
	k, err := openKept(path)
	if err != nil {
		fd.note("%v", err)
		return nil
	}
	f := &file{content: k, name: k.Path, stretch: fd.StretchBytes, first: &firstLine{hash: k.Head},
		log: usage.Log{Server: fd.Server, Format: fd.Format, Head: k.Head}}
	defer fd.close(f)
	fd.meet(k.Head)
	known, err := fd.sink.Known(ctx, f.log)
	if err != nil {
		return err
	}
	size, err := f.end()
	if err == nil && known.Offset < size {
		_, err = fd.read(ctx, f)
	}
	if err != nil || f.refused != "" {
		return err // it stays: the whole log may be read elsewhere first
	}
	return fd.Spool.remove(path)
}
