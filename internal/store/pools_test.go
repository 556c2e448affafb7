package store

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/store/storetest"
)

func openInside(t *testing.T) *DB {
	t.Helper()
	db, err := Open(context.Background(), storetest.SQLite(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Every connection of both pools has its pragmas: they stand in its address.
func TestEveryConnectionHasItsPragmas(t *testing.T) {
	db := openInside(t)
	want := map[string]string{"foreign_keys": "1", "journal_mode": "wal", "synchronous": "2", "busy_timeout": "10000"}
	for name, pool := range map[string]*sql.DB{"writer": db.writer, "reader": db.reader} {
		want["query_only"] = map[string]string{"writer": "0", "reader": "1"}[name]
		limit := pool.Stats().MaxOpenConnections
		if limit == 0 || name == "writer" && limit != 1 {
			t.Errorf("the %s pool has up to %d connections", name, limit)
		}
		for range limit {
			conn, err := pool.Conn(context.Background()) // held, so that the next one is another
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := conn.Close(); err != nil {
					t.Error(err)
				}
			}()
			for pragma, value := range want {
				var got string
				if err := conn.QueryRowContext(context.Background(), "PRAGMA "+pragma).Scan(&got); err != nil || got != value {
					t.Errorf("%s: %s is %q (%v), want %q", name, pragma, got, err, value)
				}
			}
		}
	}
}

// A full disk is named, what was there stays, and writing goes on when there is room again.
func TestAFullDiskIsNamedAndLosesNothing(t *testing.T) {
	db := openInside(t)
	by := By{Actor: "test", At: time.Unix(0, 0)}
	limit := func(pages string) {
		t.Helper()
		if _, err := db.writer.Exec("PRAGMA max_page_count = " + pages); err != nil {
			t.Fatal(err)
		}
	}
	fill := func(tx *Tx) error {
		for range 100 {
			if err := tx.Record(Change{Entity: "setting", Action: strings.Repeat("x", 4096)}); err != nil {
				return err
			}
		}
		return nil
	}
	limit("1") // SQLite never goes below what is there
	err := db.Write(context.Background(), by, fill)
	if fault.KindOf(err) != fault.Unavailable || !strings.Contains(err.Error(), "the disk is full; nothing was changed") {
		t.Errorf("a full disk gave %v", err)
	}
	count := func() (n int) {
		t.Helper()
		if err := db.reader.QueryRow(`SELECT count(*) FROM history`).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := count(); n != 0 {
		t.Errorf("%d rows of a failed write were kept", n)
	}
	limit("1000000")
	if err := db.Write(context.Background(), by, fill); err != nil || count() != 100 {
		t.Errorf("with room again the write gave %v and %d rows", err, count())
	}
}
