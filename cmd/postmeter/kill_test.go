package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"postmeter/internal/store/storetest"
)

// What the test of killed processes does on each engine.
const (
	killings     = 100
	killBatch    = 20 // records
	killAnswers  = 3  // batches that a process answers at most before its time comes
	killAttempts = 10000
	killWithin   = 25 * time.Millisecond // a batch takes a little less: most deaths come in the middle of one
)

// killed is a process that serves and is killed, and its client.
type killed struct {
	*office
	cmd     *exec.Cmd
	address string
	said    chan struct{} // closed when all it said is read
	mu      sync.Mutex
	text    strings.Builder // what it said since it listens
}

// start starts the process, and returns when it listens.
func (o *office) start(args ...string) *killed {
	o.Helper()
	k := &killed{office: o, cmd: o.command(append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...), said: make(chan struct{})}
	stderr, err := k.cmd.StderrPipe()
	if err != nil {
		o.Fatal(err)
	}
	if err := k.cmd.Start(); err != nil {
		o.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	for k.address == "" && lines.Scan() {
		_, k.address, _ = strings.Cut(lines.Text(), "msg=listening address=")
	}
	go func() {
		defer close(k.said)
		for lines.Scan() {
			k.mu.Lock()
			k.text.WriteString(lines.Text() + "\n")
			k.mu.Unlock()
		}
	}()
	if k.address == "" {
		o.Fatal("serve did not say where it listens")
	}
	return k
}

// log is what it said since it listens.
func (k *killed) log() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.text.String()
}

// says waits until its log holds a text.
func (k *killed) says(what string) {
	k.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for !strings.Contains(k.log(), what) {
		select {
		case <-ctx.Done():
			k.Fatalf("its log does not say %q:\n%s", what, k.log())
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// kill ends it as a failing machine would.
func (k *killed) kill() {
	_ = k.cmd.Process.Kill() //nolint:errcheck // it may be dead
	<-k.said
	_ = k.cmd.Wait() //nolint:errcheck // it was killed
}

// batch is the records of a number: each of one recipient.
func batch(number int) []byte {
	var out bytes.Buffer
	for i := range killBatch {
		fmt.Fprintf(&out, `{"id":"%d-%d","server":"s1","site":"a.test","list":"news","at":"2026-11-01T12:00:00Z","bytes":1000,"recipients":1}`+"\n", number, i)
	}
	return out.Bytes()
}

// post sends a batch and says whether it was answered. An answer must account for all of it.
func (k *killed) post(client *http.Client, token string, number int) bool {
	k.Helper()
	request, err := http.NewRequest(http.MethodPost, k.address+"/api/v1/usage", bytes.NewReader(batch(number)))
	if err != nil {
		k.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", "application/x-ndjson")
	answer, err := client.Do(request)
	if err != nil {
		return false // nobody knows whether it was counted
	}
	text, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close() // it was read, or is not believed
	if err != nil {
		return false
	}
	var said struct {
		Accepted     int
		AlreadyKnown int `json:"already_known"`
	}
	if answer.StatusCode == http.StatusServiceUnavailable {
		return false
	}
	if err := json.Unmarshal(text, &said); err != nil || answer.StatusCode != http.StatusOK || said.Accepted+said.AlreadyKnown != killBatch {
		k.Fatalf("batch %d: %s %s %v", number, answer.Status, text, err)
	}
	return true
}

// TestServeThatIsKilledCountsEachRecordOnce kills the process again and again, at a random instant, while a client posts
// batches and repeats each until it is answered.
func TestServeThatIsKilledCountsEachRecordOnce(t *testing.T) {
	seed := uint64(20261125)
	if text := os.Getenv("POSTMETER_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	storetest.Each(t, func(t *testing.T, url string) {
		t.Logf("seed %d (POSTMETER_SEED)", seed)
		random := rand.New(rand.NewPCG(seed, 0))
		o := &office{t, t.TempDir(), url}
		o.run("import", o.file("provider.yaml", "servers: [{name: s1}]\nlists: [{server: s1, site: a.test, list: news}]\n", 0o600))
		var token struct{ Token string }
		if err := json.Unmarshal([]byte(o.run("--json", "token", "add", "--name", "mta", "--scope", "usage")), &token); err != nil {
			t.Fatal(err)
		}
		number, sent := 0, 0 // of the batch that is posted, and how often any was
		for range killings {
			k := o.start()
			client := &http.Client{Transport: &http.Transport{}}
			for range random.IntN(killAnswers) {
				if !k.post(client, token.Token, number) {
					break
				}
				number++
				sent++
			}
			death := time.AfterFunc(time.Duration(random.Int64N(int64(killWithin))), func() { _ = k.cmd.Process.Kill() }) //nolint:errcheck // it may be dead
			for k.post(client, token.Token, number) {
				number++
				sent++
			}
			sent++
			death.Stop()
			client.CloseIdleConnections()
			k.kill()
		}
		k := o.start()
		for i := 0; !k.post(http.DefaultClient, token.Token, number); i++ {
			if i == killAttempts {
				t.Fatal("the last batch is never answered")
			}
		}
		k.kill()
		number++
		want := fmt.Sprintf("%d|%d", number*killBatch, number*killBatch)
		if got := storetest.Rows(t, url, `SELECT CAST(sum(messages) AS BIGINT), CAST(sum(recipients) AS BIGINT) FROM usage_sum`); len(got) != 1 || got[0] != want {
			t.Errorf("in the sums %v, want %s", got, want)
		}
		if got := storetest.Rows(t, url, `SELECT count(*), CAST(sum(recipients) AS BIGINT) FROM usage_record`); len(got) != 1 || got[0] != want {
			t.Errorf("records %v, want %s", got, want)
		}
		t.Logf("%d kills, %d batches of %d records, posted %d times", killings, number, killBatch, sent)
	})
}
