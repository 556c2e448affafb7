package rating

import (
	"slices"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
)

// sumUp takes back the lines of a free customer, adds the lines up and lets
// credit pay.
func (r *Rater) sumUp() error {
	q := &r.quote
	var sum, positive int64
	ok := true
	for i := range q.Lines {
		a := q.Lines[i].Amount
		sum, ok = addChecked(sum, a, ok)
		positive, ok = addChecked(positive, max(a, 0), ok)
	}
	if r.in.Customer.Free && positive > 0 {
		r.add(Line{
			Group: -1, Kind: KindComplimentary, Charge: -1, Component: -1, List: -1,
			Quantity: money.FromInt(1), Amount: -positive,
		})
		sum, ok = addChecked(sum, -positive, ok)
	}
	q.Subtotal = sum
	ok = q.applyCredit(r.in.Customer.Credit) && ok
	if !ok {
		return fault.At("customer", "the sum of the lines, or the credit left, is too large to be counted")
	}
	return nil
}

func addChecked(a, b int64, ok bool) (int64, bool) {
	s, fits := addSmall(a, b)
	return s, ok && fits
}

// applyCredit pays the subtotal from credit; what is below 0 becomes credit.
func (q *Quote) applyCredit(credit int64) bool {
	if q.Subtotal < 0 {
		left, ok := addSmall(credit, -q.Subtotal)
		q.CreditApplied, q.Total, q.CreditLeft = 0, 0, left
		return ok && left >= 0
	}
	q.CreditApplied = min(credit, q.Subtotal)
	q.Total = q.Subtotal - q.CreditApplied
	q.CreditLeft = credit - q.CreditApplied
	return true
}

// warn reports the lists that sent on days on which their group had no plan, by
// name.
func (r *Rater) warn() {
	for l := range r.lists {
		w := Warning{List: int32(l)}
		for p := r.lists[l].from; p < r.lists[l].to; p++ {
			if pc := &r.pieces[p]; pc.item < 0 && pc.recipients > 0 {
				if w.Recipients == 0 {
					w.Group, w.Day = int(pc.group), pc.days.Start
				}
				w.Recipients = max(w.Recipients, w.Recipients+pc.recipients)
			}
		}
		if w.Recipients > 0 {
			r.quote.Warnings = append(r.quote.Warnings, w)
		}
	}
	if len(r.quote.Warnings) > 1 {
		slices.SortStableFunc(r.quote.Warnings, func(a, b Warning) int {
			return strings.Compare(r.in.Lists[a.List].Path(), r.in.Lists[b.List].Path())
		})
	}
}
