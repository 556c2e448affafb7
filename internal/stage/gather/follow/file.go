package follow

import (
	"bytes"
	"context"
	"encoding"
	"errors"
	"fmt"
	"hash"
	"io"

	"postmeter/internal/domain/usage"
)

// file is an open log.
type file struct {
	content
	log  usage.Log // without a head until there is a complete line
	name string
	id   identity

	first   *firstLine // nil: not known
	offset  int64      // up to which it was counted, if first is known
	sum     hash.Hash  // of the bytes before offset; nil: it is to be compared with what was counted
	last    []byte     // the bytes before offset, to see cheaply that they are still the same
	refused string     // why it is not believed
	waits   int64      // a refused one is looked at again when it is so long; 0: never
	stretch int64      // bytes of one stretch at most; it grows if a line is longer
	savedTo int64      // up to which it was copied into the spool
	quiet   int        // passes since it last grew, of one that was rotated away
}

// bare is the content, however long it may take to answer.
func (f *file) bare() content {
	if p, ok := f.content.(patient); ok {
		return p.content
	}
	return f.content
}

// errChanged says that a file is no longer what it was when it was opened.
var errChanged = errors.New("the file was truncated or overwritten")

// identify learns how far a log was counted, and checks that the file has the same bytes up to there. It is false while
// nothing can be read: without a complete line, or when the file is not believed.
func (f *file) identify(ctx context.Context, sink Sink) (ready bool, err error) {
	if f.first != nil && f.sum == nil {
		if same, err := f.unchanged(0); err != nil {
			return false, err
		} else if !same && f.refused == "" {
			return false, errChanged
		} else if !same {
			f.forget()
		}
	}
	if f.first == nil {
		first, err := readFirst(f.content)
		if err != nil || first == nil {
			return false, err
		}
		f.first, f.log.Head, f.sum = first, first.hash, nil
	}
	if f.sum != nil {
		return true, nil
	}
	size, err := f.end()
	if err != nil || f.refused != "" && (f.waits == 0 || size < f.waits) {
		return false, err
	}
	reached, err := sink.Known(ctx, f.log)
	if err != nil {
		return false, err
	}
	return f.verify(reached, size)
}

// verify compares the beginning of the file with what was counted.
func (f *file) verify(reached usage.Reached, size int64) (bool, error) {
	if size < reached.Offset {
		f.refuse(fmt.Sprintf("begins like a log of which %d bytes were read, and has only %d: it was truncated, or replaced by an older copy; "+
			"nothing of it is counted until it is as long again: put the whole log there", reached.Offset, size), reached.Offset)
		return false, nil
	}
	base, sum, err := f.base()
	if err != nil {
		return false, err
	}
	if reached.Offset < base {
		f.refuse(fmt.Sprintf("is kept from byte %d on, and is known up to %d: what lies between is lost, unless the whole log is read elsewhere", base, reached.Offset), 0)
		return false, nil
	}
	whole, err := hashTo(sum, f.content, base, reached.Offset)
	if err != nil || !whole {
		return false, err
	}
	if reached.Offset > 0 && !bytes.Equal(sum.Sum(nil), reached.Hash) {
		if same, err := f.unchanged(reached.Offset); err != nil || !same {
			return false, err // it changed meanwhile
		}
		f.refuse(fmt.Sprintf("begins like a log of which %d bytes were read, and does not continue it: it was changed or overwritten; "+
			"nothing of it is counted: put the log there as the server wrote it", reached.Offset), 0)
		return false, nil
	}
	f.refused = ""
	return f.goTo(reached.Offset, sum)
}

// goTo notes up to where the file was counted; false if it is not so long any more.
func (f *file) goTo(offset int64, sum hash.Hash) (bool, error) {
	last := make([]byte, min(offset, firstBytes))
	if f.fixed() {
		last = nil
	}
	if n, err := f.ReadAt(last, offset-int64(len(last))); n < len(last) {
		f.sum = nil
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return false, err
	}
	f.offset, f.sum, f.last = offset, sum, last
	return true, nil
}

func (f *file) refuse(why string, waits int64) { f.refused, f.waits, f.sum = why, waits, nil }

// forget makes the file one that was just opened.
func (f *file) forget() { f.first, f.sum, f.offset, f.refused, f.log.Head = nil, nil, 0, "", nil }

// unchanged says whether the file still has so many bytes, its first line, and those before offset.
func (f *file) unchanged(size int64) (bool, error) {
	if f.fixed() {
		return true, nil
	}
	now, err := f.end()
	if err != nil || now < size {
		return false, err
	}
	same, err := still(f.content, 0, f.first.text)
	if err != nil || !same || f.sum == nil {
		return same, err
	}
	return still(f.content, f.offset-int64(len(f.last)), f.last)
}

// read hands what is new to the sink, until the last complete line is counted. It returns errChanged when the file is
// not what it was.
func (f *file) read(ctx context.Context, sink Sink) error {
	for {
		ready, err := f.identify(ctx, sink)
		if err != nil || !ready {
			return err
		}
		size, err := f.end()
		if err != nil {
			return err
		}
		if same, err := f.unchanged(f.offset); err != nil || !same {
			return errors.Join(err, errChanged)
		}
		to, err := f.boundary(size)
		if err != nil || to == f.offset {
			return err
		}
		if err := f.hand(ctx, sink, to); err != nil {
			return err
		}
	}
}

// boundary returns where the next stretch ends: behind a complete line. One line may be longer than a stretch.
func (f *file) boundary(size int64) (to int64, err error) {
	for {
		end := min(size, f.offset+f.stretch)
		if to, err = lastLine(f.content, f.offset, end); err != nil || to > f.offset || end == size {
			return to, err
		}
		f.stretch *= 2
	}
}

// hand gives a stretch to the sink, and goes where that says the log is known to.
func (f *file) hand(ctx context.Context, sink Sink, to int64) error {
	state, err := f.sum.(encoding.BinaryMarshaler).MarshalBinary() //nolint:forcetypeassert // SHA-256 can be resumed
	if err != nil {
		return err
	}
	from := &section{file: f, at: f.offset, to: to}
	reached, err := sink.Take(ctx, &usage.Stretch{Log: f.log, Path: f.name, Offset: f.offset, State: state, Lines: from, Written: f.written()})
	switch {
	case from.err != nil:
		return from.err
	case err != nil: // whatever became of it: the next answer says where to go on
		return err
	case reached.Refused != "":
		f.refuse(reached.Refused, 0)
		return nil
	}
	return f.follow(reached)
}

// follow goes to where the sink says that the log is known to.
func (f *file) follow(reached usage.Reached) error {
	if reached.Offset < f.offset { // the sink has lost what it knew
		f.sum = nil
		return nil
	}
	whole, err := hashTo(f.sum, f.content, f.offset, reached.Offset)
	if err != nil || !whole || !bytes.Equal(f.sum.Sum(nil), reached.Hash) {
		f.sum = nil // another reader has read another file of that name, or this one has changed: it is compared from the top
		return err
	}
	if f.offset == reached.Offset {
		return fmt.Errorf("%s: nothing of %d bytes was taken", f.name, f.stretch)
	}
	_, err = f.goTo(reached.Offset, f.sum)
	return err
}

// section reads a stretch. It gives out nothing that was not in the file when it was still the same.
type section struct {
	*file
	at, to int64
	err    error
}

// Read reads on.
func (s *section) Read(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if s.at == s.to {
		return 0, io.EOF
	}
	p = p[:min(int64(len(p)), s.to-s.at)]
	n, err := s.ReadAt(p, s.at)
	if n == len(p) {
		err = nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		var same bool
		if same, err = s.unchanged(s.at + int64(len(p))); err == nil && (!same || n < len(p)) {
			err = errChanged
		}
	}
	if err != nil {
		s.err = err
		return 0, err
	}
	s.at += int64(n)
	return n, nil
}
