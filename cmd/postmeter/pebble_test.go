package main

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// pebble is an authority of certificates: that of Let's Encrypt for tests, as a process of its own. Every name leads to
// this machine, and there to a gate that leads to where a process serves.
type pebble struct {
	testing.TB
	root      string         // file with what it is trusted by
	directory string         // its address
	roots     string         // address of the root of the certificates that it gives
	trusted   *x509.CertPool // that root
	gate      *gate
	process   *exec.Cmd
	ended     chan struct{}
	mu        sync.Mutex
	said      strings.Builder
}

// blocked is a name for which it gives no certificate.
const blocked = "blocked.example.org"

// pebbleProgram returns where it is; make puts it into .tools/bin.
func pebbleProgram(t testing.TB) string {
	t.Helper()
	if found, err := exec.LookPath("pebble"); err == nil {
		return found
	}
	root, err := filepath.Abs(filepath.Join("..", "..", ".tools", "bin", "pebble"))
	if err == nil {
		_, err = os.Stat(root)
	}
	if err != nil {
		t.Fatalf("pebble is missing: scripts/need.sh pebble builds it: %v", err)
	}
	return root
}

func startPebble(t testing.TB) *pebble {
	t.Helper()
	p := &pebble{TB: t, gate: newGate(t), ended: make(chan struct{})}
	dir := t.TempDir()
	p.root = p.certificate(dir)
	program := pebbleProgram(t)
	const attempts = 10 // somebody else may take its ports before it does
	for range attempts {
		if p.start(program, dir) {
			t.Cleanup(p.stop)
			return p
		}
	}
	t.Fatalf("pebble does not start: %s", p.log())
	return nil
}

// start starts it on free ports; false if they were taken meanwhile.
func (p *pebble) start(program, dir string) bool {
	p.Helper()
	at, manage := freePort(p), freePort(p)
	config, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": at, "managementListenAddress": manage, "certificate": p.root, "privateKey": filepath.Join(dir, "key.pem"),
		"httpPort": 1, "tlsPort": p.gate.port(), "domainBlocklist": []string{blocked}, "keyAlgorithm": "ecdsa",
		"retryAfter": map[string]int{"authz": 1, "order": 1},
	}})
	p.must(err)
	file := filepath.Join(dir, "pebble.json")
	p.must(os.WriteFile(file, config, 0o600))
	p.process = exec.Command(program, "-config", file, "-dnsserver", nameServer(p))
	p.process.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1")
	out, err := p.process.StdoutPipe()
	p.must(err)
	p.process.Stderr = p.process.Stdout
	p.must(p.process.Start())
	ended := make(chan struct{})
	p.ended = ended
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			p.mu.Lock()
			p.said.WriteString(lines.Text() + "\n")
			p.mu.Unlock()
		}
	}()
	p.directory, p.roots = "https://"+at+"/dir", "https://"+manage+"/roots/0"
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		_, first := p.get(p.directory)
		_, second := p.get(p.roots)
		if first == nil && second == nil {
			p.trusted = p.trust()
			return true
		}
		select {
		case <-ended:
			_ = p.process.Wait() //nolint:errcheck // it says itself what is wrong
			return false
		case <-ctx.Done():
			p.Fatalf("pebble does not answer: %v, %v", first, second)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

func (p *pebble) must(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

// stop ends it; what it gave stays good.
func (p *pebble) stop() {
	select {
	case <-p.ended:
		return
	default:
	}
	if err := p.process.Process.Kill(); err != nil {
		p.Error(err)
	}
	<-p.ended
	_ = p.process.Wait() //nolint:errcheck // it was killed
	if p.Failed() {
		p.Log(p.log())
	}
}

func (p *pebble) log() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.said.String()
}

// issued is how many certificates it gave.
func (p *pebble) issued() int { return strings.Count(p.log(), "Issued certificate serial") }

// certificate writes the one by which it is reached itself.
func (p *pebble) certificate(dir string) string {
	p.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	p.must(err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	p.must(err)
	key, err := x509.MarshalPKCS8PrivateKey(private)
	p.must(err)
	p.must(os.WriteFile(filepath.Join(dir, "key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600))
	name := filepath.Join(dir, "cert.pem")
	p.must(os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	return name
}

// get asks it for something.
func (p *pebble) get(url string) ([]byte, error) {
	text, err := os.ReadFile(p.root)
	p.must(err)
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(text)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Get(url)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	return body, errors.Join(err, answer.Body.Close())
}

// trust returns what trusts the certificates that it gives.
func (p *pebble) trust() *x509.CertPool {
	p.Helper()
	text, err := p.get(p.roots)
	p.must(err)
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		p.Fatalf("the root is %q", text)
	}
	return pool
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}

// gate leads connections to where a process serves at the time.
type gate struct {
	net.Listener
	to chan string // filled with one address; "": nowhere
}

func newGate(t testing.TB) *gate {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{Listener: l, to: make(chan string, 1)}
	var open sync.WaitGroup
	open.Go(func() {
		for {
			from, err := l.Accept()
			if err != nil {
				return
			}
			open.Go(func() { g.lead(from) })
		}
	})
	t.Cleanup(func() {
		g.leads("")
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		open.Wait()
	})
	return g
}

func (g *gate) port() int {
	at, ok := g.Addr().(*net.TCPAddr)
	if !ok {
		return 0
	}
	return at.Port
}

// leads says where connections go from now on; "" is nowhere.
func (g *gate) leads(to string) {
	g.waits()
	g.to <- strings.TrimPrefix(to, "https://")
}

// waits has connections wait until it is said where they go.
func (g *gate) waits() {
	select {
	case <-g.to:
	default:
	}
}

func (g *gate) lead(from net.Conn) {
	defer func() { _ = from.Close() }() // the other side sees it
	to := <-g.to
	g.to <- to
	if to == "" {
		return
	}
	into, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	go func() {
		_, _ = io.Copy(into, from) //nolint:errcheck // either side may end it
		_ = into.Close()
	}()
	_, _ = io.Copy(from, into) //nolint:errcheck // likewise
}

// nameServer is one for which every name is this machine. It returns its address.
func nameServer(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = c.Close() }() // it was answered
				for resolve(c) == nil {
				}
			}()
		}
	}()
	return l.Addr().String()
}

// resolve answers one question (RFC 1035, 4.2.2).
func resolve(c io.ReadWriter) error {
	var size uint16
	if err := binary.Read(c, binary.BigEndian, &size); err != nil {
		return err
	}
	ask := make([]byte, size)
	if _, err := io.ReadFull(c, ask); err != nil {
		return err
	}
	var m dnsmessage.Message
	if err := m.Unpack(ask); err != nil || len(m.Questions) != 1 {
		return fmt.Errorf("no question: %w", err)
	}
	m.Response, m.Additionals = true, nil
	if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
		m.Answers = []dnsmessage.Resource{{Header: dnsmessage.ResourceHeader{Name: q.Name, Class: q.Class, TTL: 1}, Body: &dnsmessage.AResource{A: [4]byte{127, 0, 0, 1}}}}
	}
	out, err := m.AppendPack(make([]byte, 2))
	if err != nil {
		return err
	}
	binary.BigEndian.PutUint16(out, uint16(len(out)-2))
	_, err = c.Write(out)
	return err
}
