package gather_test

import (
	"context"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/gather/follow"
)

// lease makes a file one that does not open: the kernel has who opens it wait until the lease is given back, as a network
// file system that hangs does. It returns what gives it back. (The kernel takes it away by itself after 45 s.)
func lease(t testing.TB, path string) (release func()) {
	t.Helper()
	const wait, leave = syscall.F_WRLCK, syscall.F_UNLCK
	signal.Ignore(syscall.SIGIO) // by which the kernel asks for it
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	set := func(what uintptr) {
		if _, _, err := syscall.Syscall(syscall.SYS_FCNTL, f.Fd(), syscall.F_SETLEASE, what); err != 0 {
			t.Errorf("lease: %v", err)
		}
	}
	set(wait)
	released := false
	release = func() {
		if !released {
			released = true
			set(leave)
			if err := f.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	t.Cleanup(release)
	return release
}

// TestAFileSystemThatHangs has one of three logs on a file system that does not answer: the others are counted, who reads the log is
// told, and it is counted when the file system is back.
func TestAFileSystemThatHangs(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		dir := t.TempDir()
		d := &desk{house: h, path: filepath.Join(dir, "1"), now: by().At}
		feed := func(name string) follow.Feed {
			return follow.Feed{Server: "s1", Feed: hosting.Feed{Path: filepath.Join(dir, name), Format: "mailman3", Rotated: hosting.NoRotated}}
		}
		f := follow.New(&gather.Intake{DB: h.db, By: by, Machine: "test"}, []follow.Feed{feed("1"), feed("hangs"), feed("2")},
			follow.Options{Now: func() time.Time { return d.now }, Patience: 20 * time.Millisecond})
		d.Follower = f
		d.append(filepath.Join(dir, "1"), log(0, 5))
		d.append(filepath.Join(dir, "hangs"), log(100, 110))
		d.append(filepath.Join(dir, "2"), log(200, 205))
		release := lease(t, filepath.Join(dir, "hangs"))
		d.step("the others are read", 10)
		d.append(filepath.Join(dir, "2"), log(205, 210))
		d.append(filepath.Join(dir, "1"), log(5, 10))
		d.step("and again", 20)
		told := func() string {
			t.Helper()
			states, err := gather.FeedStates(context.Background(), h.db)
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, s := range states {
				out = append(out, filepath.Base(s.Path)+": "+s.Problem)
			}
			return strings.Join(out, ", ")
		}
		if got := told(); !strings.Contains(got, "hangs: the file system does not answer") || !strings.HasPrefix(got, "1: , 2: , ") {
			t.Errorf("it is told %q", got)
		}
		release()
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		for d.now = d.now.Add(time.Hour); strings.Contains(told(), "does not answer"); d.now = d.now.Add(time.Hour) {
			if err := f.Step(ctx); err != nil {
				t.Fatal(err)
			}
		}
		d.counted("it is back", 30)

		d.append(filepath.Join(dir, "late"), log(300, 305))
		release = lease(t, filepath.Join(dir, "late"))
		late := follow.New(&gather.Intake{DB: h.db, By: by, Machine: "test"}, []follow.Feed{feed("late")},
			follow.Options{Now: func() time.Time { return d.now }, Patience: 20 * time.Millisecond})
		if err := late.Step(ctx); err != nil {
			t.Error(err)
		}
		if err := late.Close(); err != nil { // a process that is told to stop does not wait for it
			t.Error(err)
		}
		release()
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
}
