package billrun_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"postmeter/internal/domain/period"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/seed"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// The test program is its own child: with this variable it runs the bills of a database and says how far it is.
const childOf = "POSTMETER_TEST_RUN_BILLS"

func TestMain(m *testing.M) {
	if url := os.Getenv(childOf); url != "" {
		if err := runAsChild(url); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// Batches of the child are small, so that there are many places where it can be killed.
const (
	killCustomers = 300
	killBatch     = 7
)

func runAsChild(url string) error {
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		return err
	}
	fmt.Println("open")
	_, err = billrun.Run(context.Background(), db, by(), billrun.Options{Period: september, Batch: killBatch,
		Total:    func(int64) { fmt.Println("begun") },
		Progress: func(int64) { fmt.Println("stored") }})
	if err != nil {
		return err
	}
	fmt.Println("done")
	return db.Close()
}

// seeded fills a database with a synthetic provider.
func (h *house) seeded(customers int) {
	h.Helper()
	_, err := seed.Make(context.Background(), h.db, by(), seed.Options{Customers: customers, ListsPerCustomer: 2, PostsPerList: 3,
		Month: period.Month(202609), Seed: 7}, func(int64) {})
	h.must(err)
}

// kills is how many runs are killed on each engine; the soak test sets more.
var kills = 25

func TestARunKilledAnywhereGivesTheSameBills(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	for engine, database := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		t.Run(engine, func(t *testing.T) {
			clean := newHouse(t, database(t))
			clean.seeded(killCustomers)
			clean.run(september)
			url := database(t)
			h := newHouse(t, url)
			h.seeded(killCustomers)
			for range kills {
				if random.IntN(8) == 0 { // what is there is billed again: replaced and withdrawn drafts can be killed too
					h.exec(`UPDATE bill SET total = total + 1 WHERE customer_id % 3 = 0`)
				}
				killChild(t, url, random.IntN(2+killCustomers/killBatch))
			}
			last := h.runWith(billrun.Options{Period: september, Batch: 50})
			if last.Billed != killCustomers {
				t.Errorf("billed %d of %d", last.Billed, killCustomers)
			}
			h.expect("bills", h.everything(), clean.everything())
			h.expect("lines without a bill", h.rows(`SELECT count(*) FROM bill_line l WHERE NOT EXISTS
				(SELECT 1 FROM bill b WHERE b.customer_id = l.customer_id AND b.id = l.bill_id)`), "0\n")
			if broken := h.rows(`SELECT count(*) FROM bill_run WHERE finished_at IS NULL`); broken == "0\n" {
				t.Error("no run was killed on its way")
			}
		})
	}
}

// killChild starts a run in a child process and kills it when it has said so many lines, wherever it is by then.
func killChild(t *testing.T, url string, lines int) {
	t.Helper()
	cmd := exec.CommandContext(context.Background(), os.Args[0])
	cmd.Env = append(os.Environ(), childOf+"="+url)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	scanner := bufio.NewScanner(out)
	for range lines + 1 {
		if !scanner.Scan() {
			break
		}
	}
	if err := cmd.Process.Kill(); err != nil && !strings.Contains(err.Error(), "finished") {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, out); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil && !strings.Contains(err.Error(), "killed") {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
}

func TestBillsDoNotDependOnWorkersAndBatches(t *testing.T) {
	each(t, func(h *house) {
		h.seeded(120)
		var want string
		for _, o := range []billrun.Options{{Workers: 1, Batch: 1}, {Workers: 4, Batch: 7}, {Workers: 3, Batch: 1000}} {
			o.Period = september
			h.exec(`DELETE FROM bill_line`)
			h.exec(`DELETE FROM bill`)
			result := text(h, h.runWith(o)) + h.everything()
			if want == "" {
				want = result
			}
			h.expect("bills", result, want)
		}
	})
}

func TestTwoRunsAtOnceGiveTheBillsOfOne(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		h.seeded(200)
		other, err := store.Open(context.Background(), url, store.Options{})
		h.must(err)
		t.Cleanup(func() { h.must(other.Close()) })
		var group sync.WaitGroup
		results := make([]*billrun.Result, 2)
		errs := make([]error, 2)
		for i, db := range []*store.DB{h.db, other} {
			group.Go(func() {
				results[i], errs[i] = billrun.Run(context.Background(), db, by(), billrun.Options{Period: september, Batch: 9})
			})
		}
		group.Wait()
		for i := range results {
			h.must(errs[i])
			if results[i].Billed != 200 || results[i].Total != results[0].Total {
				t.Errorf("run %d: %+v", i, results[i])
			}
		}
		h.expect("each customer has one bill", h.rows(`SELECT count(*), count(DISTINCT customer_id) FROM bill`), "200|200\n")
		if again := h.run(september); again.Unchanged != 200 {
			t.Errorf("a third run changed something: %+v", again)
		}
	})
}

func TestACustomerWithManyListsIsReadWhole(t *testing.T) {
	each(t, func(h *house) {
		const lists = 6000 // more than are read at once
		_, err := seed.Make(context.Background(), h.db, by(), seed.Options{Customers: 3, ListsPerCustomer: lists, PostsPerList: 1,
			Month: period.Month(202609), Seed: 7}, func(int64) {})
		h.must(err)
		r := h.run(september)
		if r.Billed != 3 {
			t := text(h, r)
			h.Errorf("%s", t)
		}
		h.expect("all lists are on the bills", h.rows(`SELECT count(*) FROM bill WHERE usage LIKE '%"object":"","lists":5950,%'`), "3\n")
	})
}
