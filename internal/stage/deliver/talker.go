package deliver

import (
	"context"
	"errors"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/mail"
	"postmeter/internal/store"
)

// Limits of patience with a mail server.
const (
	maxTries    = 3  // how often one mail is tried on new connections in a row, and a connection opened
	maxTroubled = 10 // mails in a row of which nothing comes, before the mail server counts as out of order
)

// talker talks to the mail server over one connection at a time.
type talker struct {
	run        *run
	clerk      *clerk
	connection mail.Connection
	ended      *entry // the last mail: written down with the beginning of the next
}

// work sends mails until there are none, or the context ends. A fault is the mail server's or the database's.
func (t *talker) work(ctx context.Context, jobs <-chan job) (err error) {
	defer func() { err = errors.Join(err, t.finish()) }()
	for {
		select {
		case j, ok := <-jobs:
			if !ok || ctx.Err() != nil {
				return nil
			}
			if err := t.send(ctx, j); err != nil {
				return err
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// finish writes the last end down, and closes the connection.
func (t *talker) finish() (err error) {
	if t.ended != nil {
		_, err = t.clerk.write(t.ended)
		t.ended = nil
	}
	if t.connection != nil {
		err = errors.Join(err, t.connection.Close())
	}
	return err
}

// send sends one mail. Where the connection breaks before the mail was handed over, which mail servers do to
// connections that they find old, it is tried again on a new one.
func (t *talker) send(ctx context.Context, j job) error {
	for try := 1; ; try++ {
		if err := t.connect(ctx); err != nil {
			return err
		}
		begun, err := t.begin(j)
		if err != nil || !begun {
			return err
		}
		outcome := t.converse(ctx, j)
		at := t.run.order.By().At
		settle(j.delivery, outcome, at)
		again := outcome.Trouble && outcome.State == mail.Later && t.connection.Broken() && try < maxTries && ctx.Err() == nil
		ended := *j.delivery
		t.ended = &entry{end: &ended, facts: j.facts, final: !again}
		if !again {
			return t.judge(outcome)
		}
		if err := t.reserveAgain(ctx, j, try); err != nil {
			return err
		}
	}
}

// judge gives the mail server up when mail after mail comes to nothing. One such mail waits, and the others go on.
func (t *talker) judge(o mail.Outcome) error {
	if !o.Trouble {
		t.run.troubles.Store(0)
		return nil
	}
	if t.run.troubles.Add(1) < maxTroubled {
		return nil
	}
	return errServer(t.run.order.Transport, o.Detail)
}

// connect opens a connection, if there is none that works.
func (t *talker) connect(ctx context.Context) (err error) {
	if t.connection != nil && !t.connection.Broken() {
		return nil
	}
	if t.connection != nil {
		if err := t.connection.Close(); err != nil {
			return fault.Wrap(fault.Unavailable, err, "the broken connection to %s cannot be closed", t.run.order.Transport)
		}
		t.connection = nil
	}
	for try := 1; ; try++ {
		if t.connection, err = t.run.order.Transport.Open(ctx); err == nil || try == maxTries || ctx.Err() != nil {
			return err
		}
		t.pause(ctx, try)
	}
}

// pause waits before the mail server is tried again, longer each time.
func (t *talker) pause(ctx context.Context, try int) {
	timer := time.NewTimer(t.run.order.Pause << (try - 1))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// begin commits that the mail is being sent, and how the one before it ended.
func (t *talker) begin(j job) (bool, error) {
	e := t.ended
	if e == nil {
		e = &entry{}
	}
	t.ended = nil
	e.begin = j.delivery
	return t.clerk.write(e)
}

// converse has the conversation. It is not broken off when the program is told to stop: it is short, and what became of
// the mail must be known.
func (t *talker) converse(ctx context.Context, j job) mail.Outcome {
	if why, is := outdated(j.facts); is {
		return mail.Outcome{State: mail.Refused, Detail: why}
	}
	m, err := t.run.head.message(j.facts, j.delivery.Address, j.delivery.MessageID, t.run.order.By().At)
	if err != nil {
		return mail.Outcome{Detail: "the template fails: " + err.Error()}
	}
	t.run.order.Step("sending")
	return t.connection.Send(context.WithoutCancel(ctx), m)
}

// reserveAgain writes the failed attempt down and takes the mail back, before it is tried on a new connection. From the
// second time on it waits a little first.
func (t *talker) reserveAgain(ctx context.Context, j job, try int) error {
	if try > 1 {
		t.pause(ctx, try-1)
	}
	e := t.ended
	t.ended = nil
	e.end.DueAt = 0
	if _, err := t.clerk.write(e); err != nil {
		return err
	}
	return t.run.order.DB.Write(context.WithoutCancel(ctx), t.run.order.By(), func(tx *store.Tx) error {
		return tx.ReserveOne(j.delivery, t.run.presence.Name())
	})
}
