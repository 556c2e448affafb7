package deliver

import (
	"strings"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/document"
	"postmeter/internal/store"
)

// The kinds of jobs that mail. Only one of a kind is under way at a time: its key is the kind.
const (
	SendJobKind = "bill.send"
	TestJobKind = "bill.test"
)

// Job is a mailing that the background does.
type Job struct {
	Bills  []int64           `json:"bills,omitempty"`  // empty: those of View, or all drafts and all mails that wait
	View   *store.BillSearch `json:"view,omitempty"`   // all bills of a list; nil: see Bills
	Again  int64             `json:"again,omitempty"`  // mail what is uncertain or failed of this bill once more, and nothing else
	To     string            `json:"to,omitempty"`     // of a test: who gets it
	Notify string            `json:"notify,omitempty"` // of a sending: who is told when it ends with something to look at
	Letter Letter            `json:"letter"`
	What   string            `json:"what"` // how many and how much, in words
}

// Letter is what one mailing says otherwise than the settings, and what it says besides the bill. Empty fields are as the settings say.
type Letter struct {
	FromName    string `json:"from_name,omitempty"`
	FromEmail   string `json:"from_email,omitempty"`
	BounceEmail string `json:"bounce_email,omitempty"`
	Text        string `json:"text,omitempty"` // above the bill in the text part: Message Comments (Text)
	HTML        string `json:"html,omitempty"` // above the bill in the other part: Message Comments (HTML)

	comments document.Comments
}

// maxComments is how long comments may be, in bytes.
const maxComments = 20_000

// Check finds what is wrong with a letter. Places are the names of its fields.
func (l *Letter) Check() error {
	var faults fault.List
	for _, a := range []struct{ place, address string }{{"from_email", l.FromEmail}, {"bounce_email", l.BounceEmail}} {
		if a.address != "" {
			if err := customer.CheckEmail(a.address); err != nil {
				faults.Add(a.place, "%s", fault.MessageOf(err))
			}
		}
	}
	if len(l.Text) > maxComments {
		faults.Add("text", "has %d bytes: at most %d are allowed", len(l.Text), maxComments)
	}
	if len(l.HTML) > maxComments {
		faults.Add("html", "has %d bytes: at most %d are allowed", len(l.HTML), maxComments)
	} else if _, err := document.ReadComments(l.HTML); err != nil {
		faults.Add("html", "%s", fault.MessageOf(err))
	}
	return faults.Err()
}

// over sets in a letterhead what the letter says.
func (l *Letter) over(head *letterhead) (err error) {
	if err := l.Check(); err != nil {
		return err
	}
	for _, set := range []struct {
		into *string
		text string
	}{{&head.from.Name, l.FromName}, {&head.from.Address, l.FromEmail}, {&head.bounces, l.BounceEmail}} {
		if text := strings.TrimSpace(set.text); text != "" {
			*set.into = text
		}
	}
	text, html := strings.TrimSpace(strings.ReplaceAll(l.Text, "\r\n", "\n")), strings.TrimSpace(l.HTML)
	if l.comments, err = document.ReadComments(html); err != nil {
		return err
	}
	if html == "" {
		l.comments = document.Paragraphs(text)
	}
	if text == "" {
		text = l.comments.Text()
	}
	head.comments = text
	return nil
}
