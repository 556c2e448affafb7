package serve

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/face/httpkit"
)

// Config says where the process listens, and how.
type Config struct {
	Listen        string          // host:port; port 0 is any free one
	Certificate   string          // file with a certificate and those above it, PEM
	Key           string          // file with its key, PEM
	ACMEHosts     []string        // public names that get a certificate by themselves
	ACMEDirectory string          // of the authority; "": Let's Encrypt
	ACMERoots     string          // file with what the authority is trusted by, PEM; "": what the system trusts
	BehindProxy   httpkit.Proxies // networks of the proxies in front of it
	Drain         time.Duration   // how long running requests and jobs have to end; 0: DefaultDrain
}

// DefaultDrain is how long running requests and jobs have to end when the process is told to stop.
const DefaultDrain = 30 * time.Second

// encrypts says whether the process speaks TLS itself.
func (c Config) encrypts() bool { return c.Certificate != "" || len(c.ACMEHosts) > 0 }

// check refuses what would send passwords and tokens over a network in clear, and says what to do instead.
func (c Config) check() error {
	var faults fault.List
	host, _, err := net.SplitHostPort(c.Listen)
	if err != nil {
		faults.Add("--listen", "%q is not an address: write host:port, such as 127.0.0.1:8080", c.Listen)
	}
	if (c.Certificate == "") != (c.Key == "") {
		faults.Add("--tls-cert", "must stand with --tls-key")
	}
	if c.Certificate != "" && len(c.ACMEHosts) > 0 {
		faults.Add("--acme-host", "gets a certificate by itself: leave out --tls-cert and --tls-key, or this")
	}
	for _, name := range c.ACMEHosts {
		if !strings.Contains(strings.Trim(name, "."), ".") || strings.ContainsAny(name, "*:/ ") || isAddress(name) {
			faults.Add("--acme-host", "%q is not a public name: write one such as billing.example.org", name)
		}
	}
	if len(c.ACMEHosts) == 0 && (c.ACMEDirectory != "" || c.ACMERoots != "") {
		faults.Add("--acme-directory", "and --acme-ca say where certificates come from: give the name that is to have one too (--acme-host)")
	}
	if at, err := url.Parse(c.ACMEDirectory); c.ACMEDirectory != "" && (err != nil || at.Scheme != "https" || at.Host == "") {
		faults.Add("--acme-directory", "%q is not the address of an authority: write the https:// address of its directory", c.ACMEDirectory)
	}
	if err == nil && !c.encrypts() && len(c.BehindProxy) == 0 && !loopback(host) {
		faults.Add("--listen", "%s is not this machine alone, and without encryption passwords and tokens could be read on the way: "+
			"give a certificate (--tls-cert and --tls-key), a public name that gets one by itself (--acme-host), "+
			"or the network of a proxy that encrypts (--behind-proxy 10.0.0.0/8)", c.Listen)
	}
	return faults.Err()
}

func isAddress(host string) bool {
	_, err := netip.ParseAddr(host)
	return err == nil
}

// loopback says whether a host is this machine, seen from itself only.
func loopback(host string) bool {
	if host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}
