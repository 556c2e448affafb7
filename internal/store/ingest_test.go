package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/usage"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// writeUsage runs do in a transaction, which must succeed.
func writeUsage(t *testing.T, db *store.DB, do func(*store.Tx) error) {
	t.Helper()
	if err := db.Write(context.Background(), by, do); err != nil {
		t.Fatal(err)
	}
}

// withServer makes a database with the server s1 and a generation of it with the id 1.
func withServer(t *testing.T, url string) *store.DB {
	t.Helper()
	db := open(t, url)
	writeUsage(t, db, func(tx *store.Tx) error {
		server := hosting.NewServer("s1")
		if err := tx.InsertServer(&server); err != nil {
			return err
		}
		return tx.InsertGeneration(&store.Generation{ID: 1, ServerID: server.ID, Format: "mailman3", HeadHash: []byte{1}})
	})
	return db
}

func insertList(site, name string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		list := &hosting.List{Life: period.Open(), Gone: period.Last, Place: hosting.Place{Server: "s1", Site: site, List: name}}
		return tx.InsertLists([]*hosting.List{list}, map[string]int64{"s1": 1})
	}
}

var firstOfSeptember = period.MustParse("2026-09-01")

// record is usage of a list in the small hours (UTC) of a day of September.
func record(list int64, day, position int, recipients, bytes int64) usage.Record {
	at := time.Date(2026, 9, day, 1, 0, 0, 0, time.UTC).UnixMicro() + int64(position)
	return usage.Record{ListID: list, At: at, Position: int64(position), Recipients: recipients, Bytes: bytes,
		Day: firstOfSeptember + period.Date(day-1), Charged: true}
}

func TestUsageAddsUp(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := withServer(t, url)
		for i, records := range [][]usage.Record{
			{record(1, 1, 1, 10, 100), record(1, 1, 2, 5, 2000), record(1, 2, 3, 1, 100), record(2, 1, 4, 7, 100)},
			{record(1, 1, 5, 3, 200), record(1, 1, 6, -4, 100), record(1, 3, 7, 2, 100)},
			{record(1, 1, 8, 3, 200)},
		} {
			source := usage.FromListServer
			if i == 2 {
				source = usage.Reported // of a day that has sums, but not of this source
			}
			writeUsage(t, db, func(tx *store.Tx) error { return tx.AddUsage(1, source, records) })
		}
		got := map[string]usage.Total{}
		lists, err := sumsOf(url)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range lists {
			got[fmt.Sprint(s.ListID, " ", s.Day, " ", s.KB)] = s.Total
		}
		for key, want := range map[string]usage.Total{
			"1 2026-09-01 1": {Messages: 3, Recipients: 12, RecipientBytes: 10*100 + 3*200 - 4*100 + 3*200},
			"1 2026-09-01 2": {Messages: 1, Recipients: 5, RecipientBytes: 10000},
			"1 2026-09-02 1": {Messages: 1, Recipients: 1, RecipientBytes: 100},
			"1 2026-09-03 1": {Messages: 1, Recipients: 2, RecipientBytes: 200},
			"2 2026-09-01 1": {Messages: 1, Recipients: 7, RecipientBytes: 700},
		} {
			if got[key] != want {
				t.Errorf("%s: %+v, want %+v", key, got[key], want)
			}
		}
		if err := db.Read(context.Background(), func(s *store.Snapshot) error {
			_, _, revision, err := s.Revisions()
			if revision != 3 {
				t.Errorf("the revision of usage is %d after three changes", revision)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	})
}

func TestUnknownUsageMovesToItsList(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		db := withServer(t, url)
		var unknown []store.UnknownRecord
		for day := 1; day <= 20; day++ {
			unknown = append(unknown, store.UnknownRecord{Record: record(0, day, day, 1, 100), Key: "news.a.test"},
				store.UnknownRecord{Record: record(0, day, 100+day, 1, 100), Key: "other.a.test", Reason: "r"})
		}
		writeUsage(t, db, func(tx *store.Tx) error { return tx.AddUnknown(1, 1, usage.FromListServer, unknown) })
		adopt := func() (moved int64) {
			writeUsage(t, db, func(tx *store.Tx) (err error) {
				moved, err = tx.AdoptUnknownUsage(1, time.FixedZone("west", -2*3600))
				return err
			})
			return moved
		}
		if moved := adopt(); moved != 0 {
			t.Errorf("%d records moved to no list", moved)
		}
		writeUsage(t, db, insertList("a.test", "news"))
		if moved := adopt(); moved != 20 {
			t.Errorf("%d records moved, want 20", moved)
		}
		if moved := adopt(); moved != 0 {
			t.Errorf("%d records moved again", moved)
		}
		sums, err := sumsOf(url)
		if err != nil {
			t.Fatal(err)
		}
		if len(sums) != 20 || sums[0].Day != firstOfSeptember-1 || sums[0].ListID != 1 {
			t.Errorf("%d sums, the first of list %d on %s; want 20 from the last of August on", len(sums), sums[0].ListID, sums[0].Day)
		}
	})
}

// sumsOf reads all day sums from the table, those of all sources together.
func sumsOf(url string) (out []usage.Sum, err error) {
	driver, address := "pgx", url
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		driver, address = "sqlite", file
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	rows, err := db.Query(`SELECT list_id, day, kb, CAST(SUM(messages) AS BIGINT), CAST(SUM(recipients) AS BIGINT), CAST(SUM(recipient_bytes) AS BIGINT)
		FROM usage_sum GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s usage.Sum
		if err := rows.Scan(&s.ListID, &s.Day, &s.KB, &s.Messages, &s.Recipients, &s.RecipientBytes); err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, rows.Err()
}

func TestOpenExistingMakesNothing(t *testing.T) {
	ctx := context.Background()
	file := filepath.Join(t.TempDir(), "none.db")
	db, err := store.OpenExisting(ctx, "sqlite:"+file, store.Options{})
	if db != nil || err != nil {
		t.Errorf("a file that is not there: %v, %v", db, err)
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("it was made")
	}
	empty := storetest.EmptyPostgres(t)
	if db, err := store.OpenExisting(ctx, empty, store.Options{}); db != nil || err != nil {
		t.Errorf("an empty database: %v, %v", db, err)
	}
	storetest.Each(t, func(t *testing.T, url string) {
		open(t, url)
		db, err := store.OpenExisting(ctx, url, store.Options{})
		if db == nil || err != nil {
			t.Fatalf("one that is there: %v, %v", db, err)
		}
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	if _, err := store.OpenExisting(ctx, "mysql:x", store.Options{}); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "mysql:x") {
		t.Errorf("another engine: %v", err)
	}
}
