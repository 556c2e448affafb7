package store

import (
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/ledger"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
)

// LockLedger waits until no other transaction books for a customer, and keeps others from it until this one ends.
// Whoever books takes it before reading what it decides by. A customer that does not exist is a NotFound fault.
func (tx *Tx) LockLedger(customerID int64) error {
	n, err := tx.ExecCount(`UPDATE customer SET revision = revision WHERE id = $1`, customerID)
	if err == nil && n == 0 {
		return fault.New(fault.NotFound, "there is no customer %d", customerID)
	}
	return err
}

// PostInvoice books a bill in the transaction that makes it final: what is owed, the credit that it spends, the credit
// that it gives. It raises the customer's revision, so that other drafts of the customer become stale, and records
// the booking. Credit that is not there any more is a Conflict fault.
func (tx *Tx) PostInvoice(b ledger.Bill) error {
	if err := tx.BumpMoney(b.CustomerID); err != nil { // holds the ledger, as LockLedger does
		return err
	}
	credit, err := tx.CreditOf(b.CustomerID)
	if err != nil {
		return err
	}
	entries, err := ledger.Post(&b, credit)
	if err != nil {
		return err
	}
	return tx.Book(entries)
}

// Book adds entries to the ledger, with their history; they get their ids and the time of the transaction.
func (tx *Tx) Book(entries []ledger.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	first, err := tx.NewIDs("ledger_entry", len(entries))
	if err != nil {
		return err
	}
	bulk := tx.Bulk("ledger_entry", "", "customer_id", "id", "at", "day", "kind", "currency", "amount", "credit", "bill_id",
		"reverses", "reference", "note")
	for i := range entries {
		e := &entries[i]
		e.ID, e.At = first+int64(i), tx.by.At.UnixMicro()
		if err := bulk.Add(e.CustomerID, e.ID, e.At, int64(e.Day), string(e.Kind), e.Currency.Code(), e.Amount, e.Credit, e.BillID,
			e.Reverses, e.Reference, e.Note); err != nil {
			return err
		}
		if err := tx.Record(booked(e)); err != nil {
			return err
		}
	}
	return bulk.Flush()
}

// booked is the history of an entry.
func booked(e *ledger.Entry) Change {
	amount := func(minor int64) string { return money.Amount{Minor: minor, Currency: e.Currency}.String() }
	return Change{CustomerID: e.CustomerID, Entity: "ledger_entry", EntityID: e.ID, Action: "booked", After: bookedNote{
		Kind: e.Kind, Day: e.Day.String(), Currency: e.Currency.Code(), Amount: amount(e.Amount), Credit: amount(e.Credit),
		Bill: e.BillID, Reverses: e.Reverses, Reference: e.Reference, Note: e.Note,
	}}
}

type bookedNote struct {
	Kind      ledger.Kind `json:"kind"`
	Day       string      `json:"day"`
	Currency  string      `json:"currency"`
	Amount    string      `json:"amount"`
	Credit    string      `json:"credit"`
	Bill      int64       `json:"bill,omitempty"`
	Reverses  int64       `json:"reverses,omitempty"`
	Reference string      `json:"reference,omitempty"`
	Note      string      `json:"note,omitempty"`
}

// CreditOf returns a customer's credit, in minor units.
func (s *Snapshot) CreditOf(customerID int64) (credit int64, err error) {
	_, err = s.one(`SELECT coalesce(CAST(sum(credit) AS BIGINT), 0) FROM ledger_entry WHERE customer_id = $1`, []any{customerID}, &credit)
	return credit, err
}

// Ledger returns a customer's entries in the order of booking.
func (s *Snapshot) Ledger(customerID int64) ([]ledger.Entry, error) {
	var out []ledger.Entry
	err := s.raw(`SELECT id, at, day, kind, currency, amount, credit, bill_id, reverses, reference, note
		FROM ledger_entry WHERE customer_id = $1 ORDER BY id`, []any{customerID}, func(r *rawRow) error {
		currency, err := money.ParseCurrency(r.text(4))
		out = append(out, ledger.Entry{
			CustomerID: customerID, ID: r.int(0), At: r.int(1), Day: period.Date(r.int(2)), Kind: ledger.Kind(r.text(3)), Currency: currency,
			Amount: r.int(5), Credit: r.int(6), BillID: r.int(7), Reverses: r.int(8), Reference: r.text(9), Note: r.text(10),
		})
		return err
	})
	return out, err
}

// LedgerBill returns what the ledger says of a bill row.
func LedgerBill(b *BillRow) ledger.Bill {
	worth := b.Subtotal + b.Tax
	return ledger.Bill{
		CustomerID: b.CustomerID, ID: b.ID, Day: b.Issued, Currency: b.Currency, Total: b.Axes.Total,
		CreditApplied: b.CreditApplied, CreditAdded: max(0, b.Axes.Total+b.CreditApplied-worth),
	}
}

// BillNumbers returns the numbers of a customer's bills that have one, by id.
func (s *Snapshot) BillNumbers(customerID int64) (map[int64]string, error) {
	out := map[int64]string{}
	err := s.raw(`SELECT id, number FROM bill WHERE customer_id = $1 AND number <> ''`, []any{customerID}, func(r *rawRow) error {
		out[r.int(0)] = r.text(1)
		return nil
	})
	return out, err
}
