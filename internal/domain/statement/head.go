package statement

import (
	"fmt"
	"strings"
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
	if text := bill.Due.Text(); text != "" {
		fields = append(fields, Field{"Due", text})
	}
	fields = append(fields, Field{"Period", bill.Period.String()})
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
	case bill.Status == "void":
		h.Label, h.Note = "Void", "This invoice was taken back; nothing is due."
	case bill.Status == "paid":
		h.Label, h.Note = "Paid", "Thank you."
	case bill.Total == 0:
		h.Label, h.Note = "Nothing to pay", ""
	case bill.Due.Text() != "":
		h.Note = "by " + bill.Due.Text()
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
	sums := []Sum{{Label: "Subtotal", Value: total(bill.Subtotal, b.currency)}}
	if bill.Tax != 0 {
		sums = append(sums, Sum{Label: "Tax", Value: total(bill.Tax, b.currency)})
	}
	if bill.CreditApplied != 0 {
		sums = append(sums, Sum{Label: "Credit from earlier bills", Value: total(-bill.CreditApplied, b.currency)})
	}
	sums = append(sums, Sum{Label: "Total", Value: total(bill.Total, b.currency), Strong: true})
	if bill.CreditLeft != 0 {
		sums = append(sums, Sum{Label: "Carried to your next bill", Value: total(-bill.CreditLeft, b.currency)})
	}
	return sums
}

// payment says how and when to pay.
func (b *composer) payment() []string {
	bill, c := &b.facts.Bill, &b.facts.Customer
	switch {
	case bill.Status == "void" || bill.Status == "paid":
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
