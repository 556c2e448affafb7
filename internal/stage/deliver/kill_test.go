package deliver_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
	"postmeter/internal/outside/mail"
	"postmeter/internal/outside/mail/mailtest"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// childOrder is the environment variable that makes this test program a process that sends bills, and maybe dies: the
// database, the mail server, what happens, at which step, and the clock.
const childOrder = "DELIVER_CHILD"

func TestMain(m *testing.M) {
	if order := os.Getenv(childOrder); order != "" {
		os.Exit(child(strings.Split(order, "\n")))
	}
	os.Exit(m.Run())
}

// What happens to a child at a step.
const (
	nothing  = "nothing"
	killed   = "killed"
	diskFull = "disk full"
)

func child(order []string) int {
	at, err := strconv.ParseInt(order[3], 10, 64)
	if err != nil {
		return report(err)
	}
	now, err := time.Parse(time.RFC3339, order[4])
	if err != nil {
		return report(err)
	}
	db, err := store.Open(context.Background(), order[0], store.Options{})
	if err != nil {
		return report(err)
	}
	t, err := mail.Parse(order[1], mail.Options{})
	if err != nil {
		return report(err)
	}
	var steps atomic.Int64
	_, err = deliver.Send(context.Background(), deliver.Order{
		DB: db, Transport: t, Batch: killBatch, Connections: killConnections, Pause: time.Millisecond,
		By: func() store.By { return store.By{Actor: "child", At: now} },
		Step: func(string) {
			if steps.Add(1) == at {
				happen(order[2])
			}
			if _, err := os.Stdout.WriteString("."); err != nil {
				report(err)
			}
		},
	})
	return report(errors.Join(err, db.Close()))
}

func happen(what string) {
	var err error
	switch what {
	case killed:
		err = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		if err == nil {
			select {}
		}
	case diskFull: // a file that cannot grow is to a program what a full disk is
		signal.Ignore(syscall.SIGXFSZ)
		err = syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1, Max: 1})
	}
	if err != nil {
		report(err)
	}
}

func report(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, fault.MessageOf(err))
	return 1
}

const (
	killBatch       = 6
	killConnections = 3
	killCustomers   = 60
	killSteps       = 40 // a child dies after at most so many steps
	killMails       = 15 // or when the mail server has got at most so many more mails
)

// TestKill kills a process that sends bills, 200 times on each engine, and starts it again each time.
func TestKill(t *testing.T) { testKill(t, 200) }

func testKill(t *testing.T, kills int) {
	seed := uint64(20261123)
	if text := os.Getenv("POSTMETER_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	storetest.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		t.Logf("seed %d (POSTMETER_SEED)", seed)
		k := &killing{house: newHouse(t, url), random: rand.New(rand.NewPCG(seed, 0))}
		k.server.Count, k.server.Taken = true, k.taken
		k.customers(many(killCustomers)...)
		k.setClock("2030-01-01T12:00:00Z")
		for month := period.Month(202601); k.kills < kills; month = (month.Period().End + 1).Month() {
			k.run(month)
			for k.start() {
				k.kills++
			}
			k.settle()
			k.audit()
		}
		k.untouched()
	})
}

// killing is a house whose sender is killed.
type killing struct {
	*house
	random *rand.Rand
	kills  int

	victim   atomic.Pointer[os.Process]
	victimAt atomic.Int64 // the number of mails at which the victim dies; 0: never
	mails    atomic.Int64
}

// taken kills the sender while it waits for the mail server's answer.
func (k *killing) taken(mailtest.Mail) {
	if k.mails.Add(1) != k.victimAt.Load() {
		return
	}
	if err := k.victim.Load().Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		k.Error(err)
	}
}

// start runs a sender that dies in one of three ways, and says whether it did: by itself at a step; by this process after
// a step, wherever it is then; or when the mail server has got a mail and has not said so.
func (k *killing) start() (died bool) {
	k.Helper()
	step, after := "0", 0
	k.victimAt.Store(0)
	switch k.random.IntN(3) {
	case 0:
		step = strconv.Itoa(1 + k.random.IntN(killSteps))
	case 1:
		after = 1 + k.random.IntN(killSteps)
	case 2:
		defer k.victimAt.Store(0)
		return k.child(killed, "0", 0, 1+k.random.Int64N(killMails))
	}
	return k.child(killed, step, after, 0)
}

// child runs a sender. It fails the test if that ends with a fault.
func (k *killing) child(what, step string, after int, mails int64) (died bool) {
	k.Helper()
	cmd, stderr := k.command(what, step)
	steps, err := cmd.StdoutPipe()
	k.must(err)
	base := k.mails.Load()
	k.must(cmd.Start())
	k.victim.Store(cmd.Process)
	if mails > 0 {
		k.victimAt.Store(base + mails)
	}
	if after > 0 {
		if _, err := io.CopyN(io.Discard, bufio.NewReader(steps), int64(after)); err == nil {
			if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				k.Fatal(err)
			}
		}
	}
	_, err = io.Copy(io.Discard, steps)
	k.must(err)
	err = cmd.Wait()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signal() == syscall.SIGKILL {
		return true
	}
	if err != nil {
		k.Fatalf("the process failed: %v: %s", err, stderr)
	}
	return false
}

func (h *house) command(what, step string) (*exec.Cmd, *strings.Builder) {
	h.Helper()
	return h.commandTo(h.server.URL(), what, step)
}

// commandTo is a child that sends to somewhere.
func (h *house) commandTo(where, what, step string) (*exec.Cmd, *strings.Builder) {
	h.Helper()
	program, err := os.Executable()
	h.must(err)
	cmd := exec.Command(program)
	order := []string{h.url, where, what, step, h.by().At.Format(time.RFC3339)}
	cmd.Env = append(os.Environ(), childOrder+"="+strings.Join(order, "\n"))
	var stderr strings.Builder
	cmd.Stderr = &stderr
	return cmd, &stderr
}

// settle sends what is left. A database server may need a moment to see that a process is dead.
func (k *killing) settle() {
	k.Helper()
	const attempts = 200
	for range attempts {
		k.send()
		if len(storetest.Rows(k.TB, k.url, `SELECT bill_id FROM delivery WHERE state IN ('queued', 'sending') OR sender <> ''`)) == 0 {
			return
		}
	}
	k.Error("mails are left over")
}

// untouched says how it went, and checks that few mails are uncertain: those that were under way when a sender died.
func (k *killing) untouched() {
	k.Helper()
	uncertain := len(storetest.Rows(k.TB, k.url, `SELECT bill_id FROM delivery WHERE state = 'unconfirmed'`))
	k.Logf("%d kills; %d mails, %d unconfirmed", k.kills, k.mails.Load(), uncertain)
	if uncertain > k.kills*killConnections {
		k.Errorf("%d mails are unconfirmed after %d kills over %d connections", uncertain, k.kills, killConnections)
	}
}

// TestDiskFullWhileSending takes the disk away at each step in turn.
func TestDiskFullWhileSending(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	h.customers(many(12)...)
	h.run(september)
	refused := 0
	for step := 1; step < killSteps; step++ {
		cmd, stderr := h.command(diskFull, strconv.Itoa(step))
		err := cmd.Run()
		if err == nil {
			break // it had done all before
		}
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 1 || !strings.Contains(stderr.String(), "disk") {
			t.Fatalf("step %d: ended with %v: %s", step, err, stderr)
		}
		refused++
	}
	if refused == 0 {
		t.Error("the disk was never full")
	}
	h.send()
	h.audit()
	for _, b := range h.bills() {
		if b.Status != "sent" && b.Status != "unconfirmed" {
			t.Errorf("%s is %s", b.Customer, b.Status)
		}
	}
	t.Logf("refused %d times; %s", refused, h.statuses())
}
