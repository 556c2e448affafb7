package store

import (
	"strconv"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
)

// billNote is what the history keeps of a draft: enough to read, little to store.
func billNote(b *invoice.Bill) RawJSON {
	return note(b, b.Total, len(b.Lines), "}")
}

func note(b *invoice.Bill, total int64, lines int, end string) RawJSON {
	out := make([]byte, 0, 120)
	out = append(append(out, `{"start":"`...), b.Period.Start.String()...)
	out = append(append(out, `","end":"`...), b.Period.End.String()...)
	out = append(append(out, `","total":"`...), money.Amount{Minor: total, Currency: b.Currency}.String()...)
	out = append(append(out, ' '), b.Currency.Code()...)
	out = append(out, `","lines":`...)
	out = strconv.AppendInt(out, int64(lines), 10)
	return RawJSON(append(out, end...))
}

// replaced is the change of a draft that was run again.
func replaced(r *Replacement) Change {
	end := `,"lines_added":` + strconv.Itoa(r.Added) + `,"lines_removed":` + strconv.Itoa(r.Removed) +
		`,"lines_changed":` + strconv.Itoa(r.Changed) + `}`
	return Change{CustomerID: r.Bill.CustomerID, Entity: "bill", EntityID: r.Bill.ID, Action: "run again",
		Before: note(r.Bill, r.Difference.Before, r.Lines, "}"), After: note(r.Bill, r.Difference.After, len(r.Bill.Lines), end)}
}

// withdrawn is the change of a draft that is no more.
func withdrawn(w *Withdrawal) Change {
	return Change{CustomerID: w.Bill.CustomerID, Entity: "bill", EntityID: w.Bill.ID, Action: "withdrawn",
		Before: billNote(w.Bill), After: map[string]string{"because": w.Because}}
}
