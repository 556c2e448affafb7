package agent

import (
	"context"
	"encoding/pem"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/gather/follow"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// childOrder is the environment variable that makes this test program a process that follows a log, and maybe dies.
const childOrder = "AGENT_CHILD"

func TestMain(m *testing.M) {
	if order := os.Getenv(childOrder); order != "" {
		if err := child(strings.Split(order, "\n")); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child does one pass: as an agent with the configuration in a file, or in place (database, log, and the step at which
// it kills itself). Or it follows until all was read: see chase.
func child(order []string) (err error) {
	if order[0] == "chase" {
		return chase(order[1], order[2], order[3])
	}
	if order[0] == "agent" {
		config, err := Load(order[1])
		if err != nil {
			return err
		}
		a, err := New(config, clock, discard)
		if err != nil {
			return err
		}
		return errors.Join(a.Once(context.Background()), a.Close())
	}
	killAt, err := strconv.ParseInt(order[3], 10, 64)
	if err != nil {
		return err
	}
	db, err := store.Open(context.Background(), order[1], store.Options{})
	if err != nil {
		return err
	}
	var steps atomic.Int64
	f := follow.New(&gather.Intake{DB: db, By: by, Machine: "here", BatchRecords: 7, Step: func(string) {
		if steps.Add(1) == killAt {
			if err := syscall.Kill(os.Getpid(), syscall.SIGKILL); err != nil {
				panic(err)
			}
			select {} // what comes after it never runs
		}
	}}, []follow.Feed{{Server: "s1", Feed: hosting.Feed{Path: order[2], Format: "mailman3"}}}, follow.Options{Now: clock, StretchBytes: 3000})
	return errors.Join(f.Step(context.Background()), f.Close(), db.Close())
}

// run runs a child, and says whether it was killed.
func (h *house) run(started func(*exec.Cmd), order ...string) (killed bool) {
	h.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childOrder+"="+strings.Join(order, "\n"))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	started(cmd)
	h.must(cmd.Start())
	err := cmd.Wait()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signal() == syscall.SIGKILL {
		return true
	}
	if err != nil {
		h.Fatalf("%q: %v: %s", order, err, stderr.String())
	}
	return false
}

// TestKill kills processes that follow a log, in place and as agents, 200 times on each engine, and has others go on.
func TestKill(t *testing.T) { testKill(t, 200) }

func testKill(t *testing.T, kills int) {
	n := seed(t)
	storetest.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		h := newHouse(t, url)
		random := rand.New(rand.NewPCG(n, 1))
		config := h.configFile()
		next, inPlace, agents := 0, 0, 0
		for inPlace+agents < kills && !t.Failed() {
			more := 20 + random.IntN(100)
			h.append("", lines(next, next+more))
			next += more
			if random.IntN(4) == 0 {
				h.rename("", fmt.Sprintf("-%06d", next))
				h.append("", "") // as logrotate makes a new one
			}
			for killed := true; killed; {
				if random.IntN(2) == 0 {
					if killed = h.run(func(*exec.Cmd) {}, "follow", url, h.path, strconv.Itoa(1+random.IntN(60))); killed {
						inPlace++
					}
					continue
				}
				if killed = h.killedAgent(random, config); killed {
					agents++
				}
			}
			h.counted(fmt.Sprintf("after %d kills in place and %d of agents", inPlace, agents), next)
		}
		t.Logf("%d kills in place, %d of agents, %d lines", inPlace, agents, next)
	})
}

// killedAgent runs an agent that is killed when one of its requests comes in, or when that was served.
func (h *house) killedAgent(random *rand.Rand, config string) bool {
	h.Helper()
	at, served := int64(1+random.IntN(5)), random.IntN(2) == 0
	var cmd *exec.Cmd
	var n atomic.Int64
	h.between(func(_ *http.Request, answer func()) {
		if n.Add(1) != at {
			answer()
			return
		}
		if served {
			answer()
		}
		if err := cmd.Process.Kill(); err != nil {
			h.Error(err)
		}
		panic(http.ErrAbortHandler)
	})
	return h.run(func(c *exec.Cmd) { cmd = c }, "agent", config)
}

// configFile writes what an agent needs.
func (h *house) configFile() string {
	h.Helper()
	dir := h.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		h.must(os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	ca := file("ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: h.http.Certificate().Raw})))
	return file("agent.yaml", fmt.Sprintf("url: %s\ntoken_file: %s\nserver: s1\nspool: %s\nca_file: %s\nlogs: [{path: %s, format: mailman3}]\n",
		h.http.URL, file("token", h.token+"\n"), h.TempDir(), ca, h.path))
}
