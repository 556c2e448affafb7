package mail

import (
	"bytes"
	netmail "net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"postmeter/internal/domain/fault"
)

// Message is one mail to one address.
type Message struct {
	From      Person
	ReplyTo   string // empty: From
	Bounces   string // envelope sender: where delivery reports go; empty: From
	To        Person
	Subject   string
	Date      time.Time
	MessageID string // without angle brackets
	Text      string
	HTML      string // the alternative to Text; empty: none
	Attached  []Attachment
	Pictures  []Attachment // that HTML shows, by their names: cid:NAME
	Test      bool         // marked for programs as a test mailing
	FileName  string       // what a file with it is called, without ending
}

// Person is a name, in any script, and an address.
type Person struct{ Name, Address string }

// Attachment is a file that goes with a mail.
type Attachment struct {
	Name string // of the file
	Type string // media type, such as application/pdf
	Data []byte
}

// TestHeader marks test mailings.
const TestHeader = "X-Postmeter-Test"

// Bytes returns the mail as it is sent (RFC 5322). Names and the subject are encoded, so that nothing in them can
// become a header. An address that is none is an Invalid fault.
func (m *Message) Bytes() ([]byte, error) {
	g := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	from, err := m.From.parse()
	if err != nil {
		return nil, err
	}
	to, err := m.To.parse()
	if err != nil {
		return nil, err
	}
	g.FromMailAddress(from)
	g.ToMailAddress(to)
	if m.ReplyTo != "" {
		reply, err := (&Person{Address: m.ReplyTo}).parse()
		if err != nil {
			return nil, err
		}
		g.ReplyToMailAddress(reply)
	}
	g.Subject(oneLine(m.Subject))
	g.SetDateWithValue(m.Date)
	g.SetMessageIDWithValue(m.MessageID)
	g.SetGenHeader("Auto-Submitted", "auto-generated")
	if m.Test {
		g.SetGenHeader(TestHeader, "yes")
	}
	g.SetBodyString(gomail.TypeTextPlain, m.Text)
	if m.HTML != "" {
		g.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
	for _, p := range m.Pictures {
		err := g.EmbedReader(p.Name, bytes.NewReader(p.Data), gomail.WithFileContentType(gomail.ContentType(p.Type)), gomail.WithFileContentID("<"+p.Name+">"))
		if err != nil {
			return nil, err
		}
	}
	for _, a := range m.Attached {
		err := g.AttachReader(oneLine(a.Name), bytes.NewReader(a.Data), gomail.WithFileContentType(gomail.ContentType(a.Type)))
		if err != nil {
			return nil, err
		}
	}
	var out bytes.Buffer
	out.Grow(len(m.Text) + len(m.HTML)*5/4 + 2048)
	_, err = g.WriteTo(&out)
	return out.Bytes(), err
}

func (p *Person) parse() (*netmail.Address, error) {
	a, err := netmail.ParseAddress("<" + p.Address + ">")
	if err != nil || a.Address != p.Address {
		return nil, fault.New(fault.Invalid, "%.100q is not a mail address: write it as name@example.org", p.Address)
	}
	return &netmail.Address{Name: oneLine(p.Name), Address: p.Address}, nil
}

// envelope returns the sender of the envelope.
func (m *Message) envelope() string {
	if m.Bounces != "" {
		return m.Bounces
	}
	return m.From.Address
}

// oneLine makes one printable line of a text.
func oneLine(text string) string {
	text = strings.ToValidUTF8(text, "�")
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 }), " ")
}
