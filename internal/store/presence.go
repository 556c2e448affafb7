package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"syscall"

	"postmeter/internal/domain/fault"
	"postmeter/internal/store/migrate"
)

// Presence shows other processes that this one lives, as long as it does: an advisory lock of a session on PostgreSQL,
// a locked file beside the database on SQLite. Both end with the process, however that ends, so nobody has to wait for a
// clock to believe that it is dead.
type Presence struct {
	name string
	conn *sql.Conn // PostgreSQL
	file *os.File  // SQLite
}

// Announce begins a presence. The name is a new one each time, of letters and digits.
func (db *DB) Announce(ctx context.Context, name string) (*Presence, error) {
	if db.engine == migrate.SQLite {
		return db.announceFile(ctx, name)
	}
	conn, err := db.writer.Conn(ctx)
	if err != nil {
		return nil, db.classify("connect", err)
	}
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, presenceKey(name)); err != nil {
		return nil, errors.Join(db.classify("announce a process", err), conn.Close())
	}
	return &Presence{name: name, conn: conn}, nil
}

func (db *DB) announceFile(ctx context.Context, name string) (*Presence, error) {
	var path string
	err := db.Read(ctx, func(s *Snapshot) (err error) {
		path, err = s.presenceFile(name)
		return err
	})
	if err != nil {
		return nil, err
	}
	const private = 0o600
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, private)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "database: the file that shows that a process lives cannot be made beside it: %v; nothing was changed", err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(fmt.Errorf("lock %s: %w", path, err), file.Close(), os.Remove(path))
	}
	return &Presence{name: name, file: file}, nil
}

// Name returns the name under which the presence was announced.
func (p *Presence) Name() string { return p.name }

// Close ends the presence. A lost connection has ended it already.
func (p *Presence) Close() error {
	if p.file != nil {
		return errors.Join(os.Remove(p.file.Name()), p.file.Close())
	}
	_, err := p.conn.ExecContext(context.Background(), `SELECT pg_advisory_unlock($1)`, presenceKey(p.name))
	return errors.Join(err, p.conn.Close())
}

// Alive says whether the presence still shows; a lost connection has ended it, and others believe that the process is
// dead.
func (p *Presence) Alive(ctx context.Context) error {
	if p.file != nil {
		return nil
	}
	if err := p.conn.PingContext(ctx); err != nil {
		return fault.Wrap(fault.Unavailable, err, "database: the connection that shows that this process lives is lost")
	}
	return nil
}

// gone says whether a process that announced itself has ended.
func (s *Snapshot) gone(name string) (bool, error) {
	if s.db.engine == migrate.SQLite {
		return s.goneFile(name)
	}
	var gone bool
	_, err := s.one(`SELECT pg_try_advisory_xact_lock($1)`, []any{presenceKey(name)}, &gone)
	return gone, err
}

func (s *Snapshot) goneFile(name string) (bool, error) {
	path, err := s.presenceFile(name)
	if err != nil {
		return false, err
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, file.Close()
	}
	if err != nil {
		return false, errors.Join(err, file.Close())
	}
	return true, errors.Join(os.Remove(path), file.Close())
}

// presenceFile is the name of the file that a process holds.
func (s *Snapshot) presenceFile(name string) (path string, err error) {
	_, err = s.one(`SELECT file FROM pragma_database_list WHERE name = 'main'`, nil, &path)
	return path + "-sender-" + name, err
}

func presenceKey(name string) int64 {
	h := fnv.New64a()
	h.Write([]byte("presence/" + name))
	return int64(h.Sum64())
}
