package store

import (
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
)

// VoidBill takes a final bill back: its days, its one-time charges and its late lines are free to be billed again.
// The caller holds LockBills and LockLedger. A bill that is not final is a Conflict fault.
func (tx *Tx) VoidBill(note CreditNote) error {
	n, err := tx.ExecCount(`UPDATE bill SET state = 'void' WHERE customer_id = $1 AND id = $2 AND state = 'final'`, note.CustomerID, note.BillID)
	if err != nil {
		return err
	}
	if n != 1 {
		return fault.New(fault.Conflict, "bill %d is not final any more: look at the bill", note.BillID).Typed(`see "postmeter bill list"`)
	}
	if err := tx.Exec(`INSERT INTO credit_note (customer_id, bill_id, number, issue_day, currency, amount, reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, note.CustomerID, note.BillID, note.Number, int64(note.Issued), note.Currency.Code(),
		note.Amount, note.Reason); err != nil {
		return err
	}
	if err := tx.BumpMoney(note.CustomerID); err != nil {
		return err
	}
	return tx.Record(Change{CustomerID: note.CustomerID, Entity: "bill", EntityID: note.BillID, Action: "void",
		Before: map[string]string{"state": string(invoice.Final)},
		After: map[string]string{"state": string(invoice.Void), "credit_note": note.Number, "reason": note.Reason,
			"amount": money.Amount{Minor: note.Amount, Currency: note.Currency}.String() + " " + note.Currency.Code()}})
}

// CreditNote takes a final bill back.
type CreditNote struct {
	CustomerID, BillID int64
	Number             string
	Issued             period.Date
	Currency           money.Currency
	Amount             int64 // minor units: what it takes back, the bill's subtotal and tax
	Reason             string
}

// CreditNotes returns a customer's credit notes by the bill that they take back.
func (s *Snapshot) CreditNotes(customerID int64) (map[int64]CreditNote, error) {
	out := map[int64]CreditNote{}
	err := s.raw(`SELECT bill_id, number, issue_day, currency, amount, reason FROM credit_note WHERE customer_id = $1`,
		[]any{customerID}, func(r *rawRow) error {
			currency, err := money.ParseCurrency(r.text(3))
			out[r.int(0)] = CreditNote{CustomerID: customerID, BillID: r.int(0), Number: r.text(1), Issued: period.Date(r.int(2)),
				Currency: currency, Amount: r.int(4), Reason: r.text(5)}
			return err
		})
	return out, err
}
