package usage

import (
	"cmp"
	"slices"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/period"
)

// Total is what messages add up to.
type Total struct {
	Messages       int64
	Recipients     int64
	RecipientBytes int64 // recipients × bytes
}

// add adds a record's figures; false if they do not fit.
func (t *Total) add(u Total) bool {
	bytes := t.RecipientBytes + u.RecipientBytes
	if (bytes > t.RecipientBytes) != (u.RecipientBytes > 0) && u.RecipientBytes != 0 {
		return false
	}
	t.Messages += u.Messages
	t.Recipients += u.Recipients
	t.RecipientBytes = bytes
	return true
}

// Total returns the figures of a record.
func (r *Record) Total() Total {
	return Total{r.messages(), r.Recipients, r.Recipients * r.Bytes}
}

// Sum is what a list sent on a day in a size class.
type Sum struct {
	ListID  int64
	Day     period.Date
	Charged bool
	KB      int64 // the size class
	Total
}

// MonthSum is what a list sent in a month, charged or not.
type MonthSum struct {
	ListID int64
	Month  period.Month
	Total
}

// Sums adds up records that Sort or Arrange has put in order, and returns the sums in the order of list, day, charged, class.
// Sums too large to be kept are an Invalid fault.
func Sums(records []Record) ([]Sum, error) {
	var out []Sum
	for start := 0; start < len(records); {
		end := start + 1
		for end < len(records) && records[end].ListID == records[start].ListID && records[end].Day == records[start].Day {
			end++
		}
		var err error
		if out, err = appendDay(out, records[start:end]); err != nil {
			return nil, err
		}
		start = end
	}
	return out, nil
}

// appendDay appends the sums of records of one list and day.
func appendDay(out []Sum, records []Record) ([]Sum, error) {
	first := len(out)
	for i := range records {
		r := &records[i]
		out = append(out, Sum{r.ListID, r.Day, r.Charged, SizeClass(r.Bytes), r.Total()})
	}
	day := out[first:]
	slices.SortFunc(day, func(a, b Sum) int {
		if a.Charged != b.Charged {
			if b.Charged {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.KB, b.KB)
	})
	last := 0
	for i := 1; i < len(day); i++ {
		if day[i].Charged != day[last].Charged || day[i].KB != day[last].KB {
			last++
			day[last] = day[i]
			continue
		}
		if !day[last].add(day[i].Total) {
			return nil, tooLarge(day[i].ListID, day[i].Day.String())
		}
	}
	return out[:first+last+1], nil
}

// MonthSums adds up sums in the order of Sums to months, in the order of list, month.
func MonthSums(sums []Sum) ([]MonthSum, error) {
	var out []MonthSum
	for i := range sums {
		s := &sums[i]
		month := s.Day.Month()
		if n := len(out); n > 0 && out[n-1].ListID == s.ListID && out[n-1].Month == month {
			if !out[n-1].add(s.Total) {
				return nil, tooLarge(s.ListID, month.String())
			}
			continue
		}
		out = append(out, MonthSum{s.ListID, month, s.Total})
	}
	return out, nil
}

func tooLarge(list int64, when string) error {
	return fault.New(fault.Invalid, "usage of list %d in %s is too large to be added up: its log cannot be right", list, when)
}
