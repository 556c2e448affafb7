package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"postmeter/internal/store/storetest"
)

// TestSecretsOfServersAreNowhere has servers repeat the password that they were shown in all they answer, and looks through
// everything that commands and the process then print, log and keep.
func TestSecretsOfServersAreNowhere(t *testing.T) {
	const secret = "geheim-77-Passwort"
	write := func(w http.ResponseWriter, text string) {
		if _, err := w.Write([]byte(text)); err != nil {
			t.Error(err)
		}
	}
	forms := []string{secret, base64.StdEncoding.EncodeToString([]byte("billing:" + secret)), "billing:" + secret}
	answers := map[string]http.HandlerFunc{
		"denies": func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, r.Header.Get("Authorization")+secret, http.StatusForbidden)
		},
		"breaks": func(w http.ResponseWriter, r *http.Request) {
			http.Error(w, r.Header.Get("Authorization")+secret, http.StatusInternalServerError)
		},
		"pages":    func(w http.ResponseWriter, _ *http.Request) { write(w, "<html>"+secret+"</html>") },
		"nonsense": func(w http.ResponseWriter, _ *http.Request) { write(w, `{"data": "`+secret+`"}`) },
		"redirects": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/?p="+secret, http.StatusFound)
		},
		"hangsup": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
	}
	storetest.Each(t, func(t *testing.T, url string) {
		o := &office{t, t.TempDir(), url}
		file := o.file("secret", secret+"\n", 0o600)
		for name, answer := range answers {
			server := httptest.NewServer(answer)
			t.Cleanup(server.Close)
			for _, kind := range []string{"mailman3", "listmonk", "sympa"} {
				user := "billing"
				if kind == "sympa" {
					user = "billing:listmaster@x.test"
				}
				o.run("server", "add", name+"-"+kind, "--host", "127.0.0.1", "--kind", kind, "--url", server.URL, "--user", user, "--password-file", file)
			}
		}
		said := map[string]string{}
		for _, args := range [][]string{{"server", "validate"}, {"server", "validate", "--text"}, {"server", "sync"}, {"server", "sync", "denies-mailman3", "--text"},
			{"find", "member", "ann@x.test"}, {"server", "fix", "breaks-listmonk", "--all-gone", "--yes"}, {"server", "show", "breaks-sympa"},
			{"server", "show", "pages-mailman3", "--text"}, {"server", "list"}, {"export"}} {
			cmd := o.command(args...)
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			if err := cmd.Run(); err != nil && cmd.ProcessState.ExitCode() != 1 {
				t.Errorf("%q: %v: %s", args, err, out.String())
			}
			said[strings.Join(args, " ")] = out.String()
		}
		said["serve"] = o.log(func() {
			storetest.Rows(t, url, `UPDATE schedule SET next_at = 1 RETURNING name`)
			o.until("the scheduled jobs are done", `SELECT count(*) FROM job WHERE state = 'done' AND kind IN ('sync servers', 'validate servers', 'read counters')`, "3")
		})
		said["the database"] = storetest.Dump(t, url)
		for what, text := range said {
			if len(text) < 50 {
				t.Errorf("%s: says nothing: %q", what, text)
			}
			for _, form := range forms {
				if i := strings.Index(text, form); i >= 0 {
					t.Errorf("%s: has the secret: …%s…", what, text[max(0, i-100):min(len(text), i+100)])
				}
			}
		}
	})
}

// log serves while something is done, and returns what the process logged.
func (o *office) log(do func()) string {
	o.Helper()
	var log bytes.Buffer
	cmd := o.command("serve", "--listen", "127.0.0.1:0")
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		o.Fatal(err)
	}
	ended := false
	end := func() {
		if ended {
			return
		}
		ended = true
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			o.Error(err)
		}
		if err := cmd.Wait(); err != nil {
			o.Errorf("serve: %v: %s", err, log.String())
		}
	}
	o.Cleanup(end)
	o.until("the process has its schedules", `SELECT count(*) FROM schedule WHERE kind = 'read counters'`, "1")
	do()
	end()
	return log.String()
}

// until waits until a query gives what it should.
func (o *office) until(what, query, want string) {
	o.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		got := strings.Join(storetest.Rows(o, o.url, query), " ")
		if got == want {
			return
		}
		select {
		case <-ctx.Done():
			o.Fatalf("%s: %s, want %s", what, got, want)
		case <-time.After(50 * time.Millisecond):
		}
	}
}
