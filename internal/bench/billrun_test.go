//go:build bench

package bench

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/period"
	"postmeter/internal/stage/seed"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

const (
	billedCustomers = 100_000
	maxPeakKB       = 300 * 1024 // resident memory of a bill run
	maxTimesBare    = 2.0
	billRunRuns     = 3
)

// TestBillRun measures a whole bill run, as a process of its own, beside a bare bulk load of every row that it wrote.
func TestBillRun(t *testing.T) {
	program := filepath.Join(t.TempDir(), "postmeter")
	build := exec.Command("go", "build", "-o", program, "postmeter/cmd/postmeter")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	t.Run("sqlite", func(t *testing.T) { billRun(t, program, storetest.SQLite) })
	t.Run("postgres", func(t *testing.T) { billRun(t, program, storetest.Postgres) })
}

func billRun(t *testing.T, program string, database func(testing.TB) string) {
	seeded := seedProvider(t, database(t))
	trial := &trial{t: t, program: program, seeded: seeded}
	trial.restore()
	trial.run() // the rows to load, and caches warm for both
	rows := dumpBills(t, trial.url)
	var bare *bareLoad
	Pair{
		Name: "bill run, " + t.Name()[strings.LastIndexByte(t.Name(), '/')+1:], Unit: "invoices", Count: billedCustomers,
		Limit: maxTimesBare, Runs: billRunRuns,
		Before: func() error {
			trial.restore()
			bare.close()
			bare = newBareLoad(t, database(t), seeded, rows)
			return nil
		},
		Ours: func() error { trial.run(); return nil },
		Bare: func() error { return bare.load() },
	}.Run(t)
	bare.close()
	fmt.Printf("%s: %d lines of invoices, %d rows of history; peak resident memory %d MB, at most %d\n", t.Name(),
		len(rows.lines), len(rows.history), trial.peakKB/1024, maxPeakKB/1024)
	if trial.peakKB > maxPeakKB {
		t.Errorf("peak resident memory is %d KB, at most %d are allowed", trial.peakKB, maxPeakKB)
	}
}

func seedProvider(t *testing.T, url string) string {
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	by := store.By{Actor: "bench", At: time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)}
	start := time.Now()
	_, err = seed.Make(context.Background(), db, by, seed.Options{Customers: billedCustomers, ListsPerCustomer: 3, PostsPerList: 8,
		Month: period.Month(202609), Seed: 1}, func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("%s: seed --customers %d: %.1f s\n", t.Name(), billedCustomers, time.Since(start).Seconds())
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return url
}

// trial is a seeded database that is billed again and again.
type trial struct {
	t               *testing.T
	program, seeded string
	url             string
	peakKB          int64
}

// restore makes the database what it was before the first run.
func (r *trial) restore() {
	r.t.Helper()
	file, ok := strings.CutPrefix(r.seeded, "sqlite:")
	if !ok {
		r.restorePostgres()
		return
	}
	copied := filepath.Join(filepath.Dir(file), "trial.db")
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(copied + suffix); err != nil && !os.IsNotExist(err) {
			r.t.Fatal(err)
		}
	}
	from, err := os.Open(file)
	if err != nil {
		r.t.Fatal(err)
	}
	defer from.Close()
	to, err := os.Create(copied)
	if err != nil {
		r.t.Fatal(err)
	}
	if _, err := io.Copy(to, from); err != nil {
		r.t.Fatal(err)
	}
	if err := to.Sync(); err != nil {
		r.t.Fatal(err)
	}
	if err := to.Close(); err != nil {
		r.t.Fatal(err)
	}
	r.url = "sqlite:" + copied
}

// restorePostgres copies the seeded database on its server.
func (r *trial) restorePostgres() {
	r.t.Helper()
	at, err := url.Parse(r.seeded)
	if err != nil {
		r.t.Fatal(err)
	}
	name := strings.TrimPrefix(at.Path, "/")
	admin, copied := *at, *at
	admin.Path, copied.Path = "/postgres", "/"+name+"_trial"
	if r.url == "" {
		execute(r.t, r.seeded, "VACUUM ANALYZE")
		r.t.Cleanup(func() { execute(r.t, admin.String(), "DROP DATABASE "+name+"_trial WITH (FORCE)") })
	}
	execute(r.t, admin.String(), "DROP DATABASE IF EXISTS "+name+"_trial WITH (FORCE)", "CREATE DATABASE "+name+"_trial TEMPLATE "+name)
	r.url = copied.String()
}

func execute(t *testing.T, url string, statements ...string) {
	t.Helper()
	db, err := sql.Open("pgx", url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func (r *trial) run() {
	r.t.Helper()
	cmd := exec.Command(r.program, "--db", r.url, "--json", "bill", "run", "--start", "2026-09-01", "--end", "2026-09-30")
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- cmd.Wait() }()
	if err := r.watch(cmd.Process.Pid, done); err != nil {
		r.t.Fatalf("bill run: %v\n%s", err, stderr.String())
	}
	if !strings.Contains(out.String(), fmt.Sprintf("\"billed\": %d,", billedCustomers)) {
		r.t.Fatalf("bill run: not all were billed:\n%.500s", out.String())
	}
}

// watch reads the peak of a process's resident memory until it ends. What the system reports after the end is no use:
// there it counts what this process had when it started the other.
func (r *trial) watch(pid int, done <-chan error) error {
	for {
		if status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)); err == nil {
			if _, rest, ok := strings.Cut(string(status), "VmHWM:"); ok {
				var kb int64
				if _, err := fmt.Sscan(rest, &kb); err == nil {
					r.peakKB = max(r.peakKB, kb)
				}
			}
		}
		select {
		case err := <-done:
			return err
		case <-time.After(10 * time.Millisecond):
		}
	}
}
