package serve

import (
	"context"
	"crypto/tls"
	"os"
	"sync"
	"time"

	"postmeter/internal/domain/fault"
)

// secure returns how connections are encrypted; nil for not at all. What gets and keeps certificates are loops.
func (s *Server) secure(ctx context.Context) (*tls.Config, []Loop, error) {
	switch {
	case s.config.Certificate != "":
		files := &certificate{cert: s.config.Certificate, key: s.config.Key, deps: s.deps}
		if err := files.read(); err != nil {
			return nil, nil, err
		}
		return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}, GetCertificate: files.get}, nil, nil
	case len(s.config.ACMEHosts) > 0:
		authority, err := newAuthority(ctx, s.deps, &s.config)
		if err != nil {
			return nil, nil, err
		}
		return authority.config(), authority.loops(), nil
	}
	return nil, nil, nil
}

// lookAgain is how often the files of a certificate are looked at.
const lookAgain = 10 * time.Second

// certificate is one that is kept in files.
type certificate struct {
	cert, key string
	deps      Deps

	mu      sync.Mutex
	looked  time.Time
	changed [2]time.Time
	now     *tls.Certificate
}

// get returns the certificate, from the files if they have changed. One that cannot be read leaves the last one in use.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.deps.Now(); now.Sub(c.looked) >= lookAgain || now.Before(c.looked) { // the clock may be set back
		c.looked = now
		if c.times() != c.changed {
			if err := c.read(); err != nil {
				c.deps.Log.Error("the new certificate is not used", "error", shown(err))
			}
		}
	}
	return c.now, nil
}

func (c *certificate) read() error {
	times := c.times()
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return fault.Wrap(fault.Invalid, err, "--tls-cert %s, --tls-key %s: they are no certificate with its key: %v", c.cert, c.key, err)
	}
	c.now, c.changed = &pair, times
	return nil
}

// times returns when the files changed; zero for one that is not there.
func (c *certificate) times() (out [2]time.Time) {
	for i, name := range []string{c.cert, c.key} {
		if info, err := os.Stat(name); err == nil {
			out[i] = info.ModTime()
		}
	}
	return out
}
