package follow

import (
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"sync"
	"time"
)

// hung is the problem of a log whose file system does not answer.
const hung = "the file system does not answer; it is waited for, and other logs are read meanwhile"

// turns has one feed at a time at work, so that memory, and all that feeds share, is one's alone. The turn goes on to the
// next one when a file system does not answer for a while: one of the network may hang for days.
type turns struct {
	mu   sync.Mutex    // for who gives up a turn
	free chan struct{} // holds one thing while nobody has the turn
}

func newTurns() *turns { return &turns{free: make(chan struct{}, 1)} }

func (t *turns) take() { t.free <- struct{}{} }

func (t *turns) give() { <-t.free }

// worker is a feed's goroutine, as who waits for it sees it.
type worker struct {
	done  chan outcome
	hangs chan struct{} // holds one thing if it gave up its turn
}

// outcome is how the work of a feed ended.
type outcome struct {
	err error
	bug string // with which it broke off, and where; "" if it did not
}

// each has feeds at work one after the other, beginning with the one whose turn it is. It goes on when one is done or
// hangs; one that hung before is not begun again before it is done.
func (f *Follower) each(do func(*feed) error) error {
	for i := range f.feeds {
		at := (f.first + i) % len(f.feeds)
		if err := f.feeds[at].work(do); err != nil {
			f.first = (at + 1) % len(f.feeds)
			return err
		}
	}
	return nil
}

// work does something for a feed. What became of earlier work that hung is not asked: it is done again now.
func (fd *feed) work(do func(*feed) error) error {
	if fd.worker != nil {
		select {
		case o := <-fd.worker.done:
			fd.ended(o)
		default:
			return nil
		}
	}
	fd.worker = &worker{make(chan outcome, 1), make(chan struct{}, 1)}
	go fd.atWork(fd.worker, do)
	select {
	case o := <-fd.worker.done:
		fd.ended(o)
		return o.err
	case <-fd.worker.hangs:
		return nil
	}
}

func (fd *feed) ended(o outcome) {
	fd.worker = nil
	if o.bug != "" {
		panic(o.bug) // as if it had been this goroutine's
	}
}

func (fd *feed) atWork(w *worker, do func(*feed) error) {
	var o outcome
	fd.turns.take()
	defer func() {
		if bug := recover(); bug != nil {
			o.bug = fmt.Sprintf("%v\n%s", bug, debug.Stack())
		}
		fd.at = nil
		if fd.closed {
			o.err = errors.Join(o.err, fd.closeAll())
		}
		fd.turns.give()
		w.done <- o
	}()
	fd.at = w
	o.err = do(fd)
}

// hanging says whether a feed waits for its file system. It is asked by who called the follower.
func (f *Follower) hanging() bool {
	for _, fd := range f.feeds {
		if fd.worker != nil {
			return true
		}
	}
	return false
}

// question is something that a file system is asked.
type question struct {
	of             *worker
	answered, late bool
}

// patiently asks the file system. If it takes too long the turn is given up meanwhile.
func (fd *feed) patiently(ask func()) {
	q := &question{of: fd.at}
	timer := time.AfterFunc(fd.Patience, func() { fd.giveUp(q) })
	ask()
	timer.Stop()
	if !fd.answered(q) {
		return
	}
	fd.turns.take()
	if fd.state.Problem == hung {
		fd.state.Problem = ""
	}
}

func (fd *feed) giveUp(q *question) {
	fd.turns.mu.Lock()
	defer fd.turns.mu.Unlock()
	if q.answered {
		return
	}
	q.late = true
	fd.state.Problem = hung
	select {
	case q.of.hangs <- struct{}{}:
	default: // it was said before
	}
	fd.turns.give()
}

func (fd *feed) answered(q *question) (late bool) {
	fd.turns.mu.Lock()
	defer fd.turns.mu.Unlock()
	q.answered = true
	return q.late
}

// patient is a log on a file system that may hang.
type patient struct {
	content
	fd *feed
}

// ReadAt reads at an offset.
func (p patient) ReadAt(b []byte, offset int64) (n int, err error) {
	p.fd.patiently(func() { n, err = p.content.ReadAt(b, offset) })
	return n, err
}

// Close closes the file.
func (p patient) Close() (err error) {
	p.fd.patiently(func() { err = p.content.Close() })
	return err
}

func (p patient) end() (size int64, err error) {
	p.fd.patiently(func() { size, err = p.content.end() })
	return size, err
}

func (p patient) written() (at int64) {
	p.fd.patiently(func() { at = p.content.written() })
	return at
}

// stat asks what is at a path.
func (fd *feed) stat(path string) (info os.FileInfo, err error) {
	fd.patiently(func() { info, err = os.Stat(path) })
	return info, err
}

// siblings looks for the files that were rotated away.
func (fd *feed) siblings() (out []sibling, err error) {
	fd.patiently(func() { out, err = siblings(&fd.Feed.Feed) })
	return out, err
}
