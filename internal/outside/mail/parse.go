package mail

import (
	"net"
	"net/url"
	"strconv"
	"strings"

	"postmeter/internal/domain/fault"
)

// Security says how a connection to a mail server is protected.
type Security string

// The securities.
const (
	TLS           Security = "tls"      // from the start
	StartTLS      Security = "starttls" // required before anything else
	None          Security = "none"
	Opportunistic Security = "opportunistic" // STARTTLS where the server offers it
)

// Server is a mail server and how to sign in to it.
type Server struct {
	Host     string
	Port     int
	User     string // empty: without signing in
	Password string
	Security Security
}

// The ports of URLs that name none.
const (
	portSMTP  = 25
	portSMTPS = 465
)

// Parse reads where mails go: smtp://[user:password@]host:port (with STARTTLS where the server offers it),
// smtps://[user:password@]host:port, or file:DIR. Anything else is an Invalid fault, which shows no password.
func Parse(text string, o Options) (Transport, error) {
	if dir, ok := strings.CutPrefix(text, "file:"); ok && dir != "" {
		return NewFolder(strings.TrimPrefix(dir, "//")), nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return nil, fault.New(fault.Invalid, "POSTMETER_SMTP is not where mail can go: write smtp://user:password@host:port, "+
			"smtps://host:port, or file:DIR")
	}
	s := Server{Host: u.Hostname(), Port: portSMTP, User: u.User.Username(), Security: Opportunistic}
	if u.Scheme == "smtps" {
		s.Port, s.Security = portSMTPS, TLS
	}
	if port := u.Port(); port != "" {
		if s.Port, err = strconv.Atoi(port); err != nil || s.Port < 1 || s.Port > 65535 {
			return nil, fault.New(fault.Invalid, "POSTMETER_SMTP: %s is no port: it must be 1 to 65535", port)
		}
	}
	s.Password, _ = u.User.Password()
	return NewSMTP(s, o), nil
}

// loopback says whether a host is this machine, where nobody listens on the way.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
