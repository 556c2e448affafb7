package deliver

import (
	"context"
	"io"
	"time"

	"postmeter/internal/domain/settings"
	"postmeter/internal/domain/statement"
	"postmeter/internal/outside/document"
	"postmeter/internal/outside/mail"
	"postmeter/internal/store"
)

// Order says what to send, and how.
type Order struct {
	DB        *store.DB
	By        func() store.By // who acts, and when: it reads the one clock, for each transaction
	Transport mail.Transport
	Bills     []int64 // empty: all drafts, and all mails that wait
	Letter    Letter  // what this mailing says otherwise than the settings
	Host      string  // of this machine: mails are from there if no setting says from whom; empty: localhost

	Connections int           // to the mail server; 0: DefaultConnections
	Batch       int           // bills of one transaction, and mails reserved at once; 0: DefaultBatch
	Pause       time.Duration // before a mail server is tried again after it hung up twice; 0: DefaultPause

	// Text and HTML write the two parts of a mail; nil: the built-in ones.
	Text func(io.Writer, *statement.Statement) error
	HTML func(w io.Writer, s *statement.Statement, notice string) error

	// Progress is told how many more bills and mails are done. Step is told of each point between two things that last,
	// for tests that interrupt there. Both may be nil.
	Progress func(n int64)
	Step     func(what string)
}

// Sizes of the work.
const (
	DefaultConnections = 16
	DefaultBatch       = 250
	DefaultPause       = time.Second
)

func (o *Order) setDefaults() {
	if o.Connections == 0 {
		o.Connections = DefaultConnections
	}
	if o.Batch == 0 {
		o.Batch = DefaultBatch
	}
	if o.Pause == 0 {
		o.Pause = DefaultPause
	}
	if o.Host == "" {
		o.Host = "localhost"
	}
	if o.Text == nil {
		o.Text = document.Text
	}
	if o.HTML == nil {
		o.HTML = func(w io.Writer, s *statement.Statement, notice string) error {
			return document.MailWith(w, s, notice, o.Letter.comments)
		}
	}
	if o.Progress == nil {
		o.Progress = func(int64) {}
	}
	if o.Step == nil {
		o.Step = func(string) {}
	}
}

// letterhead reads the settings that mails need.
func (o *Order) letterhead(ctx context.Context) (*letterhead, error) {
	var set settings.Settings
	err := o.DB.Read(ctx, func(s *store.Snapshot) (err error) {
		set, err = s.Settings()
		return err
	})
	if err != nil {
		return nil, err
	}
	l := &letterhead{order: o, company: set.Company.Name, from: mail.Person{Name: set.BillingAdminName, Address: set.BillingAdminEmail}, bounces: set.BounceEmail}
	if err := o.Letter.over(l); err != nil {
		return nil, err
	}
	if l.from.Address == "" {
		l.from.Address = "billing@" + o.Host
		l.warnings = append(l.warnings, "no setting billing_admin_email says from whom invoices come: they are from "+l.from.Address)
	}
	if l.from.Name == "" {
		l.from.Name = set.Company.Name
	}
	return l, nil
}
