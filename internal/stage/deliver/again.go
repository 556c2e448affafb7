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
		again, err := repeatable(&tx.Snapshot, id)
		if err != nil {
			return err
		}
		for _, d := range again.repeats {
			out = append(out, Repeat{d.Address, d.State, d.Detail})
		}
		for _, a := range again.added {
			out = append(out, Repeat{Address: a})
		}
		return nil
	})
	return out, err
}

// requeue queues what is to be sent again.
func (r *run) requeue(ctx context.Context, id int64) error {
	return r.order.DB.Write(ctx, r.order.By(), func(tx *store.Tx) error {
		again, err := repeatable(&tx.Snapshot, id)
		if err != nil {
			return err
		}
		for i := range again.repeats {
			if err := tx.Requeue(&again.repeats[i]); err != nil {
				return err
			}
		}
		for i := range again.replaced {
			if err := tx.Replace(&again.replaced[i]); err != nil {
				return err
			}
		}
		for _, a := range again.added {
			if err := tx.AddMail(again.bill, store.Mail{Address: a, MessageID: r.head.messageID()}); err != nil {
				return err
			}
		}
		return nil
	})
}

// again is what would be mailed once more of a bill.
type again struct {
	bill     *store.BillRow
	repeats  []store.Delivery
	added    []string         // addresses that are new
	replaced []store.Delivery // failed mails to addresses that the customer has no more, whose place others take
}

// repeatable returns the mails of a bill that an operator may send again: unconfirmed ones in any case, refused and
// bounced ones if the customer still has the address. If an address failed, those that the customer has got since are
// added, and take its place if it is the customer's no more.
func repeatable(s *store.Snapshot, id int64) (*again, error) {
	row, err := s.Bill(id)
	if err != nil {
		return nil, err
	}
	if row.Axes.State != invoice.Final {
		return nil, fault.New(fault.Conflict, "bill %d of %s is no sent bill: it is %s", id, row.Company, row.Axes.Status())
	}
	mails, err := s.Deliveries([]int64{id})
	if err != nil {
		return nil, err
	}
	customers, err := s.CustomersByCompany([]string{row.Company})
	if err != nil {
		return nil, err
	}
	var current []string
	if len(customers) > 0 {
		current = addressesOf(&customers[0])
	}
	out := &again{bill: &row}
	var failed, back []store.Delivery // back: replaced once, and the customer's again
	for _, d := range mails {
		known := slices.Contains(current, d.Address)
		current = slices.DeleteFunc(current, func(a string) bool { return a == d.Address })
		switch {
		case d.State == store.Unconfirmed:
			out.repeats = append(out.repeats, d)
		case d.State == store.Replaced && known:
			back = append(back, d)
		case d.State == store.Refused || d.State == store.Bounced:
			failed = append(failed, d)
			if known {
				out.repeats = append(out.repeats, d)
			} else {
				out.replaced = append(out.replaced, d)
			}
		}
	}
	if len(failed) > 0 {
		out.added, out.repeats = current, append(out.repeats, back...)
	}
	switch {
	case len(out.repeats)+len(out.added) == 0:
		return nil, fault.New(fault.Conflict, "invoice %s of %s has no mail that is unconfirmed, refused or bounced: nothing is to be sent again", row.Number, row.Company)
	case len(out.added)+len(back) == 0: // nothing takes the place of what failed
		out.replaced = nil
	}
	return out, nil
}
