// Package store holds all SQL of Postmeter, and nothing but storage: no prices, no formats, no decisions.
//
// One DB serves SQLite (embedded, one writer, many readers) and PostgreSQL. The SQL text is the same for both;
// what differs is in dialect.go and bulk.go. Writes go through DB.Write, which gives one transaction that
// carries who acts and when, and writes the history of each change with it. Reads go through DB.Read, which gives
// one consistent snapshot. Errors are faults: Busy, Unavailable, Conflict, NotFound; others are internal.
package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/store/migrate"
)

// DB is an open, migrated database. It is safe for concurrent use.
type DB struct {
	engine migrate.Engine
	writer *sql.DB // SQLite: a pool of one connection; PostgreSQL: the same pool as reader
	reader *sql.DB

	counters *sql.DB // PostgreSQL: where row ids are taken, outside of transactions; else nil
}

// DefaultBusyTimeout is how long a write waits for another process on the same SQLite file.
const DefaultBusyTimeout = 10 * time.Second

// Options tunes Open. The zero value is right for production.
type Options struct {
	BusyTimeout time.Duration // 0: DefaultBusyTimeout
}

// Open opens the database that url names, sqlite:FILE or postgres://…, creates it if it does not exist
// (SQLite), and migrates it. It returns an Invalid fault for a bad url, Unavailable when the database cannot be
// reached or written, Conflict when it is newer than the program or another program's.
func Open(ctx context.Context, url string, options Options) (*DB, error) {
	if options.BusyTimeout == 0 {
		options.BusyTimeout = DefaultBusyTimeout
	}
	db, err := open(url, options)
	if err != nil {
		return nil, err
	}
	if err := migrate.Up(ctx, db.writer, db.engine); err != nil {
		return nil, errors.Join(db.classify("open "+redact(url), err), db.Close())
	}
	return db, nil
}

func open(url string, options Options) (*DB, error) {
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		return openSQLite(strings.TrimPrefix(url, "sqlite:"), options)
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return openPostgres(url)
	}
	return nil, fault.At("--db", "%q is not a database: write sqlite:FILE or postgres://user@host/name", redact(url))
}

// Engine names the engine, for reports and for tests that run on both.
func (db *DB) Engine() string { return string(db.engine) }

// Close closes all connections.
func (db *DB) Close() error {
	err := db.writer.Close()
	if db.counters != nil {
		err = errors.Join(err, db.counters.Close())
	}
	if db.reader != db.writer {
		err = errors.Join(err, db.reader.Close())
	}
	return err
}

// By is who acts and when; it goes into the history of what they change.
type By struct {
	Actor string
	At    time.Time
}

// Write runs do in one transaction, with the history rows of what it records. An error from do rolls back.
func (db *DB) Write(ctx context.Context, by By, do func(*Tx) error) error {
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return db.classify("connect", err)
	}
	defer func() { _ = conn.Close() }() // gives the connection back; a broken one is dropped by the pool
	raw, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return db.classify("begin", err)
	}
	tx := &Tx{Snapshot: Snapshot{db: db, tx: raw, conn: conn, ctx: ctx}, by: by}
	if err := tx.run(do); err != nil {
		return db.ended(ctx, "write", errors.Join(err, rollback(raw)))
	}
	return db.ended(ctx, "commit", raw.Commit())
}

// Read runs do on one consistent snapshot.
func (db *DB) Read(ctx context.Context, do func(*Snapshot) error) error {
	options := &sql.TxOptions{ReadOnly: true}
	if db.engine == migrate.Postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	conn, err := db.reader.Conn(ctx)
	if err != nil {
		return db.classify("connect", err)
	}
	defer func() { _ = conn.Close() }() // gives the connection back; a broken one is dropped by the pool
	raw, err := conn.BeginTx(ctx, options)
	if err != nil {
		return db.classify("begin", err)
	}
	err = do(&Snapshot{db: db, tx: raw, conn: conn, ctx: ctx})
	return db.ended(ctx, "read", errors.Join(err, rollback(raw)))
}

// ended classifies what a transaction ended with. A driver whose context ends in the middle may say anything about it,
// such as that its connection is bad; the reason is the context.
func (db *DB) ended(ctx context.Context, doing string, err error) error {
	var known *fault.Error
	var list fault.List
	if err != nil && ctx.Err() != nil && !errors.As(err, &known) && !errors.As(err, &list) {
		err = errors.Join(ctx.Err(), err)
	}
	return db.classify(doing, err)
}

// rollback ends a transaction whose result is not wanted. One that has ended by itself is fine.
func rollback(tx *sql.Tx) error {
	if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return nil
}
