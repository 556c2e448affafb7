package validation

import (
	"postmeter/internal/domain/account"
	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

// Check returns the problems of an account, errors and warnings. What only rating finds (usage without a plan) is
// added by Rated.
func Check(a *account.Account, s *Surroundings) []Problem {
	f := &findings{account: a}
	contracts := rating.Problems(&a.Input)
	switch {
	case a.Customer.House:
		f.intervals(contracts)
	case !a.Customer.Active:
		f.inactive()
		f.intervals(contracts)
	default:
		f.addresses()
		f.templates(s)
		f.card(s)
		f.dates()
		f.groups()
		f.intervals(contracts)
		f.outsideDates()
		f.usageAfterEnd()
		f.daysUnbilled()
		f.limits(len(contracts) == 0)
	}
	f.lists()
	if a.Customer.Active {
		f.servers(s)
	}
	return f.done()
}

// Rated adds what rating found odd.
func Rated(a *account.Account, problems []Problem, quote *rating.Quote) []Problem {
	if len(quote.Warnings) == 0 {
		return problems
	}
	f := &findings{account: a, problems: problems}
	for _, w := range quote.Warnings {
		f.add(Warning, UsageWithoutPlan, "group %s: %s sent to %d recipients from %s on, when no plan was in effect: not charged; assign a plan for those days",
			a.Input.Customer.Groups[w.Group].Name, a.Input.Lists[w.List].Path(), w.Recipients, w.Day)
	}
	return f.done()
}

func (f *findings) addresses() {
	c := &f.account.Customer
	switch {
	case c.Email == "":
		f.add(Error, EmailMissing, "there is no email address that invoices could go to: enter one")
	case customer.CheckEmail(c.Email) != nil:
		f.add(Error, EmailMalformed, "email: %v", customer.CheckEmail(c.Email))
	}
	for i, address := range c.AdditionalAddresses {
		if err := customer.CheckEmail(address); err != nil {
			f.add(Error, EmailMalformed, "additional_addresses[%d]: %v", i, err)
		}
	}
}

func (f *findings) templates(s *Surroundings) {
	c := &f.account.Customer
	if c.InvoiceTemplate != "" && !s.InvoiceTemplates[c.InvoiceTemplate] {
		f.add(Error, NoInvoiceTemplate, "there is no invoice template %q: choose another, or leave it empty for the built-in one", c.InvoiceTemplate)
	}
	if c.WebTemplate != "" && !s.WebTemplates[c.WebTemplate] {
		f.add(Error, NoWebTemplate, "there is no web template %q: choose another, or leave it empty for the built-in one", c.WebTemplate)
	}
}

// card looks at the card on the day after the period, when the bill is paid, and a month later, when the next is.
func (f *findings) card(s *Surroundings) {
	c := &f.account.Customer
	if c.PaymentMethod != customer.CreditCard {
		return
	}
	if c.Card.Missing() {
		severity := Warning
		if s.CardProcessor {
			severity = Error
		}
		f.add(severity, CardMissing, "payment is by card and there is none: enter it, or choose another payment method")
		return
	}
	if err := c.Card.Check(); err != nil {
		f.add(Error, CardInvalid, "card.%v", err)
	}
	due := f.account.Input.Period.End + 1
	switch {
	case c.Card.Expiration == 0:
	case c.Card.ExpiredOn(due):
		f.add(Error, CardExpired, "the card expired with %s: ask for a new one", c.Card.Expiration)
	case c.Card.ExpiredOn(nextRun(due)):
		f.add(Warning, CardExpiring, "the card expires with %s, before the next bill: ask for a new one", c.Card.Expiration)
	}
}

// nextRun returns the first day of the month after that of a day.
func nextRun(day period.Date) period.Date { return day.Month().Next().Period().Start }

func (f *findings) dates() {
	days, p := f.account.Customer.Dates, f.account.Input.Period
	if !days.Valid() {
		return // ends_before_start
	}
	if days.End < p.Start {
		f.add(Error, EndedBeforePeriod, "it ended on %s, before the period: bill what is left of it, then make it inactive", days.End)
	}
	if days.End <= p.End {
		f.add(Warning, EndedButActive, "it ended on %s and is still active: make it inactive after its final bill", days.End)
	}
}

func (f *findings) inactive() {
	p := f.account.Input.Period
	for g := range f.account.Input.Customer.Groups {
		for i := range f.account.Input.Customer.Groups[g].Objects {
			if o := &f.account.Input.Customer.Groups[g].Objects[i]; o.Dates.Overlaps(p) {
				f.add(Warning, InactiveWithLists, "it is inactive and has %s: end the assignment, or make it active", objectName(o))
			}
		}
	}
}

func objectName(o *rating.Object) string {
	switch {
	case o.Site == "":
		return "server " + o.Server
	case o.List == "":
		return "site " + o.Server + "/" + o.Site
	}
	return o.Server + "/" + o.Site + "/" + o.List
}
