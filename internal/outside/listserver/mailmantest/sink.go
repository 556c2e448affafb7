package mailmantest

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync"

	"github.com/emersion/go-smtp"
)

// The local parts of addresses for which the sink misbehaves. Digits after them are ignored.
const (
	Refuse = "refuse" // 550 to the address, always
	Grey   = "grey"   // 451 to the address the first time that a mail is for it
)

// Sink is a mail server that keeps what it gets.
type Sink struct {
	Address string // host:port

	mu    sync.Mutex
	mails []Mail
	grey  map[string]bool
}

// Mail is a message with those recipients that the sink took.
type Mail struct {
	From string // on the envelope
	To   []string
	Data []byte
}

func newSink() (*Sink, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &Sink{Address: listener.Addr().String(), grey: map[string]bool{}}
	server := smtp.NewServer(s)
	server.Domain, server.AllowInsecureAuth, server.EnableSMTPUTF8 = "sink.test", true, true
	go func() { _ = server.Serve(listener) }() // until the program ends
	return s, nil
}

// Mails returns what the sink took so far.
func (s *Sink) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

// Deliveries counts the recipients of mails from a list, by its bounce address: what a bill is about.
func (s *Sink) Deliveries(list string) (recipients int) {
	name, host, _ := strings.Cut(list, "@")
	for _, m := range s.Mails() {
		if strings.HasPrefix(m.From, name+"-bounces") && strings.HasSuffix(m.From, "@"+host) {
			recipients += len(m.To)
		}
	}
	return recipients
}

// NewSession begins a connection.
func (s *Sink) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{sink: s}, nil }

type session struct {
	sink *Sink
	mail Mail
}

// Reset forgets the mail under way.
func (s *session) Reset() { s.mail = Mail{} }

// Logout does nothing.
func (s *session) Logout() error { return nil }

// Mail takes the sender.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.mail = Mail{From: from}
	return nil
}

// Rcpt takes a recipient, or not.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	local, _, _ := strings.Cut(to, "@")
	switch strings.TrimRight(local, "0123456789") {
	case Refuse:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such mailbox"}
	case Grey:
		if s.sink.first(to) {
			return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "come back later"}
		}
	}
	s.mail.To = append(s.mail.To, to)
	return nil
}

// first says whether an address is to be put off: it alternates.
func (s *Sink) first(to string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grey[to] = !s.grey[to]
	return s.grey[to]
}

// Data takes the message.
func (s *session) Data(r io.Reader) error {
	var data bytes.Buffer
	if _, err := data.ReadFrom(r); err != nil {
		return err
	}
	s.mail.Data = data.Bytes()
	s.sink.mu.Lock()
	defer s.sink.mu.Unlock()
	s.sink.mails = append(s.sink.mails, s.mail)
	return nil
}
