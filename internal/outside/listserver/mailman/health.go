package mailman

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver/webapi"
)

// Health signs in, and looks at the log's template, at LMTP, and at the queues. That the REST API answers does not mean that mail flows.
func (s *Server) Health(ctx context.Context) (hosting.Health, error) {
	var v struct {
		Version string `json:"mailman_version"`
		API     string `json:"api_version"`
	}
	a, err := s.api.JSON(ctx, webapi.Request{Path: []string{"system", "versions"}}, &v)
	if err != nil {
		return hosting.Health{}, err
	}
	if !strings.HasPrefix(v.Version, "GNU Mailman 3.") {
		return hosting.Health{}, s.api.Odd("is no Mailman 3")
	}
	h := hosting.Health{Version: short(v.Version), Clock: a.Date}
	h.Findings = append(h.Findings, version(v.API), s.api.Transport(), s.template(ctx), s.lmtp(ctx))
	h.Findings = append(h.Findings, s.queues(ctx)...)
	return h, ctx.Err()
}

// short keeps what a server calls itself to one line of a fair length.
func short(text string) string {
	const longest = 100
	runes := []rune(strings.Join(strings.Fields(text), " "))
	return string(runes[:min(len(runes), longest)])
}

func version(api string) hosting.Finding {
	if api != "3.1" {
		return hosting.Finding{Severity: hosting.Warning, Code: "version", Message: "The API is not version 3.1, with which this was tested.",
			Remedy: "Let the URL end with /3.1."}
	}
	return hosting.Finding{Severity: hosting.Fine, Code: "version", Message: "The server accepts the user and password, and its API is version 3.1."}
}

// untold is the finding about something that could not be looked at. err may be nil: the server has nothing to look at.
func untold(code, what string, err error) hosting.Finding {
	f := hosting.Finding{Severity: hosting.Warning, Code: code, Message: what + " could not be looked at.", Remedy: "Look into Mailman's own logs."}
	if err != nil {
		f.Message += " " + fault.MessageOf(err) + "."
	}
	return f
}

// lmtp connects to where a mail server hands mails in.
func (s *Server) lmtp(ctx context.Context) hosting.Finding {
	const what = "Whether Mailman takes mails"
	var mta struct {
		Host string `json:"lmtp_host"`
		Port string `json:"lmtp_port"`
	}
	a, err := s.api.JSON(ctx, webapi.Request{Path: []string{"system", "configuration", "mta"}, Accept: []int{http.StatusNotFound}}, &mta)
	if err != nil || a.Status == http.StatusNotFound || mta.Host == "" {
		return untold("mail_flow", what, err)
	}
	host, within := s.reach(mta.Host)
	address := net.JoinHostPort(host, mta.Port)
	if within != nowhere && greet(ctx, address, s.stepLimit) == nil {
		return hosting.Finding{Severity: hosting.Fine, Code: "mail_flow", Message: "Mailman's LMTP server takes mails at " + short(address) + "."}
	}
	if within != near {
		return hosting.Finding{Severity: hosting.Warning, Code: "mail_flow",
			Message: "Whether Mailman takes mails cannot be seen from this machine: its LMTP server listens on the loopback interface of its own.",
			Remedy:  fmt.Sprintf("Look on the list server whether port %s answers, and watch the queues.", short(mta.Port))}
	}
	return hosting.Finding{Severity: hosting.Warning, Code: "mail_flow",
		Message: "Mailman's LMTP server does not answer at " + short(address) + ", as far as this machine can reach it: no mail reaches the lists if that is so everywhere.",
		Remedy:  "See on the list server whether Mailman's runner lmtp runs (mailman status), and whether a firewall stands between."}
}

// nearness says what an answer from a host, or its silence, means.
type nearness int

const (
	nowhere nearness = iota // it is another machine's loopback interface
	perhaps                 // an answer is its own; silence means nothing, since a tunnel may lead to its API alone
	near                    // it can be asked
)

// reach says how a host that the server names is called from here.
func (s *Server) reach(named string) (host string, within nearness) {
	ip := net.ParseIP(named)
	switch {
	case ip != nil && ip.IsUnspecified():
		return s.api.Host(), near
	case !webapi.Loopback(named):
		return named, near
	case !webapi.Loopback(s.api.Host()):
		return named, nowhere
	case s.machine == "" || webapi.Loopback(s.machine):
		return named, near
	}
	return named, perhaps
}

// greet reads a mail server's greeting. Nothing that it says is kept.
func greet(ctx context.Context, address string, limit time.Duration) (err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() }) //nolint:errcheck // reading says what was broken off
	defer stop()
	const greeting = 512 // bytes; a line of SMTP is no longer
	line, err := bufio.NewReader(io.LimitReader(conn, greeting)).ReadString('\n')
	if err == nil && !strings.HasPrefix(line, "220") {
		err = errors.New("no mail server")
	}
	if err == nil {
		_, err = io.WriteString(conn, "QUIT\r\n")
	}
	return errors.Join(err, conn.Close())
}
