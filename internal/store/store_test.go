package store_test

import (
	"context"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

func open(t *testing.T, url string) *store.DB {
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
	return db
}

var by = store.By{Actor: "test", At: time.Date(2026, 9, 30, 12, 0, 0, 0, time.UTC)}

func TestWritesHistoryInTheSameTransaction(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := open(t, url)
		ctx := context.Background()
		gaveUp := fault.New(fault.Conflict, "gave up")
		err := db.Write(ctx, by, func(tx *store.Tx) error {
			if err := tx.Record(store.Change{Entity: "setting", Action: "changed", After: "lost"}); err != nil {
				return err
			}
			return gaveUp
		})
		if err == nil || fault.KindOf(err) != fault.Conflict {
			t.Fatalf("the transaction's own fault was lost: %v", err)
		}
		err = db.Write(ctx, by, func(tx *store.Tx) error {
			if _, err := tx.Bump("catalog"); err != nil {
				return err
			}
			return tx.Record(store.Change{Entity: "setting", Action: "changed", After: "kept"})
		})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Read(ctx, func(s *store.Snapshot) error {
			_, catalog, _, err := s.Revisions()
			if catalog != 1 {
				t.Errorf("catalogue revision is %d, want 1", catalog)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}
