package mail_test

import (
	"bufio"
	"context"
	"net"
	"strings"
	"testing"

	"postmeter/internal/outside/mail"
)

// scripted is a mail server that answers each command, known by its first word, as it is told: with a line, or, where
// that is empty, by hanging up. It returns what it was told, once the connection has ended; messages stand as one dot.
func scripted(t *testing.T, extension string, answers map[string]string) (url string, heard func() string) {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
	})
	done := make(chan string, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			done <- err.Error()
			return
		}
		defer conn.Close()
		done <- follow(conn, extension, answers)
	}()
	return "smtp://" + listener.Addr().String(), func() string { return <-done }
}

func follow(conn net.Conn, extension string, answers map[string]string) string {
	var words []string
	say(conn, "220 scripted\r\n")
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		word, _, _ := strings.Cut(lines.Text(), " ")
		switch answer, ok := answers[word]; {
		case word == "EHLO":
			say(conn, "250-scripted\r\n250 "+extension+"\r\n")
			continue
		case word == "QUIT":
			say(conn, "221 bye\r\n")
		case ok && answer == "":
			return strings.Join(append(words, word), " ")
		case ok:
			say(conn, answer+"\r\n")
		default: // within a message
			continue
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// TestAnswersToCommandsThatGoOutTogether has servers that refuse, hang up, or do what no server should, somewhere among
// the three. The message follows only three right answers.
func TestAnswersToCommandsThatGoOutTogether(t *testing.T) {
	const ok, ahead, out = "250 ok", "354 go ahead", "503 out of order"
	for name, test := range map[string]struct {
		mail, rcpt, data string
		state            mail.State
		detail, heard    string
		trouble, broken  bool
	}{
		"all is well":                       {ok, ok, ahead, mail.Taken, "250 ok", "MAIL RCPT DATA . QUIT", false, false},
		"a forwarded address":               {ok, "251 it is forwarded", ahead, mail.Taken, "250 ok", "MAIL RCPT DATA . QUIT", false, false},
		"the sender is refused":             {"550 not you", out, out, mail.Later, "the sender bounces@lists.test is not taken: 550 not you", "MAIL RCPT DATA RSET QUIT", true, false},
		"the address is refused":            {ok, "550 no such mailbox", out, mail.Refused, "550 no such mailbox", "MAIL RCPT DATA RSET QUIT", false, false},
		"the address is put off":            {ok, "451 later", out, mail.Later, "451 later", "MAIL RCPT DATA RSET QUIT", false, false},
		"the message is refused":            {ok, ok, "552 not today", mail.Refused, "552 not today", "MAIL RCPT DATA RSET QUIT", false, false},
		"it waits for a message to nobody":  {ok, "550 no such mailbox", ahead, mail.Refused, "550 no such mailbox", "MAIL RCPT DATA", false, true},
		"it wants one from a refused one":   {"550 not you", ok, ahead, mail.Later, "550 not you", "MAIL RCPT DATA", true, true},
		"it refuses and hangs up":           {ok, "550 no such mailbox", "", mail.Refused, "550 no such mailbox", "MAIL RCPT DATA", false, true},
		"it closes":                         {"421 closing", "", "", mail.Later, "421 closing", "MAIL RCPT", true, true},
		"it hangs up on the address":        {ok, "", "", mail.Later, "before the message was handed over", "MAIL RCPT", true, true},
		"it answers garbage to the address": {ok, "?!", ahead, mail.Later, "before the message was handed over", "MAIL RCPT DATA", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			url, heard := scripted(t, "PIPELINING", map[string]string{"MAIL": test.mail, "RCPT": test.rcpt, "DATA": test.data, ".": ok, "RSET": ok})
			transport, err := mail.Parse(url, patient)
			if err != nil {
				t.Fatal(err)
			}
			c, err := transport.Open(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			got := c.Send(context.Background(), message("good@x.test"))
			if got.State != test.state || got.Trouble != test.trouble || !strings.Contains(got.Detail, test.detail) || c.Broken() != test.broken {
				t.Errorf("got %+v, broken %v", got, c.Broken())
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
			if got := heard(); got != test.heard {
				t.Errorf("the server heard %s, want %s", got, test.heard)
			}
		})
	}
}

// TestAServerThatDoesNotOfferItHearsOneCommandAtATime stops after the first that is refused.
func TestAServerThatDoesNotOfferItHearsOneCommandAtATime(t *testing.T) {
	url, heard := scripted(t, "8BITMIME", map[string]string{"MAIL": "250 ok", "RCPT": "550 no such mailbox", "RSET": "250 ok"})
	c := connect(t, url, patient)
	if got := c.Send(context.Background(), message("good@x.test")); got.State != mail.Refused {
		t.Errorf("got %+v", got)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	if got := heard(); got != "MAIL RCPT RSET QUIT" {
		t.Errorf("the server heard %s", got)
	}
}
