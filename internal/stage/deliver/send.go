package deliver

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"sync/atomic"

	"postmeter/internal/domain/fault"
	"postmeter/internal/outside/mail"
	"postmeter/internal/store"
)

// run is an order that is being carried out.
type run struct {
	order    *Order
	head     *letterhead
	presence *store.Presence
	first    mail.Connection // was opened before anything got a number
	result   *Result
	troubles atomic.Int32 // mails in a row of which the mail server made nothing
}

// Send makes drafts final and mails what is in the outbox. A mail server that cannot be reached is found out before
// anything gets a number. After a fault, what was done is kept; the message says how far it came.
func Send(ctx context.Context, o Order) (*Result, error) {
	return carryOut(ctx, o, func(ctx context.Context, r *run) error {
		return r.order.drafts(ctx, func(ids []int64) error { return r.finish(ctx, ids) })
	})
}

// Again mails once more what is unconfirmed of a bill, with its Message-ID; and what was refused or bounced, to the
// addresses that the customer has now.
func Again(ctx context.Context, o Order, id int64) (*Result, error) {
	o.Bills = []int64{id}
	return carryOut(ctx, o, func(ctx context.Context, r *run) error { return r.requeue(ctx, id) })
}

// carryOut fills the outbox, and then works it off.
func carryOut(ctx context.Context, o Order, fill func(context.Context, *run) error) (*Result, error) {
	o.setDefaults()
	o.Bills = slices.Compact(slices.Sorted(slices.Values(o.Bills)))
	if err := o.exist(ctx); err != nil {
		return nil, err
	}
	r := &run{order: &o, result: newResult()}
	var err error
	if r.head, err = o.letterhead(ctx); err != nil {
		return nil, err
	}
	r.result.Warnings = append(r.result.Warnings, r.head.warnings...)
	if r.first, err = o.Transport.Open(ctx); err != nil {
		return nil, err
	}
	if r.presence, err = o.DB.Announce(ctx, strings.ToLower(rand.Text())); err != nil {
		return nil, errors.Join(err, r.first.Close())
	}
	err = r.clearUp(ctx)
	if err == nil {
		err = fill(ctx, r)
	}
	if err == nil {
		err = r.mail(ctx)
	} else {
		err = errors.Join(err, r.first.Close())
	}
	err = errors.Join(err, r.release(ctx))
	r.result.Skipped = append([]Skipped{}, o.unsendable(r.result.Skipped)...)
	r.result.amounts()
	if err != nil {
		return r.result, r.broken(ctx, err)
	}
	return r.result, nil
}

// clearUp looks after what senders left that died, and lets what waits be tried now.
func (r *run) clearUp(ctx context.Context) error {
	return r.order.DB.Write(ctx, r.order.By(), func(tx *store.Tx) error {
		lost, err := tx.TakeOver()
		if err != nil {
			return err
		}
		for i := range lost {
			r.result.mailed(&lost[i], nil)
		}
		return tx.Hasten(r.order.Bills)
	})
}

// release gives back what was reserved, whatever happened, and ends the presence.
func (r *run) release(ctx context.Context) error {
	ctx = context.WithoutCancel(ctx)
	err := r.order.DB.Write(ctx, r.order.By(), func(tx *store.Tx) error { return tx.Release(r.presence.Name()) })
	return errors.Join(err, r.presence.Close())
}

// broken says how far an order came that could not be carried out.
func (r *run) broken(ctx context.Context, err error) error {
	kind, why := fault.KindOf(err), fault.MessageOf(err)
	if ctx.Err() != nil {
		kind, why = fault.Canceled, "sending was stopped"
	}
	return fault.Wrap(kind, err, "%s; %d bills have been given numbers and %d mails were handed over before, and that is kept: "+
		"start sending again to go on", why, r.result.Sent, r.result.Mails.Sent)
}
