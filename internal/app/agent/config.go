package agent

import (
	"crypto/x509"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/providerfile"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/gather/follow"
)

// Config is what the file of an agent says.
type Config struct {
	URL      string // of the billing server
	Token    string // from the token file
	Server   string // whose logs are reported
	Roots    *x509.CertPool
	Feeds    []follow.Feed
	Spool    *follow.Spool // nil: without one
	Interval time.Duration // between passes
}

// Defaults and limits of a configuration.
const (
	defaultSpoolMB  = 1024
	defaultInterval = 5    // seconds
	maxInterval     = 3600 // seconds
	maxSpoolMB      = 1 << 20
	maxFeeds        = 500
	maxFile         = 1 << 20 // bytes of the file
)

// Load reads the file of an agent and what it names. What is wrong in it are Invalid faults, all at once.
func Load(name string) (*Config, error) {
	text, err := readSmall(name)
	if err != nil {
		return nil, err
	}
	root, err := providerfile.Parse(name, text)
	if err != nil {
		return nil, err
	}
	r := doc.NewReader(root)
	c := &Config{URL: r.Name("url"), Server: r.Name("server")}
	if file := r.Name("token_file"); file != "" {
		c.Token, err = readToken(file)
		r.FaultError("token_file", err)
	}
	if file := r.Text("ca_file", ""); file != "" {
		c.Roots, err = readRoots(file)
		r.FaultError("ca_file", err)
	}
	c.Interval = time.Duration(between(r, "interval_seconds", defaultInterval, maxInterval)) * time.Second
	limit := between(r, "spool_limit_mb", defaultSpoolMB, maxSpoolMB)
	if dir := r.Text("spool", ""); dir != "" {
		c.Spool = &follow.Spool{Dir: dir, Limit: limit << 20}
		if err := c.Spool.Check(); err != nil {
			r.Fault("spool", "%s cannot be used: %v: make it, for the user of the agent alone", dir, reason(err))
		}
	}
	c.readFeeds(r)
	r.Done()
	return c, r.Err()
}

// between reads a whole number from 1 to most.
func between(r *doc.Reader, name string, def, most int64) int64 {
	n := r.Whole(name, def)
	if n < 1 || n > most {
		r.Fault(name, "must be from 1 to %d", most)
	}
	return n
}

func (c *Config) readFeeds(r *doc.Reader) {
	seen := map[string]bool{}
	r.Each("logs", func(_ int, r *doc.Reader) {
		f := hosting.Feed{Path: r.Text("path", ""), Format: r.Text("format", ""), Rotated: r.Text("rotated", "")}
		r.FaultError("", f.Check(gather.FollowFormats))
		if seen[f.Path] {
			r.Fault("path", "%q is given twice", f.Path)
		}
		seen[f.Path] = true
		c.Feeds = append(c.Feeds, follow.Feed{Server: c.Server, Feed: f})
		r.Done()
	})
	if len(c.Feeds) == 0 {
		r.Fault("logs", "is empty: name the logs that are to be followed")
	}
	if len(c.Feeds) > maxFeeds {
		r.Fault("logs", "has %d items: at most %d are followed by one agent", len(c.Feeds), maxFeeds)
	}
}

// readToken reads a file that nobody but its owner may read.
func readToken(name string) (string, error) {
	info, err := os.Stat(name)
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		return "", fault.New(fault.Invalid, "%s can be read by others: chmod 600 %s", name, name)
	}
	text, err := readSmall(name)
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(text))
	if token == "" || strings.ContainsAny(token, " \t\r\n") {
		return "", fault.New(fault.Invalid, "%s does not hold a token alone: put in what \"postmeter token add\" printed", name)
	}
	return token, nil
}

func readRoots(name string) (*x509.CertPool, error) {
	text, err := readSmall(name)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fault.New(fault.Invalid, "%s holds no certificate (PEM)", name)
	}
	return pool, nil
}

// readSmall reads a file of the configuration.
func readSmall(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > maxFile) {
		return nil, fault.New(fault.Invalid, "%s is not a file of at most %d KB", name, maxFile>>10)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fault.New(fault.Invalid, "%s cannot be read: %v", filepath.Clean(name), reason(err))
	}
	return text, nil
}

// reason is what the system says, without the path that stands beside it.
func reason(err error) error {
	var path *os.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
