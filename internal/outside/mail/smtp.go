package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"strconv"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"postmeter/internal/domain/fault"
)

// SMTP talks to one mail server.
type SMTP struct {
	server  Server
	options Options
}

// NewSMTP returns a transport to a mail server.
func NewSMTP(s Server, o Options) *SMTP { return &SMTP{s, o.orDefault()} }

func (t *SMTP) address() string { return net.JoinHostPort(t.server.Host, strconv.Itoa(t.server.Port)) }

// String says where mails go.
func (t *SMTP) String() string { return "the mail server " + t.address() }

// connection is a connection to a mail server.
type connection struct {
	transport *SMTP
	conn      *measured
	client    *smtp.Client
	broken    bool
	room      []byte // for messages, one after the other
}

// Open connects, protects the connection, and signs in.
func (t *SMTP) Open(ctx context.Context) (Connection, error) {
	limited, cancel := context.WithTimeout(ctx, t.options.StepLimit)
	defer cancel()
	raw, err := (&net.Dialer{}).DialContext(limited, "tcp", t.address())
	if err != nil {
		return nil, t.unavailable(err, "cannot be reached: check that it runs, and its address in the settings (smtp) or in POSTMETER_SMTP")
	}
	c := &connection{transport: t, conn: &measured{Conn: raw}}
	if err := c.begin(ctx); err != nil {
		c.broken = true
		return nil, errors.Join(err, ignoreClosed(c.conn.Close()))
	}
	return c, nil
}

func (c *connection) begin(ctx context.Context) error {
	t := c.transport
	var conn net.Conn = c.conn
	if t.server.Security == TLS {
		secured := tls.Client(conn, t.tls())
		if err := c.step(ctx, t.options.StepLimit, func() error { return secured.HandshakeContext(ctx) }); err != nil {
			return t.unavailable(err, cannotTLS(err, "cannot be spoken to over TLS: see whether it listens for TLS on this port"))
		}
		conn = secured
	}
	err := c.step(ctx, t.options.StepLimit, func() (err error) {
		if c.client, err = smtp.NewClient(conn, t.server.Host); err == nil {
			err = c.client.Hello(t.options.Name)
		}
		return err
	})
	if err != nil {
		return t.unavailable(err, "does not greet as mail servers do: check the address in the settings (smtp) or in POSTMETER_SMTP")
	}
	if err := c.protect(ctx); err != nil {
		return err
	}
	return c.signIn(ctx)
}

// protect begins TLS within the connection, as the server's security says.
func (c *connection) protect(ctx context.Context) error {
	t := c.transport
	if t.server.Security == TLS || t.server.Security == None {
		return nil
	}
	if offered, _ := c.client.Extension("STARTTLS"); !offered {
		if t.server.Security == Opportunistic {
			return nil
		}
		return fault.New(fault.Denied, "%s does not offer STARTTLS, and the settings require it: set smtp.security to tls or none", t)
	}
	err := c.step(ctx, t.options.StepLimit, func() error { return c.client.StartTLS(t.tls()) })
	if err != nil {
		return t.unavailable(err, cannotTLS(err, "offers TLS (STARTTLS) that cannot be used"))
	}
	return nil
}

// tls verifies the server's certificate, except on this machine itself.
func (t *SMTP) tls() *tls.Config {
	return &tls.Config{ServerName: t.server.Host, MinVersion: tls.VersionTLS12, RootCAs: t.options.Roots,
		InsecureSkipVerify: t.server.Security == Opportunistic && loopback(t.server.Host)} //nolint:gosec // nobody is between a machine and itself
}

// cannotTLS says why TLS cannot be had: what is wrong with the certificate, or something else.
func cannotTLS(err error, otherwise string) string {
	var unknown x509.UnknownAuthorityError
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case errors.As(err, &unknown):
		return "shows a certificate of an authority that this machine does not know: let the mail server have one of a known authority, " +
			"or add its authority to those of this machine; nothing was sent"
	case errors.As(err, &name):
		return "shows a certificate for another name: write the name that the certificate is for; nothing was sent"
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "shows a certificate that is not valid today: let the mail server have a new one, and see whether this machine's clock is right; nothing was sent"
	case errors.As(err, &invalid):
		return "shows a certificate that is not valid: " + short(invalid.Error()) + "; nothing was sent"
	}
	return otherwise
}

func (c *connection) signIn(ctx context.Context) error {
	t := c.transport
	if t.server.User == "" {
		return nil
	}
	_, secured := c.client.TLSConnectionState()
	open := !secured && t.server.Security != TLS
	if open && !loopback(t.server.Host) {
		return fault.New(fault.Denied, "%s offers no protected connection, and a password is never sent over an open one: "+
			"set smtp.security to tls, or take the user away", t)
	}
	offered, methods := c.client.Extension("AUTH")
	var auth smtp.Auth
	switch upper := " " + strings.ToUpper(methods) + " "; {
	case offered && strings.Contains(upper, " PLAIN "):
		auth = smtp.PlainAuth("", t.server.User, t.server.Password, t.server.Host, true) // checked above
	case offered && strings.Contains(upper, " LOGIN "):
		auth = smtp.LoginAuth(t.server.User, t.server.Password, t.server.Host, true)
	default:
		return fault.New(fault.Denied, "%s takes no user name and password (AUTH PLAIN or LOGIN): take the user away, or use another port", t)
	}
	err := c.step(ctx, t.options.StepLimit, func() error { return c.client.Auth(auth) })
	var answer *textproto.Error
	if errors.As(err, &answer) {
		return fault.Wrap(fault.Denied, err, "%s does not let the user %q in: %s", t, t.server.User, said(answer))
	}
	return t.unavailable(err, "broke off while signing in")
}

func (t *SMTP) unavailable(err error, what string) error {
	var answer *textproto.Error
	if errors.As(err, &answer) {
		what += "; it said: " + said(answer)
	} else if errors.Is(err, errSlow) {
		what += "; it did not answer within " + t.options.StepLimit.String()
	}
	return fault.Wrap(fault.Unavailable, err, "%s %s", t, what)
}

// errSlow says that a step took too long.
var errSlow = errors.New("no answer in time")

// step does one exchange with the server; the connection is closed under it when it takes too long.
func (c *connection) step(ctx context.Context, limit time.Duration, do func() error) error {
	c.conn.left = maxAnswerBytes
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errSlow)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { _ = c.conn.Close() }) //nolint:errcheck // what it broke off says so
	err := do()
	if err != nil && !stop() {
		return fmt.Errorf("%w (%w)", context.Cause(ctx), err)
	}
	stop()
	return err
}

// Broken says that another connection is needed.
func (c *connection) Broken() bool { return c.broken }

// Close says goodbye.
func (c *connection) Close() error {
	if c.broken {
		return ignoreClosed(c.conn.Close())
	}
	c.broken = true
	_ = c.step(context.Background(), c.transport.options.StepLimit, c.client.Quit) //nolint:errcheck // all mails have their answers
	return ignoreClosed(c.conn.Close())
}

func ignoreClosed(err error) error {
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// maxAnswerBytes is the longest answer that is read; a mail server's has a few lines.
const maxAnswerBytes = 64 << 10

// measured is a connection that reads a limited number of bytes a step.
type measured struct {
	net.Conn
	left int
}

func (m *measured) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, fmt.Errorf("the answer is longer than %d bytes", maxAnswerBytes)
	}
	n, err := m.Conn.Read(p[:min(len(p), m.left)])
	m.left -= n
	return n, err
}

// said is what the mail server answered, as one short line.
func said(answer *textproto.Error) string {
	return short(strconv.Itoa(answer.Code) + " " + answer.Msg)
}

// maxDetail is how many characters of an answer are kept.
const maxDetail = 500

func short(text string) string {
	runes := []rune(oneLine(text))
	return string(runes[:min(len(runes), maxDetail)])
}
