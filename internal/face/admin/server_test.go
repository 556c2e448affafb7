package admin

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/operator"
	"postmeter/internal/stage/gather/servers"
	"postmeter/internal/store"
)

func TestCreatingAndEditingAServer(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		clerk, v := w.operator(operator.Clerk), w.operator(operator.Administrator)
		clerk.open("/servers").wants(http.StatusOK, "There are no servers yet.").lacks("/servers/new")
		v.send("/servers/new", "name", "lists1", "host", "lists1.example.org", "kind", "mailman3", "url", "nowhere", "time_zone", "Mars", "billed_source", "listserver", "average_bytes", "x").
			wants(http.StatusUnprocessableEntity, `href="#f-url"`, `value="Mars"`)
		v.send("/servers/new", "name", "lists1", "host", "lists1.example.org", "kind", "mailman3", "url", "http://127.0.0.1:8001/3.1", "user", "restadmin",
			"password", "tres secret", "time_zone", "Mars", "billed_source", "listserver", "average_bytes", "0").
			wants(http.StatusUnprocessableEntity, `href="#f-time_zone"`, `href="#f-average_bytes"`).lacks("tres secret")
		v.send("/servers/new", "name", "lists1", "host", "lists1.example.org", "kind", "mailman3", "url", "http://127.0.0.1:8001/3.1", "user", "restadmin",
			"password", "tres secret", "time_zone", "Europe/Berlin", "billed_source", "listserver", "average_bytes", "51200", "comments", "In the cellar",
			"service_senders", "*-bounces@example.org\nroot@example.org", "logs[0].path", "/var/log/mailman3/smtp.log", "logs[0].format", "mailman3").
			wants(http.StatusOK, "lists1 is created.", "restadmin, with a password or token, which is stored encrypted", "Europe/Berlin", "It was named a moment ago", "/var/log/mailman3/smtp.log", "root@example.org", "deleting members").
			lacks("tres secret")
		v.send("/servers/new", "name", "lists1", "host", "x", "kind", "manual", "billed_source", "listserver", "average_bytes", "51200", "time_zone", "UTC").
			wants(http.StatusUnprocessableEntity, "There is a server of this name already")

		edit := "/servers/1/edit"
		v.open(edit).wants(http.StatusOK, `value="/var/log/mailman3/smtp.log"`, "root@example.org", `data-guard="false"`).lacks("tres secret")
		v.send(edit, "host", "lists1.example.net", "kind", "mailman3", "url", "http://127.0.0.1:8001/3.1", "user", "restadmin", "time_zone", "UTC",
			"billed_source", "mailserver", "average_bytes", "51200").wants(http.StatusOK, "lists1 is saved.", "lists1.example.net", "As sent", "stored encrypted")
		v.open("/servers").wants(http.StatusOK, "1 server<", "lists1", "Mailman 3", "Validate Selected Servers", "Sync Selected Servers", "Create New Server")
		clerk.open(edit).wants(http.StatusForbidden)
	})
}

func TestSelectedServersAreAskedInTheBackground(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		clerk := w.operator(operator.Clerk)
		w.enter("servers", `{"name":"one","host":"one.example.org"}`)
		w.enter("servers", `{"name":"two","host":"two.example.org"}`)
		clerk.do(http.MethodPost, "/servers/sync", nil, nil).wants(http.StatusUnprocessableEntity, "Nothing was selected")
		a := clerk.do(http.MethodPost, "/servers/sync", pairs("id", "2"), nil).wants(http.StatusOK, "Sync servers", "Queued", "two")
		if again := clerk.do(http.MethodPost, "/servers/sync", pairs("id", "2"), nil); again.path != a.path {
			t.Errorf("a second click makes %s beside %s", again.path, a.path)
		}
		clerk.do(http.MethodPost, "/servers/validate", pairs("_all", "yes"), nil).wants(http.StatusOK, "Validate servers", "one, two")

		w.finish([]servers.SyncResult{{Server: "two", Status: servers.Done, Lists: 3, Sites: 1, New: 3}})
		clerk.open(a.path).wants(http.StatusOK, "Done", `href="/servers/2"`, "3 lists on 1 site; 3 new").lacks(`hx-trigger="every`)
	})
}

func TestAJobThatDidNotGoWellSaysSo(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		clerk := w.operator(operator.Clerk)
		w.enter("servers", `{"name":"one","host":"one.example.org"}`)
		w.enter("servers", `{"name":"two","host":"two.example.org"}`)
		a := clerk.do(http.MethodPost, "/servers/sync", pairs("_all", "yes"), nil).wants(http.StatusOK, "Queued")
		w.finish([]servers.SyncResult{{Server: "one", Status: servers.Done, Lists: 3}, {Server: "two", Status: servers.Failed, Error: "the server cannot be reached"}})
		clerk.open(a.path).wants(http.StatusOK, `state-warning">Warning`, "Done; 1 of 2 servers failed.", "The server cannot be reached.", "Started by").lacks(">Progress<")
		clerk.open("/jobs").wants(http.StatusOK, `state-warning">Warning`, "Done; 1 of 2 servers failed.").lacks("state-done")
		a = clerk.do(http.MethodPost, "/servers/sync", pairs("id", "2"), nil).wants(http.StatusOK, "Queued")
		w.finish([]servers.SyncResult{{Server: "two", Status: servers.Failed, Error: "the server cannot be reached"}})
		clerk.open(a.path).wants(http.StatusOK, `state-failed">Failed`, "The server failed.").lacks("state-done")
		a = clerk.do(http.MethodPost, "/servers/sync", pairs("id", "2"), nil).wants(http.StatusOK, "Queued")
		w.finish([]servers.SyncResult{{Server: "two", Status: servers.Doubted, Error: "the server has no list"}})
		clerk.open(a.path).wants(http.StatusOK, "Done; 1 answer was not believed.")
	})
}

func TestAValidationThatFailedTellsAllThatItFound(t *testing.T) {
	out, err := validateOutcomes([]byte(`[{"server":"one","status":"failed","error":"it cannot be reached","findings":[
		{"severity":"error","message":"it cannot be reached"},{"severity":"warning","message":"No log of it was ever read."},{"severity":"fine","message":"x"}]}]`))
	if err != nil || len(out) != 1 || out[0].Words != "2 findings; its lists were not compared" || out[0].Error != "It cannot be reached. No log of it was ever read." {
		t.Errorf("%+v, %v", out, err)
	}
}

// finish ends the job that was asked for first with a result.
func (w *world) finish(result any) {
	w.t.Helper()
	err := w.db.Write(context.Background(), w.by(), func(tx *store.Tx) error {
		claimed, err := tx.ClaimJobs("node", []string{servers.SyncJob}, 1)
		if err != nil || len(claimed) == 0 {
			return err
		}
		_, err = tx.EndJob(&claimed[0], store.JobEnd{State: store.JobDone, Result: result})
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestAServerShowsItsValidationAndWhatCanBeFixed(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		clerk := w.operator(operator.Clerk)
		id := w.enter("servers", `{"name":"one","host":"one.example.org"}`)
		report, err := json.Marshal(servers.Validation{
			Server: "one", Status: servers.Done, Version: "GNU Mailman 3.3.8", At: w.now.UTC().Format(time.RFC3339),
			Findings: []servers.Finding{
				{Severity: hosting.Trouble, Code: "log_template", Message: "The log does not say what billing needs.", Remedy: "Put these lines into mailman.cfg:\n\n[logging.smtp]\nevery: PM1"},
				{Severity: hosting.Fine, Code: "clock", Message: "Its clock agrees with this machine's."},
				{Severity: hosting.Fine, Code: "log_feed", Message: "Its log was last read at 2026-09-14T03:47:25Z."},
			},
			Missing: []string{"example.org/old", "example.org/<b>"}, MissingAll: 2, New: []string{"example.org/new"}, NewAll: 1,
			Suggestions: []hosting.Suggestion{{From: "one/example.org/old", To: "one/example.org/new", Score: 80, Why: []string{"the names are alike"}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.db.Write(context.Background(), w.by(), func(tx *store.Tx) error {
			if err := tx.SaveSyncFailure(id, "two of five lists are missing", true); err != nil {
				return err
			}
			return tx.SaveValidation(id, string(report))
		}); err != nil {
			t.Fatal(err)
		}
		clerk.open("/servers").wants(http.StatusOK, "Unconfirmed", "Two of five lists are missing.", ">never<", "validated 2026-09-15", "<bdi>2</bdi>")
		clerk.open("/servers/1").wants(http.StatusOK, "Its log was last read at 2026-09-14 03:47 UTC.", "Two of five lists are missing.", "Validation of 2026-09-15", "the names are alike.", "old@example.org").
			lacks("T03:47", "of 100", "one/example.org/old may be")
		clerk.open("/servers/1").wants(http.StatusOK, "GNU Mailman 3.3.8", "<pre tabindex=\"0\" aria-label=\"To copy and paste\">[logging.smtp]\nevery: PM1", "&lt;b&gt;@example.org",
			"sync it anyway", "Fix Selected Objects", "/servers/1/move?from=one%2Fexample.org%2Fold&amp;to=one%2Fexample.org%2Fnew", "It cannot")
		clerk.do(http.MethodPost, "/servers/1/fix", nil, nil).wants(http.StatusUnprocessableEntity, "No list was ticked")
		clerk.do(http.MethodPost, "/servers/1/fix", pairs("list", "example.org/old"), nil).wants(http.StatusOK, "Mark 1 list gone", "old@example.org", `value="example.org/old"`, "Do not ask the server")
		clerk.do(http.MethodPost, "/servers/1/fix", pairs("list", "example.org/old", "sure", "yes"), nil).wants(http.StatusOK, "Fix Selected Objects", "1 list of one")
		clerk.do(http.MethodPost, "/servers/sync", pairs("id", "1", "confirm", "yes"), nil).wants(http.StatusOK, "Sync servers")
		clerk.do(http.MethodPost, "/servers/sync", pairs("id", "1", "counter", "there"), nil).wants(http.StatusUnprocessableEntity, "Choose from where")
		w.operator(operator.Viewer).open("/servers/1").wants(http.StatusOK, "GNU Mailman 3.3.8").lacks("sync it anyway", "Fix Selected Objects</button>")
	})
}

func TestAListIsMoved(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		w.imports(`{"servers":[{"name":"one","host":"one.example.org"}],"lists":[{"server":"one","site":"example.org","list":"news"}]}`)
		clerk := w.operator(operator.Clerk)
		path := "/servers/1/move"
		clerk.open(path+"?from=one/example.org/news&to=one/example.org/letter").wants(http.StatusOK, `value="news@example.org"`, `value="letter@example.org"`)
		clerk.send(path, "from", "news", "to", "one/example.org/letter", "on", "soon").wants(http.StatusUnprocessableEntity, `href="#f-from"`, `href="#f-on"`)
		clerk.send(path, "from", "one/example.org/other", "to", "one/example.org/letter").wants(http.StatusUnprocessableEntity, "nothing was changed")
		clerk.send(path, "from", "news@example.org", "to", "news@").wants(http.StatusUnprocessableEntity, `href="#f-to"`, "write it such as")
		if a := clerk.send(path, "from", "news@example.org", "to", "one/example.org/letter").wants(http.StatusOK, "news@example.org is letter@example.org since 2026-09-15"); !strings.HasPrefix(a.path, "/servers/1") {
			t.Errorf("led to %s", a.path)
		}
	})
}

func TestCountersThatWentBackAreAskedFor(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		clerk := w.operator(operator.Clerk)
		id := w.enter("servers", `{"name":"monk","host":"monk.example.org","kind":"listmonk","url":"http://127.0.0.1:9000","user":"billing"}`)
		clerk.open("/servers/1").wants(http.StatusOK, "From zero: all that they show now", "counter is the usage").lacks("From the last reading", "--counter")
		if err := w.db.Write(context.Background(), w.by(), func(tx *store.Tx) error {
			return tx.SaveCounter(&store.Counter{ServerID: id, Kind: "listmonk", Name: "c1", GenerationID: w.generation(tx, id), Alert: "went back"})
		}); err != nil {
			t.Fatal(err)
		}
		clerk.open("/servers/1").wants(http.StatusOK, "These counters went back", "went back", "From the last reading")
		clerk.do(http.MethodPost, "/servers/sync", pairs("id", "1", "counter", "last"), nil).wants(http.StatusOK, "Sync servers", "monk")
		w.operator(operator.Viewer).open("/servers/1").wants(http.StatusOK, "These counters went back").lacks("From the last reading")
	})
}

// generation makes a generation of a counter.
func (w *world) generation(tx *store.Tx, server int64) int64 {
	w.t.Helper()
	id, err := tx.NewIDs("generation", 1)
	if err == nil {
		err = tx.InsertGeneration(&store.Generation{ID: id, ServerID: server, Format: "listmonk", HeadHash: []byte("x")})
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}
