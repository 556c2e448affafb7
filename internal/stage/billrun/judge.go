package billrun

import (
	"errors"
	"strings"
	"time"

	"postmeter/internal/domain/account"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
	"postmeter/internal/domain/validation"
	"postmeter/internal/store"
)

// Codes with which a run skips customers, besides those of validation.
const (
	codeInactive      = "inactive"
	codeNotStarted    = "not_started"
	codeAlreadyBilled = "already_billed"
)

// judge decides which customers are billed. It is the same for all workers.
type judge struct {
	period       period.Period
	surroundings validation.Surroundings
	named        bool // customers were asked for by name
}

func newJudge(p period.Period, now time.Time, named bool) judge {
	return judge{period: p, named: named, surroundings: validation.Surroundings{Now: now.UnixMicro()}}
}

// computing is the work on one batch.
type computing struct {
	*judge
	rater    *rating.Rater
	snapshot *store.Snapshot
	batch    *batch
	past     *pastReaders

	lastFound map[int64]string // about customers of the batch, last time; nil when nothing is stored
}

// account decides about one customer.
func (c *computing) account(l *store.Loaded) error {
	a, tally := l.Account, c.batch.tally
	if a.Customer.House {
		tally.house++
		c.withdraw(l, "house")
		return nil
	}
	if err := c.unbilledUsage(a); err != nil {
		return err
	}
	codes, quote, late, err := c.refusal(l)
	if err != nil {
		return err
	}
	if codes != nil {
		c.skip(l, codes)
		return c.waiting(l)
	}
	c.bill(l, quote, late)
	return nil
}

// refusal returns the codes for which a customer is not billed, or the quote for one who is, with the corrections of
// earlier bills in it.
func (c *computing) refusal(l *store.Loaded) (codes []string, quote *rating.Quote, late []invoice.Line, err error) {
	a := l.Account
	switch {
	case !a.Customer.Active:
		return []string{codeInactive}, nil, nil, nil
	case a.Customer.Dates.Valid() && a.Customer.Dates.Start > c.period.End:
		return []string{codeNotStarted}, nil, nil, nil
	}
	for i := range a.Bills {
		if a.Bills[i].Final && a.Bills[i].Days.Overlaps(c.period) {
			return []string{codeAlreadyBilled}, nil, nil, nil
		}
	}
	problems := validation.Check(a, &c.surroundings)
	c.batch.tally.warn(validation.Codes(problems, validation.Warning))
	if validation.HasErrors(problems) {
		c.found(a, problems)
		return validation.Codes(problems, validation.Error), nil, nil, nil
	}
	quote, late, err = c.rate(l)
	switch {
	case cannotRate(err):
		c.found(a, append(problems, validation.Problem{Severity: validation.Error, Code: validation.CannotRate}))
		return []string{string(validation.CannotRate)}, nil, nil, nil
	case err == nil:
		c.found(a, validation.Rated(a, problems, quote))
	}
	return nil, quote, late, err
}

// found notes what is found about a customer, if it is something else than last time.
func (c *computing) found(a *account.Account, problems []validation.Problem) {
	if c.lastFound == nil {
		return
	}
	if now := foundCodes(problems); now != c.lastFound[a.Customer.ID] {
		c.batch.changes.Found = append(c.batch.changes.Found, store.Found{CustomerID: a.Customer.ID, Codes: now})
	}
}

func foundCodes(problems []validation.Problem) string {
	if len(problems) == 0 {
		return ""
	}
	return store.FoundCodes(append(validation.Codes(problems, validation.Error), validation.Codes(problems, validation.Warning)...))
}

// rate returns the quote, with the corrections that stand in it.
func (c *computing) rate(l *store.Loaded) (*rating.Quote, []invoice.Line, error) {
	late, err := c.late(l)
	if err != nil {
		return nil, nil, err
	}
	in, err := input(l, late)
	if err != nil {
		return nil, nil, err
	}
	quote, err := c.rater.Rate(in)
	return quote, late, err
}

// cannotRate says whether an error is about the customer's numbers, and not about the program or the database.
func cannotRate(err error) bool {
	var list fault.List
	return err != nil && (errors.As(err, &list) || fault.KindOf(err) == fault.Invalid)
}

// skip leaves a customer out. Who is inactive and was not asked for is not worth a word.
func (c *computing) skip(l *store.Loaded, codes []string) {
	if l.Account.Customer.Active || c.named {
		c.batch.tally.skipped = append(c.batch.tally.skipped, Skipped{Customer: l.Account.Customer.Company, Codes: codes})
	}
	if l.Account.Customer.Active {
		c.unbilledDays(l.Account, c.period.End)
	}
	c.withdraw(l, strings.Join(codes, ", "))
}

// withdraw takes back the draft of a customer who is not billed any more.
func (c *computing) withdraw(l *store.Loaded, because string) {
	if l.Draft == nil {
		return
	}
	c.batch.changes.Withdrawn = append(c.batch.changes.Withdrawn, store.Withdrawal{Bill: l.Draft, Because: because})
	c.batch.tally.withdrawn.add(Withdrawn{Customer: l.Account.Customer.Company, ID: l.Draft.ID, Because: because})
}

// bill makes the draft, and compares it with the one that exists.
func (c *computing) bill(l *store.Loaded, quote *rating.Quote, late []invoice.Line) {
	a, tally, changes := l.Account, c.batch.tally, &c.batch.changes
	b := invoice.Make(a, quote, l.Made, warnings(a, quote))
	name(b, late)
	tally.bill(b.Total)
	tally.late(late)
	if len(quote.Warnings) > 0 {
		tally.warn([]string{string(validation.UsageWithoutPlan)})
	}
	c.unbilledDays(a, c.period.Start-1)
	c.overlaps(a)
	switch {
	case l.Draft == nil:
		changes.New = append(changes.New, b)
		tally.created++
		return
	case l.Draft.SameContent(b):
		tally.unchanged++
		if l.Draft.Made != b.Made {
			changes.Refreshed = append(changes.Refreshed, store.Refresh{ID: l.Draft.ID, CustomerID: b.CustomerID, Before: l.Draft.Made, Now: b.Made})
		}
		return
	}
	b.ID = l.Draft.ID
	d := invoice.Differ(l.Draft, b)
	changes.Replaced = append(changes.Replaced, store.Replacement{Bill: b, Lines: len(l.Draft.Lines), Difference: d})
	tally.replaced.add(replacement{a.Customer.Company, b.ID, d})
}

// warnings are what the operator shall know of a bill: usage that it does not charge.
func warnings(a *account.Account, quote *rating.Quote) []string {
	var out []string
	for _, p := range validation.Rated(a, nil, quote) {
		out = append(out, p.Message)
	}
	return out
}

// overlaps finds drafts of other periods that share days with this one.
func (c *computing) overlaps(a *account.Account) {
	for i := range a.Bills {
		if b := &a.Bills[i]; !b.Final && b.Days != c.period && b.Days.Overlaps(c.period) {
			c.batch.tally.overlapping.add(Overlapping{Customer: a.Customer.Company, ID: b.ID, Start: b.Days.Start.String(), End: b.Days.End.String()})
		}
	}
}
