//go:build bench

package bench

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/stage/gather"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

const (
	dryRunLines = 1_800_000 // of usage, which make more than 300 MB
	runLines    = 1_000_000
	runLists    = 1_000
)

// TestIngestDryRun measures a dry run on one core beside a loop that only splits the same file into lines.
func TestIngestDryRun(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	path := monthLog(t, runLists, dryRunLines, true)
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size() < 300e6 {
		t.Fatalf("the log has %d bytes, at least 300 MB are wanted", info.Size())
	}
	db := provider(t, storetest.SQLite(t))
	Pair{
		Name: "ingest --dry-run, mailman3, one core", Unit: "KB", Count: info.Size() / 1000, Limit: 6,
		Ours: func() error { return ingest(db, path, "mailman3", true, dryRunLines) },
		Bare: func() error { return splitLines(path, dryRunLines) },
	}.Run(t)
}

func splitLines(path string, least int) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	scanner := bufio.NewScanner(f)
	scanner.Buffer(make([]byte, 1<<20), 1<<20)
	lines := 0
	for scanner.Scan() {
		lines++
	}
	if lines < least {
		return fmt.Errorf("%d lines", lines)
	}
	return scanner.Err()
}

// TestIngest measures a month of usage into a new database beside a bulk insert of the rows that this writes.
func TestIngest(t *testing.T) {
	path := monthLog(t, runLists, runLines, false)
	t.Run("SQLite", func(t *testing.T) { benchIngest(t, path, "mailman3", "SQLite", storetest.SQLite) })
	t.Run("PostgreSQL", func(t *testing.T) { benchIngest(t, path, "mailman3", "PostgreSQL", storetest.Postgres) })
}

func benchIngest(t *testing.T, path, format, engine string, fresh func(testing.TB) string) {
	url := fresh(t)
	first := provider(t, url)
	if err := ingest(first, path, format, false, runLines); err != nil {
		t.Fatal(err)
	}
	rows := dumpUsage(t, url)
	var db *store.DB
	Pair{
		Name: "ingest, " + format + ", " + engine, Unit: "lines", Count: runLines, Limit: 1.5,
		Before: func() error { db = provider(t, fresh(t)); return nil },
		Ours:   func() error { return ingest(db, path, format, false, runLines) },
		Bare:   func() error { return rows.load(db) },
	}.Run(t)
}

// ingest reads a log, and checks that it was counted.
func ingest(db *store.DB, path, format string, dry bool, want int64) error {
	result, err := gather.Ingest(context.Background(), gather.Order{
		DB: db, By: by, Server: "s1", Format: format, Inputs: []gather.Input{{Name: path}}, DryRun: dry,
	})
	if err == nil && result.Counted != want {
		err = fmt.Errorf("counted %+v, want %d", result.Figures, want)
	}
	return err
}

func by() store.By { return store.By{Actor: "bench", At: time.Now()} }

// provider opens a new database with the lists of monthLog.
func provider(tb testing.TB, url string) *store.DB {
	tb.Helper()
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { db.Close() })
	err = db.Write(context.Background(), by(), func(tx *store.Tx) error {
		server := hosting.NewServer("s1")
		server.ServiceSenders = []string{"*-request@*"}
		if err := tx.InsertServer(&server); err != nil {
			return err
		}
		var lists []*hosting.List
		for i := range runLists {
			lists = append(lists, &hosting.List{Life: period.Open(), Gone: period.Last,
				Place: hosting.Place{Server: "s1", Site: fmt.Sprintf("site%d.example.org", i%50), List: fmt.Sprintf("list%d", i)}})
		}
		return tx.InsertLists(lists, map[string]int64{"s1": server.ID})
	})
	if err != nil {
		tb.Fatal(err)
	}
	return db
}
