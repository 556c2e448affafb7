package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// TestANodeThatDiesInASyncIsReplaced has the node that syncs die while the server answers: nothing of it is there, and another
// node does the job.
func TestANodeThatDiesInASyncIsReplaced(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		asked := make(chan struct{}, 1)
		var times atomic.Int64
		monk := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.FormValue("order_by") != "" && r.URL.Path == "/api/lists" && times.Add(1) == 1 {
				asked <- struct{}{}
				<-r.Context().Done() // the first one is never answered
				return
			}
			results := []map[string]any{{"id": 1, "uuid": "u1", "name": "news", "optin": "single"}}
			if r.URL.Path == "/api/campaigns" {
				results = nil
			}
			w.Header().Set("Content-Type", "application/json")
			if err := json.NewEncoder(w).Encode(map[string]any{"data": map[string]any{"results": results, "total": len(results)}}); err != nil {
				t.Error(err)
			}
		}))
		defer monk.Close()
		o := &office{t, t.TempDir(), url}
		o.run("server", "add", "m1", "--host", "m1.test", "--kind", "listmonk", "--url", monk.URL, "--user", "billing", "--token-file", o.file("token", "t\n", 0o600))
		first := o.start()
		db, err := store.Open(context.Background(), url, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		err = db.Write(context.Background(), store.By{Actor: "ann", At: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)}, func(tx *store.Tx) error {
			_, _, err := tx.Enqueue(store.NewJob{Kind: "sync servers", Payload: map[string]any{"names": []string{"m1"}}})
			return err
		})
		if err := db.Close(); err != nil {
			t.Error(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		select {
		case <-asked:
		case <-time.After(time.Minute):
			t.Fatal("no node asks the server")
		}
		first.kill()
		if got := storetest.Rows(t, url, `SELECT count(*) FROM list`); strings.Join(got, "") != "0" {
			t.Errorf("half a sync is there: %v lists", got)
		}
		second := o.start()
		defer second.kill()
		o.until("another node has done it", `SELECT state, attempts, actor FROM job WHERE kind = 'sync servers'`, "done|2|ann")
		o.until("the list is there", `SELECT name FROM list_name`, "news")
		o.until("it was synced once", `SELECT count(*) FROM history WHERE action = 'synced'`, "1")
	})
}
