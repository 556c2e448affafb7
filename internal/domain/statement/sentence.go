package statement

import (
	"fmt"
	"math/big"
	"strings"

	"postmeter/internal/domain/money"
	"postmeter/internal/domain/rating"
)

// overage writes the sentence of an overage line and, for tiers, the steps of its arithmetic.
func (b *composer) overage(l *Line, row *Row) {
	row.Title = meterTitle(l.Method)
	plan, ok := b.facts.Plans[l.Version]
	if !ok || l.Component < 0 || l.Component >= len(plan.Spec.Usage) {
		row.Details = append(row.Details, quantityOf(l.Quantity, l.Method, 0))
		return
	}
	c := plan.Spec.Usage[l.Component]
	priced := PriceOver(c, l.Quantity.Rat(), Share(l.Days, l.DaysInMonth))
	if b.outdated(priced.Exact, l) {
		row.Details = append(row.Details, quantityOf(l.Quantity, l.Method, 0))
		return
	}
	sentence := quantityOf(l.Quantity, l.Method, c.UnitKB) + over(c, l)
	if c.Overage != nil {
		sentence += ", at " + rate(b.currency, &c, c.Overage.Per, c.Overage.Price, c.Overage.RoundUp)
	} else if len(priced.Steps) == 1 && priced.Steps[0].Flat.IsZero() {
		sentence += ", " + all(c) + "at " + rate(b.currency, &c, priced.Steps[0].Per, priced.Steps[0].Price, false)
	} else {
		sentence += ", by tier"
		row.Steps = b.tierSteps(c, priced, l)
	}
	if priced.Share.Cmp(big.NewRat(1, 1)) != 0 {
		sentence += fmt.Sprintf("; for %d of %d days", l.Days, l.DaysInMonth)
	}
	row.Details = append(row.Details, sentence)
	if c.StepKB > 0 {
		row.Details = append(row.Details, fmt.Sprintf("Sizes are rounded up to a multiple of %s KB.", count(c.StepKB)))
	}
}

func all(c rating.ComponentSpec) string {
	if c.TierMode == rating.Volume && len(c.Tiers) > 1 {
		return "all "
	}
	return ""
}

func meterTitle(method string) string {
	switch method {
	case MethodMessages:
		return "Messages"
	case MethodBandwidth:
		return "Bandwidth"
	case MethodMembers:
		return "Members"
	}
	return "Usage"
}

// quantityOf writes "12,345.6 messages of 40 KB", "1.5 GB", "1 member".
func quantityOf(q money.Decimal, method string, unitKB int64) string {
	n := Thousands(q.String())
	switch method {
	case MethodMessages:
		n += " " + plural(q, "message", "messages")
		if unitKB > 0 {
			n += " of " + count(unitKB) + " KB"
		}
	case MethodBandwidth:
		n += " GB"
	case MethodMembers:
		n += " " + plural(q, "member", "members")
	}
	return n
}

// over writes " over the 10,000 included", with the days where the allowance is a part of the month's.
func over(c rating.ComponentSpec, l *Line) string {
	if c.Included.IsZero() {
		return levelWords(c)
	}
	allowance := Allowance(c, l.Days, l.DaysInMonth)
	unit := ""
	if c.Method == rating.Bandwidth {
		unit = " GB"
	}
	text := fmt.Sprintf(" over the %s%s included", Exact(allowance, 0), unit)
	if allowance.Cmp(c.Included.Rat()) != 0 {
		text += fmt.Sprintf(" (%s%s a month, %d of %d days)", Thousands(c.Included.String()), unit, l.Days, l.DaysInMonth)
	}
	return text + levelWords(c)
}

// levelWords says which of the month's readings of a level counts.
func levelWords(c rating.ComponentSpec) string {
	if c.Method != rating.Members {
		return ""
	}
	switch c.Measure {
	case rating.Average:
		return ", on average over the days"
	case rating.LastDay:
		return ", on the last day"
	}
	return ", at the peak"
}

// rate writes a unit price: "0.90 per 1,000", "0.50 per GB", "0.02 each a month", "10.00 a month for each started 500".
func rate(currency money.Currency, c *rating.ComponentSpec, per, unitPrice money.Decimal, roundUp bool) string {
	text := price(unitPrice, currency)
	unit, monthly := "", ""
	switch c.Method {
	case rating.Bandwidth:
		unit = "GB"
	case rating.Members:
		monthly = " a month"
	}
	n := Thousands(per.String())
	switch one := per == money.FromInt(1); {
	case roundUp:
		text += monthly + " for each started " + strings.TrimSpace(n+" "+unit)
	case one && unit != "":
		text += monthly + " per " + unit
	case one:
		text += " each" + monthly
	default:
		text += monthly + " per " + strings.TrimSpace(n+" "+unit)
	}
	return text
}

// tierSteps writes each tier's product. The results are left out if they do not add up to the line's amount,
// which may happen where the exact quantity has more decimals than the line keeps.
func (b *composer) tierSteps(c rating.ComponentSpec, p Priced, l *Line) (steps []string) {
	minor, ok := Minor(p.Exact, b.currency)
	proven := ok && minor == l.Amount
	for i := range p.Steps {
		text := StepText(&c, &p.Steps[i], b.currency)
		if i == 0 && len(p.Steps) > 1 {
			text = "the first " + text
		}
		if proven {
			text += " = " + Exact(p.Steps[i].Amount, b.currency.Decimals())
		}
		steps = append(steps, text)
	}
	return steps
}

// StepText writes one product of a priced quantity: "40,000 above 10,000 at 0.80 per 1,000 + 5.00 flat".
func StepText(c *rating.ComponentSpec, s *Step, currency money.Currency) string {
	text := Exact(s.Quantity, 0)
	switch {
	case c.Overage == nil && c.TierMode == rating.Volume:
		text = "all " + text
	case s.Above.Sign() > 0:
		text += " above " + Exact(s.Above, 0)
	case s.Units.Cmp(s.Quantity) != 0:
		text = Exact(s.Units, 0) + " for " + text
	}
	text += " at " + rate(currency, c, s.Per, s.Price, c.Overage != nil && c.Overage.RoundUp)
	if !s.Flat.IsZero() {
		text += " + " + price(s.Flat, currency) + " flat"
	}
	return text
}
