package settle

import (
	"context"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/ledger"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/settings"
	"postmeter/internal/store"
)

// Voided is what a void did, or would do.
type Voided struct {
	Booking
	CreditNote string `json:"credit_note"` // its number; empty for what was not done yet
	Taken      string `json:"taken_back"`  // what the credit note is over: the bill's subtotal and tax
	Total      string `json:"total"`       // of the bill
	Paid       string `json:"paid"`        // on the bill, and credit now
	Reason     string `json:"reason"`
}

// Void takes a final bill back by a credit note with a number of its own. The days, one-time charges and late lines of
// the bill can be billed again. Drafts of the customer become stale.
func Void(ctx context.Context, db *store.DB, by store.By, billID int64, reason string) (*Voided, error) {
	reason, err := reasonOf(reason)
	if err != nil {
		return nil, err
	}
	var out *Voided
	err = db.Write(ctx, by, func(tx *store.Tx) error {
		if err := tx.LockBills(); err != nil {
			return err
		}
		before, err := tx.Bill(billID)
		if err != nil {
			return err
		}
		if err := tx.LockLedger(before.CustomerID); err != nil {
			return err
		}
		var d *desk
		var e ledger.Entry
		if d, e, out, err = void(&tx.Snapshot, by, billID, reason); err != nil {
			return err
		}
		return d.void(tx, e, out)
	})
	return out, err
}

// PreviewVoid says what Void would do, and refuses what it would.
func PreviewVoid(ctx context.Context, db *store.DB, by store.By, billID int64, reason string) (*Voided, error) {
	reason, err := reasonOf(reason)
	if err != nil {
		return nil, err
	}
	var out *Voided
	err = db.Read(ctx, func(s *store.Snapshot) error {
		d, e, v, err := void(s, by, billID, reason)
		if err != nil {
			return err
		}
		d.entries = append(d.entries, e)
		b, err := d.booking(&e)
		if err != nil {
			return err
		}
		v.Booking, out = *b, v
		return nil
	})
	return out, err
}

// void decides.
func void(s *store.Snapshot, by store.By, billID int64, reason string) (*desk, ledger.Entry, *Voided, error) {
	d, err := open(s, by)
	if err != nil {
		return nil, ledger.Entry{}, nil, err
	}
	if err := d.take(s, billID); err != nil {
		return nil, ledger.Entry{}, nil, err
	}
	if err := d.final("voided", "a draft is simply run again", "it was voided already", ""); err != nil {
		return nil, ledger.Entry{}, nil, err
	}
	day := max(d.today, d.row.Issued) // a clock that was set back does not date it before the bill
	e, err := ledger.CancelBill(&d.bill, d.entries, day, reason)
	if err != nil {
		return nil, ledger.Entry{}, nil, err
	}
	amount := func(minor int64) string { return money.Amount{Minor: minor, Currency: d.row.Currency}.String() }
	return d, e, &Voided{
		Taken: amount(d.bill.Worth()), Total: amount(d.row.Axes.Total), Reason: reason,
		Paid: amount(ledger.StandingOf(d.entries, billID).Paid),
	}, nil
}

// void books and stores what was decided.
func (d *desk) void(tx *store.Tx, e ledger.Entry, out *Voided) error {
	number, err := d.nextCreditNote(tx, e)
	if err != nil {
		return err
	}
	err = tx.VoidBill(store.CreditNote{
		CustomerID: e.CustomerID, BillID: e.BillID, Number: number, Issued: e.Day, Currency: e.Currency, Amount: d.bill.Worth(), Reason: e.Note,
	})
	if err != nil {
		return err
	}
	d.row.Axes.State = invoice.Void
	b, err := d.book(tx, e)
	if err != nil {
		return err
	}
	out.Booking, out.CreditNote = *b, number
	return nil
}

func (d *desk) nextCreditNote(tx *store.Tx, e ledger.Entry) (string, error) {
	format := d.settings.CreditNoteNumberFormat
	if _, err := settings.FormatNumber(format, 1, e.Day); err != nil {
		return "", fault.Wrap(fault.Invalid, err, "the setting credit_note_number_format %q %s", format, fault.MessageOf(err))
	}
	return tx.NextNumber(store.CreditNoteSeries, format, e.Day)
}
