// Package webapi asks list servers over HTTP, with limits on everything, and says in faults what went wrong.
//
// A redirect is not followed: it would carry the password elsewhere. An answer counts only when it is whole. What a server
// says in an error is not repeated, since it may hold anything, even the password that it was given; nor is a cause
// that names it. The environment is not read: there is no proxy.
package webapi

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
)

// Client asks one server. It is safe for concurrent use.
type Client struct {
	product string // what must answer there, for messages: "Mailman's REST API"
	base    *url.URL
	options listserver.Options
	sign    func(*http.Request)
	secrets []string // which no message may hold
	http    *http.Client
}

// Basic signs requests with user and password.
func Basic(user, password string) func(*http.Request) {
	return func(r *http.Request) { r.SetBasicAuth(user, password) }
}

// New returns a client for the API of a server. sign adds to each request what proves who asks. It is an Invalid fault when the address is
// none.
func New(product string, a listserver.Address, sign func(*http.Request), o listserver.Options) (*Client, error) {
	base, err := parse(a.URL)
	if err != nil {
		return nil, err
	}
	o = o.OrDefault()
	c := &Client{product: product, base: base, options: o, sign: sign}
	if a.Secret != "" {
		pair := base64.StdEncoding.EncodeToString([]byte(a.User + ":" + a.Secret))
		c.secrets = []string{a.Secret, url.QueryEscape(a.Secret), url.PathEscape(a.Secret), pair}
	}
	c.http = &http.Client{
		Transport: &http.Transport{
			DialContext:            (&net.Dialer{Timeout: o.StepLimit}).DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: o.Roots, MinVersion: tls.VersionTLS12},
			DisableKeepAlives:      true, // a connection has no end at which idle ones could be closed
			DisableCompression:     true, // what unpacks to a thousand times its size
			MaxResponseHeaderBytes: maxHeader,
			ForceAttemptHTTP2:      false,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

// Limits of addresses and answers.
const (
	maxURL    = 2000     // bytes
	maxHeader = 64 << 10 // bytes
)

// parse reads the URL of an API. What may hold a password is not repeated.
func parse(text string) (*url.URL, error) {
	if text == "" {
		return nil, fault.At("url", "is missing: say where the server's API is, such as https://lists.example.org/3.1")
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || len(text) > maxURL:
		return nil, fault.At("url", "is no address: it must look like https://lists.example.org/3.1")
	case u.User != nil:
		return nil, fault.At("url", "must not hold a user or password: give them beside it, where the password is kept sealed")
	case u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "":
		return nil, fault.At("url", "is no address: it must begin with https:// and a host, or with http:// on a protected network")
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, fault.At("url", "must end with the path of the API: take away what begins with ? or #")
	}
	u.Path = strings.TrimRight(u.Path, "/")
	u.RawPath = ""
	return u, nil
}

// Host is the machine that the URL names.
func (c *Client) Host() string { return c.base.Hostname() }

// String names the API and its host, for messages.
func (c *Client) String() string { return c.product + " at " + c.base.Host }

// Plain says whether passwords and addresses cross a network in the open.
func (c *Client) Plain() bool { return c.base.Scheme == "http" && !Loopback(c.base.Hostname()) }

// Transport is the finding about the way to the server.
func (c *Client) Transport() hosting.Finding {
	if c.Plain() {
		return hosting.Finding{Severity: hosting.Warning, Code: "transport",
			Message: "The password and the addresses of members cross the network unprotected, since the URL begins with http://.",
			Remedy:  "Put the API behind a web server with https, reach it through a tunnel on this machine, or be sure that the network is protected."}
	}
	text := "The connection is protected, and the server's certificate is valid."
	if c.base.Scheme == "http" {
		text = "The connection does not leave this machine."
	}
	return hosting.Finding{Severity: hosting.Fine, Code: "transport", Message: text}
}

// Loopback says whether a host is this machine, by its name alone.
func Loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// limited returns a context that ends with the step limit, for one request and its answer.
func (c *Client) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, c.options.StepLimit, errSlow)
}

// pause waits before another attempt, or until the context ends.
func pause(ctx context.Context, attempt int) {
	timer := time.NewTimer(time.Duration(attempt) * retryAfter)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// retryAfter is the pause before the second attempt; that before the third is twice as long.
const retryAfter = 100 * time.Millisecond
