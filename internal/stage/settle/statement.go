package settle

import (
	"context"

	"postmeter/internal/domain/ledger"
	"postmeter/internal/domain/money"
	"postmeter/internal/store"
)

// Account is a customer's statement: every entry, with the balance after it. Amounts carry the currency's decimals.
type Account struct {
	Customer string `json:"customer"`
	Currency string `json:"currency"`
	Entries  []Row  `json:"entries"` // in the order of booking
	Owed     string `json:"owed"`
	Credit   string `json:"credit"`
}

// Row is an entry of a statement.
type Row struct {
	Entry     int64       `json:"entry"`
	Date      string      `json:"date"`
	Kind      ledger.Kind `json:"kind"`
	Bill      int64       `json:"bill,omitempty"`
	Number    string      `json:"number,omitempty"` // of the bill, or of its credit note
	Reference string      `json:"reference,omitempty"`
	Note      string      `json:"note,omitempty"`
	Amount    string      `json:"amount"`       // what the customer owes more or less
	Credit    string      `json:"credit"`       // what the credit grows or shrinks by
	Owed      string      `json:"owed"`         // after it
	Left      string      `json:"credit_after"` // after it
	Reverses  int64       `json:"reverses,omitempty"`
	Undone    bool        `json:"undone,omitempty"`      // taken back later
	GivenUp   string      `json:"written_off,omitempty"` // of an invoice: what was given up of it and is not paid
}

// Statement reads a customer's statement. A company that does not exist is a NotFound fault.
func Statement(ctx context.Context, db *store.DB, company string) (*Account, error) {
	var out *Account
	err := db.Read(ctx, func(s *store.Snapshot) error {
		ids, err := s.CustomerIDsOf([]string{company})
		if err != nil {
			return err
		}
		set, err := s.Settings()
		if err != nil {
			return err
		}
		entries, err := s.Ledger(ids[0])
		if err != nil {
			return err
		}
		notes, err := s.CreditNotes(ids[0])
		if err != nil {
			return err
		}
		numbers, err := s.BillNumbers(ids[0])
		if err != nil {
			return err
		}
		out, err = statement(company, set.Currency, entries, func(e *ledger.Entry) string {
			if e.Kind == ledger.CreditNote {
				return notes[e.BillID].Number
			}
			return numbers[e.BillID]
		})
		return err
	})
	return out, err
}

func statement(company string, c money.Currency, entries []ledger.Entry, number func(*ledger.Entry) string) (*Account, error) {
	amount := func(minor int64) string { return money.Amount{Minor: minor, Currency: c}.String() }
	rows, err := ledger.Statement(entries)
	if err != nil {
		return nil, err
	}
	var last ledger.Balance
	out := &Account{Customer: company, Currency: c.Code(), Entries: make([]Row, len(rows))}
	for i := range rows {
		e := &rows[i]
		last = e.After
		out.Entries[i] = Row{
			Entry: e.ID, Date: e.Day.String(), Kind: e.Kind, Bill: e.BillID, Number: number(&e.Entry), Reference: e.Reference, Note: e.Note,
			Amount: amount(e.Amount), Credit: amount(e.Credit), Owed: amount(last.Owed), Left: amount(last.Credit),
			Reverses: e.Reverses, Undone: e.Void,
		}
		if given := ledger.StandingOf(entries, e.BillID).WrittenOff; e.Kind == ledger.Invoice && !e.Void && given > 0 {
			out.Entries[i].GivenUp = amount(given)
		}
	}
	out.Owed, out.Credit = amount(last.Owed), amount(last.Credit)
	return out, nil
}
