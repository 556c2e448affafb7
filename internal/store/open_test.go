package store_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// refuses opens a database that must be refused, and returns the fault.
func refuses(t *testing.T, url string, kind fault.Kind, parts ...string) {
	t.Helper()
	db, err := store.Open(context.Background(), url, store.Options{BusyTimeout: 50 * time.Millisecond})
	if err == nil {
		t.Fatalf("the database was opened; close gives %v", db.Close())
	}
	if fault.KindOf(err) != kind {
		t.Errorf("the fault is %s, want %s: %v", fault.KindOf(err), kind, err)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("there is no %q in %q", part, err)
		}
	}
}

// An older program finds a database that a newer one has migrated.
func TestRefusesANewerDatabase(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		yes := "1"
		if db := open(t, url); db.Engine() == "postgres" {
			yes = "true"
		}
		exec(t, open(t, url), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, `+yes+`)`)
		before := storetest.Dump(t, url)
		refuses(t, url, fault.Conflict, "has version 9000", "start a newer postmeter")
		if storetest.Dump(t, url) != before {
			t.Error("a refused database was changed")
		}
	})
}

func TestRefusesAnotherProgramsDatabase(t *testing.T) {
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		storetest.Rows(t, url, `CREATE TABLE theirs (a INTEGER)`)
		refuses(t, url, fault.Conflict, "another program's tables")
		if got := storetest.Rows(t, url, `SELECT count(*) FROM theirs`); got[0] != "0" {
			t.Errorf("their table holds %v", got)
		}
	})
}

// Several processes start at once on a database that does not exist yet.
func TestManyOpenANewDatabaseAtOnce(t *testing.T) {
	const openers = 8
	storetest.EachEmpty(t, func(t *testing.T, url string) {
		var wait sync.WaitGroup
		faults := make(chan error, openers)
		for range openers {
			wait.Go(func() {
				db, err := store.Open(context.Background(), url, store.Options{})
				if err == nil {
					err = db.Close()
				}
				faults <- err
			})
		}
		wait.Wait()
		close(faults)
		for err := range faults {
			if err != nil {
				t.Errorf("one could not open it: %v", err)
			}
		}
	})
}

func TestSaysWhatIsWrongWithAFile(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("These are notes. ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	refuses(t, "sqlite:"+text, fault.Unavailable, "not an intact SQLite database")
	refuses(t, "sqlite:"+dir, fault.Unavailable, "database")
	refuses(t, "sqlite:", fault.Invalid, "needs a file name")
	refuses(t, "sqlite:"+dir+"/none/a.db", fault.Unavailable, "its folder does not exist")
	refuses(t, "mysql://x", fault.Invalid, "write sqlite:FILE or postgres://")

	url := storetest.SQLite(t)
	exec(t, open(t, url), `INSERT INTO setting (name, value) VALUES ('a', 'b')`)
	damaged := filepath.Join(dir, "damaged.db")
	spoil(t, strings.TrimPrefix(url, "sqlite:"), damaged)
	refuses(t, "sqlite:"+damaged, fault.Unavailable, "restore a backup")
}

// spoil copies a database and overwrites its second page, where the first table begins.
func spoil(t *testing.T, from, to string) {
	t.Helper()
	storetest.Rows(t, "sqlite:"+from, `VACUUM INTO '`+to+`'`)
	data, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	for i := range data[100:] {
		data[100+i] = 0xa5
	}
	if err := os.WriteFile(to, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestSaysWhatIsWrongWithAServer(t *testing.T) {
	url := storetest.Postgres(t)
	refuses(t, "postgres://nobody:hunter2@127.0.0.1:1/x", fault.Unavailable, "cannot be reached")
	refuses(t, strings.Replace(url, "@/t", "@/missing_t", 1), fault.Denied, "does not exist", "check the address")
	refuses(t, strings.Replace(url, "postgres://", "postgres://not_", 1), fault.Denied, "check the address")
	open(t, url)
	db := open(t, url+"&options=-c%20default_transaction_read_only%3Don")
	err := write(db, `INSERT INTO setting (name, value) VALUES ('a', 'b')`)
	if fault.KindOf(err) != fault.Denied || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("writing to a read-only server gave %v", err)
	}
}

// A file or folder that this user may not write: what can be read is read, and a write says what to do.
func TestAReadOnlyFileIsNamed(t *testing.T) {
	dir, err := os.MkdirTemp("", "readonly") // the folder above t.TempDir is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	file := filepath.Join(dir, "p.db")
	first, err := store.Open(context.Background(), "sqlite:"+file, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	for path, mode := range map[string]os.FileMode{file: 0o444, dir: 0o555} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	asSomebodyElse(t, func() {
		db, err := store.Open(context.Background(), "sqlite:"+file, store.Options{})
		if err == nil {
			err = write(db, `INSERT INTO setting (name, value) VALUES ('a', 'b')`)
			if closing := db.Close(); closing != nil {
				t.Error(closing)
			}
		}
		if kind := fault.KindOf(err); kind != fault.Denied && kind != fault.Unavailable || !strings.Contains(err.Error(), "writable for this user") {
			t.Errorf("writing to a read-only file gave %v", err)
		}
	})
}

func TestOnlyTheOwnerReadsANewFile(t *testing.T) {
	url := storetest.SQLite(t)
	db := open(t, url)
	if err := db.Write(context.Background(), by, func(tx *store.Tx) error { _, err := tx.Bump("catalog"); return err }); err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(strings.TrimPrefix(url, "sqlite:") + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o600 {
			t.Errorf("the database's file %q has mode %o, want 600", suffix, mode)
		}
	}
}
