package serve

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/stage/gather/servers"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// lists adds lists of a server, by name, at the site SERVER.test.
func (h *house) lists(server string, names ...string) {
	h.Helper()
	h.must(h.DB.Write(context.Background(), h.by(), func(tx *store.Tx) error {
		all, err := tx.Servers()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(v hosting.Server) bool { return v.Name == server })
		var lists []*hosting.List
		for _, name := range names {
			lists = append(lists, &hosting.List{Life: period.Open(), Gone: period.Last, Place: hosting.Place{Server: server, Site: server + ".test", List: name}})
		}
		return tx.InsertLists(lists, map[string]int64{server: all[i].ID})
	}))
}

// TestFixJobMarksListsGone marks lists of a server that answers, and of one that never will again.
func TestFixJobMarksListsGone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h, _ := newAskedHouse(t, url)
		h.lists("monk", "news", "old")
		h.lists("dead", "lost", "kept")
		w := h.node()
		gone := func() string {
			return strings.Join(storetest.Rows(t, url, `SELECT n.site, n.name FROM list l JOIN list_name n ON n.list_id = l.id WHERE l.gone_day IS NOT NULL ORDER BY 1, 2`), " ")
		}
		fix := func(server, list string, more map[string]any) store.Job {
			order := map[string]any{"names": []string{server}, "lists": []string{list}, "confirm": true}
			for k, v := range more {
				order[k] = v
			}
			return h.asks("ann", servers.FixJob, order, w)
		}
		h.asks("ann", servers.SyncJob, map[string]any{"names": []string{"monk"}, "confirm": true}, w)
		if j := fix("monk", "monk.test/news", nil); j.State != store.JobFailed || !strings.Contains(j.Error, "monk.test/news is on its server") || gone() != "" {
			t.Errorf("a list that is there: %s %q, gone %q", j.State, j.Error, gone())
		}
		j := fix("monk", "monk.test/old", nil)
		var r servers.FixResult
		if err := json.Unmarshal(j.Result, &r); err != nil || j.State != store.JobDone || !r.Asked || !slices.Equal(r.Gone, []string{"monk.test/old"}) || gone() != "monk.test|old" {
			t.Errorf("a list that is not there: %s %q %v %+v, gone %q", j.State, j.Error, err, r, gone())
		}
		j = fix("dead", "dead.test/lost", nil)
		if j.State == store.JobDone || !strings.HasSuffix(j.Error, "; if the server is gone for ever, mark them without asking it") || gone() != "monk.test|old" {
			t.Errorf("a server that does not answer: %s %q, gone %q", j.State, j.Error, gone())
		}
		j = fix("dead", "dead.test/lost", map[string]any{"without_asking": true})
		if err := json.Unmarshal(j.Result, &r); err != nil || j.State != store.JobDone || r.Asked || gone() != "dead.test|lost monk.test|old" {
			t.Errorf("without asking: %s %q %v %+v, gone %q", j.State, j.Error, err, r, gone())
		}
		if got := storetest.Rows(t, url, `SELECT actor, action FROM history WHERE entity = 'list' AND action LIKE 'gone%' ORDER BY id`); strings.Join(got, " ") != "ann|gone "+"ann|gone without asking" {
			t.Errorf("history: %v", got)
		}
	})
}

// TestASyncTakesTheChoiceOfACounter has a counter that goes back, and somebody who says how it goes on.
func TestASyncTakesTheChoiceOfACounter(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h, m := newAskedHouse(t, url)
		w := h.node()
		sent := func() string {
			return strings.Join(storetest.Rows(t, url, `SELECT CAST(COALESCE(sum(recipients), 0) AS BIGINT) FROM usage_sum`), " ")
		}
		sync := func(counter string) {
			t.Helper()
			if j := h.asks("ann", servers.SyncJob, map[string]any{"names": []string{"monk"}, "counter": counter}, w); j.State != store.JobDone || h.statuses(j) != "monk done" {
				t.Errorf("%q: %s %s", counter, j.State, j.Result)
			}
		}
		m.sends(100)
		sync("zero")
		if sent() != "100" {
			t.Errorf("what was sent before the first sync counts %s", sent())
		}
		m.sends(30)
		sync("")
		m.sends(40)
		sync("")
		if sent() != "100" {
			t.Errorf("a counter that went back counts %s", sent())
		}
		sync("here")
		m.sends(45)
		sync("")
		if sent() != "105" {
			t.Errorf("from here on it counts %s", sent())
		}
	})
}
