package evidence

import (
	"math/big"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

// members shows the item's total of each active day, and prices the measure of them.
func (b *builder) members(c *rating.ComponentSpec) {
	days := b.item.active()
	readings := map[int32][]rating.Reading{}
	for _, r := range b.Account.Input.Members {
		readings[r.List] = append(readings[r.List], r)
	}
	entries := b.entries()
	for _, day := range days {
		total := DayTotal{Day: day.String(), Lists: []Reading{}}
		for _, list := range b.item.lists {
			if !b.item.holds(list, day) || !b.item.lives(list, day) {
				continue
			}
			r := latest(readings, entries[b.Account.Lists[list].ID], day)
			r.List = b.Account.Input.Lists[list].Path()
			total.Members += r.Members
			total.Lists = append(total.Lists, r)
		}
		b.out.Readings = append(b.out.Readings, total)
	}
	b.overageOf(c, b.measure(c.Measure), "members, "+measureWords[c.Measure])
}

var measureWords = map[rating.Measure]string{rating.Peak: "at the peak", rating.Average: "on average", rating.LastDay: "on the last day"}

// entries returns, for each list, its entries under all its names: a reading is the list's, whatever it was called.
func (b *builder) entries() map[int64][]int32 {
	out := map[int64][]int32{}
	for i := range b.Account.Lists {
		id := b.Account.Lists[i].ID
		out[id] = append(out[id], int32(i))
	}
	return out
}

// latest returns the last reading until a day; before the first it is 0.
func latest(readings map[int32][]rating.Reading, entries []int32, day period.Date) (out Reading) {
	newest := period.First
	for _, list := range entries {
		for _, r := range readings[list] {
			if r.Day <= day && r.Day > newest {
				newest = r.Day
				out.Day, out.Members = r.Day.String(), r.Members
			}
		}
	}
	return out
}

func (b *builder) measure(m rating.Measure) *big.Rat {
	value, sum := int64(0), new(big.Int)
	for _, day := range b.out.Readings {
		sum.Add(sum, big.NewInt(day.Members))
		if m == rating.LastDay {
			value = day.Members
		} else {
			value = max(value, day.Members)
		}
	}
	if n := int64(len(b.out.Readings)); m == rating.Average && n > 0 {
		return new(big.Rat).SetFrac(sum, big.NewInt(n))
	}
	return big.NewRat(value, 1)
}
