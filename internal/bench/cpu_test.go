//go:build bench

package bench

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// tick is what the kernel counts the time of processes in.
const tick = 10 * time.Millisecond

// ownCPU returns the processor time of this process, which runs the mail server.
func ownCPU(t *testing.T) time.Duration {
	t.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		t.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// serverCPU returns the processor time of the PostgreSQL server and all its processes, ended ones included; 0 for SQLite.
func serverCPU(t *testing.T, database string) (total time.Duration) {
	t.Helper()
	u, err := url.Parse(database)
	if err != nil || u.Scheme != "postgres" {
		return 0
	}
	pidFile, err := os.ReadFile(filepath.Join(u.Query().Get("host"), "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	server, _, _ := strings.Cut(string(pidFile), "\n")
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it has just ended
		}
		// After the name: state, parent, …, and from the twelfth on user and system time, its own and of its dead children.
		field := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
		switch pid := filepath.Base(filepath.Dir(name)); server {
		case pid:
			total += ticks(t, field[11:15])
		case field[1]:
			total += ticks(t, field[11:13])
		}
	}
	return total
}

func ticks(t *testing.T, fields []string) (total time.Duration) {
	t.Helper()
	for _, f := range fields {
		n, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		total += time.Duration(n) * tick
	}
	return total
}

// each returns a time divided by a count, in microseconds.
func each(d time.Duration, count int64) string {
	return fmt.Sprintf("%d µs", d.Microseconds()/count)
}
