package mailtest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"testing"
	"time"
)

// Authority signs the certificates of test servers.
type Authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// NewAuthority makes an authority that nobody knows yet.
func NewAuthority(t testing.TB) *Authority {
	t.Helper()
	a := &Authority{certificate: template(1, 2000, 2100), key: newKey(t)}
	a.certificate.IsCA, a.certificate.BasicConstraintsValid = true, true
	a.certificate.KeyUsage = x509.KeyUsageCertSign
	a.certificate.Raw = a.sign(t, a.certificate, a.key)
	return a
}

// Roots is what those believe who believe this authority alone.
func (a *Authority) Roots(t testing.TB) *x509.CertPool {
	t.Helper()
	root, err := x509.ParseCertificate(a.certificate.Raw)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(root)
	return pool
}

// Certificate makes a certificate for a name or an IP address, valid through the years until the first day of last.
func (a *Authority) Certificate(t testing.TB, name string, first, last int) tls.Certificate {
	t.Helper()
	key, c := newKey(t), template(2, first, last)
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	if ip := net.ParseIP(name); ip != nil {
		c.IPAddresses = []net.IP{ip}
	} else {
		c.DNSNames = []string{name}
	}
	return tls.Certificate{Certificate: [][]byte{a.sign(t, c, key)}, PrivateKey: key}
}

func template(serial int64, first, last int) *x509.Certificate {
	day := func(year int) time.Time { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC) }
	return &x509.Certificate{SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "mail test"}, NotBefore: day(first), NotAfter: day(last)}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func (a *Authority) sign(t testing.TB, c *x509.Certificate, key *ecdsa.PrivateKey) []byte {
	t.Helper()
	signed, err := x509.CreateCertificate(rand.Reader, c, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return signed
}
