//go:build bench

package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/gather/follow"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// TestFollow measures how a follower catches up with a log that it finds, beside ingest of the same log.
func TestFollow(t *testing.T) {
	path := monthLog(t, runLists, runLines, false)
	t.Run("SQLite", func(t *testing.T) { benchFollow(t, path, "SQLite", storetest.SQLite) })
	t.Run("PostgreSQL", func(t *testing.T) { benchFollow(t, path, "PostgreSQL", storetest.Postgres) })
}

func benchFollow(t *testing.T, path, engine string, fresh func(testing.TB) string) {
	var db *store.DB
	Pair{
		Name: "follow, mailman3, " + engine, Unit: "lines", Count: runLines, Limit: 2,
		Before: func() error { db = provider(t, fresh(t)); return nil },
		Ours:   func() error { return catchUp(db, path) },
		Bare:   func() error { return ingest(provider(t, fresh(t)), path, "mailman3", false, runLines) },
	}.Run(t)
}

func follower(db *store.DB, paths ...string) *follow.Follower {
	var feeds []follow.Feed
	for _, path := range paths {
		feeds = append(feeds, follow.Feed{Server: "s1", Feed: hosting.Feed{Path: path, Format: "mailman3", Rotated: hosting.NoRotated}})
	}
	return follow.New(&gather.Intake{DB: db, By: by, Machine: "bench"}, feeds, follow.Options{Now: time.Now})
}

func catchUp(db *store.DB, path string) error {
	f := follower(db, path)
	err := f.Step(context.Background())
	if s := f.States()[0]; err == nil && (s.Offset != s.Size || s.Size == 0) {
		err = fmt.Errorf("read %d of %d bytes", s.Offset, s.Size)
	}
	return errors.Join(err, f.Close())
}

// TestFollowIdle measures a pass over 200 logs in which nothing was written.
func TestFollowIdle(t *testing.T) {
	var paths []string
	for i := range 200 {
		path := filepath.Join(t.TempDir(), "smtp.log")
		text := fmt.Sprintf("2026-11-22T10:%02d:%02d+0000 PM1 list_id=list1.site1.example.org recips=1 refused=0 size=1 secs=0.1 sender=a@x.test msgid=<%d@x>\n", i/60, i%60, i)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	f := follower(provider(t, storetest.SQLite(t)), paths...)
	defer f.Close()
	const passes = 1000
	var began time.Time
	for i := range passes + 1 {
		if i == 1 {
			began = time.Now() // the first one reads
		}
		if err := f.Step(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%v a pass over %d logs", time.Since(began)/passes, len(paths))
}
