package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/store/migrate"
)

// OpenExisting opens the database that url names as it is: it neither makes nor migrates one. It returns nil when
// there is none, and a Conflict fault when the database is of another version than this program.
func OpenExisting(ctx context.Context, url string, options Options) (*DB, error) {
	if file, ok := strings.CutPrefix(url, "sqlite:"); ok {
		if _, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) {
			return nil, nil //nolint:nilnil // no database is an answer
		}
	}
	if options.BusyTimeout == 0 {
		options.BusyTimeout = DefaultBusyTimeout
	}
	db, err := open(url, options)
	if err != nil {
		return nil, err
	}
	have, newest, err := migrate.Version(ctx, db.reader, db.engine)
	switch {
	case err != nil:
		return nil, errors.Join(db.classify("open "+redact(url), err), db.Close())
	case have == 0:
		return nil, db.Close()
	case have != newest:
		return nil, errors.Join(fault.New(fault.Conflict, "the database has version %d and this postmeter works with version %d: "+
			"start a command that may change it once, or a newer postmeter; nothing was changed", have, newest), db.Close())
	}
	return db, nil
}
