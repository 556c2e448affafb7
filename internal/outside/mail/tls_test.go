package mail_test

import (
	"context"
	"net"
	"strconv"
	"strings"
	"testing"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/mail"
	"postmeter/internal/outside/mail/mailtest"
)

const (
	home = "127.0.0.1"
	// away leads to this machine too, and the sender does not know that: it stands for another machine.
	away = "0.0.0.0"
)

// protections are the ways to protect a conversation, and how a server for each begins.
var protections = map[mail.Security]func(t *testing.T, a *mailtest.Authority, name string, until int) *mailtest.Server{
	mail.TLS:           overTLS,
	mail.StartTLS:      offersTLS,
	mail.Opportunistic: offersTLS,
}

func overTLS(t *testing.T, a *mailtest.Authority, name string, until int) *mailtest.Server {
	t.Helper()
	return mailtest.NewTLS(t, a.Certificate(t, name, 2000, until))
}

func offersTLS(t *testing.T, a *mailtest.Authority, name string, until int) *mailtest.Server {
	t.Helper()
	return mailtest.NewStartTLS(t, a.Certificate(t, name, 2000, until))
}

// deliverTo sends one mail to a server that is known under a name, with a password, if the connection can be opened.
func deliverTo(t *testing.T, s *mailtest.Server, host string, security mail.Security, o mail.Options) (mail.Outcome, error) {
	t.Helper()
	_, port, err := net.SplitHostPort(s.Address)
	if err != nil {
		t.Fatal(err)
	}
	number, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	s.Password = "geheim"
	transport := mail.NewSMTP(mail.Server{Host: host, Port: number, User: "me", Password: "geheim", Security: security}, o)
	c, err := transport.Open(context.Background())
	if err != nil {
		return mail.Outcome{}, err
	}
	out := c.Send(context.Background(), message("good@x.test"))
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	return out, nil
}

func TestMailsGoOverTLS(t *testing.T) {
	a := mailtest.NewAuthority(t)
	for security, begin := range protections {
		t.Run(string(security), func(t *testing.T) {
			s := begin(t, a, away, 2100)
			got, err := deliverTo(t, s, away, security, mail.Options{Roots: a.Roots(t)})
			if err != nil || got.State != mail.Taken {
				t.Fatalf("got %+v, %v", got, err)
			}
			if mails := s.Mails(); len(mails) != 1 || !mails[0].Secured || s.SignIns() != 1 {
				t.Errorf("the server has %d mails after %d passwords, or got them over an open connection", len(mails), s.SignIns())
			}
		})
	}
}

// TestACertificateThatIsNotRightIsRefused sends nothing to a server that may be somebody else's.
func TestACertificateThatIsNotRightIsRefused(t *testing.T) {
	a, b := mailtest.NewAuthority(t), mailtest.NewAuthority(t)
	for security, begin := range protections {
		for name, test := range map[string]struct {
			known     *mailtest.Authority // by the sender; nil: those of this machine
			certified string
			until     int
			says      string
		}{
			"signed by somebody unknown": {b, away, 2100, "a certificate of an authority that this machine does not know"},
			"unknown to this machine":    {nil, away, 2100, "a certificate of an authority that this machine does not know"},
			"for another name":           {a, "mx.elsewhere.test", 2100, "a certificate for another name"},
			"expired":                    {a, away, 2001, "a certificate that is not valid today"},
		} {
			t.Run(string(security)+", "+name, func(t *testing.T) {
				var o mail.Options
				if test.known != nil {
					o.Roots = test.known.Roots(t)
				}
				s := begin(t, a, test.certified, test.until)
				got, err := deliverTo(t, s, away, security, o)
				if fault.KindOf(err) != fault.Unavailable || !strings.Contains(fault.MessageOf(err), test.says) ||
					!strings.Contains(fault.MessageOf(err), "nothing was sent") {
					t.Errorf("got %+v, %v", got, err)
				}
				if len(s.Mails()) != 0 || s.SignIns() != 0 {
					t.Errorf("the server has %d mails after %d passwords", len(s.Mails()), s.SignIns())
				}
			})
		}
	}
}

// TestThisMachineNeedsNoCertificate uses the TLS that a mail server on this machine offers, whoever signed for it, unless
// TLS was asked for.
func TestThisMachineNeedsNoCertificate(t *testing.T) {
	a := mailtest.NewAuthority(t)
	s := offersTLS(t, a, "some.name.test", 2001)
	if got, err := deliverTo(t, s, home, mail.Opportunistic, mail.Options{}); err != nil || got.State != mail.Taken || !s.Mails()[0].Secured {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := deliverTo(t, s, home, mail.StartTLS, mail.Options{}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("STARTTLS that was asked for: %v", err)
	}
}

// TestAPasswordNeverGoesOverAnOpenConnection has a server that would take one.
func TestAPasswordNeverGoesOverAnOpenConnection(t *testing.T) {
	for _, security := range []mail.Security{mail.Opportunistic, mail.None} {
		s := mailtest.New(t)
		_, err := deliverTo(t, s, away, security, mail.Options{})
		if fault.KindOf(err) != fault.Denied || !strings.Contains(fault.MessageOf(err), "a password is never sent over an open one") ||
			strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: got %v", security, err)
		}
		if s.SignIns() != 0 || len(s.Mails()) != 0 {
			t.Errorf("%s: the server heard %d passwords and has %d mails", security, s.SignIns(), len(s.Mails()))
		}
		if got, err := deliverTo(t, s, home, security, mail.Options{}); err != nil || got.State != mail.Taken || s.SignIns() != 1 {
			t.Errorf("%s, to this machine itself: %+v, %v", security, got, err)
		}
	}
}
