package demo

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/statement"
	"postmeter/internal/outside/document"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

// Invoice is a bill with the files that it was written to.
type Invoice struct {
	insight.Entry
	Open     string   `json:"open"`      // still owed
	Due      string   `json:"due"`       // empty for a draft
	MailedTo []string `json:"mailed_to"` // addresses
	HTML     string   `json:"html"`
	Text     string   `json:"text"`
}

// writeBills writes each bill as a page and as text, and adds up what is owed.
func (r *Report) writeBills(ctx context.Context, db *store.DB, _ func() store.By) error {
	bills, err := insight.Bills(ctx, db, insight.Query{})
	if err != nil {
		return err
	}
	var owed money.Amount
	for i := range bills {
		facts, err := insight.Facts(ctx, db, bills[i].ID)
		if err != nil {
			return err
		}
		out, err := r.writeBill(&bills[i], facts)
		if err != nil {
			return err
		}
		if facts.Bill.Period != Month.Period() {
			r.NextBills = append(r.NextBills, out)
			continue
		}
		r.Bills = append(r.Bills, out)
		owed.Currency = facts.Bill.Currency
		if owed.Minor, err = money.AddMinor(owed.Minor, openOf(&facts.Bill)); err != nil {
			return err
		}
	}
	r.Receivable = owed.String()
	return nil
}

func (r *Report) writeBill(b *insight.Entry, facts *statement.Facts) (Invoice, error) {
	base := filepath.Join(invoicesDir, fileName(b.Customer))
	switch {
	case facts.Bill.Period != Month.Period():
		base += "-next"
	case b.Status == invoice.StatusVoid:
		base += "-void"
	}
	out := Invoice{
		Entry: *b, Due: facts.Bill.Due.Text(), MailedTo: append([]string{}, r.recipients[b.ID]...), HTML: base + ".html", Text: base + ".txt",
		Open: money.Amount{Minor: openOf(&facts.Bill), Currency: facts.Bill.Currency}.String(),
	}
	s := statement.Compose(facts)
	return out, errors.Join(
		writeFile(filepath.Join(r.Dir, out.HTML), func(f *os.File) error { return document.HTML(f, s) }),
		writeFile(filepath.Join(r.Dir, out.Text), func(f *os.File) error { return document.Text(f, s) }),
	)
}

// openOf is what is owed on a bill: nothing on a draft or a void one.
func openOf(b *statement.Bill) int64 {
	if b.Draft() || b.Status == invoice.StatusVoid {
		return 0
	}
	return b.Open()
}

func writeFile(name string, write func(*os.File) error) error {
	f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, fileMode)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}

// fileName makes a plain file name of a company: "Fir & Sons" is fir-sons.
func fileName(company string) string {
	var out []byte
	for _, c := range []byte(company) {
		switch {
		case c >= 'A' && c <= 'Z':
			out = append(out, c+'a'-'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
			out = append(out, c)
		case len(out) > 0 && out[len(out)-1] != '-':
			out = append(out, '-')
		}
	}
	for len(out) > 0 && out[len(out)-1] == '-' {
		out = out[:len(out)-1]
	}
	return string(out)
}
