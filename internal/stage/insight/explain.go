package insight

import (
	"context"
	"time"

	"postmeter/internal/domain/account"
	"postmeter/internal/domain/evidence"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/statement"
	"postmeter/internal/domain/usage"
	"postmeter/internal/store"
)

// Explain explains one line of a bill, counted from 1, down to the places in the logs. It reads the deliveries of the
// line's lists on the line's days and no others.
func Explain(ctx context.Context, db *store.DB, billID int64, line int) (*evidence.Explanation, error) {
	var out *evidence.Explanation
	err := db.Read(ctx, func(s *store.Snapshot) error {
		row, err := s.Bill(billID)
		if err != nil {
			return err
		}
		f, err := facts(s, &row)
		if err != nil {
			return err
		}
		l, err := lineNumber(f, line)
		if err != nil {
			return err
		}
		a, err := accountOf(s, &row)
		if err != nil {
			return err
		}
		if out, err = explain(s, evidence.NewCase(f, l, a)); err != nil || l.Kind != statement.KindLate {
			return err
		}
		out.Corrects, err = finals(s, row.CustomerID, l.Month)
		return err
	})
	return out, err
}

// finals are the ids of a customer's bills that count and have a day of a month.
func finals(s *store.Snapshot, customer int64, month period.Month) (ids []int64, err error) {
	rows, err := s.Bills(store.BillFilter{Period: month.Period(), CustomerID: customer})
	for i := range rows {
		if rows[i].Axes.State == invoice.Final {
			ids = append(ids, rows[i].ID)
		}
	}
	return ids, err
}

func lineNumber(f *statement.Facts, line int) (*statement.Line, error) {
	for i := range f.Lines {
		if f.Lines[i].Number == line {
			return &f.Lines[i], nil
		}
	}
	return nil, fault.New(fault.NotFound, "bill %d has no line %d: its lines are 1 to %d", f.Bill.ID, line, len(f.Lines))
}

// accountOf reads the customer's account for the bill's period as it is known now.
func accountOf(s *store.Snapshot, row *store.BillRow) (a *account.Account, err error) {
	_, err = store.NewAccountReader(row.Period).Read(s, []int64{row.CustomerID}, func(l *store.Loaded) error {
		a = l.Account
		return nil
	})
	if err == nil && a == nil {
		err = fault.New(fault.Internal, "the customer of bill %d is missing", row.ID)
	}
	return a, err
}

func explain(s *store.Snapshot, c *evidence.Case) (*evidence.Explanation, error) {
	set, err := s.Settings()
	if err != nil {
		return nil, err
	}
	zone, err := set.Location()
	if err != nil {
		return nil, err
	}
	var all []evidence.Delivery
	for _, w := range c.Wanted() {
		from, until := instant(w.Days.Start, zone), instant(w.Days.End+1, zone)
		for d, err := range s.ChargedDeliveries(w.List, from, until, w.Source) {
			if err != nil {
				return nil, err
			}
			all = append(all, d)
		}
	}
	return c.Explain(all, usage.NewCalendar(zone)), nil
}

// instant is when a day begins in a zone, in UTC microseconds.
func instant(day period.Date, zone *time.Location) int64 {
	return period.StartOf(day, zone).UnixMicro()
}
