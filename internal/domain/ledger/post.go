package ledger

import (
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
)

// Post returns the entries of a bill that becomes final: the invoice, which is owed and spends credit, and what a bill
// below zero carries over. credit is what the customer has now; a bill that spends more was made before somebody else
// spent it, and is a Conflict.
func Post(b *Bill, credit int64) ([]Entry, error) {
	switch {
	case b.Total < 0 || b.CreditApplied < 0 || b.CreditAdded < 0:
		return nil, fault.New(fault.Internal, "bill %d owes or moves less than nothing", b.ID)
	case b.CreditApplied > credit:
		return nil, fault.New(fault.Conflict, "bill %d uses %s of credit and the customer has %s left: run the bill again",
			b.ID, text(b.CreditApplied, b.Currency), text(credit, b.Currency))
	}
	invoice := b.entry(Invoice)
	invoice.Amount, invoice.Credit = b.Total, -b.CreditApplied
	if b.CreditAdded == 0 {
		return []Entry{invoice}, nil
	}
	if _, err := money.AddMinor(credit, b.CreditAdded); err != nil {
		return nil, err
	}
	carried := b.entry(CarryOver)
	carried.Credit = b.CreditAdded
	return []Entry{invoice, carried}, nil
}

// entry is an empty entry about the bill, on its day of issue.
func (b *Bill) entry(kind Kind) Entry {
	return Entry{CustomerID: b.CustomerID, BillID: b.ID, Day: b.Day, Currency: b.Currency, Kind: kind}
}

// text shows an amount with its currency.
func text(minor int64, c money.Currency) string {
	return money.Amount{Minor: minor, Currency: c}.String() + " " + c.Code()
}
