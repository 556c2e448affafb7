package agent

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/gather/follow"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// How two processes race for one log.
const (
	chaseLines = 3000
	chaseEvery = 30 // lines that are written at once
	chaseTime  = 2 * time.Minute
)

// chase follows a log without a rest, as a process of its own, until a file is there and a pass that began after that has ended. It
// prints how often it counted something.
func chase(url, path, end string) error {
	db, err := store.Open(context.Background(), url, store.Options{})
	if err != nil {
		return err
	}
	took := 0
	f := follow.New(&gather.Intake{DB: db, By: by, Machine: "here", BatchRecords: 7, Step: func(step string) {
		if step == "committed" {
			took++
		}
	}}, []follow.Feed{{Server: "s1", Feed: hosting.Feed{Path: path, Format: "mailman3"}}}, follow.Options{Now: clock, StretchBytes: 3000})
	ctx, cancel := context.WithTimeout(context.Background(), chaseTime)
	defer cancel()
	for last := false; !last; {
		_, err := os.Stat(end)
		last = err == nil
		if err := f.Step(ctx); err != nil {
			return errors.Join(err, f.Close(), db.Close())
		}
	}
	_, err = os.Stdout.WriteString(strconv.Itoa(took))
	return errors.Join(err, f.Close(), db.Close())
}

// TestTwoProcessesFollowOneFile has two processes follow a log at the same time, while it is written and rotated.
func TestTwoProcessesFollowOneFile(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		h := newHouse(t, url)
		h.append("", lines(0, 1))
		end := h.path + "@end"
		var running sync.WaitGroup
		var outs [2]strings.Builder
		for i := range outs {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), childOrder+"="+strings.Join([]string{"chase", url, h.path, end}, "\n"))
			var failed strings.Builder
			cmd.Stdout, cmd.Stderr = &outs[i], &failed
			h.must(cmd.Start())
			running.Go(func() {
				if err := cmd.Wait(); err != nil {
					h.Errorf("%v: %s", err, failed.String())
				}
			})
		}
		ctx, cancel := context.WithTimeout(context.Background(), chaseTime)
		defer cancel()
		for next := 1; next < chaseLines; next += chaseEvery {
			to := min(next+chaseEvery, chaseLines)
			text := lines(next, to)
			h.append("", text[:len(text)-10]) // half a line at the end
			if next%7 == 0 {                  // both are at it, and not only behind the writer
				h.reached(ctx, next)
			}
			h.append("", text[len(text)-10:])
			if next/chaseEvery%20 == 10 {
				h.rename("", "-"+strconv.Itoa(1000000+next))
			}
		}
		h.must(os.WriteFile(end, nil, 0o600))
		running.Wait()
		h.counted("by both", chaseLines)
		h.alert("nothing was odd", "")
		for i := range outs {
			if n, err := strconv.Atoi(outs[i].String()); err != nil || n == 0 {
				t.Errorf("process %d counted %q times: it was no race", i, outs[i].String())
			}
		}
		t.Logf("committed by one %s times, by the other %s times", outs[0].String(), outs[1].String())
	})
}

// reached waits until so many lines were counted.
func (h *house) reached(ctx context.Context, want int) {
	h.Helper()
	for {
		got, err := strconv.Atoi(storetest.Rows(h, h.url, `SELECT COUNT(*) FROM usage_record`)[0])
		h.must(err)
		if got >= want {
			return
		}
		select {
		case <-ctx.Done():
			h.Fatalf("counted %d lines, want %d", got, want)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
