package billrun

import (
	"slices"
	"strings"

	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
)

// Result is what a run did. Lists are by company and name at most 1,000 entries; the counts are of all. Skipped names
// every skipped customer.
type Result struct {
	Start         string              `json:"start"`
	End           string              `json:"end"`
	Currency      string              `json:"currency"`
	Billed        int64               `json:"billed"` // customers who have a draft of the period now
	Skipped       []Skipped           `json:"skipped"`
	Total         string              `json:"total"` // of the drafts
	Created       int64               `json:"created"`
	Unchanged     int64               `json:"unchanged"`
	Replaced      Listed[Replaced]    `json:"replaced"`
	Withdrawn     Listed[Withdrawn]   `json:"withdrawn"`
	Overlapping   Listed[Overlapping] `json:"overlapping_drafts"` // of other periods; they are kept
	House         int64               `json:"house_accounts"`     // not billed on purpose
	Warnings      []string            `json:"warnings"`
	Problems      map[string]int64    `json:"validation_warnings"` // customers by code
	UnbilledDays  DaysReport          `json:"unbilled_days"`
	UnbilledUsage UsageReport         `json:"unbilled_usage"`
	Late          LateReport          `json:"late"`
	Waiting       Listed[Waiting]     `json:"corrections_waiting"` // of customers who were skipped
}

// LateReport is which corrections of earlier bills stand on the drafts.
type LateReport struct {
	Lines int64  `json:"lines"`
	Total string `json:"total"`
}

// Waiting is what a month that was billed to a customer would come to now, less what was billed, while the customer
// gets no bill to put it on.
type Waiting struct {
	Customer string `json:"customer"`
	Month    string `json:"month"`
	Amount   string `json:"amount"`
}

// Listed is a count with the first of what it counts.
type Listed[T any] struct {
	Count int64 `json:"count"`
	Bills []T   `json:"bills"`
}

// Skipped is a customer who was not billed, and why.
type Skipped struct {
	Customer string   `json:"customer"`
	Codes    []string `json:"codes"`
}

// Replaced is a draft that came out otherwise than before.
type Replaced struct {
	Customer string `json:"customer"`
	ID       int64  `json:"id"`
	Before   string `json:"total_before"`
	After    string `json:"total"`
	Added    int    `json:"lines_added"`
	Removed  int    `json:"lines_removed"`
	Changed  int    `json:"lines_changed"`
}

// Withdrawn is a draft of a customer who is not billed any more.
type Withdrawn struct {
	Customer string `json:"customer"`
	ID       int64  `json:"id"`
	Because  string `json:"because"`
}

// Overlapping is a draft of another period that shares days with this one.
type Overlapping struct {
	Customer string `json:"customer"`
	ID       int64  `json:"id"`
	Start    string `json:"start"`
	End      string `json:"end"`
}

// DaysReport is which days no bill covers.
type DaysReport struct {
	Days      int64          `json:"days"`
	Intervals int64          `json:"intervals"`
	List      []UnbilledDays `json:"list"`
}

// UnbilledDays are days of a customer that no bill covers.
type UnbilledDays struct {
	Customer string `json:"customer"`
	Start    string `json:"start"`
	End      string `json:"end"`
	Days     int64  `json:"days"`
}

// UsageReport is what was sent and not billed.
type UsageReport struct {
	Lists      int64           `json:"lists"`
	Messages   int64           `json:"messages"`
	Recipients int64           `json:"recipients"`
	List       []UnbilledUsage `json:"list"`
}

// UnbilledUsage is what a list sent and nobody pays for.
type UnbilledUsage struct {
	Reason     string `json:"reason"`
	Customer   string `json:"customer"` // empty: nobody's
	List       string `json:"list"`
	Start      string `json:"start"` // first and last day of it
	End        string `json:"end"`
	Messages   int64  `json:"messages"`
	Recipients int64  `json:"recipients"`

	first, last period.Date
	listID      int64 // of a list that nobody has on those days
}

func (t *tally) result(r *run) (*Result, error) {
	if t.overflow != nil {
		return nil, t.overflow
	}
	amount := func(minor int64) string { return money.Amount{Minor: minor, Currency: r.currency}.String() }
	slices.SortFunc(t.skipped, func(a, b Skipped) int { return strings.Compare(a.Customer, b.Customer) })
	p := r.options.Period
	out := &Result{
		Start: p.Start.String(), End: p.End.String(), Currency: r.currency.Code(), Billed: t.billed, Skipped: full(t.skipped),
		Total: amount(t.total), Created: t.created, Unchanged: t.unchanged, House: t.house, Problems: t.warnings,
		Replaced:     Listed[Replaced]{Count: t.replaced.count, Bills: []Replaced{}},
		Withdrawn:    Listed[Withdrawn]{t.withdrawn.count, full(t.withdrawn.list())},
		Overlapping:  Listed[Overlapping]{t.overlapping.count, full(t.overlapping.list())},
		Warnings:     partial(p),
		UnbilledDays: DaysReport{Days: t.dayCount, Intervals: t.unbilledDays.count, List: full(t.unbilledDays.list())},
		UnbilledUsage: UsageReport{Lists: t.unbilledUsage.count, Messages: t.messages, Recipients: t.recipients,
			List: full(t.unbilledUsage.list())},
		Late:    LateReport{t.lateLines, amount(t.lateTotal)},
		Waiting: Listed[Waiting]{Count: t.waiting.count, Bills: []Waiting{}},
	}
	for _, w := range t.waiting.list() {
		out.Waiting.Bills = append(out.Waiting.Bills, Waiting{w.company, w.month.String(), amount(w.amount)})
	}
	for _, d := range t.replaced.list() {
		out.Replaced.Bills = append(out.Replaced.Bills, Replaced{Customer: d.company, ID: d.id, Before: amount(d.Before),
			After: amount(d.After), Added: d.Added, Removed: d.Removed, Changed: d.Changed})
	}
	return out, nil
}

// full makes an empty list out of none, for JSON.
func full[T any](rows []T) []T {
	if rows == nil {
		return []T{}
	}
	return rows
}

// partial warns of a period that covers parts of months.
func partial(p period.Period) []string {
	out := []string{}
	if first := p.Start.Month().Period().Start; first != p.Start {
		out = append(out, "the period starts within "+p.Start.Month().String()+
			": allowances that are not prorated, tiers, flats and started packs apply to each part of the month")
	}
	if last := p.End.Month().Period().End; last != p.End {
		out = append(out, "the period ends within "+p.End.Month().String()+
			": allowances that are not prorated, tiers, flats and started packs apply to each part of the month")
	}
	return out
}

// summary is what the run's row keeps.
func (r *Result) summary() any {
	return map[string]any{
		"billed": r.Billed, "skipped": len(r.Skipped), "total": r.Total, "currency": r.Currency, "created": r.Created,
		"unchanged": r.Unchanged, "replaced": r.Replaced.Count, "withdrawn": r.Withdrawn.Count,
	}
}
