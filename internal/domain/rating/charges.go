package rating

import (
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
)

// chargeLines makes the lines of a group's charges in one slice, in the order of
// their assignment.
func (r *Rater) chargeLines(g, s int) error {
	charges := r.in.Customer.Groups[g].Charges
	for i := range charges {
		a := &charges[i]
		due, ok := r.dueIn(a, s)
		if !ok {
			continue
		}
		number := a.Charge.Amount
		if a.Amount != nil {
			number = *a.Amount
		}
		part := whole
		if a.Charge.Proratable {
			part = share{int64(due.days), int64(due.of)}
		}
		amount, err := chargeAmount(number, a.Quantity, part, r.in.Currency.Decimals())
		if err != nil {
			return r.tooLarge(g, "charge", a.Charge.ID)
		}
		r.add(Line{
			Group: g, Month: r.slices[s].month, Kind: KindCharge, Ref: a.Charge.ID, Version: a.Charge.Version,
			Charge: i, Component: -1, List: -1, Days: due.days, DaysInMonth: due.of,
			Quantity: roundQuantity(a.Quantity), Amount: amount,
		})
	}
	return nil
}

// dueDays are the days that a charge's line shows and that prorate it.
type dueDays struct{ days, of int }

// dueIn says whether a charge has a line in a slice.
func (r *Rater) dueIn(a *ChargeAssignment, s int) (dueDays, bool) {
	valid := a.Valid
	if valid == (period.Period{}) {
		valid = period.Open()
	}
	life, ok := a.Dates.Intersect(r.in.Customer.Dates)
	if a.Charge.Recurring {
		if !ok {
			return dueDays{}, false
		}
		return r.recurring(a, life, valid, &r.slices[s])
	}
	return r.oneTime(a, valid, s)
}

// recurring: a proratable charge is due on each active day, another one as a
// whole on the first active day of the month, in the slice that holds that day.
func (r *Rater) recurring(a *ChargeAssignment, life, valid period.Period, s *slice) (dueDays, bool) {
	if a.Charge.Proratable {
		life, ok := life.Intersect(valid)
		if !ok {
			return dueDays{}, false
		}
		active, ok := life.Intersect(s.days)
		return dueDays{active.Days(), s.of}, ok
	}
	active, ok := life.Intersect(s.days)
	if !ok {
		return dueDays{}, false
	}
	due := max(life.Start, s.month.Period().Start)
	return dueDays{active.Days(), s.of}, s.days.Contains(due) && valid.Contains(due)
}

// oneTime: due once, on its start or the customer's; what fell due before the
// period and was never billed is made up for in the first slice.
func (r *Rater) oneTime(a *ChargeAssignment, valid period.Period, s int) (dueDays, bool) {
	if a.Billed {
		return dueDays{}, false
	}
	due := a.Dates.Start
	if due == period.First {
		due = r.in.Period.Start
	}
	due = max(due, r.in.Customer.Dates.Start)
	end := min(a.Dates.End, r.in.Customer.Dates.End)
	if due > end || !valid.Contains(due) {
		return dueDays{}, false
	}
	if days := r.slices[s].days; !days.Contains(due) && (s > 0 || due > days.Start) {
		return dueDays{}, false
	}
	month := due.Month()
	last := min(month.Period().End, end)
	return dueDays{period.Period{Start: due, End: last}.Days(), month.Days()}, true
}

// roundQuantity rounds a number of a charge to six decimals.
func roundQuantity(d money.Decimal) money.Decimal {
	if d.Decimals() <= quantityDecimals {
		return d
	}
	q := quantity{exact: d.Rat()}
	n, err := q.rounded()
	if err != nil {
		return d
	}
	return n
}
