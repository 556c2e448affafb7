package serve

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"postmeter/internal/domain/fault"
)

// How long a loop that ended waits before it is started again; twice as long each time, up to the last.
const (
	firstRest = time.Second
	lastRest  = time.Minute
)

// keep runs loops until ctx ends and all have stopped.
func (s *Server) keep(ctx context.Context, loops []Loop) {
	var running sync.WaitGroup
	for _, loop := range loops {
		running.Go(func() { s.keepOne(ctx, loop) })
	}
	running.Wait()
}

func (s *Server) keepOne(ctx context.Context, loop Loop) {
	for rest := firstRest; ; rest = min(2*rest, lastRest) {
		began := s.deps.Now()
		err := s.runLoop(ctx, loop)
		if ctx.Err() != nil {
			return
		}
		if s.deps.Now().Sub(began) > lastRest {
			rest = firstRest // it had been well
		}
		s.metrics.loops.WithLabelValues(loop.Name).Inc()
		s.deps.Log.Error("a loop ended and is started again", "loop", loop.Name, "error", shown(err), "after", rest.String())
		select {
		case <-ctx.Done():
			return
		case <-time.After(rest):
		}
	}
}

func (s *Server) runLoop(ctx context.Context, loop Loop) (err error) {
	defer func() {
		if bug := recover(); bug != nil {
			s.deps.Log.Error("panic", "loop", loop.Name, "error", fmt.Sprint(bug), "stack", string(debug.Stack()))
			err = fmt.Errorf("a fault in Postmeter itself: %v", bug)
		}
	}()
	return loop.Run(ctx)
}

// shown is an error as the log has it.
func shown(err error) string {
	if err == nil {
		return ""
	}
	if fault.KindOf(err) == fault.Internal {
		return err.Error()
	}
	return fault.MessageOf(err)
}
