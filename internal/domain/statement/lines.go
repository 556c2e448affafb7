package statement

import (
	"fmt"
	"math/big"
	"strings"

	"postmeter/internal/domain/money"
)

// row writes one line with what explains it.
func (b *composer) row(l *Line) Row {
	row := Row{Number: l.Number, Object: b.objects[l.Object], Amount: amount(l.Amount, b.currency)}
	switch l.Kind {
	case KindPlan:
		b.plan(l, &row)
	case KindOverage:
		b.overage(l, &row)
		b.namePlan(l, &row)
	case KindMinimum:
		b.minimum(l, &row)
		b.namePlan(l, &row)
	case KindCharge:
		b.charge(l, &row)
	case KindComplimentary:
		row.Title = "Complimentary"
		row.Details = []string{"This account is free of charge."}
	case KindLate:
		b.late(l, &row)
	default:
		row.Title = capital(Clean(l.Kind))
	}
	return row
}

func (b *composer) plan(l *Line, row *Row) {
	plan, ok := b.facts.Plans[l.Version]
	row.Title = b.planName(l)
	if !ok {
		row.Details = days(l)
		return
	}
	if text := Clean(plan.Description); text != "" && b.firstOf(l) {
		row.Details = append(row.Details, text)
	}
	if plan.Spec.MonthlyPrice.IsZero() {
		row.Details = append(row.Details, "No monthly price")
		return
	}
	monthly := price(plan.Spec.MonthlyPrice, b.currency) + " a month"
	if l.Days != l.DaysInMonth {
		monthly = fmt.Sprintf("%d of %d days at %s", l.Days, l.DaysInMonth, monthly)
	}
	if b.outdated(new(big.Rat).Mul(plan.Spec.MonthlyPrice.Rat(), Share(l.Days, l.DaysInMonth)), l) {
		row.Details = append(row.Details, days(l)...)
		return
	}
	row.Details = append(row.Details, monthly)
}

// outdated says whether the terms that are known now did not make the line: a stale draft keeps its amounts while the
// plan behind it is edited, and must not tell a price that they did not come from. exact is what the terms give; by
// one minor unit it may differ, since quantities are kept rounded. Bills that are not stale always agree.
func (b *composer) outdated(exact *big.Rat, l *Line) bool {
	if !b.facts.Bill.Stale {
		return false
	}
	minor, ok := Minor(exact, b.currency)
	return !ok || minor < l.Amount-1 || minor > l.Amount+1
}

// planName is what customers call a line's plan: its name, or its code if it has none.
func (b *composer) planName(l *Line) string {
	if name := Clean(b.facts.Plans[l.Version].Name); name != "" {
		return name
	}
	return Clean(l.Ref)
}

// namePlan adds the plan to a title where the group has several.
func (b *composer) namePlan(l *Line, row *Row) {
	if b.plansOf[l.Group] > 1 {
		row.Title += ", " + b.planName(l)
	}
}

// firstOf says whether no earlier line shows this plan's description.
func (b *composer) firstOf(l *Line) bool {
	key := [2]string{l.Group, l.Ref}
	if b.described[key] {
		return false
	}
	b.described[key] = true
	return true
}

func days(l *Line) []string {
	if l.DaysInMonth == 0 || l.Days == l.DaysInMonth {
		return nil
	}
	return []string{fmt.Sprintf("%d of %d days", l.Days, l.DaysInMonth)}
}

func (b *composer) minimum(l *Line, row *Row) {
	row.Title = "Up to the minimum"
	plan, ok := b.facts.Plans[l.Version]
	if !ok {
		row.Details = days(l)
		return
	}
	due := new(big.Rat).Mul(plan.Spec.Minimum.Rat(), Share(l.Days, l.DaysInMonth))
	if b.outdated(new(big.Rat).Sub(due, b.ofPlan(l)), l) {
		row.Details = days(l)
		return
	}
	text := "The minimum is " + price(plan.Spec.Minimum, b.currency) + " a month"
	if l.Days != l.DaysInMonth {
		text += fmt.Sprintf(", for %d of %d days %s", l.Days, l.DaysInMonth, Exact(due, b.currency.Decimals()))
	}
	row.Details = append(row.Details, text+"; this is what was missing.")
}

// ofPlan adds up what a minimum's plan comes to without it, in the same month.
func (b *composer) ofPlan(minimum *Line) *big.Rat {
	sum := new(big.Rat)
	for i := range b.facts.Lines {
		l := &b.facts.Lines[i]
		if l.GroupID == minimum.GroupID && l.Month == minimum.Month && l.Version == minimum.Version && (l.Kind == KindPlan || l.Kind == KindOverage) {
			sum.Add(sum, money.FromMinor(l.Amount, b.currency.Decimals()).Rat())
		}
	}
	return sum
}

func (b *composer) charge(l *Line, row *Row) {
	charge, ok := b.facts.Charges[l.Version]
	row.Title = Clean(charge.Name)
	if row.Title == "" {
		row.Title = Clean(l.Ref)
	}
	for _, text := range []string{Clean(charge.Description), Clean(l.Description)} {
		if text != "" {
			row.Details = append(row.Details, text)
		}
	}
	if !ok {
		return
	}
	if text := b.chargeTerms(l, &charge); text != "" {
		row.Details = append(row.Details, text)
	}
}

// chargeTerms writes how the amount came about: "3 × 10.00 a month, 21 of 30 days". The unit amount is left out if
// it does not give the line's amount, as when the assignment was edited since.
func (b *composer) chargeTerms(l *Line, charge *Charge) string {
	unit := charge.Spec.Amount
	if l.UnitAmount != nil {
		unit = *l.UnitAmount
	}
	due := new(big.Rat).Mul(unit.Rat(), l.Quantity.Rat())
	if charge.Spec.Proratable {
		due.Mul(due, Share(l.Days, l.DaysInMonth))
	}
	text := "one time"
	if charge.Spec.Recurring {
		text = "every month"
	}
	part := charge.Spec.Proratable && l.Days != l.DaysInMonth
	if minor, ok := Minor(due, b.currency); ok && minor == l.Amount {
		switch {
		case l.Quantity != money.FromInt(1):
			text = Thousands(l.Quantity.String()) + " × " + price(unit, b.currency) + ", " + text
		case part:
			text = price(unit, b.currency) + ", " + text
		}
	}
	if part {
		text += fmt.Sprintf(", %d of %d days", l.Days, l.DaysInMonth)
	}
	return capital(text)
}

func (b *composer) late(l *Line, row *Row) {
	row.Title = "Correction for " + monthName(l.Month)
	what := "the plan"
	if l.Method != "" {
		what = strings.ToLower(meterTitle(l.Method))
	}
	row.Details = append(row.Details, "What is due for "+what+" in that month has changed since it was billed: "+
		"usage came late, or an assignment was changed. This is the difference.")
	b.namePlan(l, row)
}
