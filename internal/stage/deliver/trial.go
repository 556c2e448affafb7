package deliver

import (
	"context"
	"errors"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/mail"
	"postmeter/internal/store"
)

// TrialJob is the kind of the job that mails a Trial.
const TrialJob = "test mail"

// Trial is a mail without a bill: does the mail server take it?
type Trial struct {
	To string `json:"to"`
}

// TrialResult is what the mail server said.
type TrialResult struct {
	To     string `json:"to"`
	Server string `json:"server"` // without a password
	Said   string `json:"said"`
}

// Try mails a trial. It is a fault when the mail server does not take it.
func Try(ctx context.Context, db *store.DB, by func() store.By, transport mail.Transport, to, messageID string) (result *TrialResult, err error) {
	m := &mail.Message{To: mail.Person{Address: to}, Subject: "Test mail of Postmeter", Date: by().At, MessageID: messageID, Test: true, FileName: "test",
		Text: "This mail tests the mail server of the settings. Nothing is billed by it, and there is nothing to do.\n"}
	err = db.Read(ctx, func(s *store.Snapshot) error {
		set, err := s.Settings()
		m.From, m.Bounces = mail.Person{Name: set.BillingAdminName, Address: set.BillingAdminEmail}, set.BounceEmail
		return err
	})
	if err != nil {
		return nil, err
	}
	if m.From.Address == "" {
		return nil, fault.New(fault.Conflict, "no Billing Admin Email is set, so the mail has no sender; nothing was sent: set it in the settings")
	}
	connection, err := transport.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, connection.Close()) }()
	o := connection.Send(ctx, m)
	if o.State != mail.Taken {
		return nil, fault.New(fault.Conflict, "%s did not take the test mail to %s: %s", transport, to, o.Detail)
	}
	return &TrialResult{to, transport.String(), o.Detail}, nil
}
