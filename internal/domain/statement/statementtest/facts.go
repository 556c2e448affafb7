package statementtest

import (
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
	"postmeter/internal/domain/statement"
)

var dec = money.MustDecimal

// All returns every bill of this package by a name that can be a file's.
func All() map[string]*statement.Facts {
	return map[string]*statement.Facts{
		"ordinary":  Ordinary(),
		"draft":     Draft(),
		"prepaid":   Prepaid(),
		"free":      Free(),
		"void":      Void(),
		"given-up":  GivenUp(),
		"late":      Late(),
		"empty":     Empty(),
		"two-month": TwoMonths(),
		"names":     Names(),
		"long":      Long(),
	}
}

// base is a sent bill of September 2026 without lines.
func base(number string) *statement.Facts {
	return &statement.Facts{
		Bill: statement.Bill{
			ID: 7, Number: number, Status: invoice.StatusSent,
			Period: period.Period{Start: period.MustParse("2026-09-01"), End: period.MustParse("2026-09-30")},
			Issued: period.MustParse("2026-10-01"), Due: period.MustParse("2026-10-15"),
			Currency: money.MustCurrency("USD"),
		},
		Issuer: statement.Issuer{Name: "Example Lists", Address: "1 Mail Street\nSpringfield 12345", TaxNumber: "X1", Email: "billing@example-lists.test", TermsDays: 14},
		Customer: statement.Customer{
			ID: 1, Company: "Acme Ltd", Contact: "A. Jones", Email: "billing@acme.test", Payment: "invoice",
			Information: []statement.Field{{Name: "address", Text: "7 Factory Road\nShelbyville"}, {Name: "Tax number", Text: "AC-99"}, {Name: "purchase_order", Text: "42"}, {Name: "internal", Text: "always late"}},
		},
		Plans:   map[int64]statement.Plan{},
		Charges: map[int64]statement.Charge{},
	}
}

// finish numbers the lines and adds them up, with the credit that there is.
func finish(f *statement.Facts, credit int64) *statement.Facts {
	b := &f.Bill
	for i := range f.Lines {
		f.Lines[i].Number = i + 1
		b.Subtotal += f.Lines[i].Amount
	}
	b.CreditApplied = max(0, min(credit, b.Subtotal))
	b.Total = max(0, b.Subtotal-b.CreditApplied)
	b.CreditLeft = credit - b.CreditApplied + max(0, -b.Subtotal)
	return f
}

// Standard is a plan of messages with an allowance.
func Standard() statement.Plan {
	return statement.Plan{Name: "Standard", Description: "For busy discussion lists", Spec: rating.PlanSpec{
		ID: "std", MonthlyPrice: dec("25"), Minimum: dec("60"),
		Usage: []rating.ComponentSpec{{
			Method: rating.Messages, UnitKB: 40, Included: dec("10000"), ProrateIncluded: true,
			Overage: &rating.OverageSpec{Per: dec("1000"), Price: dec("0.9")},
		}},
	}}
}

// Tiered is a plan of several meters with tiers.
func Tiered() statement.Plan {
	first, second := dec("10000"), dec("50000")
	return statement.Plan{Name: "Newsletter", Spec: rating.PlanSpec{
		ID: "news",
		Usage: []rating.ComponentSpec{
			{Method: rating.Messages, Tiers: []rating.TierSpec{
				{UpTo: &first, Per: dec("1000"), Price: dec("1.25")},
				{UpTo: &second, Per: dec("1000"), Price: dec("0.8"), Flat: dec("5")},
				{Per: dec("1000"), Price: dec("0.4")},
			}},
			{Method: rating.Bandwidth, Included: dec("2"), ProrateIncluded: true, Overage: &rating.OverageSpec{Per: dec("1"), Price: dec("0.35")}},
			{Method: rating.Members, Included: dec("500"), Overage: &rating.OverageSpec{Per: dec("500"), Price: dec("4"), RoundUp: true}},
		},
	}}
}

func line(group, kind, ref string, version int64, days int, quantity string, minor int64) statement.Line {
	return statement.Line{
		GroupID: 1, Group: group, Month: 202609, Kind: kind, Ref: ref, Version: version, Component: -1,
		Days: days, DaysInMonth: 30, Quantity: dec(quantity), Amount: minor,
	}
}

func meter(l statement.Line, component int, method, object string) statement.Line {
	l.Component, l.Method, l.Object = component, method, object
	return l
}

// Ordinary is a sent bill of two contracts: an allowance for part of the month, tiers, packs, charges and credit.
func Ordinary() *statement.Facts {
	f := base("2026-00007")
	f.Plans[1], f.Plans[2] = Standard(), Tiered()
	f.Charges[1] = statement.Charge{Name: "Archive", Description: "Public archive of all lists", Spec: rating.Charge{ID: "arch", Amount: dec("6"), Recurring: true, Proratable: true}}
	f.Charges[2] = statement.Charge{Name: "Set-up", Spec: rating.Charge{ID: "setup", Amount: dec("40")}}
	archive, setup := line("Main", "charge", "arch", 1, 21, "2", 840), line("Main", "charge", "setup", 2, 30, "1", 4000)
	setup.Description = "Three lists moved from the old system"
	f.Lines = []statement.Line{
		line("Main", "plan", "std", 1, 21, "0.7", 1750),
		meter(line("Main", "overage", "std", 1, 21, "12345.6", 1111), 0, "messages", ""),
		line("Main", "minimum", "std", 1, 21, "1", 1339),
		archive, setup,
		meter(line("Newsletter 2026", "overage", "news", 2, 30, "61234.5", 5399), 0, "messages", ""),
		meter(line("Newsletter 2026", "overage", "news", 2, 30, "10.283203", 360), 1, "bandwidth", ""),
		meter(line("Newsletter 2026", "overage", "news", 2, 30, "734", 800), 2, "members", ""),
	}
	f.Customer.Note = "Thank you for hosting your lists with us.\nThe archive is free from January on."
	f.Usage = []statement.Usage{
		{Object: "s1/acme.test/dev", Messages: 312, Recipients: 18720, Bytes: 1 << 29, Members: 60},
		{Object: "s1/acme.test/news", Messages: 4, Recipients: 61234, Bytes: 13189316608, Members: 1234},
	}
	return finish(f, 2500)
}

// Draft is Ordinary before it was sent.
func Draft() *statement.Facts {
	f := Ordinary()
	b := &f.Bill
	b.Number, b.Status, b.Issued, b.Due = "", invoice.StatusDraft, period.First, period.First
	return f
}

// Prepaid is a bill below zero: the rest is carried.
func Prepaid() *statement.Facts {
	f := base("2026-00008")
	f.Plans[1] = Standard()
	f.Charges[3] = statement.Charge{Name: "Prepayment", Spec: rating.Charge{ID: "pre", Amount: dec("-100")}}
	f.Lines = []statement.Line{line("Main", "plan", "std", 1, 30, "1", 2500), line("Main", "charge", "pre", 3, 30, "1", -10000)}
	return finish(f, 0)
}

// Free is the bill of a customer who does not pay.
func Free() *statement.Facts {
	f := base("2026-00009")
	f.Customer.Payment = "free"
	f.Plans[1] = Standard()
	taken := statement.Line{Kind: "complimentary", Component: -1, Quantity: dec("1"), Amount: -2500}
	f.Lines = []statement.Line{line("Main", "plan", "std", 1, 30, "1", 2500), taken}
	return finish(f, 0)
}

// Void is a bill that was taken back.
func Void() *statement.Facts {
	f := Ordinary()
	f.Bill.Status = invoice.StatusVoid
	f.Bill.CreditNote = &statement.CreditNote{Number: "CN-2026-00003", Issued: period.MustParse("2026-10-20"), Amount: f.Bill.Subtotal,
		Reason: "the discount that was agreed in August is missing"}
	return f
}

// GivenUp is a bill that was paid in part; the rest was written off.
func GivenUp() *statement.Facts {
	f := Ordinary()
	f.Bill.Paid, f.Bill.WrittenOff = 10000, 3099
	return f
}

// Late is a bill of October that corrects September: a meter, and a list of a plan that bills by list.
func Late() *statement.Facts {
	f := base("2026-00012")
	f.Bill.Period = period.Month(202610).Period()
	f.Plans[1], f.Plans[2] = Standard(), Tiered()
	plan := line("Main", "plan", "std", 1, 31, "1", 2500)
	plan.Month, plan.DaysInMonth = 202610, 31
	f.Lines = []statement.Line{
		plan,
		meter(line("Main", "late", "std", 1, 0, "4551.111", 410), -1, "messages", ""),
		meter(line("Main", "late", "std", 1, 0, "1", -675), -1, "", "s1/acme.test/dev"),
	}
	return finish(f, 0)
}

// Empty is a bill without a line.
func Empty() *statement.Facts { return finish(base("2026-00010"), 0) }

// TwoMonths is a bill in a currency without decimals over two months, with every list a contract item.
func TwoMonths() *statement.Facts {
	f := base("2026-00011")
	f.Bill.Currency = money.MustCurrency("JPY")
	f.Bill.Period.End = period.MustParse("2026-10-31")
	f.Customer.Payment, f.Customer.CardType, f.Customer.CardLast4 = "credit_card", "Visa", "4242"
	plan := Standard()
	plan.Spec.Scope, plan.Spec.MonthlyPrice = rating.ScopeList, dec("900")
	f.Plans[1] = plan
	for _, month := range []period.Month{202609, 202610} {
		for _, list := range []string{"dev", "news"} {
			l := meter(line("Lists", "plan", "std", 1, month.Days(), "1", 900), -1, "", "s1/acme.test/"+list)
			l.Month, l.DaysInMonth = month, month.Days()
			f.Lines = append(f.Lines, l)
		}
	}
	return finish(f, 0)
}
