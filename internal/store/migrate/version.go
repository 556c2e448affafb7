package migrate

import (
	"context"
	"database/sql"
)

// Version returns the version of a database, 0 if it is empty, and the newest that this program knows. It changes
// nothing. It returns a Conflict fault when the database is another program's.
func Version(ctx context.Context, db *sql.DB, engine Engine) (have, newest int64, err error) {
	migrations, err := load(engine)
	if err != nil {
		return 0, 0, err
	}
	newest = migrations[len(migrations)-1].Version
	if err := refuseForeign(ctx, db, engine); err != nil {
		return 0, newest, err
	}
	have, _, err = versionOf(ctx, db, engine)
	return have, newest, err
}

// versionOf returns the newest version that was applied, 0 if there is none, and how many were.
func versionOf(ctx context.Context, db *sql.DB, engine Engine) (have, applied int64, err error) {
	query := `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'goose_db_version'`
	if engine == Postgres {
		query = `SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'goose_db_version'`
	}
	var tables int
	if err := db.QueryRowContext(ctx, query).Scan(&tables); err != nil || tables == 0 {
		return 0, 0, err
	}
	err = db.QueryRowContext(ctx, `SELECT COALESCE(max(version_id), 0), count(DISTINCT version_id) FROM goose_db_version
		WHERE is_applied AND version_id > 0`).Scan(&have, &applied)
	return have, applied, err
}
