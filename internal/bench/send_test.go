//go:build bench

package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"postmeter/internal/domain/period"
	"postmeter/internal/outside/mail/mailtest"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/seed"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

const (
	sentInvoices = 10_000
	fewInvoices  = 2_000
	minSendRate  = 1_000     // mails a second, the whole command; free customers get none
	maxSendKB    = 96 * 1024 // peak resident memory, caches of the database included, however many invoices
)

// TestSend measures "bill send" as a process of its own, from opening the database to the last mail written down. The
// mail server runs in this process, on the same cores.
func TestSend(t *testing.T) {
	program := filepath.Join(t.TempDir(), "postmeter")
	build := exec.Command("go", "build", "-o", program, "postmeter/cmd/postmeter")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	for engine, database := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			_, _, few := sendAll(t, program, database(t), fewInvoices)
			took, mails, peak := sendAll(t, program, database(t), sentInvoices)
			perSecond := float64(mails) / took.Seconds()
			fmt.Printf("send, %s: %s mails/s, at least %s; peak resident memory %d MB, with %s invoices %d MB (%s invoices)\n", engine,
				digits(int64(perSecond)), digits(minSendRate), peak/1024, digits(fewInvoices), few/1024, digits(sentInvoices))
			if perSecond < minSendRate {
				t.Errorf("%.0f mails a second were sent, at least %d are wanted", perSecond, minSendRate)
			}
			if peak > maxSendKB {
				t.Errorf("peak resident memory is %d KB, at most %d are allowed", peak, maxSendKB)
			}
		})
	}
}

// sendAll makes drafts, and sends them with the program.
func sendAll(t *testing.T, program, url string, invoices int64) (took time.Duration, mails, peakKB int64) {
	t.Helper()
	makeDrafts(t, url, invoices)
	server := mailtest.New(t)
	server.Count = true
	r := &trial{t: t, program: program, url: url}
	cmd := exec.Command(program, "--db", url, "--json", "bill", "send", "--yes")
	cmd.Env = append(os.Environ(), "POSTMETER_SMTP="+server.URL())
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	own, base := ownCPU(t), serverCPU(t, url)
	start := time.Now()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan error)
	go func() { done <- cmd.Wait() }()
	if err := r.watch(cmd.Process.Pid, done); err != nil {
		t.Fatalf("bill send: %v\n%s", err, stderr.String())
	}
	took = time.Since(start)
	fmt.Printf("send, processor time for each of %s invoices: sender %s, database server %s, mail server %s\n", digits(invoices),
		each(cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime(), invoices), each(serverCPU(t, url)-base, invoices), each(ownCPU(t)-own, invoices))
	var result struct {
		Sent, NotMailed int64
		Mails           struct{ Sent int64 }
	}
	if err := json.Unmarshal(bytes.ReplaceAll(out.Bytes(), []byte("not_mailed"), []byte("NotMailed")), &result); err != nil {
		t.Fatal(err)
	}
	mails = int64(len(server.Mails()))
	if result.Sent != invoices || result.Mails.Sent != mails || mails != invoices-result.NotMailed {
		t.Fatalf("%d mails came, of %d invoices:\n%.500s", mails, invoices, out.String())
	}
	return took, mails, r.peakKB
}

func makeDrafts(t *testing.T, url string, customers int64) {
	t.Helper()
	ctx := context.Background()
	db, err := store.Open(ctx, url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	by := store.By{Actor: "bench", At: time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC)}
	month := period.Month(202609)
	_, err = seed.Make(ctx, db, by, seed.Options{Customers: int(customers), ListsPerCustomer: 3, PostsPerList: 8, Month: month, Seed: 1}, func(int64) {})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := billrun.Run(ctx, db, by, billrun.Options{Period: month.Period()}); err != nil {
		t.Fatal(err)
	}
}
