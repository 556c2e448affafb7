package jobs

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// childURL is the environment variable that makes this test program a node on a database, which goes on until it dies.
const childURL = "JOBS_CHILD"

func TestMain(m *testing.M) {
	if url := os.Getenv(childURL); url != "" {
		if err := child(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

// child does jobs. Each says that it has begun, writes a line of history in the transaction that ends it, and says so.
func child(url string) error {
	ctx := context.Background()
	db, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		return err
	}
	now := func() time.Time { return start }
	w := New(Options{DB: db, Now: now, Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})), Slots: 3})
	w.Register("work", func(ctx context.Context, run *Run) error {
		if _, err := os.Stdout.WriteString("began\n"); err != nil {
			return err
		}
		err := db.Write(ctx, store.By{Actor: "child", At: start}, func(tx *store.Tx) error {
			if err := run.End(tx, "done"); err != nil {
				return err
			}
			return tx.Record(store.Change{Entity: "killtest", EntityID: run.Job.ID, Action: "done"})
		})
		if err == nil {
			_, err = os.Stdout.WriteString("ended\n")
		}
		return err
	})
	return w.Run(ctx)
}

// TestKilledNodesLoseNothing kills one of two nodes again and again, at a random line that they say, and lets another take
// its place: each job has had its effect exactly once.
func TestKilledNodesLoseNothing(t *testing.T) {
	seed := uint64(20261125)
	if text := os.Getenv("POSTMETER_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	storetest.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		t.Logf("seed %d (POSTMETER_SEED)", seed)
		const kills, more = 25, 12 // jobs that come with each kill
		h, random := newHouse(t, url), rand.New(rand.NewPCG(seed, 0))
		lines := make(chan struct{}, kills*more*4)
		nodes := []*process{h.child(lines), h.child(lines)}
		for range kills {
			for range more {
				h.enqueue(store.NewJob{MaxAttempts: 100})
			}
			for range 1 + random.IntN(more) {
				<-lines
			}
			i := random.IntN(len(nodes))
			nodes[i].kill()
			nodes[i] = h.child(lines)
		}
		deadline, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		for unfinished := ""; unfinished != "0"; {
			unfinished = storetest.Rows(t, url, `SELECT count(*) FROM job WHERE state <> 'done'`)[0]
			if deadline.Err() != nil {
				t.Fatalf("%s jobs are not done: %v", unfinished, storetest.Rows(t, url, `SELECT id, state, node, attempts, error FROM job WHERE state <> 'done' LIMIT 5`))
			}
		}
		for _, node := range nodes {
			node.kill()
		}
		wrong := storetest.Rows(t, url, `SELECT j.id, count(h.id) FROM job j LEFT JOIN history h ON h.entity = 'killtest' AND h.entity_id = j.id GROUP BY j.id HAVING count(h.id) <> 1`)
		if len(wrong) > 0 {
			t.Errorf("jobs whose effect was not there once: %v", wrong)
		}
		t.Logf("taken over: %v", storetest.Rows(t, url, `SELECT attempts, count(*) FROM job GROUP BY attempts ORDER BY 1`))
	})
}

// process is a node of its own.
type process struct {
	*house
	cmd  *exec.Cmd
	read chan struct{} // closed when all it said is read
}

// child starts a node; each line that it says goes to lines.
func (h *house) child(lines chan<- struct{}) *process {
	h.Helper()
	program, err := os.Executable()
	h.must(err)
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), childURL+"="+h.url)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	h.must(err)
	h.must(cmd.Start())
	p := &process{h, cmd, make(chan struct{})}
	go func() {
		defer close(p.read)
		for said := bufio.NewScanner(out); said.Scan(); {
			lines <- struct{}{}
		}
	}()
	h.Cleanup(p.kill)
	return p
}

// kill ends it as a failing machine would.
func (p *process) kill() {
	if p.cmd.ProcessState != nil {
		return
	}
	_ = p.cmd.Process.Kill() //nolint:errcheck // it may be dead
	<-p.read
	_ = p.cmd.Wait() //nolint:errcheck // it was killed
}
