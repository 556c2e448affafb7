package deliver

import (
	"context"
	"slices"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/store"
)

// Repeat is a mail that would be sent once more.
type Repeat struct {
	Address string `json:"address"`
	State   string `json:"state"` // of the mail now; empty: an address that is new
	Detail  string `json:"detail"`
}

// LookAgain says what Again would do, and does none of it.
func LookAgain(ctx context.Context, o Order, id int64) ([]Repeat, error) {
	o.setDefaults()
	out := []Repeat{}
	err := o.DB.Write(ctx, o.By(), func(tx *store.Tx) error {
		if _, err := tx.TakeOver(); err != nil { // what a dead process left is unconfirmed, and may be decided about
			return err
		}
		_, repeats, added, err := repeatable(&tx.Snapshot, id)
		for _, d := range repeats {
			out = append(out, Repeat{d.Address, d.State, d.Detail})
		}
		for _, a := range added {
			out = append(out, Repeat{Address: a})
		}
		return err
	})
	return out, err
}

// requeue queues what is to be sent again.
func (r *run) requeue(ctx context.Context, id int64) error {
	return r.order.DB.Write(ctx, r.order.By(), func(tx *store.Tx) error {
		bill, repeats, added, err := repeatable(&tx.Snapshot, id)
		if err != nil {
			return err
		}
		for i := range repeats {
			if err := tx.Requeue(&repeats[i]); err != nil {
				return err
			}
		}
		for _, a := range added {
			if err := tx.AddMail(bill, store.Mail{Address: a, MessageID: r.head.messageID()}); err != nil {
				return err
			}
		}
		return nil
	})
}

// repeatable returns the mails of a bill that an operator may send again: unconfirmed ones in any case, refused and
// bounced ones if the customer still has the address. If an address failed, those that the customer has got since are
// added.
func repeatable(s *store.Snapshot, id int64) (bill *store.BillRow, repeats []store.Delivery, added []string, err error) {
	row, err := s.Bill(id)
	if err != nil {
		return nil, nil, nil, err
	}
	if row.Axes.State != invoice.Final {
		return nil, nil, nil, fault.New(fault.Conflict, "bill %d is no sent bill: it is %s", id, row.Axes.Status())
	}
	mails, err := s.Deliveries([]int64{id})
	if err != nil {
		return nil, nil, nil, err
	}
	customers, err := s.CustomersByCompany([]string{row.Company})
	if err != nil {
		return nil, nil, nil, err
	}
	var current []string
	if len(customers) > 0 {
		current = addressesOf(&customers[0])
	}
	failed := false
	for _, d := range mails {
		current = slices.DeleteFunc(current, func(a string) bool {
			if a != d.Address {
				return false
			}
			if d.State == store.Refused || d.State == store.Bounced {
				repeats = append(repeats, d)
			}
			return true
		})
		failed = failed || d.State == store.Refused || d.State == store.Bounced
		if d.State == store.Unconfirmed {
			repeats = append(repeats, d)
		}
	}
	if failed {
		added = current
	}
	if len(repeats)+len(added) == 0 {
		return nil, nil, nil, fault.New(fault.Conflict, "bill %d has no mail that is unconfirmed, refused or bounced: nothing is to be sent again", id)
	}
	return &row, repeats, added, nil
}
