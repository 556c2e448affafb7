package settle

import (
	"context"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/ledger"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/settings"
	"postmeter/internal/store"
)

// Limits of what is typed in, in bytes.
const (
	maxReference = 200
	maxReason    = 1000
)

// Booking is what was booked, and how the bill and the customer stand then. Amounts carry the currency's decimals.
type Booking struct {
	Entry    int64          `json:"entry"` // its id in the ledger
	Kind     ledger.Kind    `json:"kind"`
	Customer string         `json:"customer"`
	Bill     int64          `json:"bill,omitempty"`
	Number   string         `json:"number,omitempty"` // of the bill
	Date     string         `json:"date"`
	Currency string         `json:"currency"`
	Amount   string         `json:"amount"`         // what the customer owes more (positive) or less (negative)
	Credit   string         `json:"credit"`         // what the customer's credit grew by
	Open     string         `json:"open,omitempty"` // left on the bill
	Status   invoice.Status `json:"status,omitempty"`
	GivenUp  string         `json:"written_off,omitempty"` // of the bill, if anything
	Owed     string         `json:"owed"`                  // by the customer, on all bills
	Left     string         `json:"credit_left"`           // for the customer's next bill
}

// desk is one transaction's view of a customer's money.
type desk struct {
	settings settings.Settings
	today    period.Date
	row      store.BillRow // of the bill in question; zero without one
	bill     ledger.Bill
	entries  []ledger.Entry // all of the customer
}

// open reads what a booking is decided by. Whoever books has locked the ledger.
func open(s *store.Snapshot, by store.By) (*desk, error) {
	d := &desk{}
	var err error
	if d.settings, err = s.Settings(); err != nil {
		return nil, err
	}
	zone, err := d.settings.Location()
	if err != nil {
		return nil, err
	}
	d.today = period.DateOf(by.At, zone)
	return d, nil
}

// take reads a bill and its customer's ledger.
func (d *desk) take(s *store.Snapshot, billID int64) (err error) {
	if d.row, err = s.Bill(billID); err != nil {
		return err
	}
	d.bill = store.LedgerBill(&d.row)
	d.entries, err = s.Ledger(d.row.CustomerID)
	return err
}

// onBill books one entry about a bill: under its customer's lock, and only if decide finds nothing wrong.
func onBill(ctx context.Context, db *store.DB, by store.By, billID int64, decide func(*desk) (ledger.Entry, error)) (*Booking, error) {
	var out *Booking
	err := db.Write(ctx, by, func(tx *store.Tx) error {
		before, err := tx.Bill(billID)
		if err != nil {
			return err
		}
		if err := tx.LockLedger(before.CustomerID); err != nil {
			return err
		}
		d, err := open(&tx.Snapshot, by)
		if err != nil {
			return err
		}
		if err := d.take(&tx.Snapshot, billID); err != nil {
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

// book adds the entry. Drafts depend on credit: they become stale if it changes.
func (d *desk) book(tx *store.Tx, e ledger.Entry) (*Booking, error) {
	booked := []ledger.Entry{e}
	if err := tx.Book(booked); err != nil {
		return nil, err
	}
	if e.Credit != 0 {
		if err := tx.BumpMoney(e.CustomerID); err != nil {
			return nil, err
		}
	}
	d.entries = append(d.entries, booked[0])
	return d.booking(&booked[0])
}

func (d *desk) booking(e *ledger.Entry) (*Booking, error) {
	balance, err := ledger.BalanceOf(d.entries)
	if err != nil {
		return nil, err
	}
	amount := func(minor int64) string { return money.Amount{Minor: minor, Currency: e.Currency}.String() }
	out := &Booking{
		Entry: e.ID, Kind: e.Kind, Customer: d.row.Company, Bill: e.BillID, Number: d.row.Number, Date: e.Day.String(), Currency: e.Currency.Code(),
		Amount: amount(e.Amount), Credit: amount(e.Credit), Owed: amount(balance.Owed), Left: amount(balance.Credit),
	}
	if e.BillID != 0 {
		axes := d.row.Axes
		standing := ledger.StandingOf(d.entries, e.BillID)
		axes.Open, axes.WrittenOff = standing.Open, standing.WrittenOff
		out.Open, out.Status = amount(axes.Open), axes.Status()
		if axes.WrittenOff > 0 && axes.State == invoice.Final {
			out.GivenUp = amount(axes.WrittenOff)
		}
	}
	return out, nil
}

// final refuses what can only be done with a bill that was sent. draft and void say what to do about one that is not, and
// typed which command does it for a draft.
func (d *desk) final(what, draft, void, typed string) error {
	switch d.row.Axes.State {
	case invoice.Final:
		return nil
	case invoice.Void:
		return fault.New(fault.Conflict, "bill %d is void and cannot be %s: %s", d.row.ID, what, void)
	}
	return fault.New(fault.Conflict, "bill %d is a draft and cannot be %s: %s", d.row.ID, what, draft).Typed("%s", typed)
}

// reasonOf cleans a reason, which must be given.
func reasonOf(text string) (string, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "", fault.At("--reason", "say why: it stays in the customer's history")
	case len(text) > maxReason:
		return "", fault.At("--reason", "has %d bytes: at most %d are allowed", len(text), maxReason)
	}
	return text, nil
}
