package gather_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/stage/gather"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// misfortunes are what can befall a child before it begins.
var misfortunes = map[string]func() error{
	// A file that cannot grow is to a program what a full disk is.
	"disk full": func() error {
		signal.Ignore(syscall.SIGXFSZ)
		return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: diskBytes, Max: diskBytes})
	},
	// To root nothing is read-only.
	"read-only": func() error {
		if os.Getuid() != 0 {
			return nil
		}
		return syscall.Setuid(nobody)
	},
}

const (
	diskBytes = 600_000 // more than an empty database, less than the log needs
	nobody    = 65534   // user id
)

// befall runs a child that something befalls, and returns what it says.
func befall(t *testing.T, misfortune, url, file string) string {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), childOrder+"="+strings.Join([]string{url, "mailman3", misfortune, file}, "\n"))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	var exit *exec.ExitError
	if err := cmd.Run(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("%s: ended with %v: %s", misfortune, err, stderr.String())
	}
	return stderr.String()
}

func TestDiskFull(t *testing.T) {
	url := storetest.SQLite(t)
	h := newHouse(t, url)
	if err := h.db.Close(); err != nil { // the last one to leave empties the write-ahead log
		t.Fatal(err)
	}
	f := file(t, log(0, 3600)+strings.ReplaceAll(log(0, 3600), "T10:", "T11:")+strings.ReplaceAll(log(0, 3600), "T10:", "T12:"))
	if said := befall(t, "disk full", url, f.Name); !strings.Contains(said, "nothing was changed") || !strings.Contains(said, "disk") {
		t.Errorf("it said %q", said)
	}
	h = reopen(t, url)
	openTables(t, url).sums()
	before := h.result(gather.Order{Format: "mailman3", Inputs: []gather.Input{f}, DryRun: true})
	if before.AlreadyKnown == 0 || before.Counted == 0 {
		t.Errorf("it was to end in the middle: %+v", before.Figures)
	}
	h.ingest("mailman3", f)
	if got := openTables(t, url).lists()["alpha.test/news"]; got != "10800 10800 10800000" {
		t.Errorf("with room again, %q were counted", got)
	}
}

func TestReadOnlyDatabase(t *testing.T) {
	dir, err := os.MkdirTemp("", "readonly")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(os.Chmod(dir, 0o700), os.RemoveAll(dir)); err != nil {
			t.Error(err)
		}
	})
	database, f := filepath.Join(dir, "postmeter.db"), filepath.Join(dir, "smtp.log")
	if err := os.WriteFile(f, []byte(log(0, 10)), 0o600); err != nil {
		t.Fatal(err)
	}
	h := newHouse(t, "sqlite:"+database)
	if err := errors.Join(h.db.Close(), os.Chmod(f, 0o444), os.Chmod(database, 0o444), os.Chmod(dir, 0o555)); err != nil {
		t.Fatal(err)
	}
	if said := befall(t, "read-only", "sqlite:"+database, f); !strings.Contains(said, "writable") && !strings.Contains(said, "read-only") {
		t.Errorf("it said %q", said)
	}
}

// reopen opens the database of a house again.
func reopen(t *testing.T, url string) *house {
	t.Helper()
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return &house{t, db, url}
}

func TestLockedDatabase(t *testing.T) {
	url := storetest.SQLite(t)
	newHouse(t, url)
	db, err := store.Open(context.Background(), url, store.Options{BusyTimeout: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	lock, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Close()
	lock.SetMaxOpenConns(1)
	if _, err := lock.Exec(`BEGIN IMMEDIATE`); err != nil {
		t.Fatal(err)
	}
	h := &house{t, db, url}
	f := file(t, log(0, 10))
	if _, err := h.try(gather.Order{Format: "mailman3", Inputs: []gather.Input{f}}); fault.KindOf(err) != fault.Busy || !strings.Contains(err.Error(), "try again") {
		t.Errorf("the error is %v", err)
	}
	if _, err := lock.Exec(`ROLLBACK`); err != nil {
		t.Fatal(err)
	}
	check(t, "afterwards", h.ingest("mailman3", f), "10 10 0 0 0")
}

func TestStoppedByItsCaller(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, cancel := context.WithCancel(context.Background())
		batches := 0
		_, err := gather.Ingest(ctx, gather.Order{DB: h.db, By: by, Server: "s1", Format: "mailman3", BatchRecords: 10,
			Inputs: []gather.Input{file(t, log(0, 100))}, Step: func(step string) {
				if step == "committed" {
					if batches++; batches == 3 {
						cancel()
					}
				}
			}})
		if err == nil {
			t.Fatal("it went on")
		}
		check(t, "afterwards", h.ingest("mailman3", file(t, log(0, 100))), "100 70 30 0 0")
	})
}
