package settle

import (
	"context"
	"fmt"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/ledger"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// Payment is money that came in for a bill.
type Payment struct {
	BillID    int64
	Amount    string // in the bill's currency, with its decimals at most
	Day       period.Date
	Reference string // the payer's or the bank's words for it; may be empty
}

// Pay records a payment. What is more than the bill needs becomes credit. The same payment a second time is a Conflict,
// as is one for a bill that is no final one.
func Pay(ctx context.Context, db *store.DB, by store.By, p Payment) (*Booking, error) {
	reference := strings.TrimSpace(p.Reference)
	if len(reference) > maxReference {
		return nil, fault.At("--reference", "has %d bytes: at most %d are allowed", len(reference), maxReference)
	}
	return onBill(ctx, db, by, p.BillID, func(d *desk) (ledger.Entry, error) {
		if err := d.payable(); err != nil {
			return ledger.Entry{}, err
		}
		amount, err := amountOf(p.Amount, d.row.Currency)
		if err != nil {
			return ledger.Entry{}, err
		}
		return ledger.Pay(&d.bill, d.entries, ledger.Money{Amount: amount.Minor, Day: p.Day, Reference: reference}, d.today)
	})
}

func (d *desk) payable() error {
	return d.final("paid", "send it first", "pay the bill that took its place", fmt.Sprintf(`"postmeter bill send %d"`, d.row.ID))
}

func amountOf(text string, c money.Currency) (money.Amount, error) {
	amount, err := money.ParseAmount(text, c)
	if err != nil {
		return amount, fault.At("--amount", "%s", fault.MessageOf(err))
	}
	return amount, nil
}

// TakeBack reverses a payment or a write-off of a bill that was wrong. Day is the civil date of it.
func TakeBack(ctx context.Context, db *store.DB, by store.By, billID, entry int64, day period.Date, reason string) (*Booking, error) {
	reason, err := reasonOf(reason)
	if err != nil {
		return nil, err
	}
	return onBill(ctx, db, by, billID, func(d *desk) (ledger.Entry, error) {
		if err := d.notLater(day); err != nil {
			return ledger.Entry{}, err
		}
		for i := range d.entries {
			if d.entries[i].ID == entry && d.entries[i].BillID == billID {
				return ledger.TakeBack(d.entries, entry, d.day(day), reason)
			}
		}
		return ledger.Entry{}, fault.New(fault.NotFound, "bill %d has no ledger entry %d: look at the customer's account", billID, entry).
			Typed(`see "postmeter customer statement %q"`, d.row.Company)
	})
}

// Today stands for the day on which something is booked.
const Today = period.First

func (d *desk) day(day period.Date) period.Date {
	if day == Today {
		return d.today
	}
	return day
}

func (d *desk) notLater(day period.Date) error {
	if day != Today && day > d.today {
		return fault.At("--date", "%s is after today, %s", day, d.today)
	}
	return nil
}

// WriteOff gives up what is open on a bill.
func WriteOff(ctx context.Context, db *store.DB, by store.By, billID int64, reason string) (*Booking, error) {
	reason, err := reasonOf(reason)
	if err != nil {
		return nil, err
	}
	return onBill(ctx, db, by, billID, func(d *desk) (ledger.Entry, error) {
		if err := d.final("written off", "nothing is owed for it", "nothing is owed for it", ""); err != nil {
			return ledger.Entry{}, err
		}
		return ledger.GiveUp(&d.bill, d.entries, d.today, reason)
	})
}
