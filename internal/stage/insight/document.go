package insight

import (
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/statement"
)

// Document is a bill for programs. Amounts carry the currency's decimals; dates that there are not yet are empty.
type Document struct {
	ID            int64          `json:"id"`
	Number        string         `json:"number"`
	Customer      string         `json:"customer"`
	Status        invoice.Status `json:"status"`
	Period        Days           `json:"period"`
	Currency      string         `json:"currency"`
	Lines         []Line         `json:"lines"`
	Subtotal      string         `json:"subtotal"`
	Tax           string         `json:"tax"`
	CreditApplied string         `json:"credit_applied"`
	Total         string         `json:"total"`
	CreditLeft    string         `json:"credit_left"`
	Paid          string         `json:"paid"`                  // of the total
	WrittenOff    string         `json:"written_off"`           // of the total: given up, and not owed
	Open          string         `json:"open"`                  // of the total: still owed; nothing of a draft or a void bill
	CreditNote    *CreditNote    `json:"credit_note,omitempty"` // of a void bill
	IssueDate     string         `json:"issue_date"`
	DueDate       string         `json:"due_date"`
	Stale         bool           `json:"stale"`
	Warnings      []string       `json:"warnings"`
}

// CreditNote is what took a bill back.
type CreditNote struct {
	Number string `json:"number"`
	Date   string `json:"date"`
	Amount string `json:"amount"`
	Reason string `json:"reason"`
}

// Days is a period with both ends inside.
type Days struct {
	Start string `json:"start"`
	End   string `json:"end"`
}

// Line is a line as in a quote.
type Line struct {
	Group       string `json:"group"`
	Month       string `json:"month"`
	Kind        string `json:"kind"`
	Ref         string `json:"ref"`
	Method      string `json:"method"`
	Object      string `json:"object"`
	Days        int    `json:"days"`
	DaysInMonth int    `json:"days_in_month"`
	Quantity    string `json:"quantity"`
	Amount      string `json:"amount"`
}

// DocumentOf writes a bill for programs.
func DocumentOf(f *statement.Facts) Document {
	b := &f.Bill
	amount := func(minor int64) string { return money.Amount{Minor: minor, Currency: b.Currency}.String() }
	d := Document{
		ID: b.ID, Number: b.Number, Customer: f.Customer.Company, Status: b.Status,
		Period:   Days{b.Period.Start.String(), b.Period.End.String()},
		Currency: b.Currency.Code(), Subtotal: amount(b.Subtotal), Tax: amount(b.Tax), CreditApplied: amount(b.CreditApplied),
		Total: amount(b.Total), CreditLeft: amount(b.CreditLeft), IssueDate: b.Issued.Text(), DueDate: b.Due.Text(), Stale: b.Stale,
		Lines: make([]Line, 0, len(f.Lines)), Warnings: append([]string{}, b.Warnings...),
	}
	d.Paid, d.WrittenOff, d.Open = amount(b.Paid), amount(b.WrittenOff), amount(0)
	if n := b.CreditNote; n != nil {
		d.CreditNote = &CreditNote{Number: n.Number, Date: n.Issued.String(), Amount: amount(n.Amount), Reason: n.Reason}
	} else if !b.Draft() {
		d.Open = amount(b.Open())
	}
	for i := range f.Lines {
		d.Lines = append(d.Lines, lineOf(&f.Lines[i], amount))
	}
	return d
}

func lineOf(l *statement.Line, amount func(int64) string) Line {
	month := ""
	if l.Month != 0 {
		month = l.Month.String()
	}
	return Line{
		Group: l.Group, Month: month, Kind: l.Kind, Ref: l.Ref, Method: l.Method, Object: l.Object,
		Days: l.Days, DaysInMonth: l.DaysInMonth, Quantity: l.Quantity.String(), Amount: amount(l.Amount),
	}
}
