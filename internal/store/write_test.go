package store_test

import (
	"context"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"postmeter/internal/domain/fault"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

func write(db *store.DB, statement string, args ...any) error {
	return db.Write(context.Background(), by, func(tx *store.Tx) error { return tx.Exec(statement, args...) })
}

func exec(t *testing.T, db *store.DB, statement string, args ...any) {
	t.Helper()
	if err := write(db, statement, args...); err != nil {
		t.Fatal(err)
	}
}

// asSomebodyElse runs do with the rights of a user who owns no file. As root this thread takes that user's rights to
// files, since root may write anything.
func asSomebodyElse(t *testing.T, do func()) {
	t.Helper()
	if unix.Getuid() != 0 {
		do()
		return
	}
	const nobody = 65534
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // never unlocked: the thread ends with its rights
		if _, err := unix.SetfsuidRetUid(nobody); err != nil {
			t.Error(err)
			return
		}
		do()
	}()
	<-done
}

func TestRowsWithoutTheirOwnerAreRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		err := write(open(t, url), `INSERT INTO billing_group (customer_id, id, position, name) VALUES (77, 1, 0, 'G')`)
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("a group of no customer gave %v", err)
		}
	})
}

func TestAWrongTypeIsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		if err := write(open(t, url), `INSERT INTO number_series (name, next_number) VALUES ('n', 'not a number')`); err == nil {
			t.Error("a text was stored as a number")
		}
	})
}

// Writers wait for each other, also those of other processes: nothing is lost.
func TestWritersWaitForEachOther(t *testing.T) {
	const writers, each = 4, 10
	storetest.Each(t, func(t *testing.T, url string) {
		var wait sync.WaitGroup
		for range writers {
			db := open(t, url)
			wait.Go(func() {
				for range each {
					err := db.Write(context.Background(), by, func(tx *store.Tx) error {
						if err := tx.Lock("catalog", 0); err != nil {
							return err
						}
						value, err := tx.Bump("catalog")
						if err != nil {
							return err
						}
						return tx.Record(store.Change{Entity: "catalog", Action: strconv.FormatInt(value, 10)})
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		want := strconv.Itoa(writers * each)
		if got := storetest.Rows(t, url, `SELECT value FROM revision WHERE name = 'catalog'`); got[0] != want {
			t.Errorf("the revision is %s, want %s", got[0], want)
		}
		if got := storetest.Rows(t, url, `SELECT count(*), count(DISTINCT action) FROM history`); got[0] != want+"|"+want {
			t.Errorf("the history holds %s rows, want %s", got[0], want)
		}
	})
}

// The wait for another process on an SQLite file has a limit.
func TestAnotherWriterIsNotWaitedForForever(t *testing.T) {
	url := storetest.SQLite(t)
	first := open(t, url)
	second, err := store.Open(context.Background(), url, store.Options{BusyTimeout: 20 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	err = first.Write(context.Background(), by, func(*store.Tx) error {
		err := write(second, `INSERT INTO setting (name, value) VALUES ('a', 'b')`)
		if fault.KindOf(err) != fault.Busy || !strings.Contains(err.Error(), "another process is writing") {
			t.Errorf("the second writer got %v", err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	exec(t, second, `INSERT INTO setting (name, value) VALUES ('a', 'b')`)
	if err := second.Close(); err != nil {
		t.Error(err)
	}
}

// Who gives up a transaction finds nothing of it.
func TestACanceledWriteIsUndone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		ctx, cancel := context.WithCancel(context.Background())
		err := db.Write(ctx, by, func(tx *store.Tx) error {
			if err := tx.Exec(`INSERT INTO setting (name, value) VALUES ('a', 'b')`); err != nil {
				return err
			}
			cancel()
			return tx.Exec(`INSERT INTO setting (name, value) VALUES ('c', 'd')`)
		})
		if fault.KindOf(err) != fault.Canceled {
			t.Errorf("a write that was given up gave %v", err)
		}
		if got := storetest.Rows(t, url, `SELECT count(*) FROM setting`); got[0] != "0" {
			t.Errorf("%s settings were kept", got[0])
		}
		exec(t, db, `INSERT INTO setting (name, value) VALUES ('a', 'b')`)
	})
}
