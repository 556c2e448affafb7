// Package storetest gives tests real databases: a fresh SQLite file and a fresh database on a private PostgreSQL.
//
// The PostgreSQL server is Debian's postgresql-15, started once for a test process on a unix socket in a temporary
// folder, and killed with the process. A missing server fails the test: nothing is skipped.
package storetest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // registers the driver

	"postmeter/internal/store/migrate"
)

// Each runs do as a sub-test on a new database of each engine, without rows; url is what --db takes.
func Each(t *testing.T, do func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { do(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { do(t, Postgres(t)) })
}

// EachEmpty is Each for what makes the tables itself: the databases have none.
func EachEmpty(t *testing.T, do func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { do(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { do(t, EmptyPostgres(t)) })
}

// SQLite returns the url of a new SQLite file, which does not exist yet.
func SQLite(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "postmeter.db")
}

// Postgres returns the url of a new PostgreSQL database with all tables, dropped after the test. It is a copy of one that was
// migrated once, since migrating each would be most of what a small test takes.
func Postgres(t testing.TB) string {
	t.Helper()
	if _, err := template(); err != nil {
		t.Fatalf("private PostgreSQL: %v", err)
	}
	return create(t, " TEMPLATE "+templateName)
}

// EmptyPostgres is Postgres without any tables.
func EmptyPostgres(t testing.TB) string {
	t.Helper()
	return create(t, "")
}

func create(t testing.TB, from string) string {
	t.Helper()
	server, err := start()
	if err != nil {
		t.Fatalf("private PostgreSQL: %v", err)
	}
	name := fmt.Sprintf("t%d_%d", os.Getpid(), databases.Add(1))
	if err := admin(server, "CREATE DATABASE "+name+from); err != nil {
		t.Fatalf("private PostgreSQL: %v", err)
	}
	t.Cleanup(func() {
		if err := admin(server, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("private PostgreSQL: %v", err)
		}
	})
	return server.url(name)
}

// templateName is the database that others are copies of.
const templateName = "migrated"

var template = sync.OnceValues(func() (name string, err error) {
	server, err := start()
	if err != nil {
		return "", err
	}
	if err := admin(server, "CREATE DATABASE "+templateName); err != nil {
		return "", err
	}
	db, err := sql.Open("pgx", server.url(templateName))
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, db.Close()) }() // nobody may be connected to it when it is copied
	return templateName, migrate.Up(context.Background(), db, migrate.Postgres)
})

var databases atomic.Int64

type server struct{ dir, user string }

func (s server) url(database string) string {
	return "postgres://" + s.user + "@/" + database + "?host=" + s.dir
}

func admin(s server, statement string) error {
	db, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.Exec(statement)
	return err
}

var start = sync.OnceValues(func() (server, error) {
	bin, err := binaries()
	if err != nil {
		return server{}, err
	}
	owner, credential, err := account()
	if err != nil {
		return server{}, err
	}
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		return server{}, err
	}
	if credential != nil {
		if err := os.Chown(dir, int(credential.Uid), int(credential.Gid)); err != nil {
			return server{}, err
		}
	}
	s := server{dir: dir, user: owner}
	return s, s.run(bin, credential)
})

func (s server) run(bin string, credential *syscall.Credential) error {
	data := filepath.Join(s.dir, "data")
	initdb := command(credential, s.dir, filepath.Join(bin, "initdb"), "-D", data, "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C.UTF-8")
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	postgres := command(credential, s.dir, "/bin/sh", "-c", undertaker, "sh", filepath.Join(bin, "postgres"), "-D", data, "-k", s.dir, "-c", "listen_addresses=",
		"-c", "fsync=off", "-c", "max_connections=200", "-c", "shared_buffers=128MB", "-c", "max_wal_size=4GB", "-c", "logging_collector=off")
	log, err := os.Create(filepath.Join(s.dir, "log"))
	if err != nil {
		return err
	}
	postgres.Stderr, postgres.Stdout = log, log
	started := make(chan error)
	go func() {
		// The server dies with the thread that started it: this one stays as long as the process.
		runtime.LockOSThread()
		started <- postgres.Start()
		select {}
	}()
	if err := <-started; err != nil {
		return err
	}
	return s.wait()
}

// undertaker is the shell script that runs the server. When the test process ends, it stops the server and removes
// the folder, which is its working directory.
const undertaker = `
trap 'kill -QUIT $server' QUIT TERM INT
"$@" & server=$!
wait $server
wait $server
rm -rf "$PWD"
`

const startLimit = 30 * time.Second

func (s server) wait() error {
	db, err := sql.Open("pgx", s.url("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	for {
		err := db.PingContext(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("it did not answer within %s: %w", startLimit, err)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func command(credential *syscall.Credential, dir, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential, Pdeathsig: syscall.SIGQUIT}
	return cmd
}

// binaries finds initdb and postgres, which Debian keeps out of the PATH.
func binaries() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) == 0 {
		return "", fmt.Errorf("no PostgreSQL server on this machine: apt-get install postgresql-15 (make test does)")
	}
	return filepath.Dir(found[len(found)-1]), nil
}

// account says as whom the server runs: PostgreSQL refuses root.
func account() (string, *syscall.Credential, error) {
	if os.Getuid() != 0 {
		me, err := user.Current()
		return me.Username, nil, err
	}
	postgres, err := user.Lookup("postgres")
	if err != nil {
		return "", nil, err
	}
	uid, err := strconv.ParseUint(postgres.Uid, 10, 32)
	if err != nil {
		return "", nil, err
	}
	gid, err := strconv.ParseUint(postgres.Gid, 10, 32)
	return "postgres", &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}
