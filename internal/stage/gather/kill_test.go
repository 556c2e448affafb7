package gather_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/stage/gather"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// childOrder is the environment variable that makes this test program a child that reads logs, and maybe dies.
const childOrder = "GATHER_CHILD"

func TestMain(m *testing.M) {
	if order := os.Getenv(childOrder); order != "" {
		os.Exit(child(strings.Split(order, "\n")))
	}
	os.Exit(m.Run())
}

// child reads logs as one process: database, format, what befalls it, files. What befalls it is the number of the step
// at which it kills itself (0: none), or a name of misfortunes.
func child(order []string) int {
	killAt, err := strconv.ParseInt(order[2], 10, 64)
	if misfortune := misfortunes[order[2]]; misfortune != nil {
		err = misfortune()
	}
	if err != nil {
		return report(err)
	}
	db, err := store.Open(context.Background(), order[0], store.Options{})
	if err != nil {
		return report(err)
	}
	var inputs []gather.Input
	for _, name := range order[3:] {
		inputs = append(inputs, gather.Input{Name: name})
	}
	var steps atomic.Int64
	_, err = gather.Ingest(context.Background(), gather.Order{
		DB: db, By: by, Server: "s1", Format: order[1], Inputs: inputs, BatchRecords: killBatch,
		Step: func(string) {
			if steps.Add(1) == killAt {
				if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
					report(err)
				}
				select {}
			}
			if _, err := os.Stdout.WriteString("."); err != nil {
				report(err)
			}
		},
	})
	return report(errors.Join(err, db.Close()))
}

func report(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, err)
	return 1
}

const (
	killBatch = 20  // records of a transaction
	killLines = 500 // usage lines of a log
	killSteps = 60  // a child dies after at most so many steps
)

// TestKill kills a process that reads logs, 200 times, and starts it again each time.
func TestKill(t *testing.T) { testKill(t, 200) }

func testKill(t *testing.T, kills int) {
	seed := uint64(time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC).Unix())
	if text := os.Getenv("POSTMETER_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	storetest.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		t.Logf("seed %d (POSTMETER_SEED)", seed)
		random := rand.New(rand.NewPCG(seed, 0))
		done := 0
		for done < kills && !t.Failed() {
			// Each log is a test of its own, so that its database is closed and dropped before the next one is made.
			t.Run("log", func(t *testing.T) { done += killOneLog(t, random, another(t, url)) })
		}
		t.Logf("%d kills", done)
	})
}

// another returns a new database of the same engine.
func another(t *testing.T, url string) string {
	if strings.HasPrefix(url, "sqlite:") {
		return storetest.SQLite(t)
	}
	return storetest.Postgres(t)
}

// killOneLog reads a log of two files with a process that is killed until it comes to the end, and compares what is
// there then with a reading that nothing disturbed. It returns the number of kills.
func killOneLog(t *testing.T, random *rand.Rand, url string) (kills int) {
	t.Helper()
	format, logs := randomLogs(t, random)
	newHouse(t, url)
	for killed := true; killed; {
		killAt, after := 1+random.IntN(killSteps), 0
		if random.IntN(2) == 0 {
			killAt, after = 0, killAt // by this process, wherever that one is then
		}
		if killed = runChild(t, url, format, killAt, after, logs); killed {
			kills++
		}
	}
	clean := storetest.SQLite(t)
	h := newHouse(t, clean)
	var inputs []gather.Input
	for _, name := range logs {
		inputs = append(inputs, gather.Input{Name: name})
	}
	h.ingest(format, inputs...)
	got, want := openTables(t, url), openTables(t, clean)
	for _, query := range []string{
		`SELECT list_id, at, position, source, CASE WHEN charged THEN 1 ELSE 0 END, recipients, bytes, line_hash FROM usage_record ORDER BY 1, 2, 3, 8`,
		`SELECT list_key, at, position, recipients, bytes, line_hash FROM usage_unknown ORDER BY 1, 2, 3, 6`,
		`SELECT position, reason, line FROM usage_unparsed ORDER BY 1, 2, 3`,
		`SELECT format, read_offset, records, counted, already_known, unknown_list, unparsed FROM generation ORDER BY 2`,
		`SELECT at, line_hash, seen FROM usage_repeat ORDER BY 1, 2`,
	} {
		if diff := cmp.Diff(want.rows(query), got.rows(query)); diff != "" {
			t.Fatalf("%s after %d kills differ from a reading in one go: %s", query, kills, diff)
		}
	}
	if diff := cmp.Diff(want.sums(), got.sums()); diff != "" {
		t.Fatalf("sums after %d kills differ from a reading in one go: %s", kills, diff)
	}
	return kills
}

// runChild runs a process that reads logs. It kills itself at a step, or is killed after it has reported some. It says
// whether it died of that.
func runChild(t *testing.T, url, format string, killAt, after int, logs []string) (killed bool) {
	t.Helper()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program)
	order := append([]string{url, format, strconv.Itoa(killAt)}, logs...)
	cmd.Env = append(os.Environ(), childOrder+"="+strings.Join(order, "\n"))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	steps, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if after > 0 {
		if _, err := io.CopyN(io.Discard, bufio.NewReader(steps), int64(after)); err == nil {
			if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
		}
	}
	if _, err := io.Copy(io.Discard, steps); err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signal() == syscall.SIGKILL {
		return true
	}
	if err != nil {
		t.Fatalf("the process failed: %v: %s", err, stderr.String())
	}
	return false
}

// randomLogs writes a log in two files that follow each other, as a rotation leaves them, with some lines of the
// first once more in the second.
func randomLogs(t *testing.T, random *rand.Rand) (format string, files []string) {
	t.Helper()
	format = []string{"mailman3", "mailman3-default", "postfix"}[random.IntN(3)]
	lines := randomLines(random, format, killLines)
	cut := 1 + random.IntN(len(lines)-1)
	again := lines[max(0, cut-random.IntN(50)):cut]
	dir := t.TempDir()
	for i, part := range [][]string{lines[:cut], append(append([]string{}, lines[cut:]...), again...)} {
		name := filepath.Join(dir, fmt.Sprintf("smtp.log.%d", i))
		if err := os.WriteFile(name, []byte(strings.Join(part, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, name)
	}
	return format, files
}
