package evidence

import (
	"cmp"
	"math/big"
	"slices"
	"time"

	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
	"postmeter/internal/domain/statement"
	"postmeter/internal/domain/usage"
)

func (b *builder) overage(deliveries []Delivery, days *usage.Calendar) {
	b.activeDays()
	c := b.component()
	switch {
	case c == nil:
		b.problem("the meter of this line is not known any more")
	case c.Method == rating.Members:
		b.members(c)
	default:
		unit := "messages"
		if c.Method == rating.Bandwidth {
			unit = "GB"
		}
		b.overageOf(c, b.deliveries(c, deliveries, days), unit)
	}
}

// delivery is a Delivery with its day and the list's name.
type delivery struct {
	Delivery
	day  period.Date
	list string
}

// listDaySum adds up the deliveries of a list and day.
type listDaySum struct {
	messages        int
	recipients      int64
	recipientsBytes int64
	quantity        *big.Rat
}

type dayList struct {
	day  period.Date
	list string
}

// deliveries shows each delivery and the sums by day and list, compares them with the sums that the bill is made
// from, and returns the whole quantity.
func (b *builder) deliveries(c *rating.ComponentSpec, all []Delivery, days *usage.Calendar) *big.Rat {
	names := b.namesByDay()
	sums := map[dayList]*listDaySum{}
	total := new(big.Rat)
	for _, d := range b.ordered(all, days, names) {
		q := quantityOf(c, d.Bytes, d.Recipients)
		key := dayList{d.day, d.list}
		s := sums[key]
		if s == nil {
			s = &listDaySum{quantity: new(big.Rat)}
			sums[key] = s
		}
		s.messages++
		s.recipients += d.Recipients
		s.recipientsBytes += d.Recipients * d.Bytes
		s.quantity.Add(s.quantity, q)
		total.Add(total, q)
		b.out.Records = append(b.out.Records, Record{
			At: time.UnixMicro(d.At).UTC().Format(time.RFC3339Nano), Day: d.day.String(), List: d.list, Recipients: d.Recipients, Bytes: d.Bytes,
			Quantity: statement.Exact(q, 0), Source: d.Source, Log: d.Log,
		})
	}
	b.daySums(sums)
	b.compareSums(sums)
	return total
}

// ordered sorts deliveries by time, list and place.
func (b *builder) ordered(all []Delivery, days *usage.Calendar, names func(int64, period.Date) string) []delivery {
	out := make([]delivery, 0, len(all))
	for _, d := range all {
		day := days.Day(d.At)
		out = append(out, delivery{d, day, names(d.List, day)})
	}
	slices.SortFunc(out, func(x, y delivery) int {
		return cmp.Or(cmp.Compare(x.At, y.At), cmp.Compare(x.list, y.list), cmp.Compare(x.Log.Head, y.Log.Head), cmp.Compare(x.Log.Offset, y.Log.Offset))
	})
	return out
}

// namesByDay tells what a list was called on a day, as the bill calls it.
func (b *builder) namesByDay() func(int64, period.Date) string {
	entries := map[int64][]int32{}
	for _, list := range b.item.lists {
		id := b.Account.Lists[list].ID
		entries[id] = append(entries[id], list)
	}
	used := map[listDay]bool{}
	for i := range b.Account.Input.Usage {
		u := &b.Account.Input.Usage[i]
		used[listDay{u.List, u.Day}] = true
	}
	return func(id int64, day period.Date) string {
		for _, list := range entries[id] {
			if used[listDay{list, day}] {
				return b.Account.Input.Lists[list].Path()
			}
		}
		for _, list := range entries[id] {
			return b.Account.Input.Lists[list].Path()
		}
		return ""
	}
}

func (b *builder) daySums(sums map[dayList]*listDaySum) {
	keys := make([]dayList, 0, len(sums))
	for key := range sums {
		keys = append(keys, key)
	}
	slices.SortFunc(keys, func(x, y dayList) int { return cmp.Or(cmp.Compare(x.day, y.day), cmp.Compare(x.list, y.list)) })
	for _, key := range keys {
		s := sums[key]
		b.out.Usage = append(b.out.Usage, DayUsage{
			Day: key.day.String(), List: key.list, Messages: s.messages, Recipients: s.recipients,
			RecipientBytes: s.recipientsBytes, Quantity: statement.Exact(s.quantity, 0),
		})
	}
}

// compareSums checks the deliveries against the day sums, from which bills are made.
func (b *builder) compareSums(sums map[dayList]*listDaySum) {
	type figures struct{ recipients, bytes int64 }
	kept := map[dayList]figures{}
	mine := map[int32]bool{}
	for _, list := range b.item.lists {
		mine[list] = true
	}
	for i := range b.Account.Input.Usage {
		u := &b.Account.Input.Usage[i]
		if !mine[u.List] || !b.item.planned(u.Day) || !b.item.holds(u.List, u.Day) {
			continue
		}
		key := dayList{u.Day, b.Account.Input.Lists[u.List].Path()}
		f := kept[key]
		kept[key] = figures{f.recipients + u.Recipients, f.bytes + u.RecipientBytes}
	}
	for key, s := range sums {
		if kept[key] != (figures{s.recipients, s.recipientsBytes}) {
			b.problem("%s, %s: the deliveries come to %d recipients and %d bytes, but the day's sum says %d and %d",
				key.day, key.list, s.recipients, s.recipientsBytes, kept[key].recipients, kept[key].bytes)
		}
		delete(kept, key)
	}
	for key, f := range kept {
		if f != (figures{}) {
			b.problem("%s, %s: the day's sum says %d recipients, but no delivery is known", key.day, key.list, f.recipients)
		}
	}
	slices.Sort(b.out.Problems)
}
