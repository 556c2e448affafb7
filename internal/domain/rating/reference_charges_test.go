package rating_test

import (
	"math/big"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

// chargeSlice: rules 14 to 16.
func (r *reference) chargeSlice(g int, slice []period.Date) {
	group, cust := r.in.Customer.Groups[g], r.in.Customer.Dates
	for _, a := range group.Charges {
		amount := a.Charge.Amount
		if a.Amount != nil {
			amount = *a.Amount
		}
		price := mul(amount.Rat(), a.Quantity.Rat())
		month := slice[0].Month()
		days, of, due := 0, month.Days(), false
		if a.Charge.Recurring {
			for _, d := range slice {
				if cust.Contains(d) && a.Dates.Contains(d) {
					days++
				}
			}
			if a.Charge.Proratable {
				due = days > 0
			} else {
				for d := month.Period().Start; d <= month.Period().End; d++ {
					if cust.Contains(d) && a.Dates.Contains(d) {
						due = slice[0] <= d && d <= slice[len(slice)-1]
						break
					}
				}
			}
		} else {
			days, of, due = r.once(a, slice)
		}
		if !due {
			continue
		}
		if a.Charge.Proratable {
			price = mul(price, big.NewRat(int64(days), int64(of)))
		}
		r.lines = append(r.lines, refLine{
			Group: group.Name, Kind: "charge", Ref: a.Charge.ID, Version: a.Charge.Version, Month: month,
			Days: days, DaysInMonth: of, Quantity: six(a.Quantity.Rat()), Amount: r.minor(price),
		})
	}
}

func (r *reference) once(a rating.ChargeAssignment, slice []period.Date) (days, of int, due bool) {
	cust := r.in.Customer.Dates
	on := max(a.Dates.Start, cust.Start)
	if a.Dates.Start == period.First { // no start date
		on = max(cust.Start, r.in.Period.Start)
	}
	end := min(a.Dates.End, cust.End)
	if a.Billed || on > end {
		return 0, 0, false
	}
	for d := on; d <= end && d.Month() == on.Month(); d++ {
		days++
	}
	firstSlice := slice[0] == r.in.Period.Start
	inside := slice[0] <= on && on <= slice[len(slice)-1]
	return days, on.Month().Days(), inside || firstSlice && on < r.in.Period.Start
}

// totals: rules 18 and 19.
func (r *reference) totals() (subtotal, applied, total, left *big.Int) {
	subtotal = new(big.Int)
	for _, l := range r.lines {
		subtotal.Add(subtotal, l.Amount)
	}
	credit := big.NewInt(r.in.Customer.Credit)
	applied, total, left = new(big.Int), new(big.Int), new(big.Int)
	if subtotal.Sign() < 0 {
		return subtotal, applied, total, left.Sub(credit, subtotal)
	}
	applied.Set(credit)
	if credit.Cmp(subtotal) > 0 {
		applied.Set(subtotal)
	}
	return subtotal, applied, total.Sub(subtotal, applied), left.Sub(credit, applied)
}

// countable says whether all amounts, and any sum of them, fit an int64.
func (r *reference) countable() bool {
	sum := big.NewInt(r.in.Customer.Credit)
	for _, l := range r.lines {
		sum.Add(sum, new(big.Int).Abs(l.Amount))
	}
	return sum.IsInt64()
}
