package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"

	"golang.org/x/net/netutil"

	"postmeter/internal/app/jobs"
	"postmeter/internal/domain/fault"
)

// Server is the process.
type Server struct {
	deps    Deps
	config  Config
	parts   []Part
	metrics *metrics
}

// New makes a server. What is wrong with its configuration are Invalid faults.
func New(d Deps, c Config) (*Server, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	if c.Drain == 0 {
		c.Drain = DefaultDrain
	}
	all, err := parts(d)
	if err != nil {
		return nil, err
	}
	return &Server{deps: d, config: c, parts: all, metrics: newMetrics()}, nil
}

// Run serves until ctx ends; then it takes no new requests, lets those that run come to their end, stops loops and
// jobs at their next safe point, and returns nil. What has not stopped in time is broken off.
func (s *Server) Run(ctx context.Context) error {
	secure, certificates, err := s.secure(ctx)
	if err != nil {
		return err
	}
	listener, err := s.listen(ctx)
	if err != nil {
		return err
	}
	server := s.httpServer(secure)
	serving := make(chan error, 1)
	go func() {
		if secure != nil {
			serving <- server.ServeTLS(listener, "", "")
			return
		}
		serving <- server.Serve(listener)
	}()
	s.deps.Log.Info("listening", "address", s.address(listener))
	if err := s.started(ctx, s.seenAt(listener)); err != nil {
		return errors.Join(err, server.Close())
	}

	inner, stop := context.WithCancel(ctx)
	defer stop()
	looping := make(chan struct{})
	go func() {
		defer close(looping)
		s.keep(inner, append(s.loops(), certificates...))
	}()
	select {
	case <-ctx.Done():
	case err = <-serving: // nobody can reach it any more
	}
	s.deps.Log.Info("stopping")
	stop()
	return errors.Join(ignoreClosed(err), s.drain(ctx, server, looping))
}

func (s *Server) started(ctx context.Context, address string) error {
	for _, part := range s.parts {
		if part.Started == nil {
			continue
		}
		if err := part.Started(ctx, address); err != nil {
			return err
		}
	}
	return nil
}

// loops returns what goes on in the background: the loops of the parts, and the one that does jobs.
func (s *Server) loops() []Loop {
	worker := jobs.New(jobs.Options{DB: s.deps.DB, Now: s.deps.Now, Log: s.deps.Log, Ended: s.metrics.jobEnded})
	out := []Loop{{"jobs", worker.Run}}
	for _, part := range s.parts {
		out = append(out, part.Loops...)
		for kind, handler := range part.Jobs {
			worker.Register(kind, handler)
		}
		for kind, long := range part.Brief {
			worker.Keep(kind, long)
		}
		for _, schedule := range part.Schedules {
			worker.Schedule(schedule)
		}
	}
	return out
}

// drain waits for what runs, up to a limit.
func (s *Server) drain(ctx context.Context, server *http.Server, looping <-chan struct{}) error {
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.Drain)
	defer cancel()
	if err := server.Shutdown(limit); err != nil {
		s.deps.Log.Warn("requests were broken off", "error", err.Error())
		if err := server.Close(); err != nil {
			s.deps.Log.Warn("connections did not close", "error", err.Error())
		}
	}
	select {
	case <-looping:
		s.deps.Log.Info("stopped")
		return nil
	case <-limit.Done():
		return fault.New(fault.Canceled, "work in the background did not stop within %s and was broken off; it is taken up again at the next start", s.config.Drain)
	}
}

func ignoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

func (s *Server) listen(ctx context.Context) (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", s.config.Listen)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, err, "%s cannot be listened on: %v: stop what uses it, or name another with --listen", s.config.Listen, reason(err))
	}
	return netutil.LimitListener(listener, maxConnection), nil
}

// reason is the short part of an error of the network.
func reason(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op.Err
	}
	return err
}

func (s *Server) address(l net.Listener) string {
	scheme := "http"
	if s.config.encrypts() {
		scheme = "https"
	}
	return fmt.Sprintf("%s://%s", scheme, l.Addr())
}

// seenAt is the address by which people reach it.
func (s *Server) seenAt(l net.Listener) string {
	if len(s.config.ACMEHosts) > 0 {
		return "https://" + strings.TrimSuffix(s.config.ACMEHosts[0], ".")
	}
	return s.address(l)
}

func (s *Server) httpServer(secure *tls.Config) *http.Server {
	return &http.Server{
		Handler: newMux(s.deps, s.config, s.parts, s.metrics), TLSConfig: secure,
		ReadHeaderTimeout: headerLimit, ReadTimeout: bodyLimit, WriteTimeout: answerLimit, IdleTimeout: idleLimit, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(s.deps.Log.Handler(), slog.LevelDebug), // what clients do wrong below HTTP
	}
}
