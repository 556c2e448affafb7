// Package mailmantest gives tests a real GNU Mailman 3, and a mail server that keeps what Mailman sends.
//
// Both are started once for a test program, when the first test asks, or once more for a test that wants its own, in a
// temporary folder and on free ports of the loopback interface. Mailman is killed with the program however it ends. A
// machine without Debian's package mailman3 fails the test: nothing is skipped. Where the test runs as root, Mailman runs
// as the user list: it refuses root.
package mailmantest

import (
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"postmeter/internal/outside/listserver"
)

// Mailman is a running Mailman.
type Mailman struct {
	URL, User, Password string // of its REST API
	LMTP                string // host:port where mails are handed in
	Log                 string // the path of its smtp.log, in the template that billing needs
	Sink                *Sink  // gets all its mails
	dir                 string
}

// Start returns the Mailman of this test program.
func Start(t testing.TB) *Mailman {
	t.Helper()
	m, err := start()
	if err != nil {
		t.Fatalf("a real Mailman: %v", err)
	}
	return m
}

// StartOwn returns another Mailman, which no other test gets: for a test that is about all lists there are.
func StartOwn(t testing.TB) *Mailman {
	t.Helper()
	m, err := begin()
	if err != nil {
		t.Fatalf("a real Mailman: %v", err)
	}
	return m
}

// Address is how billing reaches it.
func (m *Mailman) Address() listserver.Address {
	return listserver.Address{Kind: "mailman3", Host: "127.0.0.1", URL: m.URL, User: m.User, Secret: m.Password}
}

//go:embed mailman.cfg
var configuration string

const master = "/usr/lib/mailman3/bin/master"

var start = sync.OnceValues(begin)

// begin starts a Mailman, which ends with this program.
func begin() (*Mailman, error) {
	if _, err := os.Stat(master); err != nil {
		return nil, fmt.Errorf("not on this machine: apt-get install --no-install-recommends mailman3 (make test does)")
	}
	credential, err := account()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "mailman")
	if err != nil {
		return nil, err
	}
	sink, err := newSink()
	if err != nil {
		return nil, err
	}
	rest, lmtp, err := ports()
	if err != nil {
		return nil, err
	}
	m := &Mailman{
		URL: "http://127.0.0.1:" + rest + "/3.1", User: "restadmin", Password: "rest-geheim-" + rest,
		LMTP: "127.0.0.1:" + lmtp, Log: filepath.Join(dir, "var", "logs", "smtp.log"), Sink: sink, dir: dir,
	}
	_, out, err := net.SplitHostPort(sink.Address)
	if err != nil {
		return nil, err
	}
	text := strings.NewReplacer("@DIR@", dir, "@REST@", rest, "@LMTP@", lmtp, "@SMTP@", out, "@USER@", m.User, "@PASSWORD@", m.Password).Replace(configuration)
	path := filepath.Join(dir, "mailman.cfg")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return nil, err
	}
	if credential != nil {
		for _, name := range []string{dir, path} {
			if err := os.Chown(name, int(credential.Uid), int(credential.Gid)); err != nil {
				return nil, err
			}
		}
	}
	if err := m.run(credential, path); err != nil {
		return nil, err
	}
	return m, nil
}

// run starts Mailman's master, which starts everything else.
func (m *Mailman) run(credential *syscall.Credential, path string) error {
	cmd := exec.Command("/bin/sh", "-c", undertaker, "sh", master, "--force", "-C", path)
	cmd.Dir = m.dir
	cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C.UTF-8", "TZ=UTC", "PYTHONDONTWRITEBYTECODE=1"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential, Pdeathsig: syscall.SIGQUIT}
	log, err := os.Create(filepath.Join(m.dir, "out"))
	if err != nil {
		return err
	}
	cmd.Stdout, cmd.Stderr = log, log
	started := make(chan error)
	go func() {
		// The undertaker hears of the death of the thread that started it: this one stays as long as the process.
		runtime.LockOSThread()
		started <- cmd.Start()
		select {}
	}()
	if err := <-started; err != nil {
		return err
	}
	return m.wait()
}

// undertaker is the shell script that runs Mailman, in a session of its own. When the test process ends, it kills all
// of that, and removes the folder, which is its working directory.
const undertaker = `
trap 'kill -s KILL -- -$server' QUIT TERM INT
setsid "$@" & server=$!
wait $server
kill -s KILL -- -$server 2>/dev/null
wait $server
rm -rf "$PWD" || { sleep 1; rm -rf "$PWD"; }
`

// startLimit is how long Mailman may take to start: some ten processes that each load all of it.
const startLimit = 3 * time.Minute

func (m *Mailman) wait() error {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	for {
		err := m.answers(ctx)
		if err == nil {
			return nil
		}
		if !rest(ctx) {
			out, _ := os.ReadFile(filepath.Join(m.dir, "out"))
			return fmt.Errorf("it did not answer within %s: %w\n%s", startLimit, err, out)
		}
	}
}

// answers says whether both the REST API and the LMTP server take connections, and give a word.
func (m *Mailman) answers(ctx context.Context) error {
	if err := m.call(ctx, "GET", "/system/versions", nil); err != nil {
		return err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", m.LMTP)
	if err != nil {
		return err
	}
	return conn.Close()
}

// rest waits a moment; it says false when there is no more time.
func rest(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(50 * time.Millisecond):
		return true
	}
}

// ports finds two that are free, below those that the system gives to connections.
func ports() (a, b string, err error) {
	var found []string
	for range 1000 {
		port := strconv.Itoa(10_000 + rand.IntN(20_000))
		listener, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil {
			continue
		}
		if err := listener.Close(); err != nil {
			return "", "", err
		}
		if found = append(found, port); len(found) == 2 {
			return found[0], found[1], nil
		}
	}
	return "", "", fmt.Errorf("no ports are free")
}

// account says as whom Mailman runs: it refuses root. nil: as whoever tests.
func account() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	list, err := user.Lookup("list")
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(list.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(list.Gid, 10, 32)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, err
}
