// Package agent is the process on a hosting server that reports logs to the billing server: a follower, whose sink is a
// collector. docs/design/following.md tells the whole.
package agent

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/collector"
	"postmeter/internal/stage/gather/follow"
)

// stretchBytes is how much of a log one request holds at most.
const stretchBytes = 4 << 20

// Agent reports logs.
type Agent struct {
	*follow.Follower
	config *Config
	log    *slog.Logger
}

// New makes an agent. Nothing is read or sent yet.
func New(c *Config, now func() time.Time, log *slog.Logger) (*Agent, error) {
	machine, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	client, err := collector.New(collector.Config{URL: c.URL, Token: c.Token, Server: c.Server, Machine: machine, Roots: c.Roots})
	if err != nil {
		return nil, err
	}
	note := func(text string) { log.Warn("log", "note", text) }
	return &Agent{follow.New(client, c.Feeds, follow.Options{Now: now, Note: note, StretchBytes: stretchBytes, Spool: c.Spool}), c, log}, nil
}

// Run reports until the context ends.
func (a *Agent) Run(ctx context.Context) error {
	a.log.Info("following", "logs", len(a.config.Feeds), "server", a.config.Server, "url", a.config.URL)
	pace := follow.DefaultPace
	pace.Interval = a.config.Interval
	a.Follower.Run(ctx, pace, func(err error) {
		if err == nil {
			a.log.Info("the billing server is back")
			return
		}
		a.log.Error("nothing is reported; it is tried again", "error", shown(err))
	})
	a.log.Info("stopped")
	return nil
}

// Once reports what there is, and returns what kept it from reporting all.
func (a *Agent) Once(ctx context.Context) error {
	if err := a.Step(ctx); err != nil {
		return err
	}
	var faults fault.List
	for _, f := range a.States() {
		if f.Problem != "" {
			faults.AddError(f.Path, fault.New(fault.Unavailable, "%s", f.Problem))
		}
	}
	return faults.Err()
}

func shown(err error) string {
	var f *fault.Error
	if errors.As(err, &f) && f.Cause == nil {
		return fault.MessageOf(err)
	}
	return err.Error()
}
