package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"postmeter/internal/store/storetest"
)

// office is a provider's folder with a database, in which commands run as processes of their own.
type office struct {
	testing.TB
	dir, url string
}

// run runs a command to its end and returns what it printed.
func (o *office) run(args ...string) string {
	o.Helper()
	cmd := o.command(args...)
	var out, failed bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &failed
	if err := cmd.Run(); err != nil {
		o.Fatalf("%q: %v: %s", args, err, failed.String())
	}
	return out.String()
}

func (o *office) command(args ...string) *exec.Cmd {
	cmd := exec.Command("postmeter", args...)
	cmd.Dir = o.dir
	cmd.Env = append(os.Environ(), "POSTMETER_DB="+o.url, "POSTMETER_KEY_FILE="+filepath.Join(o.dir, "key"))
	return cmd
}

// serve starts the process and returns where it listens. It ends with the test.
func (o *office) serve() string { return o.listens("serve", "--listen", "127.0.0.1:0") }

// listens starts a command that serves, and returns where it listens. It ends with the test.
func (o *office) listens(args ...string) string {
	o.Helper()
	cmd := o.command(args...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		o.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		o.Fatal(err)
	}
	lines := bufio.NewScanner(stderr)
	address := ""
	for address == "" && lines.Scan() {
		_, address, _ = strings.Cut(lines.Text(), "msg=listening address=")
	}
	if address == "" {
		o.Fatal("serve did not say where it listens")
	}
	rest := make(chan string, 1)
	go func() {
		var all strings.Builder
		for lines.Scan() {
			all.WriteString(lines.Text() + "\n")
		}
		rest <- all.String()
	}()
	o.Cleanup(func() {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			o.Error(err)
		}
		log := <-rest
		if err := cmd.Wait(); err != nil {
			o.Errorf("serve: %v", err)
		}
		if o.Failed() {
			o.Log(log)
		}
	})
	return address
}

// file writes a file into the folder and returns its path.
func (o *office) file(name, text string, mode os.FileMode) string {
	o.Helper()
	path := filepath.Join(o.dir, name)
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		o.Fatal(err)
	}
	return path
}

// deliveries are the lines of a log.
func deliveries(list string, from, to int) string {
	var out strings.Builder
	for i := from; i < to; i++ {
		fmt.Fprintf(&out, "2026-11-22T10:%02d:%02d+0000 PM1 list_id=%s recips=2 refused=0 size=1000 secs=0.1 sender=a@x.test msgid=<%d@x.test>\n", i/60, i%60, list, i)
	}
	return out.String()
}

// sent returns how many recipients each list had.
func (o *office) sent() string {
	return strings.Join(storetest.Rows(o, o.url, `SELECT n.site, CAST(SUM(recipients) AS BIGINT) FROM usage_sum u JOIN list_name n ON n.list_id = u.list_id GROUP BY n.site ORDER BY 1`), " ")
}

// await waits until lists have sent what they should.
func (o *office) await(want string) {
	o.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for o.sent() != want {
		select {
		case <-ctx.Done():
			o.Fatalf("counted %q, want %q", o.sent(), want)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// TestServeFollowsAndAgentReports has serve follow a log beside it, and an agent report one of another server to it.
func TestServeFollowsAndAgentReports(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		o := &office{t, t.TempDir(), url}
		here, there := o.file("here.log", deliveries("news.here.test", 0, 10), 0o600), o.file("there.log", deliveries("news.there.test", 0, 20), 0o600)
		o.run("import", o.file("provider.yaml", `
servers:
  - {name: here, logs: [{path: `+here+`, format: mailman3}]}
  - {name: there}
lists:
  - {server: here, site: here.test, list: news}
  - {server: there, site: there.test, list: news}
`, 0o600))
		address := o.serve()
		o.await("here.test|20")
		var token struct{ Token string }
		if err := json.Unmarshal([]byte(o.run("--json", "token", "add", "--name", "agent-there", "--scope", "agent", "--server", "there")), &token); err != nil {
			t.Fatal(err)
		}
		config := o.file("agent.yaml", "url: "+address+"\ntoken_file: "+o.file("token", token.Token+"\n", 0o600)+"\nserver: there\nspool: "+t.TempDir()+
			"\nlogs: [{path: "+there+", format: mailman3}]\n", 0o600)
		if out := o.run("agent", "--config", config, "--once"); !strings.Contains(out, `"read": `+fmt.Sprint(len(deliveries("news.there.test", 0, 20)))) {
			t.Errorf("the agent says %s", out)
		}
		if got := o.sent(); got != "here.test|20 there.test|40" {
			t.Errorf("counted %q", got)
		}
		o.file("there.log", deliveries("news.there.test", 0, 25), 0o600)
		o.run("agent", "--config", config, "--once")
		o.run("agent", "--config", config, "--once")
		o.file("here.log", deliveries("news.here.test", 0, 15), 0o600)
		o.await("here.test|30 there.test|50")
		if got := o.run("ingest", "--server", "there", "--format", "mailman3", there); !strings.Contains(got, `"already_known": 25`) {
			t.Errorf("ingest of what the agent reported: %s", got)
		}
		for _, row := range storetest.Rows(t, url, `SELECT path, problem, alert FROM log_feed_state ORDER BY 1`) {
			if !strings.HasSuffix(row, ".log||") {
				t.Errorf("a log is not well: %s", row)
			}
		}
	})
}
