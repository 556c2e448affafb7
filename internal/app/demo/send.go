package demo

import (
	"context"
	"path/filepath"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/settings"
	"postmeter/internal/outside/mail"
	"postmeter/internal/stage/deliver"
	"postmeter/internal/store"
)

// Mails is where the demonstration's mails go, as POSTMETER_SMTP names it.
func Mails(dir string) string { return "file:" + filepath.Join(dir, mailsDir) }

// test mails all drafts to the operator, into a folder of their own.
func (r *Report) test(ctx context.Context, db *store.DB, by func() store.By) error {
	var set settings.Settings
	err := db.Read(ctx, func(s *store.Snapshot) (err error) {
		set, err = s.Settings()
		return err
	})
	if err != nil {
		return err
	}
	order := deliver.Order{DB: db, By: by, Transport: mail.NewFolder(filepath.Join(r.Dir, testsDir))}
	if r.Tested, err = deliver.Test(ctx, order, set.TestEmail); err != nil {
		return err
	}
	if n := len(r.Tested.Skipped) + len(r.Tested.Failed); n > 0 {
		return fault.New(fault.Internal, "%d bills of the demonstration could not be tested", n)
	}
	return nil
}

// send makes all drafts final and mails them.
func (r *Report) send(ctx context.Context, db *store.DB, by func() store.By) (err error) {
	r.Sent, err = r.deliver(ctx, db, by)
	return err
}

// deliver looks to whom bills would be mailed, as the command does before it asks, and sends them.
func (r *Report) deliver(ctx context.Context, db *store.DB, by func() store.By, bills ...int64) (*deliver.Result, error) {
	order := deliver.Order{DB: db, By: by, Transport: mail.NewFolder(filepath.Join(r.Dir, mailsDir)), Bills: bills}
	preview, err := deliver.Look(ctx, order)
	if err != nil {
		return nil, err
	}
	for _, to := range preview.To {
		r.recipients[to.Bill] = to.Addresses
	}
	sent, err := deliver.Send(ctx, order)
	if err != nil {
		return nil, err
	}
	if sent.Sent != preview.Bills || sent.Mails != (deliver.Counts{Sent: preview.Mails}) {
		return nil, fault.New(fault.Internal, "of %d bills and %d mails of the demonstration %d and %d were sent",
			preview.Bills, preview.Mails, sent.Sent, sent.Mails.Sent)
	}
	return sent, nil
}
