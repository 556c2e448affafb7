package mail_test

import (
	"bytes"
	"context"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/mail"
	"postmeter/internal/outside/mail/mailtest"
)

// impatient ends the steps of a conversation soon, for servers that hang.
var impatient = mail.Options{StepLimit: 300 * time.Millisecond, FinalLimit: 300 * time.Millisecond}

var patient = mail.Options{}

func message(to string) *mail.Message {
	return &mail.Message{
		From: mail.Person{Name: "Example Lists", Address: "billing@lists.test"}, ReplyTo: "help@lists.test", Bounces: "bounces@lists.test",
		To: mail.Person{Name: "Acme & Söhne 株式会社", Address: to}, Subject: "Invoice 7 from Exämple",
		Date: time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC), MessageID: "abcdefgh1@lists.test",
		Text: "Grüße\n.\nfrom a line with a dot\n", HTML: "<p>Grüße</p>\n.\n", FileName: "7 " + to,
	}
}

func connect(t *testing.T, url string, o mail.Options) mail.Connection {
	t.Helper()
	transport, err := mail.Parse(url, o)
	if err != nil {
		t.Fatal(err)
	}
	c, err := transport.Open(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestEachMisfortuneHasItsOutcome(t *testing.T) {
	for _, test := range []struct {
		to     string
		state  mail.State
		detail string
		broken bool
		kept   int // mails in the server's hands
	}{
		{"good@x.test", mail.Taken, "250", false, 1},
		{mailtest.Refuse + "@x.test", mail.Refused, "550 no such mailbox", false, 0},
		{mailtest.RefuseAll + "@x.test", mail.Refused, "552 too large", false, 0},
		{mailtest.Grey + "@x.test", mail.Later, "451 come back later", false, 0},
		{mailtest.Busy + "@x.test", mail.Later, "451", false, 0},
		{mailtest.Drop + "@x.test", mail.Later, "before the message was handed over", true, 0},
		{mailtest.Hang + "@x.test", mail.Later, "no answer in time", true, 0},
		{mailtest.Vanish + "@x.test", mail.Unknown, "after the message was handed over", true, 1},
		{mailtest.Babble + "@x.test", mail.Unknown, "after the message was handed over", true, 1},
		{mailtest.HangAfter + "@x.test", mail.Unknown, "no answer in time", true, 1},
		{"no address", mail.Refused, "is not a mail address", false, 0},
		{"a@b.test>\r\nRCPT TO:<c@d.test", mail.Refused, "is not a mail address", false, 0},
	} {
		for _, oneByOne := range []bool{false, true} {
			name := test.to
			if oneByOne {
				name += ", each command by itself"
			}
			t.Run(name, func(t *testing.T) {
				server := mailtest.New(t)
				server.OneByOne = oneByOne
				c := connect(t, server.URL(), impatient)
				got := c.Send(context.Background(), message(test.to))
				if got.State != test.state || !strings.Contains(got.Detail, test.detail) || c.Broken() != test.broken {
					t.Errorf("got %+v, broken %v", got, c.Broken())
				}
				if n := len(server.Mails()); n != test.kept {
					t.Errorf("the server has %d mails, want %d", n, test.kept)
				}
				if test.broken {
					return
				}
				if next := c.Send(context.Background(), message("good@x.test")); next.State != mail.Taken {
					t.Errorf("the next mail on the same connection: %+v", next)
				}
			})
		}
	}
}

func TestASenderThatIsNotTakenIsNoFaultOfTheAddress(t *testing.T) {
	server := mailtest.New(t)
	server.NoSender = true
	got := connect(t, server.URL(), patient).Send(context.Background(), message("good@x.test"))
	if got.State != mail.Later || !got.Trouble || !strings.Contains(got.Detail, "bounces@lists.test") {
		t.Errorf("got %+v", got)
	}
}

func TestSigningIn(t *testing.T) {
	server := mailtest.New(t)
	server.Password = "right"
	if got := connect(t, "smtp://me:right@"+server.Address, patient).Send(context.Background(), message("good@x.test")); got.State != mail.Taken {
		t.Errorf("got %+v", got)
	}
	transport, err := mail.Parse("smtp://me:wrong@"+server.Address, patient)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(transport.String(), "wrong") {
		t.Error("the password is shown")
	}
	_, err = transport.Open(context.Background())
	if fault.KindOf(err) != fault.Denied || strings.Contains(fault.MessageOf(err), "wrong") {
		t.Errorf("got %v", err)
	}
}

// TestServersThatAreNone connects to what does not speak SMTP.
func TestServersThatAreNone(t *testing.T) {
	for name, talk := range map[string]func(net.Conn){
		"garbage":    func(c net.Conn) { say(c, "SSH-2.0-OpenSSH\r\n") },
		"silence":    func(net.Conn) {},
		"endless":    func(c net.Conn) { endless(c) },
		"hangs up":   func(c net.Conn) { _ = c.Close() },
		"not today":  func(c net.Conn) { say(c, "554 not today\r\n") },
		"half a one": func(c net.Conn) { say(c, "220") },
	} {
		t.Run(name, func(t *testing.T) {
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				defer conn.Close()
				talk(conn)
				if _, err := io.Copy(io.Discard, conn); err != nil { // until the client goes
					return // it went rudely
				}
			}()
			transport, err := mail.Parse("smtp://"+listener.Addr().String(), impatient)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := transport.Open(context.Background()); fault.KindOf(err) != fault.Unavailable {
				t.Errorf("got %v", err)
			}
			if err := listener.Close(); err != nil {
				t.Error(err)
			}
			<-done
		})
	}
}

// say writes something; a client that has gone does not hear it.
func say(c net.Conn, text string) {
	if _, err := io.WriteString(c, text); err != nil {
		return
	}
}

func endless(c net.Conn) {
	line := bytes.Repeat([]byte("220-more "), 1000)
	for {
		if _, err := c.Write(line); err != nil {
			return
		}
	}
}

func TestAServerThatRequiresTLSAndHasNone(t *testing.T) {
	server := mailtest.New(t)
	host, port, err := net.SplitHostPort(server.Address)
	if err != nil {
		t.Fatal(err)
	}
	var number int
	for _, digit := range port {
		number = number*10 + int(digit-'0')
	}
	_, err = mail.NewSMTP(mail.Server{Host: host, Port: number, Security: mail.StartTLS}, impatient).Open(context.Background())
	if fault.KindOf(err) != fault.Denied || !strings.Contains(err.Error(), "STARTTLS") {
		t.Errorf("got %v", err)
	}
	_, err = mail.NewSMTP(mail.Server{Host: host, Port: number, Security: mail.TLS}, impatient).Open(context.Background())
	if fault.KindOf(err) != fault.Unavailable {
		t.Errorf("got %v", err)
	}
}

func TestAMailIsReadAsItWasWritten(t *testing.T) {
	server := mailtest.New(t)
	m := message("good@x.test")
	m.Attached = []mail.Attachment{{Name: "Rechnung ü.pdf", Type: "application/pdf", Data: []byte("%PDF\x00\xff")}}
	if got := connect(t, server.URL(), patient).Send(context.Background(), m); got.State != mail.Taken {
		t.Fatalf("got %+v", got)
	}
	kept := server.Mails()[0]
	if kept.From != "bounces@lists.test" || kept.ID != m.MessageID {
		t.Errorf("envelope from %s, id %s", kept.From, kept.ID)
	}
	parsed, err := netmail.ReadMessage(bytes.NewReader(kept.Data))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(parsed.Header.Get("Subject"))
	if err != nil || subject != m.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	to, err := parsed.Header.AddressList("To")
	if err != nil || len(to) != 1 || to[0].Name != m.To.Name || to[0].Address != m.To.Address {
		t.Errorf("to %v, %v", to, err)
	}
	if date, err := parsed.Header.Date(); err != nil || !date.Equal(m.Date) {
		t.Errorf("date %v, %v", date, err)
	}
	for name, want := range map[string]string{"From": `"Example Lists" <billing@lists.test>`, "Reply-To": "<help@lists.test>", "Auto-Submitted": "auto-generated"} {
		if got := parsed.Header.Get(name); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	found := parts(t, parsed.Header.Get("Content-Type"), parsed.Body)
	crlf := strings.NewReplacer("\n", "\r\n")
	for kind, want := range map[string]string{"text/plain": crlf.Replace(m.Text), "text/html": crlf.Replace(m.HTML), "application/pdf": "JVBERgD/"} {
		if got := found[kind]; strings.TrimSpace(got) != strings.TrimSpace(want) {
			t.Errorf("%s: %q, want %q", kind, got, want)
		}
	}
}

// parts returns the parts of a body by media type.
func parts(t *testing.T, contentType string, body io.Reader) map[string]string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	if !strings.HasPrefix(kind, "multipart/") {
		data, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		out[kind] = string(data)
		return out
	}
	for r := multipart.NewReader(body, params["boundary"]); ; {
		part, err := r.NextRawPart()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		var content io.Reader = part
		if part.Header.Get("Content-Transfer-Encoding") == "quoted-printable" {
			content = quotedprintable.NewReader(part)
		}
		for kind, text := range parts(t, part.Header.Get("Content-Type"), content) {
			out[kind] = text
		}
	}
}

// TestNothingInANameBecomesAHeader puts line ends and quotes everywhere.
func TestNothingInANameBecomesAHeader(t *testing.T) {
	for _, evil := range []string{"a\r\nBcc: b@evil.test", "a\nX: y", "a\rX: y", `a" <b@evil.test>, "`, "a\u2028X: y", "a\x00b", "\xff\xfe"} {
		m := message("good@x.test")
		m.Subject, m.From.Name, m.To.Name = evil, evil, evil
		m.Attached = []mail.Attachment{{Name: evil, Type: "text/plain"}}
		data, err := m.Bytes()
		if err != nil {
			t.Errorf("%q: %v", evil, err)
			continue
		}
		parsed, err := netmail.ReadMessage(bytes.NewReader(data))
		if err != nil {
			t.Errorf("%q: %v", evil, err)
			continue
		}
		for _, name := range []string{"Bcc", "X"} {
			if parsed.Header.Get(name) != "" {
				t.Errorf("%q made the header %s", evil, name)
			}
		}
		for _, name := range []string{"From", "To"} {
			if list, err := parsed.Header.AddressList(name); err != nil || len(list) != 1 {
				t.Errorf("%q: %s has %v, %v", evil, name, list, err)
			}
		}
	}
	m := message("good@x.test")
	m.ReplyTo = "a@b.test\r\nBcc: c@d.test"
	if _, err := m.Bytes(); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a reply address with a line end: %v", err)
	}
}

func TestAFolderGetsWholeFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "made", "when needed")
	c := connect(t, "file:"+dir, patient)
	for range 2 { // the second takes the place of the first
		if got := c.Send(context.Background(), message("../good@x.test")); got.State != mail.Refused && got.State != mail.Taken {
			t.Fatalf("got %+v", got)
		}
	}
	m := message("good@x.test")
	m.FileName = "../../7/\x00 " + strings.Repeat("é", 300)
	if got := c.Send(context.Background(), m); got.State != mail.Taken {
		t.Fatalf("got %+v", got)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".eml") {
			t.Errorf("left behind: %s", f.Name())
		}
	}
	if len(files) == 0 || len(files) > 2 {
		t.Errorf("%d files", len(files))
	}
}

// TestAFolderOnAFullDisk has a file that takes nothing, as on a disk that is full.
func TestAFolderOnAFullDisk(t *testing.T) {
	dir := t.TempDir()
	c := connect(t, "file:"+dir, patient)
	m := message("good@x.test")
	if err := os.Symlink("/dev/full", filepath.Join(dir, "7_good@x.test_abcdefgh.eml.part")); err != nil {
		t.Fatal(err)
	}
	got := c.Send(context.Background(), m)
	if got.State != mail.Later || !got.Trouble || !strings.Contains(got.Detail, "not written") || !strings.Contains(got.Detail, "no space left on device") {
		t.Errorf("got %+v", got)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 0 {
		t.Errorf("left behind: %v, %v", files, err)
	}
	if got := c.Send(context.Background(), m); got.State != mail.Taken {
		t.Errorf("with room again: %+v", got)
	}
}

func TestWhereMailGoes(t *testing.T) {
	for url, want := range map[string]string{
		"smtp://mx.test:2525":         "the mail server mx.test:2525",
		"smtp://mx.test":              "the mail server mx.test:25",
		"smtps://u:p@mx.test":         "the mail server mx.test:465",
		"smtp://[::1]:25":             "the mail server [::1]:25",
		"file:out/mails":              "the folder out/mails",
		"file:///var/mails":           "the folder /var/mails",
		"file:":                       "",
		"":                            "",
		"mx.test:25":                  "",
		"http://mx.test":              "",
		"smtp://u:geheim@mx.test:0":   "",
		"smtp://u:geheim@mx.test/x":   "",
		"smtp://u:geheim@:25":         "",
		"smtp://u:geh%eim@mx.test:25": "",
	} {
		transport, err := mail.Parse(url, patient)
		switch {
		case want == "" && fault.KindOf(err) != fault.Invalid:
			t.Errorf("%q: got %v, %v", url, transport, err)
		case want == "" && strings.Contains(err.Error(), "geh"):
			t.Errorf("%q: the password is shown: %v", url, err)
		case want != "" && (err != nil || transport.String() != want):
			t.Errorf("%q: got %v, %v", url, transport, err)
		}
	}
}
