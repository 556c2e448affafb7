package serve

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/store/storetest"
)

// pair writes a certificate of 127.0.0.1 with its key, as of a time, and returns the certificate.
func pair(t *testing.T, serial int64, cert, key string, now time.Time) *x509.Certificate {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "billing.test"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	bytes, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	write(t, cert, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), now)
	write(t, key, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: bytes})), now)
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// write writes a file that was changed at a time.
func write(t *testing.T, path, text string, at time.Time) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

// clock is one that a test moves on while others read it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

// started runs the process, and returns where it listens. It stops with the test.
func (h *house) started(c Config) string {
	h.Helper()
	server, err := New(h.Deps, c)
	h.must(err)
	address := make(chan string, 1)
	server.parts = []Part{{Started: func(_ context.Context, a string) error {
		address <- a
		return nil
	}}}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Run(ctx) }()
	h.Cleanup(func() {
		stop()
		h.must(<-ended)
	})
	select {
	case a := <-address:
		return a
	case err := <-ended:
		ended <- nil
		h.Fatal(err)
		return ""
	}
}

// shake shakes hands with a server and returns the serial number of the certificate that it shows.
func shake(t *testing.T, address string, c *tls.Config) (int64, error) {
	t.Helper()
	conn, err := tls.Dial("tcp", strings.TrimPrefix(address, "https://"), c)
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close() }() // all was said
	return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64(), nil
}

// TestCertificatesInFilesAreTakenWhenTheyChange replaces a certificate under a running process: by a new one, and by a
// broken one.
func TestCertificatesInFilesAreTakenWhenTheyChange(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	at := &clock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)}
	h.Deps.Now = at.Now
	cert, key := filepath.Join(t.TempDir(), "cert.pem"), filepath.Join(t.TempDir(), "key.pem")
	roots := x509.NewCertPool()
	roots.AddCert(pair(t, 1, cert, key, at.Now()))
	address := h.started(Config{Listen: "127.0.0.1:0", Certificate: cert, Key: key})
	client := &tls.Config{RootCAs: roots, Time: at.Now}
	shows := func(when string, want int64) {
		t.Helper()
		if got, err := shake(t, address, client); err != nil || got != want {
			t.Errorf("%s: certificate %d, %v; want %d", when, got, err, want)
		}
	}
	shows("at the start", 1)
	if _, err := shake(t, address, &tls.Config{RootCAs: roots, Time: at.Now, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}); err == nil || !strings.Contains(err.Error(), "protocol version") {
		t.Errorf("TLS 1.1: %v", err)
	}
	transport := &http.Transport{TLSClientConfig: client.Clone(), ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Get(address + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	if err := answer.Body.Close(); err != nil || answer.StatusCode != http.StatusOK || answer.ProtoMajor != 2 {
		t.Errorf("healthz: %s %s, %v", answer.Proto, answer.Status, err)
	}

	roots.AddCert(pair(t, 2, cert, key, at.pass(time.Second)))
	shows("before it is looked again", 1)
	at.pass(lookAgain)
	shows("after it was replaced", 2)
	write(t, cert, "half a certif", at.pass(time.Second))
	at.pass(lookAgain)
	shows("after it was broken", 2)
	if log := h.log.String(); !strings.Contains(log, "the new certificate is not used") {
		t.Errorf("the log says nothing of it: %s", log)
	}
	h.must(os.Remove(key))
	at.pass(lookAgain)
	shows("without its key", 2)
	roots.AddCert(pair(t, 3, cert, key, at.pass(time.Second)))
	at.pass(lookAgain)
	shows("after it was mended", 3)
	roots.AddCert(pair(t, 4, cert, key, at.pass(-30*time.Minute)))
	shows("after the clock was set back", 4)
}

// TestWhatWouldListenInClearIsRefused asks for addresses that others reach, without encryption.
func TestWhatWouldListenInClearIsRefused(t *testing.T) {
	h := newHouse(t, storetest.SQLite(t))
	dir := t.TempDir()
	for _, c := range []struct {
		config Config
		says   string // "": it is taken
	}{
		{Config{Listen: "127.0.0.1:0"}, ""},
		{Config{Listen: "[::1]:0"}, ""},
		{Config{Listen: "localhost:0"}, ""},
		{Config{Listen: ":8080"}, "without encryption"},
		{Config{Listen: "0.0.0.0:8080"}, "without encryption"},
		{Config{Listen: "192.0.2.1:8080"}, "without encryption"},
		{Config{Listen: "billing.example.org:8080"}, "without encryption"},
		{Config{Listen: ":443", Certificate: "c.pem"}, "must stand with --tls-key"},
		{Config{Listen: ":443", Certificate: "c.pem", Key: "k.pem", ACMEHosts: []string{"x.test"}}, "leave out"},
		{Config{Listen: ":443", ACMEHosts: []string{"billing.example.org"}}, ""},
		{Config{Listen: ":443", ACMEHosts: []string{"billing"}}, "is not a public name"},
		{Config{Listen: ":443", ACMEHosts: []string{"192.0.2.1"}}, "is not a public name"},
		{Config{Listen: ":443", ACMEHosts: []string{"*.example.org"}}, "is not a public name"},
		{Config{Listen: ":443", ACMEHosts: []string{"billing.example.org"}, ACMEDirectory: "http://ca.test/dir"}, "https:// address of its directory"},
		{Config{Listen: "127.0.0.1:0", ACMEDirectory: "https://ca.test/dir"}, "give the name"},
		{Config{Listen: "nowhere"}, "is not an address"},
	} {
		_, err := New(h.Deps, c.config)
		if c.says == "" && err != nil || c.says != "" && (fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.MessageOf(err), c.says)) {
			t.Errorf("%+v: %v", c.config, err)
		}
	}
	server, err := New(h.Deps, Config{Listen: "127.0.0.1:0", Certificate: filepath.Join(dir, "none"), Key: filepath.Join(dir, "none")})
	h.must(err)
	if err := server.Run(context.Background()); fault.KindOf(err) != fault.Invalid {
		t.Errorf("without its files: %v", err)
	}
	write(t, filepath.Join(dir, "ca.pem"), "no certificate", h.now)
	for file, says := range map[string]string{"none": "cannot be read", "ca.pem": "holds no certificate"} {
		server, err := New(h.Deps, Config{Listen: "127.0.0.1:0", ACMEHosts: []string{"billing.example.org"}, ACMERoots: filepath.Join(dir, file)})
		h.must(err)
		if err := server.Run(context.Background()); fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.MessageOf(err), says) {
			t.Errorf("--acme-ca %s: %v", file, err)
		}
	}
}
