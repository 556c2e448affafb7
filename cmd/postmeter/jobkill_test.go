package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"postmeter/internal/outside/mail/mailtest"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// What the test of jobs whose process is killed does on each engine.
const (
	jobCustomers = 3000 // a run stores a thousand at a time
	jobMailed    = 500  // of their bills
	jobDeaths    = 3    // of each job, which may be cut off four times
	jobUnderWay  = 16   // mails that a process is sending at a time
	jobMoment    = 25 * time.Millisecond
)

// victim is an office whose server is killed in the middle of its jobs.
type victim struct {
	*office
	random *rand.Rand
	mails  *mailtest.Server
	serves *killed

	taken, last atomic.Int64  // mails, and the one at which the server dies; 0: none
	handed      chan struct{} // that mail is handed over, and not answered
	dead        chan struct{} // its sender is
}

// TestAJobOfThePagesSurvivesItsProcess kills the server while it runs all bills, and while it mails them, and starts it again:
// the next one takes the job over.
func TestAJobOfThePagesSurvivesItsProcess(t *testing.T) {
	seed := uint64(20261128)
	if text := os.Getenv("POSTMETER_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	storetest.Each(t, func(t *testing.T, url string) {
		t.Parallel() // most of it is waiting for a process
		t.Logf("seed %d (POSTMETER_SEED)", seed)
		v := &victim{office: &office{t, t.TempDir(), url}, random: rand.New(rand.NewPCG(seed, 0)), mails: mailtest.New(t), handed: make(chan struct{}), dead: make(chan struct{})}
		v.mails.Count, v.mails.Taken = true, v.mail
		v.provider()
		v.bills()
		v.sends()
		v.serves.kill()
	})
}

// provider is one with many customers, whose mail server is the test's.
func (v *victim) provider() {
	v.Helper()
	v.run("seed", "--customers", strconv.Itoa(jobCustomers), "--lists-per-customer", "1", "--posts-per-list", "1")
	host, port, err := net.SplitHostPort(v.mails.Address)
	if err != nil {
		v.Fatal(err)
	}
	v.run("import", v.file("mail.yaml", fmt.Sprintf(`settings: {invoice_number_format: "INV-{seq:5}", smtp: {host: %s, port: %s, security: none}}`+"\n", host, port), 0o600))
}

// enqueue gives a job to whoever serves, as the pages do: one of a kind at a time.
func (v *victim) enqueue(kind string, payload any) {
	v.Helper()
	db, err := store.Open(context.Background(), v.url, store.Options{})
	if err != nil {
		v.Fatal(err)
	}
	err = db.Write(context.Background(), store.By{Actor: "ann", At: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}, func(tx *store.Tx) error {
		_, _, err := tx.Enqueue(store.NewJob{Kind: kind, Key: kind, Payload: payload})
		return err
	})
	if err = errors.Join(err, db.Close()); err != nil {
		v.Fatal(err)
	}
}

// bills has all customers billed for September by a job, whose process dies at random moments, with more bills stored each time.
func (v *victim) bills() {
	v.Helper()
	var want struct {
		Billed int64
		Total  string
	}
	if err := json.Unmarshal([]byte(v.run("bill", "run", "--start", "2026-09-01", "--end", "2026-09-30", "--dry-run", "--json")), &want); err != nil {
		v.Fatal(err)
	}
	if want.Billed < jobCustomers/2 {
		v.Fatalf("only %d of %d customers can be billed", want.Billed, jobCustomers)
	}
	v.enqueue(billrun.JobKind, billrun.Job{Start: "2026-09-01", End: "2026-09-30", Whom: "all customers"})
	for death := range jobDeaths {
		v.serves = v.start()
		if !v.stored(want.Billed * int64(death) / (2 * jobDeaths)) {
			break
		}
		v.dies()
	}
	v.serves.kill()
	v.serves = v.start()
	v.until("another process has done it", `SELECT state, actor FROM job WHERE kind = 'bill.run' AND attempts > 1`, "done|ann")
	v.Logf("the run was begun %s times", storetest.Rows(v, v.url, `SELECT attempts FROM job WHERE kind = 'bill.run'`)[0])
	v.until("every customer is billed once", `SELECT count(*), count(DISTINCT customer_id) FROM bill`, fmt.Sprintf("%d|%d", want.Billed, want.Billed))
	if got := storetest.Rows(v, v.url, `SELECT result FROM job WHERE kind = 'bill.run'`)[0]; !strings.Contains(got, `"total":"`+want.Total+`"`) {
		v.Errorf("the job says %s, a dry run %s", got, want.Total)
	}
	v.until("its history has each bill once", `SELECT count(*) FROM history WHERE entity = 'bill' AND action = 'run'`, strconv.FormatInt(want.Billed, 10))
}

// stored waits until a process is at the run and so many bills are stored, and says whether there is still something to do.
func (v *victim) stored(bills int64) bool {
	v.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		row := storetest.Rows(v, v.url, `SELECT state, (SELECT count(*) FROM bill) FROM job WHERE kind = 'bill.run' AND (state = 'done' OR node <> '')`)
		if len(row) == 1 {
			state, count, _ := strings.Cut(row[0], "|")
			n, err := strconv.ParseInt(count, 10, 64)
			if err != nil {
				v.Fatal(err)
			}
			if state == store.JobDone || n >= bills {
				return state != store.JobDone
			}
		}
		select {
		case <-ctx.Done():
			v.Fatalf("%d bills are not stored", bills)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// dies kills the server a random moment from now.
func (v *victim) dies() {
	<-time.After(time.Duration(v.random.Int64N(int64(jobMoment))))
	v.serves.kill()
}

// mail has the server wait to hear what became of a mail until it is dead.
func (v *victim) mail(mailtest.Mail) {
	if v.taken.Add(1) == v.last.Load() {
		v.handed <- struct{}{}
		<-v.dead
	}
}

// sends has some bills mailed by a job, whose process dies when the mail server has got a random number of mails more.
func (v *victim) sends() {
	v.Helper()
	ids := make([]int64, 0, jobMailed)
	for _, row := range storetest.Rows(v, v.url, fmt.Sprintf(`SELECT id FROM bill WHERE total > 0 ORDER BY id LIMIT %d`, jobMailed)) {
		id, err := strconv.ParseInt(row, 10, 64)
		if err != nil {
			v.Fatal(err)
		}
		ids = append(ids, id)
	}
	for death := range jobDeaths {
		v.last.Store(v.taken.Load() + 1 + v.random.Int64N(jobMailed/(jobDeaths+1)))
		if death == 0 {
			v.enqueue(deliver.SendJobKind, deliver.Job{Bills: ids, What: "some bills"})
		} else {
			v.serves = v.start()
		}
		select {
		case <-v.handed:
		case <-time.After(time.Minute):
			v.Fatalf("after %d mails the job does not go on", v.taken.Load())
		}
		v.serves.kill()
		v.dead <- struct{}{}
	}
	v.last.Store(0)
	v.serves = v.start()
	v.until("another process has done it", `SELECT state, attempts, actor FROM job WHERE kind = 'bill.send'`, fmt.Sprintf("done|%d|ann", jobDeaths+1))
	v.numbers()
	v.addresses()
}

// numbers looks for gaps and repeats.
func (v *victim) numbers() {
	v.Helper()
	numbers := storetest.Rows(v, v.url, `SELECT number FROM bill WHERE state <> 'draft' ORDER BY number`)
	if len(numbers) != jobMailed {
		v.Errorf("%d bills have a number, want %d", len(numbers), jobMailed)
	}
	for i, number := range numbers {
		if want := fmt.Sprintf("INV-%05d", i+1); number != want {
			v.Fatalf("number %s, want %s", number, want)
		}
	}
	v.until("each is booked once", `SELECT count(*), count(DISTINCT bill_id) FROM ledger_entry WHERE kind = 'invoice'`, fmt.Sprintf("%d|%d", jobMailed, jobMailed))
}

// addresses compares what the database says of each address with what the mail server has in its hands.
func (v *victim) addresses() {
	v.Helper()
	got := map[string]int{}
	for _, m := range v.mails.Mails() {
		got[m.ID]++
	}
	uncertain := 0
	rows := storetest.Rows(v, v.url, `SELECT message_id, state, address FROM delivery`)
	for _, row := range rows {
		id, rest, _ := strings.Cut(row, "|")
		state, _, _ := strings.Cut(rest, "|")
		switch {
		case state == "unconfirmed" && got[id] <= 1:
			uncertain++
		case state != "sent" || got[id] != 1:
			v.Errorf("%s: the mail server has it %d times", row, got[id])
		}
		delete(got, id)
	}
	if len(got) > 0 {
		v.Errorf("the mail server has what nobody knows: %v", got)
	}
	if uncertain < jobDeaths || uncertain > jobDeaths*jobUnderWay || len(rows) < jobMailed {
		v.Errorf("%d mails, of which %d are unconfirmed after %d deaths with a mail handed over", len(rows), uncertain, jobDeaths)
	}
	v.Logf("%d mails, %d unconfirmed", len(rows), uncertain)
}
