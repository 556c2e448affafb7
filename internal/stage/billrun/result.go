package billrun

import (
	"slices"
	"strings"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// What a run did is kept and shown by others, too: see package invoice.
type (
	// Result is what a run did.
	Result = invoice.RunResult
	// LateReport is a part of a Result.
	LateReport = invoice.LateReport
	// Waiting is a part of a Result.
	Waiting = invoice.Waiting
	// Skipped is a part of a Result.
	Skipped = invoice.Skipped
	// Replaced is a part of a Result.
	Replaced = invoice.Replaced
	// Withdrawn is a part of a Result.
	Withdrawn = invoice.Withdrawn
	// Overlapping is a part of a Result.
	Overlapping = invoice.Overlapping
	// DaysReport is a part of a Result.
	DaysReport = invoice.DaysReport
	// UnbilledDays is a part of a Result.
	UnbilledDays = invoice.UnbilledDays
	// UsageReport is a part of a Result.
	UsageReport = invoice.UsageReport
	// UnbilledUsage is a part of a Result.
	UnbilledUsage = invoice.UnbilledUsage
	// Listed is a count with the first of what it counts.
	Listed[T any] = invoice.Listed[T]
)

// foundUsage is unbilled usage under way.
type foundUsage struct {
	UnbilledUsage
	first, last period.Date
	listID      int64 // of a list that nobody has on those days
	customerID  int64 // whose it is
	serverID    int64
	byDay       map[period.Date]store.UsedOnDay // nil where nobody asks for it
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
		Withdrawn:    Listed[Withdrawn]{Count: t.withdrawn.count, Bills: full(t.withdrawn.list())},
		Overlapping:  Listed[Overlapping]{Count: t.overlapping.count, Bills: full(t.overlapping.list())},
		Warnings:     partial(p),
		UnbilledDays: DaysReport{Days: t.dayCount, Intervals: t.unbilledDays.count, List: full(t.unbilledDays.list())},
		UnbilledUsage: UsageReport{Lists: t.unbilledUsage.count, Messages: t.messages, Recipients: t.recipients,
			List: full(t.unbilledUsage.list())},
		Late:    LateReport{Lines: t.lateLines, Total: amount(t.lateTotal)},
		Waiting: Listed[Waiting]{Count: t.waiting.count, Bills: []Waiting{}},
	}
	for _, w := range t.waiting.list() {
		out.Waiting.Bills = append(out.Waiting.Bills, Waiting{Customer: w.company, Month: w.month.String(), Amount: amount(w.amount)})
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

// kept is the result as the run's row keeps it: with as many skipped customers as other lists have entries.
func kept(r *Result) *invoice.KeptResult {
	out := &invoice.KeptResult{RunResult: *r, SkippedCount: int64(len(r.Skipped))}
	out.Skipped = out.Skipped[:min(len(out.Skipped), maxListed)]
	return out
}
