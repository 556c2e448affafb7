package deliver

import (
	"crypto/rand"
	"strings"
	"time"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/settings"
	"postmeter/internal/domain/statement"
	"postmeter/internal/outside/document"
	"postmeter/internal/outside/mail"
)

// letterhead is what all mails have in common.
type letterhead struct {
	order    *Order
	company  string
	from     mail.Person
	bounces  string
	comments string // above the text of each bill, or ""
	warnings []string
}

// messageID returns a new Message-ID, in the domain of the sender.
func (l *letterhead) messageID() string {
	domain := l.from.Address[strings.LastIndexByte(l.from.Address, '@')+1:]
	return strings.ToLower(rand.Text()) + "@" + domain
}

// message makes the mail of a bill. An error is the template's.
func (l *letterhead) message(f *statement.Facts, to, messageID string, at time.Time) (*mail.Message, error) {
	return l.write(f, to, messageID, at, "")
}

// Sizes of usual mails in bytes, so that the room for one is made at once; larger ones make more.
const (
	usualText = 4 << 10
	usualHTML = 16 << 10
)

// write makes a mail with a notice above the invoice.
func (l *letterhead) write(f *statement.Facts, to, messageID string, at time.Time, notice string) (*mail.Message, error) {
	s := statement.Compose(f)
	var text, html strings.Builder
	text.Grow(usualText)
	html.Grow(usualHTML)
	if notice != "" {
		text.WriteString(notice + "\n\n")
	}
	if l.comments != "" {
		text.WriteString(l.comments + "\n\n")
	}
	if err := l.order.Text(&text, s); err != nil {
		return nil, err
	}
	if err := l.order.HTML(&html, s, notice); err != nil {
		return nil, err
	}
	pictures, err := pictures(s)
	if err != nil {
		return nil, err
	}
	subject := s.Title
	if l.company != "" {
		subject += " from " + statement.Clean(l.company)
	}
	return &mail.Message{
		From: l.from, ReplyTo: l.from.Address, Bounces: l.bounces, To: mail.Person{Name: statement.Clean(f.Customer.Company), Address: to},
		Subject: subject, Date: at, MessageID: messageID, Text: text.String(), HTML: html.String(), Pictures: pictures, FileName: s.Number + "_" + to,
	}, nil
}

// pictures are what the built-in HTML shows by its name: the logo, if there is one.
func pictures(s *statement.Statement) ([]mail.Attachment, error) {
	logo, err := settings.ParseLogo(s.Logo)
	if err != nil || len(logo.Data) == 0 {
		return nil, err
	}
	return []mail.Attachment{{Name: document.LogoID, Type: logo.Type, Data: logo.Data}}, nil
}

// NumberPlace stands in a test mailing where the number will be.
const NumberPlace = "NUMBER"

// The marks of a test mailing.
const (
	TestMark   = "TEST. The customer would get the mail below. " + NumberPlace + " stands for the number that it gets when it is sent."
	TestMarkNo = "TEST. The customer gets no mail for this bill, as the settings say; the mail below would be it. " + NumberPlace +
		" stands for the number that it gets when it is sent."
	TestSubject = "[Test] "
)

// test makes the mail that the customer would get, for somebody else to look at.
func (l *letterhead) test(f *statement.Facts, to string, at time.Time, issued period.Date, mailed bool) (*mail.Message, error) {
	f.Bill.Status, f.Bill.Number = "sent", NumberPlace
	f.Bill.Issued, f.Bill.Due = issued, issued+period.Date(f.Issuer.TermsDays)
	notice := TestMark
	if !mailed {
		notice = TestMarkNo
	}
	m, err := l.write(f, to, l.messageID(), at, notice)
	if err != nil {
		return nil, err
	}
	m.Test, m.Subject = true, TestSubject+m.Subject
	m.FileName = "test_" + f.Customer.Company + "_" + f.Bill.Period.Start.String()
	return m, nil
}
