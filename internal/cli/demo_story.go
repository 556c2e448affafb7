package cli

import (
	"fmt"
	"strings"

	"postmeter/internal/app/demo"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/statement"
	"postmeter/internal/stage/settle"
)

// demoBills lists the invoices: how much, what became of each, and where it was mailed.
func demoBills(b *strings.Builder, r *demo.Report) error {
	fmt.Fprintf(b, "\nInvoices of %s\n", r.Run.Start[:len("2026-09")])
	t := newTable("", "ID>", "NUMBER", "CUSTOMER", r.Run.Currency+">", "STATUS", "OPEN>", "MAILED TO")
	open := 0
	due := ""
	for i := range r.Bills {
		bill := &r.Bills[i]
		owed := unlessZero(bill.Open)
		if owed != "" {
			open, due = open+1, bill.Due
		}
		t.add("", fmt.Sprint(bill.ID), bill.Number, bill.Customer, statement.Thousands(bill.Total), string(bill.Status), owed, demoMailed(bill.MailedTo))
	}
	if err := t.print(b); err != nil {
		return err
	}
	fmt.Fprintf(b, "  To be received: %s %s on %d invoices, due by %s\n", statement.Thousands(r.Receivable), r.Run.Currency, open, due)
	return nil
}

func demoMailed(addresses []string) string {
	switch len(addresses) {
	case 0:
		return "nobody: the customer is free"
	case 1:
		return addresses[0]
	}
	return fmt.Sprintf("%s and %d more", addresses[0], len(addresses)-1)
}

// demoStory tells what happened after the invoices were sent.
func demoStory(b *strings.Builder, r *demo.Report) error {
	currency := r.Run.Currency
	b.WriteString("\nWhat happened then\n")
	for _, p := range r.Payments {
		demoPaid(b, p, demoBill(r.Bills, p.Customer).Total)
	}
	v, again := r.Dispute.Voided, demoBill(r.Bills, r.Dispute.Voided.Customer)
	fmt.Fprintf(b, "  disputed  by %s: %s\n", v.Customer, v.Reason)
	fmt.Fprintf(b, "            credit note %s takes %s over %s %s back; with the contract put right\n", v.CreditNote, v.Number, v.Total, currency)
	fmt.Fprintf(b, "            the month comes to %s %s: %s, mailed to %s\n", again.Total, currency, again.Number, demoMailed(again.MailedTo))
	fmt.Fprintf(b, "  found     a log that nobody had: %s deliveries of a month that is billed and sent\n", number(r.Found.Counted))
	fmt.Fprintf(b, "  billed    %s: %s %s to %d customers, as drafts\n", r.NextRun.Start[:len("2026-10")], statement.Thousands(r.NextRun.Total), currency, r.NextRun.Billed)
	for _, l := range r.Late {
		fmt.Fprintf(b, "  late      of these %s %s correct the %s of %s in %s: bill %d, line %d\n",
			statement.Thousands(l.Amount), currency, l.Method, l.Customer, l.Month, l.Bill, l.Line)
	}
	return nil
}

func demoPaid(b *strings.Builder, p *settle.Booking, total string) {
	what := "what it owed"
	if unlessZero(p.Credit) != "" {
		what = fmt.Sprintf("and %s more, which is credit for its next bill", p.Credit)
	}
	fmt.Fprintf(b, "  paid      by %s: %s %s for %s, %s\n", p.Customer, statement.Thousands(total), p.Currency, p.Number, what)
}

// demoStatement shows the books of the customer whose bill was taken back.
func demoStatement(b *strings.Builder, r *demo.Report) error {
	fmt.Fprintf(b, "\nStatement of %s\n", r.Statement.Customer)
	t := newTable("", "DATE", "WHAT", "NUMBER", "AMOUNT>", "CREDIT>", "OWED>", "CREDIT LEFT>")
	for i := range r.Statement.Entries {
		e := &r.Statement.Entries[i]
		t.add("", e.Date, kindName(e.Kind), e.Number, unlessZero(e.Amount), unlessZero(e.Credit), statement.Thousands(e.Owed), statement.Thousands(e.Left))
	}
	return t.print(b)
}

func demoVoid(r *demo.Report) (found demo.Invoice) {
	for _, bill := range r.Bills {
		if bill.Status == invoice.StatusVoid {
			found = bill
		}
	}
	return found
}

// demoLate is the bill on which a correction stands.
func demoLate(r *demo.Report) (found demo.Invoice) {
	for _, l := range r.Late {
		found = demoBill(r.NextBills, l.Customer)
	}
	return found
}
