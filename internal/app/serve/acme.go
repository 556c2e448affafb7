package serve

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"

	"postmeter/internal/domain/fault"
)

// When an authority is asked.
const (
	firstAsked   = time.Minute      // after it refused; twice as long each time,
	lastAsked    = time.Hour        // up to this: authorities count attempts
	lookInCache  = 10 * time.Second // whether another node has the certificate by now
	lookAtEnd    = time.Hour        // how long a certificate is still valid
	authorityMax = time.Minute      // for each answer of an authority
)

// authority gets the certificates of public names from an authority, and renews them: ACME (RFC 8555), by TLS-ALPN-01.
// One loop for each name asks; handshakes never do, so that whoever knocks cannot use up what the authority allows.
type authority struct {
	deps      Deps
	directory string
	names     []string // in small letters
	cache     autocert.Cache
	said      *refusals

	mu       sync.Mutex
	managers map[string]*autocert.Manager // by name: one that failed remembers that, and is replaced
	ready    map[string]bool              // by name: whether there is a certificate
}

// newAuthority makes ready what the configuration says. Nothing is asked yet.
func newAuthority(ctx context.Context, d Deps, c *Config) (*authority, error) {
	roots, err := readRoots(c.ACMERoots)
	if err != nil {
		return nil, err
	}
	a := &authority{deps: d, directory: c.ACMEDirectory, cache: newCertificateCache(d), managers: map[string]*autocert.Manager{}, ready: map[string]bool{}}
	a.said = &refusals{next: &http.Transport{Proxy: http.ProxyFromEnvironment, TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
	for _, name := range c.ACMEHosts {
		name = strings.ToLower(strings.TrimSuffix(name, "."))
		a.names = append(a.names, name)
		a.managers[name], a.ready[name] = a.newManager(name), a.cached(ctx, name)
	}
	return a, nil
}

func (a *authority) newManager(name string) *autocert.Manager {
	return &autocert.Manager{
		Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(name), Cache: a.cache,
		Client: &acme.Client{DirectoryURL: a.directory, HTTPClient: &http.Client{Transport: a.said, Timeout: authorityMax}},
	}
}

// readRoots reads what an authority is trusted by; nil for what the system trusts.
func readRoots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // the system's
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, err, "--acme-ca %s: cannot be read: %v", file, err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fault.New(fault.Invalid, "--acme-ca %s: holds no certificate (PEM): give the root of the authority's own certificate", file)
	}
	return pool, nil
}

// config is how connections are encrypted.
func (a *authority) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1", acme.ALPNProto}, GetCertificate: a.get}
}

// get returns the certificate of the name that is asked for, or the one by which the authority sees that the name is ours.
func (a *authority) get(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := strings.ToLower(strings.TrimSuffix(hello.ServerName, "."))
	manager, ready := a.of(name)
	switch {
	case manager == nil:
		return nil, fault.New(fault.NotFound, "%q is none of the names that this process has a certificate for", name)
	case slices.Equal(hello.SupportedProtos, []string{acme.ALPNProto}):
		return manager.GetCertificate(hello)
	case !ready:
		return nil, fault.New(fault.Unavailable, "there is no certificate for %s yet", name)
	}
	cert, err := manager.GetCertificate(helloOf(name))
	if err != nil {
		a.failed(name)
	}
	return cert, err
}

// helloOf asks for a certificate with an elliptic key, which every client with TLS 1.2 takes.
func helloOf(name string) *tls.ClientHelloInfo {
	return &tls.ClientHelloInfo{ServerName: name, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}}
}

func (a *authority) of(name string) (*autocert.Manager, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.managers[name], a.ready[name]
}

func (a *authority) has(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ready[name] = true
}

func (a *authority) failed(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.managers[name], a.ready[name] = a.newManager(name), false
}

// cached says whether the database has a certificate for a name that has not ended, which this node or another one got.
func (a *authority) cached(ctx context.Context, name string) bool {
	text, err := a.cache.Get(ctx, name)
	if err != nil {
		return false
	}
	for block, rest := pem.Decode(text); block != nil; block, rest = pem.Decode(rest) {
		if block.Type == "CERTIFICATE" {
			leaf, err := x509.ParseCertificate(block.Bytes)
			return err == nil && a.deps.Now().Before(leaf.NotAfter)
		}
	}
	return false
}

// loops get and keep the certificates.
func (a *authority) loops() []Loop {
	out := make([]Loop, 0, len(a.names))
	for _, name := range a.names {
		out = append(out, Loop{"certificate of " + name, func(ctx context.Context) error {
			a.keep(ctx, name)
			return nil
		}})
	}
	return out
}

// keep has a certificate for a name until the context ends.
func (a *authority) keep(ctx context.Context, name string) {
	wait := firstAsked
	for ctx.Err() == nil {
		manager, _ := a.of(name)
		cert, err := manager.GetCertificate(helloOf(name))
		if err == nil {
			a.has(name)
			a.look(name, cert.Leaf)
			a.rest(ctx, name, lookAtEnd)
			wait = firstAsked
			continue
		}
		a.failed(name)
		a.deps.Log.Error("there is no certificate", "name", name, "error", a.why(name, err), "again_in", wait.String())
		a.rest(ctx, name, wait)
		wait = min(2*wait, lastAsked)
	}
}

// look says when a certificate ends. It is renewed when a third of its time is left: something is wrong if that is over soon.
func (a *authority) look(name string, leaf *x509.Certificate) {
	ends := leaf.NotAfter.UTC().Format(time.RFC3339)
	if leaf.NotAfter.Sub(a.deps.Now()) < leaf.NotAfter.Sub(leaf.NotBefore)/6 {
		a.deps.Log.Error("the certificate is not renewed; it is tried again", "name", name, "ends", ends, "error", a.said.last(name))
		return
	}
	a.deps.Log.Info("there is a certificate", "name", name, "ends", ends)
}

// rest waits; not as long when a handshake found that the certificate is gone, or when another node has got one.
func (a *authority) rest(ctx context.Context, name string, wait time.Duration) {
	_, had := a.of(name)
	for end := time.After(wait); ; {
		select {
		case <-ctx.Done():
			return
		case <-end:
			return
		case <-time.After(lookInCache):
		}
		if _, has := a.of(name); had && !has || !had && a.cached(ctx, name) {
			return
		}
	}
}
