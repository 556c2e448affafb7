package store

import (
	"context"
	"errors"
	"io/fs"
	"net"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"postmeter/internal/domain/fault"
)

// classify turns an engine's error into a fault that says what to do. Faults pass as they are.
func (db *DB) classify(doing string, err error) error {
	var known *fault.Error
	var list fault.List
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known), errors.As(err, &list):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fault.Wrap(fault.Canceled, err, "database: %s: stopped before it was done; nothing of it was kept", doing)
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return classifySQLite(doing, lite)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return classifyPostgres(doing, pg)
	}
	return classifyConnection(doing, err)
}

const sqlitePrimaryCode = 0xff // extended result codes keep the primary one in the low byte

func classifySQLite(doing string, err *sqlite.Error) error {
	switch err.Code() & sqlitePrimaryCode {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return fault.Wrap(fault.Busy, err, "database: %s: another process is writing to it and did not finish in time; nothing was changed: try again", doing)
	case sqlite3.SQLITE_FULL:
		return fault.Wrap(fault.Unavailable, err, "database: %s: the disk is full; nothing was changed: free space and start again", doing)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM:
		return fault.Wrap(fault.Denied, err, "database: %s: the file or its folder is read-only; nothing was changed: make them writable for this user", doing)
	case sqlite3.SQLITE_CANTOPEN:
		return fault.Wrap(fault.Unavailable, err, "database: %s: the file cannot be opened: check that its folder exists and is writable for this user", doing)
	case sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT:
		return fault.Wrap(fault.Unavailable, err, "database: %s: the file is not an intact SQLite database: restore a backup, or name another with --db", doing)
	case sqlite3.SQLITE_IOERR:
		return fault.Wrap(fault.Unavailable, err, "database: %s: the disk cannot be read or written; nothing was changed: check it and start again", doing)
	case sqlite3.SQLITE_CONSTRAINT:
		return fault.Wrap(fault.Conflict, err, "database: %s: refused by a rule of the database: %v", doing, err)
	}
	return err
}

func classifyPostgres(doing string, err *pgconn.PgError) error {
	switch {
	case err.Code == "53100":
		return fault.Wrap(fault.Unavailable, err, "database: %s: the disk of the database server is full; nothing was changed: free space and start again", doing)
	case err.Code == "25006", err.Code == "42501":
		return fault.Wrap(fault.Denied, err, "database: %s: it is read-only or this user may not do it; nothing was changed: %s", doing, err.Message)
	case err.Code == "40001", err.Code == "40P01", err.Code == "55P03":
		return fault.Wrap(fault.Busy, err, "database: %s: another process was in the way; nothing was changed: try again", doing)
	case err.Code[:2] == "53", err.Code[:2] == "57", err.Code[:2] == "08":
		return fault.Wrap(fault.Unavailable, err, "database: %s: the database server cannot serve now: %s", doing, err.Message)
	case err.Code[:2] == "28", err.Code[:2] == "3D":
		return fault.Wrap(fault.Denied, err, "database: %s: %s: check the address given with --db", doing, err.Message)
	case err.Code[:2] == "23":
		return fault.Wrap(fault.Conflict, err, "database: %s: refused by a rule of the database: %s", doing, err.Message)
	}
	return err
}

func classifyConnection(doing string, err error) error {
	var dial *net.OpError
	var path *fs.PathError
	var connect *pgconn.ConnectError
	switch {
	case errors.As(err, &connect), errors.As(err, &dial):
		return fault.Wrap(fault.Unavailable, err, "database: %s: the database server cannot be reached: check that it runs, and the address given with --db", doing)
	case errors.As(err, &path):
		return fault.Wrap(fault.Unavailable, err, "database: %s: %v", doing, path)
	}
	return err
}
