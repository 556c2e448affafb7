package statement

import (
	"fmt"
	"strings"

	"postmeter/internal/domain/invoice"
)

// The names under which customers keep what belongs on an invoice. Other fields may be internal and stay inside.
var (
	addressFields  = []string{"address", "postal_address", "billing_address"}
	taxFields      = []string{"tax_number", "tax_id", "vat_number", "vat_id"}
	purchaseFields = []string{"purchase_order", "purchase_order_number", "po_number", "po"}
)

func issuer(i *Issuer) Party {
	p := Party{Name: Clean(i.Name), Lines: CleanLines(i.Address)}
	if text := Clean(i.TaxNumber); text != "" {
		p.Lines = append(p.Lines, "Tax number "+text)
	}
	if text := Clean(i.Email); text != "" {
		p.Lines = append(p.Lines, text)
	}
	return p
}

func recipient(c *Customer) Party {
	p := Party{Name: Clean(c.Company)}
	if text := Clean(c.Contact); text != "" {
		p.Lines = append(p.Lines, text)
	}
	p.Lines = append(p.Lines, CleanLines(field(c, addressFields))...)
	if text := Clean(field(c, taxFields)); text != "" {
		p.Lines = append(p.Lines, "Tax number "+text)
	}
	return p
}

// field returns the first of a customer's fields that has one of the names, however it is spelt: "Purchase order"
// is purchase_order.
func field(c *Customer, names []string) string {
	for _, name := range names {
		for _, f := range c.Information {
			key := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(f.Name)))
			if key == name && strings.TrimSpace(f.Text) != "" {
				return f.Text
			}
		}
	}
	return ""
}

// heads are the facts beside the parties: number, dates, period, reference.
func (b *composer) heads() []Field {
	bill := &b.facts.Bill
	fields := []Field{{"Number", "DRAFT"}}
	if !bill.Draft() {
		fields = []Field{{"Number", Clean(bill.Number)}}
	}
	if text := bill.Issued.Text(); text != "" {
		fields = append(fields, Field{"Date", text})
	}
	if text := bill.Due.Text(); text != "" && bill.Status != invoice.StatusVoid {
		fields = append(fields, Field{"Due", text})
	}
	fields = append(fields, Field{"Period", bill.Period.String()})
	if n := bill.CreditNote; n != nil {
		fields = append(fields, Field{"Credit note", Clean(n.Number) + " of " + n.Issued.String()})
	}
	if text := Clean(field(&b.facts.Customer, purchaseFields)); text != "" {
		fields = append(fields, Field{"Purchase order", text})
	}
	return fields
}

// headline is the amount to pay, or that there is none.
func (b *composer) headline() Headline {
	bill := &b.facts.Bill
	h := Headline{Label: "Amount due", Value: total(bill.Total, b.currency)}
	switch {
	case bill.Status == invoice.StatusVoid:
		h.Label, h.Note = "Void", "Nothing is due."
	case bill.Status == invoice.StatusPaid:
		h.Label, h.Note = "Paid", "Thank you."
	case bill.WrittenOff > 0 && bill.Open() <= 0:
		h.Label, h.Value, h.Note = "Written off", total(bill.WrittenOff, b.currency), "Nothing is due any more."
	case bill.Total == 0:
		h.Label, h.Note = "Nothing to pay", ""
	case bill.Due.Text() != "":
		h.Value, h.Note = total(bill.Open(), b.currency), "by "+bill.Due.Text()
	}
	if bill.Draft() {
		h.Note = "Draft: not an invoice yet"
		if bill.Total != 0 {
			h.Label = "Amount"
		}
	}
	return h
}

// sums are the figures below the lines.
func (b *composer) sums() []Sum {
	bill := &b.facts.Bill
	var sums []Sum
	if bill.Subtotal != bill.Total || bill.Tax != 0 || bill.CreditApplied != 0 { // else it only repeats the total
		sums = append(sums, Sum{Label: "Subtotal", Value: total(bill.Subtotal, b.currency)})
	}
	if bill.Tax != 0 {
		sums = append(sums, Sum{Label: "Tax", Value: total(bill.Tax, b.currency)})
	}
	if bill.CreditApplied != 0 {
		sums = append(sums, Sum{Label: "Credit from earlier bills", Value: total(-bill.CreditApplied, b.currency)})
	}
	sums = append(sums, Sum{Label: "Total", Value: total(bill.Total, b.currency), Strong: true})
	sums = append(sums, b.settled()...)
	if bill.CreditLeft != 0 {
		sums = append(sums, Sum{Label: "Carried to the next bill", Value: total(-bill.CreditLeft, b.currency)})
	}
	return sums
}

// settled says what became of the total, where it was neither paid whole nor is owed whole.
func (b *composer) settled() (sums []Sum) {
	bill := &b.facts.Bill
	if bill.Status == invoice.StatusPaid || bill.Paid+bill.WrittenOff == 0 {
		return nil
	}
	for _, part := range []struct {
		label string
		minor int64
	}{{"Paid", bill.Paid}, {"Written off", bill.WrittenOff}, {"To be paid", bill.Open()}} {
		if part.minor > 0 {
			sums = append(sums, Sum{Label: part.label, Value: total(part.minor, b.currency)})
		}
	}
	return sums
}

// takenBack says what took a void bill back, and why.
func (b *composer) takenBack() []string {
	n := b.facts.Bill.CreditNote
	if n == nil {
		return nil
	}
	value := total(n.Amount, b.currency)
	text := fmt.Sprintf("Credit note %s of %s for %s %s voids this invoice: %s", Clean(n.Number), n.Issued, value.Currency, value.Text, Clean(n.Reason))
	if !strings.ContainsAny(text[len(text)-1:], ".!?") {
		text += "."
	}
	return []string{text}
}

// payment says how and when to pay.
func (b *composer) payment() []string {
	bill, c := &b.facts.Bill, &b.facts.Customer
	switch {
	case bill.Status == invoice.StatusVoid:
		return b.takenBack()
	case bill.Status == invoice.StatusPaid || bill.WrittenOff > 0 && bill.Open() <= 0:
		return nil
	case bill.Total == 0 && bill.CreditLeft > 0:
		return []string{"There is nothing to pay. Your credit is carried to the next bill by itself."}
	case bill.Total == 0:
		return []string{"There is nothing to pay."}
	case c.Payment == "credit_card":
		card := strings.TrimSpace(Clean(c.CardType) + " card")
		if c.CardLast4 != "" {
			card += " ending in " + Clean(c.CardLast4)
		}
		return []string{"The total is charged to your " + card + "."}
	case bill.Due.Text() != "":
		return []string{"Please pay by " + bill.Due.Text() + " and name the invoice's number " + Clean(bill.Number) + "."}
	case b.facts.Issuer.TermsDays > 0:
		return []string{fmt.Sprintf("Payment is due %d days after the date of the invoice.", b.facts.Issuer.TermsDays)}
	}
	return []string{"Payment is due on receipt of the invoice."}
}
