package webapi

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"

	"postmeter/internal/domain/fault"
)

// What can go wrong besides what the network says.
var (
	errSlow = errors.New("no whole answer in time")
	errLong = errors.New("the answer is too long")
)

// redirect is where a server sent us, which is not where we go.
type redirect string

// Error names the place without what may be secret in it.
func (r redirect) Error() string {
	to, err := url.Parse(string(r))
	if err != nil || to.Host == "" {
		return "another address"
	}
	return fmt.Sprintf("%s://%s%s", to.Scheme, to.Host, to.EscapedPath())
}

// because adds why a context ended to what it broke off.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("%w (%w)", cause, err)
	}
	return err
}

// brokenOff says whether an answer was on its way.
func brokenOff(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)
}

// failed makes a fault of what the network said.
func (c *Client) failed(ctx context.Context, err error) error {
	var to redirect
	var name *net.DNSError
	cause := c.clean(err)
	switch {
	case ctx.Err() != nil:
		return fault.Wrap(fault.Canceled, cause, "asking %s was stopped", c)
	case errors.As(err, &to):
		return fault.New(fault.Invalid, "%s sends on to %s, and a password does not follow: set the URL to where the API is", c, c.text(to.Error()))
	case errors.Is(err, errSlow):
		return fault.Wrap(fault.Unavailable, cause, "%s did not answer in full within %s: see whether the server is well, and try again later", c, c.options.StepLimit)
	case errors.Is(err, errLong):
		return fault.Wrap(fault.Invalid, cause, "%s answered more than %d bytes; nothing was taken from it", c, c.options.MaxAnswer)
	case certificate(err):
		return fault.Wrap(fault.Unavailable, cause, "%s has no certificate that is valid for this name: see whether the URL names the host as the certificate does, "+
			"whether it has run out, and whether this machine trusts who signed it", c)
	case speaksPlain(err):
		return fault.Wrap(fault.Invalid, cause, "%s does not speak https on this port: check the URL", c)
	case errors.As(err, &name):
		return fault.Wrap(fault.Unavailable, cause, "%s cannot be reached: the name of the host is not known here; check the URL", c)
	case brokenOff(err):
		return fault.Wrap(fault.Unavailable, cause, "%s broke off its answer; nothing was taken from it. Try again later", c)
	}
	return fault.Wrap(fault.Unavailable, cause, "%s cannot be reached: check that it runs, the URL, and the firewall between", c)
}

// certificate says whether a server could not show who it is.
func certificate(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &host)
}

// speaksPlain says whether a server does not know TLS.
func speaksPlain(err error) bool {
	var record tls.RecordHeaderError
	return errors.As(err, &record) || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client")
}

// refused makes a fault of an answer that is none.
func (c *Client) refused(a Answer, r Request) error {
	switch {
	case a.Status >= 200 && a.Status < 300 || slices.Contains(r.Accept, a.Status):
		return nil
	case a.Status == http.StatusUnauthorized:
		return fault.New(fault.Denied, "%s does not take the user and password: check both", c)
	case a.Status == http.StatusForbidden:
		return fault.New(fault.Denied, "%s does not let the user do this (status 403): check user and password, and what the user may do there", c)
	case a.Status == http.StatusTooManyRequests || a.Status >= 500:
		return fault.New(fault.Unavailable, "%s is not well (status %d): look into its log, and try again later", c, a.Status)
	case a.Type == "text/html":
		return c.webPage()
	case a.Status == http.StatusNotFound:
		return fault.New(fault.Invalid, "%s has nothing at the path that was asked for: check the path in the URL, and whether its version is supported", c)
	}
	return fault.New(fault.Invalid, "%s does not take the request (status %d): check the URL, and whether its version is supported", c, a.Status)
}

// Odd is the fault of a server whose answer is whole and cannot be true; format says what is wrong, without its words.
func (c *Client) Odd(format string, args ...any) error {
	return fault.New(fault.Invalid, "%s %s; nothing was taken from it. Check whether its version is supported", c, fmt.Sprintf(format, args...))
}

func (c *Client) webPage() error {
	return fault.New(fault.Invalid, "%s answered a web page, and no data: check the URL, which must be that of the API and not that of the pages", c)
}

// clean hides a cause that names a secret.
func (c *Client) clean(err error) error {
	if c.text(err.Error()) != err.Error() {
		return errors.New("the cause names the password and is not shown")
	}
	return err
}

// text takes secrets out of words that come from outside.
func (c *Client) text(words string) string {
	for _, secret := range c.secrets {
		words = strings.ReplaceAll(words, secret, "…")
	}
	return words
}
