package main

import (
	"crypto/tls"
	"io"
	"math/big"
	"net/http"
	"strings"
	"testing"

	"postmeter/internal/store/storetest"
)

// visit asks a process for /healthz under a public name, as a browser does, and returns the number of its certificate.
func (p *pebble) visit(k *killed, name string) (*big.Int, error) {
	p.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: p.trusted, ServerName: name}, ForceAttemptHTTP2: true}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Get(k.address + "/healthz")
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(answer.Body)
	p.must(err)
	p.must(answer.Body.Close())
	if answer.StatusCode != http.StatusOK || answer.ProtoMajor != 2 || len(text) == 0 {
		p.Errorf("%s: %s %s %q", name, answer.Proto, answer.Status, text)
	}
	return answer.TLS.PeerCertificates[0].SerialNumber, nil
}

// TestAPublicNameGetsACertificate has an authority look for a process under its public name, and give it a certificate. That
// is kept for other nodes and other starts; what the authority refuses is said, and keeps nothing else from working.
func TestAPublicNameGetsACertificate(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		p := startPebble(t)
		o := &office{t, t.TempDir(), url}
		start := func(names ...string) *killed {
			t.Helper()
			args := []string{"--acme-directory", p.directory, "--acme-ca", p.root}
			for _, name := range names {
				args = append(args, "--acme-host", name)
			}
			k := o.start(args...)
			t.Cleanup(k.kill)
			return k
		}
		const name = "billing.example.org"

		p.gate.leads("")
		first := start(name, blocked)
		if _, err := p.visit(first, name); err == nil {
			t.Error("it answers before it has a certificate")
		}
		first.says(`"the authority did not find this process at ` + name + `: `)
		if !strings.Contains(first.log(), "on port 443") {
			t.Errorf("its log does not say what to do:\n%s", first.log())
		}
		first.says("name=" + blocked + ` error="the authority refuses: `)
		first.kill()

		p.gate.waits()
		second := start(name, blocked)
		p.gate.leads(second.address)
		second.says(`"there is a certificate" name=` + name)
		number, err := p.visit(second, name)
		if err != nil {
			t.Fatal(err)
		}
		second.says("name=" + blocked + ` error="the authority refuses: `)
		for _, other := range []string{blocked, "elsewhere.example.org"} {
			if _, err := p.visit(second, other); err == nil {
				t.Errorf("it shows a certificate for %s", other)
			}
		}

		node := start("Billing.Example.org.")
		if got, err := p.visit(node, name); err != nil || got.Cmp(number) != 0 {
			t.Errorf("another node shows %v, %v; want %v", got, err, number)
		}
		if n := p.issued(); n != 1 {
			t.Errorf("%d certificates were given, want 1", n)
		}
		if !strings.Contains(first.log()+second.log(), "https://"+name+"/first/") {
			t.Errorf("the link for the first operator does not lead to the public name:\n%s", first.log())
		}
		second.kill()
		node.kill()
		p.stop()
		third := start(name)
		if got, err := p.visit(third, name); err != nil || got.Cmp(number) != 0 {
			t.Errorf("after a start without the authority: %v, %v; want %v", got, err, number)
		}
		if got := strings.Join(storetest.Rows(t, url, `SELECT name FROM certificate_cache ORDER BY name`), " "); got != "acme_account+key "+name {
			t.Errorf("kept are %s", got)
		}
	})
}

// TestAnAuthorityThatIsNotTrusted says what to do about it, and serves on.
func TestAnAuthorityThatIsNotTrusted(t *testing.T) {
	p := startPebble(t)
	o := &office{t, t.TempDir(), storetest.SQLite(t)}
	k := o.start("--acme-host", "billing.example.org", "--acme-directory", p.directory)
	defer k.kill()
	k.says("give its root by --acme-ca")
	p.stop()
	away := o.start("--acme-host", "billing.example.org", "--acme-directory", p.directory, "--acme-ca", p.root)
	defer away.kill()
	away.says("the authority cannot be asked: ")
}
