package settle

import (
	"context"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/ledger"
	"postmeter/internal/store"
)

// GiveCredit gives a customer credit, which the next bill uses.
func GiveCredit(ctx context.Context, db *store.DB, by store.By, company, amount, reason string) (*Booking, error) {
	reason, err := reasonOf(reason)
	if err != nil {
		return nil, err
	}
	return onCustomer(ctx, db, by, company, func(d *desk) (ledger.Entry, error) {
		minor, err := amountOf(amount, d.settings.Currency)
		if err != nil {
			return ledger.Entry{}, err
		}
		return ledger.Give(d.row.CustomerID, d.entries, minor, d.today, reason)
	})
}

// TakeBackCredit reverses credit that was given by mistake.
func TakeBackCredit(ctx context.Context, db *store.DB, by store.By, company string, entry int64, reason string) (*Booking, error) {
	reason, err := reasonOf(reason)
	if err != nil {
		return nil, err
	}
	return onCustomer(ctx, db, by, company, func(d *desk) (ledger.Entry, error) {
		for i := range d.entries {
			if d.entries[i].ID == entry && d.entries[i].BillID != 0 {
				return ledger.Entry{}, fault.New(fault.Conflict, "entry %d is about bill %d: take it back there", entry, d.entries[i].BillID).
					Typed(`"postmeter bill pay %d --reverse %d"`, d.entries[i].BillID, entry)
			}
		}
		return ledger.TakeBack(d.entries, entry, d.today, reason)
	})
}

// onCustomer books one entry that is about no bill.
func onCustomer(ctx context.Context, db *store.DB, by store.By, company string, decide func(*desk) (ledger.Entry, error)) (*Booking, error) {
	var out *Booking
	err := db.Write(ctx, by, func(tx *store.Tx) error {
		ids, err := tx.CustomerIDsOf([]string{company})
		if err != nil {
			return err
		}
		if err := tx.LockLedger(ids[0]); err != nil {
			return err
		}
		d, err := open(&tx.Snapshot, by)
		if err != nil {
			return err
		}
		d.row.CustomerID, d.row.Company = ids[0], company
		if d.entries, err = tx.Ledger(ids[0]); err != nil {
			return err
		}
		e, err := decide(d)
		if err != nil {
			return err
		}
		out, err = d.book(tx, e)
		return err
	})
	return out, err
}
