package evidence

import (
	"fmt"
	"math/big"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/rating"
	"postmeter/internal/domain/statement"
	"postmeter/internal/domain/usage"
)

// Explain explains the line. deliveries are the stored ones of what Wanted asked for, in any order; days says to
// which civil day an instant belongs.
func (c *Case) Explain(deliveries []Delivery, days *usage.Calendar) *Explanation {
	b := &builder{Case: c, out: c.frame(), currency: c.Facts.Bill.Currency}
	row := statement.RowOf(c.Facts, c.Line)
	b.out.Title = row.Title
	b.out.Sentences = append(append(b.out.Sentences, row.Details...), row.Steps...)
	if c.trouble != nil {
		b.problem("the contract contradicts itself by now, so nothing can be worked out from it: %s", fault.MessageOf(c.trouble))
		return b.out
	}
	switch c.Line.Kind {
	case statement.KindPlan:
		b.plan()
	case statement.KindOverage:
		b.overage(deliveries, days)
	case statement.KindMinimum:
		b.minimum()
	case statement.KindCharge:
		b.charge()
	case statement.KindComplimentary:
		b.complimentary()
	case statement.KindLate:
		return b.out // the bills that it corrects explain it
	default:
		b.problem("nothing is known about lines of this kind")
	}
	b.out.Agrees = len(b.out.Problems) == 0
	if !b.out.Agrees && c.Facts.Bill.Draft() {
		b.problem("run the bill again: what it was made from has changed")
	}
	return b.out
}

// frame is the explanation without its reasons: the line as it stands.
func (c *Case) frame() *Explanation {
	l, bill := c.Line, &c.Facts.Bill
	e := &Explanation{
		Bill: bill.ID, Number: bill.Number, Customer: c.Facts.Customer.Company, Status: string(bill.Status), Currency: bill.Currency.Code(),
		Line: l.Number, Group: l.Group, Kind: l.Kind, Ref: l.Ref, Method: l.Method, Object: l.Object, Days: l.Days, DaysInMonth: l.DaysInMonth,
		Quantity: l.Quantity.String(), Amount: money.Amount{Minor: l.Amount, Currency: bill.Currency}.String(),
		Sentences: []string{}, ActiveDays: []Span{}, Usage: []DayUsage{}, Records: []Record{}, Steps: []Step{}, Problems: []string{},
	}
	if l.Month != 0 {
		e.Month = l.Month.String()
	}
	return e
}

// builder fills in the reasons.
type builder struct {
	*Case
	out      *Explanation
	currency money.Currency
}

func (b *builder) problem(format string, args ...any) {
	b.out.Problems = append(b.out.Problems, fmt.Sprintf(format, args...))
}

func (b *builder) step(value *big.Rat, format string, args ...any) {
	b.out.Steps = append(b.out.Steps, Step{fmt.Sprintf(format, args...), statement.Exact(value, 0)})
}

func (b *builder) money(value *big.Rat, format string, args ...any) {
	b.out.Steps = append(b.out.Steps, Step{fmt.Sprintf(format, args...), statement.Exact(value, b.currency.Decimals())})
}

// rounds ends the arithmetic: the exact amount, rounded, must be the line's.
func (b *builder) rounds(exact *big.Rat) {
	minor, ok := statement.Minor(exact, b.currency)
	rounded := money.Amount{Minor: minor, Currency: b.currency}
	if !ok {
		b.problem("the amount is too large")
		return
	}
	b.out.Steps = append(b.out.Steps, Step{"rounded half away from zero, in " + b.currency.Code(), statement.Thousands(rounded.String())})
	if minor != b.Line.Amount {
		b.problem("this comes to %s %s, but the line says %s", rounded, b.currency.Code(), b.out.Amount)
	}
}

// activeDays shows the item's days and compares their number with the line's.
func (b *builder) activeDays() {
	if b.item == nil {
		b.problem("the plan of this line is not known any more")
		return
	}
	days := b.item.active()
	b.out.ActiveDays = spans(days)
	if len(days) != b.Line.Days {
		b.problem("the item is active on %d days, but the line says %d", len(days), b.Line.Days)
	}
}

func (b *builder) plan() {
	plan, ok := b.Facts.Plans[b.Line.Version]
	b.activeDays()
	if !ok {
		return
	}
	b.share(plan.Spec.MonthlyPrice.Rat(), "price of a whole month")
}

// share multiplies a price by the part of the month, and rounds.
func (b *builder) share(whole *big.Rat, text string) {
	b.money(whole, "%s", text)
	exact := whole
	if b.Line.Days != b.Line.DaysInMonth {
		exact = new(big.Rat).Mul(whole, statement.Share(b.Line.Days, b.Line.DaysInMonth))
		b.money(exact, "times %d of %d days", b.Line.Days, b.Line.DaysInMonth)
	}
	b.rounds(exact)
}

func (b *builder) minimum() {
	plan, ok := b.Facts.Plans[b.Line.Version]
	b.activeDays()
	if !ok {
		return
	}
	due := plan.Spec.Minimum.Rat()
	b.money(due, "minimum of a whole month")
	if b.Line.Days != b.Line.DaysInMonth {
		due = due.Mul(due, statement.Share(b.Line.Days, b.Line.DaysInMonth))
		b.money(due, "times %d of %d days", b.Line.Days, b.Line.DaysInMonth)
	}
	sum := new(big.Rat)
	for i := range b.Facts.Lines {
		l := &b.Facts.Lines[i]
		if l.GroupID == b.Line.GroupID && l.Month == b.Line.Month && l.Version == b.Line.Version && (l.Kind == statement.KindPlan || l.Kind == statement.KindOverage) {
			amount := money.FromMinor(l.Amount, b.currency.Decimals()).Rat()
			sum.Add(sum, amount)
			b.money(amount, "line %d of this plan", l.Number)
		}
	}
	exact := new(big.Rat).Sub(due, sum)
	b.money(exact, "missing to the minimum")
	b.rounds(exact)
}

func (b *builder) complimentary() {
	sum := new(big.Rat)
	for i := range b.Facts.Lines {
		l := &b.Facts.Lines[i]
		if l.Amount > 0 && l.Kind != statement.KindComplimentary {
			amount := money.FromMinor(l.Amount, b.currency.Decimals()).Rat()
			sum.Sub(sum, amount)
			b.money(new(big.Rat).Neg(amount), "line %d is taken back", l.Number)
		}
	}
	b.rounds(sum)
}

func (b *builder) charge() {
	charge, ok := b.Facts.Charges[b.Line.Version]
	if !ok {
		b.problem("the charge of this line is not known any more")
		return
	}
	unit, whose := charge.Spec.Amount, "amount of the charge"
	if b.Line.UnitAmount != nil {
		unit, whose = *b.Line.UnitAmount, "amount agreed for this assignment"
	}
	exact := unit.Rat()
	b.money(exact, "%s", whose)
	if b.Line.Quantity != money.FromInt(1) {
		exact = new(big.Rat).Mul(exact, b.Line.Quantity.Rat())
		b.money(exact, "times %s", b.Line.Quantity)
	}
	if charge.Spec.Proratable && b.Line.Days != b.Line.DaysInMonth {
		exact = new(big.Rat).Mul(exact, statement.Share(b.Line.Days, b.Line.DaysInMonth))
		b.money(exact, "times %d of %d days", b.Line.Days, b.Line.DaysInMonth)
	}
	b.assigned()
	b.rounds(exact)
}

// assigned shows on which days the charge's assignment runs.
func (b *builder) assigned() {
	for g := range b.Account.Groups {
		for i, from := range b.Account.Groups[g].Charges {
			if from.Assignment != b.Line.Assignment {
				continue
			}
			dates, ok := b.Account.Input.Customer.Groups[g].Charges[i].Dates.Intersect(b.Account.Input.Customer.Dates)
			if ok {
				b.out.ActiveDays = []Span{{dates.Start.Text(), dates.End.Text()}}
			}
			return
		}
	}
}

// overageOf prices the metered quantity: allowance, tiers, share, rounding.
func (b *builder) overageOf(c *rating.ComponentSpec, metered *big.Rat, unit string) {
	b.step(metered, "%s metered", unit)
	if metered.Sign() < 0 {
		metered = new(big.Rat)
		b.step(metered, "below zero counts as zero")
	}
	over := metered
	if !c.Included.IsZero() {
		allowance := statement.Allowance(*c, b.Line.Days, b.Line.DaysInMonth)
		b.step(allowance, "%s included", unit)
		over = new(big.Rat).Sub(metered, allowance)
		b.step(over, "%s over", unit)
	}
	if six := statement.SixDecimals(over); six != b.out.Quantity {
		b.problem("%s %s are over the allowance, but the line says %s", six, unit, b.out.Quantity)
	}
	if over.Sign() <= 0 {
		b.problem("nothing is over the allowance, but the line says %s", b.out.Amount)
		return
	}
	priced := statement.PriceOver(*c, over, statement.Share(b.Line.Days, b.Line.DaysInMonth))
	for _, s := range priced.Steps {
		b.money(s.Amount, "%s", statement.StepText(c, &s, b.currency))
	}
	if len(priced.Steps) > 1 {
		b.money(priced.Sum, "together")
	}
	if priced.Share.Cmp(big.NewRat(1, 1)) != 0 {
		b.money(priced.Exact, "times %d of %d days", b.Line.Days, b.Line.DaysInMonth)
	}
	b.rounds(priced.Exact)
}
