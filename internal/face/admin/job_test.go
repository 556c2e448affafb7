package admin

import (
	"context"
	"net/http"
	"testing"
	"time"

	"postmeter/internal/domain/operator"
	"postmeter/internal/stage/billrun"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

func TestAJobIsSeenPausedAndCancelled(t *testing.T) {
	each(t, func(w *world) {
		viewer, clerk := w.operator(operator.Viewer), w.operator(operator.Clerk)
		clerk.open("/jobs").wants(http.StatusOK, "Nothing has run in the background")
		id, fresh, err := office.Enqueue(context.Background(), w.db, w.by(), store.NewJob{Kind: "knit", Key: "1"})
		if err != nil || !fresh {
			t.Fatal(fresh, err)
		}
		path := pathOf("/jobs", id)
		clerk.open("/").wants(http.StatusOK, `class="tray-job" href="`+path+`"`)
		clerk.open(path).wants(http.StatusOK, "Queued", "Pause", "Cancel the job", `hx-trigger="every 2s"`, "test")
		viewer.open(path).wants(http.StatusOK, "Queued").lacks("Pause", "Cancel the job")
		viewer.do(http.MethodPost, path+"/pause", nil, nil).wants(http.StatusForbidden)
		clerk.do(http.MethodPost, path+"/pause", nil, nil).wants(http.StatusOK, "Paused", "Go on").lacks("The job goes on", "asked to")
		clerk.do(http.MethodPost, path+"/resume", nil, nil).wants(http.StatusOK, "Queued")
		clerk.do(http.MethodPost, path+"/dance", nil, nil).wants(http.StatusNotFound)
		clerk.do(http.MethodPost, path+"/cancel", nil, nil).wants(http.StatusOK, "Cancelled").lacks(`hx-trigger="every`, "Cancel the job")
		clerk.do(http.MethodPost, path+"/pause", nil, nil).wants(http.StatusConflict, "is cancelled")
		clerk.open("/").wants(http.StatusOK).lacks("tray-job")
		clerk.open("/jobs").wants(http.StatusOK, "knit", "Cancelled", "1 job<")
		if id, _, err = office.Enqueue(context.Background(), w.db, w.by(), store.NewJob{Kind: billrun.JobKind, Payload: billrun.Job{Start: "2026-08-01", End: "2026-08-31"}}); err != nil {
			t.Fatal(err)
		}
		clerk.do(http.MethodPost, pathOf("/jobs", id)+"/cancel", nil, nil).
			wants(http.StatusOK, "Cancelled", "Drafts that were made before are kept.", `href="/bill">Run Billing again`).lacks("asked to end")
		viewer.open(pathOf("/jobs", id)).wants(http.StatusOK, "Cancelled").lacks("Run Billing again</a>")
		clerk.open("/jobs/999").wants(http.StatusNotFound)
	})
}

func TestHowLongAJobStillTakes(t *testing.T) {
	w := store.Job{State: store.JobRunning, StartedAt: 1, Progress: store.Progress{Done: 10, Total: 100}}
	start := time.UnixMicro(1)
	for seconds, want := range map[int64]string{1: "less than a minute", 60: "about 10 minutes", 3600: "about 10 hours"} {
		if got := jobLeft(&w, start.Add(time.Duration(seconds)*time.Second)); got != want {
			t.Errorf("after %d s: %q, want %q", seconds, got, want)
		}
	}
	w.Done = 0
	if got := jobLeft(&w, start); got != "" {
		t.Errorf("without progress: %q", got)
	}
}
