package store

import (
	"context"
	"database/sql"
	"fmt"
	"hash/fnv"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // registers the driver

	"postmeter/internal/domain/fault"
	"postmeter/internal/store/migrate"
)

// Limits of connections and caches.
const (
	sqliteReaders     = 4               // reading connections
	sqliteCacheKB     = 16 * 1024       // page cache of each connection; a mapped file is no faster, and counts as memory
	postgresConns     = 12              // connections of one process
	counterConns      = 2               // for row ids, beside those: a transaction that needs one must not wait for the others
	postgresIdleAfter = 5 * time.Minute // an idle connection is closed
)

// openSQLite opens FILE with one writing connection and several reading ones. Pragmas stand in the DSN, so that
// every connection of the pools has them. synchronous=FULL: a commit is on disk when it returns.
func openSQLite(file string, options Options) (*DB, error) {
	if file == "" {
		return nil, fault.At("--db", "sqlite: needs a file name, such as sqlite:postmeter.db")
	}
	if info, err := os.Stat(filepath.Dir(file)); err != nil || !info.IsDir() {
		return nil, fault.New(fault.Unavailable, "database %s: its folder does not exist: make it, or name another with --db", file)
	}
	if err := keepPrivate(file); err != nil {
		return nil, err
	}
	dsn := func(extra string) string {
		return fmt.Sprintf("file:%s?_pragma=busy_timeout(%d)&_pragma=journal_mode(wal)&_pragma=synchronous(full)"+
			"&_pragma=foreign_keys(on)&_pragma=cache_size(-%d)&_pragma=mmap_size(0)&_pragma=temp_store(memory)%s",
			(&url.URL{Path: file}).EscapedPath(), options.BusyTimeout.Milliseconds(), sqliteCacheKB, extra)
	}
	writer, err := sql.Open("sqlite", dsn("&_txlock=immediate"))
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	reader, err := sql.Open("sqlite", dsn("&_pragma=query_only(on)"))
	if err != nil {
		return nil, err
	}
	reader.SetMaxOpenConns(max(sqliteReaders, runtime.NumCPU()))
	reader.SetMaxIdleConns(max(sqliteReaders, runtime.NumCPU()))
	return &DB{engine: migrate.SQLite, writer: writer, reader: reader}, nil
}

// keepPrivate makes a new database file that only its owner can read: it holds customers. SQLite gives its side files
// the same mode. A file that exists keeps its mode, and one that cannot be made is for SQLite to explain.
func keepPrivate(file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil //nolint:nilerr // it exists, or opening it will say why not
	}
	return f.Close()
}

func openPostgres(address string) (*DB, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, fault.At("--db", "%s is not a PostgreSQL address: write postgres://user@host/name", redact(address))
	}
	config.RuntimeParams["jit"] = "off"                           // pages and runs ask many small questions: compiling a plan takes longer than they do
	config.RuntimeParams["max_parallel_workers_per_gather"] = "0" // what is added up over everything leaves the other cores to pages
	pool := stdlib.OpenDB(*config)
	pool.SetMaxOpenConns(postgresConns)
	pool.SetMaxIdleConns(postgresConns)
	pool.SetConnMaxIdleTime(postgresIdleAfter)
	// A counter that was taken from need not be on disk by itself: what uses the ids is written after it into the same log,
	// so it is on disk when that is.
	counting := config.Copy()
	counting.RuntimeParams["synchronous_commit"] = "off"
	counters := stdlib.OpenDB(*counting)
	counters.SetMaxOpenConns(counterConns)
	counters.SetConnMaxIdleTime(postgresIdleAfter)
	return &DB{engine: migrate.Postgres, writer: pool, reader: pool, counters: counters}, nil
}

// Lock waits until no other transaction holds the lock of this name and id, and holds it until the transaction ends.
// SQLite has one writer: it holds every lock already.
func (tx *Tx) Lock(name string, id int64) error {
	if tx.db.engine == migrate.SQLite {
		return nil
	}
	h := fnv.New64a()
	if _, err := fmt.Fprintf(h, "%s/%d", name, id); err != nil {
		return err
	}
	return tx.Exec(`SELECT pg_advisory_xact_lock($1)`, int64(h.Sum64()))
}

// forUpdate ends a query whose rows nobody else may change until the transaction ends. SQLite has one writer.
func (tx *Tx) forUpdate() string {
	if tx.db.engine == migrate.SQLite {
		return ""
	}
	return " FOR UPDATE"
}

// expectRanges tells PostgreSQL, for this snapshot, that many small ranges of keys are read one after the other: plans
// for any range, without workers, and never over a whole table, whatever its statistics say after a bulk load.
func (s *Snapshot) expectRanges() error {
	if s.db.engine == migrate.SQLite {
		return nil
	}
	_, err := s.tx.ExecContext(s.ctx, `SELECT set_config('plan_cache_mode', 'force_generic_plan', true),
		set_config('enable_seqscan', 'off', true), set_config('max_parallel_workers_per_gather', '0', true),
		set_config('jit', 'off', true)`)
	return err
}

// expectKeys tells PostgreSQL, for this transaction, that rows are looked up by their keys, each by itself, or read in the
// order of an index: no table is read as a whole to be joined, however few rows its statistics say it has. What a batch
// costs then does not grow with the table.
func (s *Snapshot) expectKeys() error {
	if s.db.engine == migrate.SQLite {
		return nil
	}
	_, err := s.tx.ExecContext(s.ctx, `SELECT set_config('plan_cache_mode', 'force_generic_plan', true),
		set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
		set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
		set_config('enable_indexonlyscan', 'off', true), set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true)`)
	return err
}

// joinWhole tells PostgreSQL, for what do asks, that very many rows are joined with very many, though its statistics may know of few yet: for
// each of a million, it would go through a million.
func (s *Snapshot) joinWhole(do func() error) error {
	if s.db.engine == migrate.SQLite {
		return do()
	}
	const set = `SELECT set_config('enable_nestloop', $1, true)`
	if _, err := s.tx.ExecContext(s.ctx, set, "off"); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err // the transaction ends with it
	}
	_, err := s.tx.ExecContext(s.ctx, set, "on")
	return err
}

// NewIDs takes n successive row ids of a kind (a table's name) and returns the first.
// On PostgreSQL they are taken outside of the transaction, so that writers do not wait for each other; a
// rollback leaves a gap.
func (tx *Tx) NewIDs(kind string, n int) (int64, error) {
	const take = `INSERT INTO id_counter (kind, next_id) VALUES ($1, 1 + $2)
		ON CONFLICT (kind) DO UPDATE SET next_id = id_counter.next_id + $2 RETURNING next_id - $2`
	var first int64
	var row *sql.Row
	if tx.db.engine == migrate.SQLite {
		row = tx.tx.QueryRowContext(tx.ctx, take, kind, n)
	} else {
		row = tx.db.counters.QueryRowContext(tx.ctx, take, kind, int64(n))
	}
	err := row.Scan(&first)
	return first, err
}

var password = regexp.MustCompile(`//([^:@/]*):[^@]*@|password=[^&\s]*`)

// redact takes the password out of a database address, for messages.
func redact(address string) string { return password.ReplaceAllString(address, "//$1:***@") }

// Ping says whether the database answers.
func (db *DB) Ping(ctx context.Context) error {
	return db.classify("connect", db.reader.PingContext(ctx))
}

// Ready says whether the database answers and has the version of this program.
func (db *DB) Ready(ctx context.Context) error {
	have, newest, err := migrate.Version(ctx, db.reader, db.engine)
	if err != nil {
		return db.classify("connect", err)
	}
	if have != newest {
		return fault.New(fault.Unavailable, "the database has version %d and this postmeter works with version %d: restart this process with the newest program", have, newest)
	}
	return nil
}
