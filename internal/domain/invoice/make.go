package invoice

import (
	"postmeter/internal/domain/account"
	"postmeter/internal/domain/rating"
)

// Make turns the quote of an account into a draft. warnings are what validation found odd.
func Make(a *account.Account, q *rating.Quote, made Revisions, warnings []string) *Bill {
	b := &Bill{
		CustomerID: a.Customer.ID, Period: a.Input.Period, Currency: a.Input.Currency, Made: made, Warnings: warnings,
		Subtotal: q.Subtotal, Tax: q.Tax, CreditApplied: q.CreditApplied, Total: q.Total, CreditLeft: q.CreditLeft,
		Lines: make([]Line, len(q.Lines)), Usage: UsageText(a),
	}
	for i := range q.Lines {
		fillLine(&b.Lines[i], a, &q.Lines[i])
	}
	return b
}

func fillLine(into *Line, a *account.Account, l *rating.Line) {
	*into = Line{
		Month: l.Month, Kind: l.Kind.String(), Ref: l.Ref, Version: l.Version, Component: int64(l.Component),
		Method: l.Method.String(), Object: l.Object, Days: int64(l.Days), DaysInMonth: int64(l.DaysInMonth),
		Quantity: quantity(l), Amount: l.Amount, Tax: l.Tax,
	}
	if l.List >= 0 {
		into.ListID = a.Lists[l.List].ID
	}
	if l.Group >= 0 {
		into.GroupID = a.Groups[l.Group].ID
		into.Group = a.Input.Customer.Groups[l.Group].Name
		if l.Charge >= 0 {
			into.Assignment = a.Groups[l.Group].Charges[l.Charge].Assignment
		}
	}
}

// quantity is the text of a line's quantity; that of a whole item needs no memory.
func quantity(l *rating.Line) string {
	if one, ok := l.Quantity.Whole(); ok && one == 1 {
		return "1"
	}
	return l.Quantity.String()
}
