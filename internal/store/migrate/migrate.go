// Package migrate holds the schema as numbered SQL files and brings a database up to them.
//
// One text serves both engines; the words that differ are replaced by render. A file with an engine's
// name before .sql exists once for each engine. Migrations only go up and never destroy data. A database
// that a newer program has migrated is refused.
package migrate

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/pressly/goose/v3"

	"postmeter/internal/domain/fault"
)

//go:embed sql/*.sql
var files embed.FS

// Engine is a database engine that the schema is written for.
type Engine string

// The engines.
const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Up migrates db to the newest version that this program knows.
// It returns a Conflict fault when the database is newer, or is not Postmeter's.
func Up(ctx context.Context, db *sql.DB, engine Engine) error {
	migrations, err := load(engine)
	if err != nil {
		return err
	}
	return up(ctx, db, engine, migrations)
}

func up(ctx context.Context, db *sql.DB, engine Engine, migrations []*goose.Migration) (err error) {
	if current, err := check(ctx, db, engine, migrations); err != nil || current {
		return err
	}
	if engine == Postgres {
		unlock, err := lock(ctx, db)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, unlock()) }()
		return apply(ctx, db, engine, migrations)
	}
	// SQLite has no lock that spans transactions. When several processes start at once, the slower one finds done
	// what it was about to do: it looks again.
	for {
		before, err := progress(ctx, db)
		if err != nil {
			return err
		}
		failed := apply(ctx, db, engine, migrations)
		if failed == nil {
			return nil
		}
		if after, err := progress(ctx, db); err != nil || after == before {
			return failed
		}
	}
}

// check says whether the database has every migration up to the newest version, and refuses a newer one. Migrations have
// numbers of their own, with gaps: one may come later than another with a higher number, and is applied then.
func check(ctx context.Context, db *sql.DB, engine Engine, migrations []*goose.Migration) (current bool, err error) {
	if err := refuseForeign(ctx, db, engine); err != nil {
		return false, err
	}
	version, applied, err := versionOf(ctx, db, engine)
	if err != nil {
		return false, err
	}
	newest := migrations[len(migrations)-1].Version
	if version > newest {
		return false, fault.New(fault.Conflict, "the database has version %d and this postmeter knows versions up to %d: "+
			"start a newer postmeter, or restore a backup made with this one; nothing was changed", version, newest)
	}
	return version == newest && applied == int64(len(migrations)), nil
}

func apply(ctx context.Context, db *sql.DB, engine Engine, migrations []*goose.Migration) error {
	dialect := goose.DialectSQLite3
	if engine == Postgres {
		dialect = goose.DialectPostgres
	}
	provider, err := goose.NewProvider(dialect, db, nil, goose.WithGoMigrations(migrations...), goose.WithDisableGlobalRegistry(true),
		goose.WithAllowOutofOrder(true))
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// migrationLock is the key of the advisory lock under which one node migrates while the others wait.
const migrationLock = 0x706f73746d657465

// lock takes the lock on a connection of its own.
func lock(ctx context.Context, db *sql.DB) (unlock func() error, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, int64(migrationLock)); err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func() error {
		_, err := conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(migrationLock))
		return errors.Join(err, conn.Close())
	}, nil
}

// progress grows with each step of a migration of an SQLite database: the tables that it has.
func progress(ctx context.Context, db *sql.DB) (n int64, err error) {
	err = db.QueryRowContext(ctx, `SELECT count(*) FROM sqlite_master`).Scan(&n)
	return n, err
}

// refuseForeign keeps Postmeter from writing its tables into another program's database.
func refuseForeign(ctx context.Context, db *sql.DB, engine Engine) error {
	query := `SELECT count(*), count(CASE WHEN name = 'goose_db_version' THEN 1 END) FROM sqlite_master WHERE type = 'table'`
	if engine == Postgres {
		query = `SELECT count(*), count(CASE WHEN table_name = 'goose_db_version' THEN 1 END)
			FROM information_schema.tables WHERE table_schema = current_schema()`
	}
	var tables, ours int
	if err := db.QueryRowContext(ctx, query).Scan(&tables, &ours); err != nil {
		return err
	}
	if tables > 0 && ours == 0 {
		return fault.New(fault.Conflict, "the database holds another program's tables: name an empty one with --db; nothing was changed")
	}
	return nil
}

func load(engine Engine) ([]*goose.Migration, error) {
	entries, err := files.ReadDir("sql")
	if err != nil {
		return nil, err
	}
	var out []*goose.Migration
	for _, entry := range entries {
		name := entry.Name()
		if other(engine, name) {
			continue
		}
		text, err := files.ReadFile("sql/" + name)
		if err != nil {
			return nil, err
		}
		version, err := strconv.ParseInt(name[:4], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("migration %s: name must start with four digits: %w", name, err)
		}
		out = append(out, goose.NewGoMigration(version, &goose.GoFunc{RunTx: runner(engine, string(text))}, nil))
	}
	return out, nil
}

// other says whether a file is only for the other engine.
func other(engine Engine, name string) bool {
	for _, e := range []Engine{SQLite, Postgres} {
		if strings.HasSuffix(name, "."+string(e)+".sql") {
			return e != engine
		}
	}
	return false
}

func runner(engine Engine, text string) func(context.Context, *sql.Tx) error {
	text = render(engine, text)
	return func(ctx context.Context, tx *sql.Tx) error {
		var args []any
		if engine == Postgres {
			args = append(args, pgx.QueryExecModeSimpleProtocol) // several statements in one text
		}
		_, err := tx.ExecContext(ctx, text, args...)
		return err
	}
}

// render turns the common text into an engine's. SQLite's tables are STRICT, so that a wrong type is an error
// there as it is on PostgreSQL, and clustered by their key where the text says so. PostgreSQL's texts compare
// byte by byte, as SQLite's do.
func render(engine Engine, text string) string {
	if engine == SQLite {
		return strings.NewReplacer(
			"BIGINT PRIMARY KEY", "INTEGER PRIMARY KEY",
			")/*clustered*/;", ") STRICT, WITHOUT ROWID;",
			"\n);", "\n) STRICT;",
			"BIGINT", "INTEGER", "BOOLEAN", "INTEGER").Replace(text)
	}
	return strings.NewReplacer(" TEXT", ` TEXT COLLATE "C"`, " BLOB", " BYTEA").Replace(text)
}
