package httpkit

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Client is who is at the other end, as far as that can be believed.
type Client struct {
	Address netip.Addr
	HTTPS   bool   // the client speaks TLS, with us or with our proxy
	Host    string // the name by which the client called us
	Local   bool   // a program on this machine, with no proxy in between
	Direct  bool   // it is not our proxy that speaks for it
}

// Proxies are the networks of the proxies in front of us. What they say of clients is believed, and nobody else.
type Proxies []netip.Prefix

// Client finds who asks.
func (p Proxies) Client(r *http.Request) Client {
	peer := peerOf(r)
	c := Client{Address: peer, HTTPS: r.TLS != nil, Host: r.Host, Direct: true}
	if !p.holds(peer) {
		c.Local = peer.IsLoopback() && !forwarded(r.Header) && localHost(r.Host)
		return c
	}
	if from, ok := p.forwardedFor(r.Header); ok {
		c.Address, c.Direct = from, false
		c.HTTPS = strings.EqualFold(last(r.Header, "X-Forwarded-Proto"), "https")
		if host := last(r.Header, "X-Forwarded-Host"); host != "" {
			c.Host = host
		}
	}
	return c
}

// peerOf is the machine at the other end of the connection.
func peerOf(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return peer.Addr().Unmap()
}

func (p Proxies) holds(a netip.Addr) bool {
	return slices.ContainsFunc(p, func(net netip.Prefix) bool { return net.Contains(a) })
}

// maxHops is how many proxies one behind the other are looked through.
const maxHops = 20

// forwardedFor reads X-Forwarded-For from its end: each proxy adds whom it heard from, so the last address that is not a
// proxy of ours is the client. What stands before that the client may have written itself.
func (p Proxies) forwardedFor(h http.Header) (netip.Addr, bool) {
	hops := strings.Split(strings.Join(h.Values("X-Forwarded-For"), ","), ",")
	var found netip.Addr
	for i := len(hops) - 1; i >= max(0, len(hops)-maxHops); i-- {
		a, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break
		}
		if found = a.Unmap(); !p.holds(found) {
			break
		}
	}
	return found, found.IsValid()
}

// last returns the last value of a header, which is the one that the nearest proxy wrote.
func last(h http.Header, name string) string {
	values := strings.Split(strings.Join(h.Values(name), ","), ",")
	return strings.TrimSpace(values[len(values)-1])
}

// forwarded says whether a proxy that nobody declared speaks for somebody.
func forwarded(h http.Header) bool {
	return h.Get("X-Forwarded-For") != "" || h.Get("Forwarded") != "" || h.Get("Via") != ""
}

// localHost says whether a machine is called by a name that no page of another site can take over.
func localHost(host string) bool {
	if ap, err := netip.ParseAddrPort(host); err == nil {
		return ap.Addr().IsLoopback()
	}
	name, _, _ := strings.Cut(host, ":")
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return a.IsLoopback()
	}
	return name == "localhost"
}
