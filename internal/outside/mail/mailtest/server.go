// Package mailtest is a mail server for tests, on the loopback interface. It keeps what it gets, and misbehaves for
// addresses that ask for it: what stands before the @ says how.
package mailtest

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// The local parts of addresses for which the server misbehaves. Digits after them are ignored.
const (
	Refuse    = "refuse"    // 550 to the address
	RefuseAll = "toolarge"  // 552 to the whole message
	Grey      = "grey"      // 451 to the first attempt
	Busy      = "busy"      // 451 to the whole message, always
	Drop      = "drop"      // hangs up instead of answering to the address
	DropOnce  = "droponce"  // the same, the first time
	Vanish    = "vanish"    // takes the message and hangs up before the answer
	Babble    = "babble"    // takes the message and answers in no language of mail servers
	Hang      = "hang"      // never answers to the address
	HangAfter = "hangafter" // takes the message and never answers
)

// Mail is a mail that the server has in its hands, whether it said so or not.
type Mail struct {
	From, To string
	ID       string // Message-ID, without brackets
	Secured  bool   // came over TLS
	Test     bool
	Data     []byte
}

// Server is a running mail server.
type Server struct {
	Address string // host:port

	// Taken is called when a mail is in the server's hands, before it says so; may be nil. Set it before the first mail.
	Taken func(Mail)
	// Count says that only the heads of mails are kept.
	Count bool
	// NoSender makes the server refuse every sender.
	NoSender bool
	// OneByOne makes the server say that it wants each command by itself: it does not offer PIPELINING.
	OneByOne bool
	// Password is what users sign in with; empty: nobody has to.
	Password string

	mu      sync.Mutex
	mails   []Mail
	tried   map[string]int
	opened  int
	signIns int
	closing chan struct{}
}

// New starts a server that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	return start(t, nil, false)
}

// NewStartTLS starts a server that offers STARTTLS with a certificate.
func NewStartTLS(t testing.TB, certificate tls.Certificate) *Server {
	t.Helper()
	return start(t, secured(certificate), false)
}

// NewTLS starts a server that speaks TLS from the start.
func NewTLS(t testing.TB, certificate tls.Certificate) *Server {
	t.Helper()
	return start(t, secured(certificate), true)
}

func secured(certificate tls.Certificate) *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
}

func start(t testing.TB, config *tls.Config, fromTheStart bool) *Server {
	t.Helper()
	inner, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Address: inner.Addr().String(), tried: map[string]int{}, closing: make(chan struct{})}
	server := smtp.NewServer(s)
	server.Domain, server.AllowInsecureAuth, server.EnableSMTPUTF8 = "sink.test", true, true
	server.ErrorLog, server.TLSConfig = silent{}, config
	var listener net.Listener = &listening{inner, s}
	if fromTheStart {
		listener = tls.NewListener(listener, config)
	}
	done := make(chan error)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		close(s.closing)
		if err := server.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			t.Errorf("the mail server: %v", err)
		}
		if err := <-done; err != nil && !errors.Is(err, smtp.ErrServerClosed) {
			t.Errorf("the mail server: %v", err)
		}
	})
	return s
}

// listening is a listener whose connections may say less than the library for servers does.
type listening struct {
	net.Listener
	server *Server
}

// Accept takes the next connection.
func (l *listening) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &speaking{conn, l.server}, nil
}

type speaking struct {
	net.Conn
	server *Server
}

// Write writes what the server says.
func (s *speaking) Write(p []byte) (int, error) {
	if s.server.OneByOne && bytes.HasSuffix(bytes.TrimSpace(p), []byte("PIPELINING")) {
		return len(p), nil
	}
	return s.Conn.Write(p)
}

// silent keeps hung-up connections, which tests make on purpose, out of the log.
type silent struct{}

// Printf says nothing.
func (silent) Printf(string, ...any) {}

// Println says nothing.
func (silent) Println(...any) {}

// URL is what POSTMETER_SMTP takes.
func (s *Server) URL() string { return "smtp://" + s.Address }

// Mails returns what the server has in its hands.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

// Opened returns how many connections there were.
func (s *Server) Opened() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.opened
}

// SignIns returns how often somebody said a password, right or wrong.
func (s *Server) SignIns() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.signIns
}

// NewSession begins a connection.
func (s *Server) NewSession(c *smtp.Conn) (smtp.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opened++
	return &session{server: s, conn: c}, nil
}

type session struct {
	server   *Server
	conn     *smtp.Conn
	from, to string
	signedIn bool
}

// Reset forgets the mail under way.
func (s *session) Reset() { s.from, s.to = "", "" }

// Logout does nothing.
func (s *session) Logout() error { return nil }

// AuthMechanisms says how users sign in.
func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

// Auth lets users in who know the password.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, _, password string) error {
		s.server.mu.Lock()
		s.server.signIns++
		s.server.mu.Unlock()
		if password != s.server.Password {
			return smtp.ErrAuthFailed
		}
		s.signedIn = true
		return nil
	}), nil
}

// Mail takes the sender.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.NoSender || s.server.Password != "" && !s.signedIn {
		return answer(530, "nobody knows you")
	}
	s.from = from
	return nil
}

// Rcpt takes the address, or does what it asks for.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	switch first := s.server.first(to); kind(to) {
	case Refuse:
		return answer(550, "no such mailbox")
	case Grey:
		if first {
			return answer(451, "come back later")
		}
	case DropOnce:
		if first {
			return s.conn.Conn().Close()
		}
	case Drop:
		return s.conn.Conn().Close()
	case Hang:
		<-s.server.closing
	}
	return nil
}

// Data takes the message, or does what the address asks for.
func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	switch kind(s.to) {
	case RefuseAll:
		return answer(552, "too large")
	case Busy:
		return answer(451, "disk full here")
	}
	_, secured := s.conn.TLSConnectionState()
	s.server.take(Mail{From: s.from, To: s.to, Data: data, Secured: secured})
	switch kind(s.to) {
	case Vanish:
		return s.conn.Conn().Close()
	case Babble:
		_, err := s.conn.Conn().Write([]byte("?!\r\n"))
		return errors.Join(err, s.conn.Conn().Close())
	case HangAfter:
		<-s.server.closing
	}
	return nil
}

func answer(code int, text string) error {
	return &smtp.SMTPError{Code: code, EnhancedCode: smtp.NoEnhancedCode, Message: text}
}

// kind is the local part without digits.
func kind(address string) string {
	local, _, _ := strings.Cut(address, "@")
	return strings.TrimRight(local, "0123456789")
}

// first says whether an address is seen for the first time.
func (s *Server) first(to string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tried[to]++
	return s.tried[to] == 1
}

func (s *Server) take(m Mail) {
	head, err := textproto.NewReader(bufio.NewReader(bytes.NewReader(m.Data))).ReadMIMEHeader()
	if err != nil {
		m.ID = fmt.Sprintf("no mail: %v", err)
	} else {
		m.ID, m.Test = strings.Trim(head.Get("Message-ID"), "<>"), head.Get("X-Postmeter-Test") != ""
	}
	if s.Count {
		m.Data = nil
	}
	s.mu.Lock()
	s.mails = append(s.mails, m)
	s.mu.Unlock()
	if s.Taken != nil {
		s.Taken(m)
	}
}
