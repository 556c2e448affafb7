package gather_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"postmeter/internal/domain/fault"
	"postmeter/internal/stage/gather"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// TestTogether has several readers, each with its own connections as in a process of its own, read the same log and
// copies of it at the same time.
func TestTogether(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		newHouse(t, url)
		inputs := [][]gather.Input{{file(t, log(0, 400))}, {file(t, log(0, 400))}, {file(t, log(200, 400)), file(t, log(0, 400))}}
		var wait sync.WaitGroup
		counted := make([]int64, len(inputs))
		for i := range inputs {
			wait.Go(func() {
				db, err := store.Open(context.Background(), url, store.Options{})
				if err != nil {
					t.Error(err)
					return
				}
				result, err := gather.Ingest(context.Background(), gather.Order{
					DB: db, By: by, Server: "s1", Format: "mailman3", Inputs: inputs[i], BatchRecords: 10,
				})
				counted[i] = result.Counted
				if err := errors.Join(err, db.Close()); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if sum := counted[0] + counted[1] + counted[2]; sum != 400 {
			t.Errorf("the readers say that they counted %d = %d records, want 400", counted, sum)
		}
		if got := openTables(t, url).lists()["alpha.test/news"]; got != "400 400 400000" {
			t.Errorf("counted %q", got)
		}
		openTables(t, url).sums()
	})
}

// TestOvertakenStream has a stream's log read by another meanwhile: it cannot be had again, so it ends with an error.
func TestOvertakenStream(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		once := sync.OnceFunc(func() { h.ingest("mailman3", file(t, log(0, 10))) })
		order := gather.Order{Format: "mailman3", Inputs: []gather.Input{text(log(0, 20))}, Step: func(step string) {
			if step == "parsed" {
				once()
			}
		}}
		if _, err := h.try(order); fault.KindOf(err) != fault.Busy {
			t.Errorf("the error is %v, want one that says that another process is at it", err)
		}
		check(t, "afterwards", h.ingest("mailman3", text(log(0, 20))), "20 10 10 0 0")
		order.Inputs = []gather.Input{file(t, log(30, 40))}
		once = sync.OnceFunc(func() { h.ingest("mailman3", file(t, log(30, 35))) })
		check(t, "a file is taken up again", figures(h.result(order)), "10 5 5 0 0")
	})
}
