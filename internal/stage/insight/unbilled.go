package insight

import (
	"context"
	"time"

	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// Unbilled is the last report of what no bill covers, with a page of its rows.
type Unbilled struct {
	store.Unbilled
	Made     bool // there was one
	Rows     []store.UnbilledRow
	Count    int64         // of all that match, CountedTo+1 at most
	Next     string        // cursor; "": no more
	Proposed period.Period // what the next one is about: the last month that is over
}

// ReadUnbilled reads a page of the last report.
func ReadUnbilled(ctx context.Context, db *store.DB, f store.UnbilledFilter, now time.Time) (u *Unbilled, err error) {
	u = &Unbilled{}
	f.Limit = PageRows + 1
	return u, db.Read(ctx, func(s *store.Snapshot) error {
		today, err := todayIn(s, now)
		if err != nil {
			return err
		}
		u.Proposed = today.Month().Previous().Period()
		if u.Unbilled, u.Made, err = s.LastUnbilled(); err != nil || !u.Made {
			return err
		}
		if u.Count, err = s.CountUnbilled(u.ID, f, CountedTo+1); err != nil {
			return err
		}
		if u.Rows, err = s.UnbilledRows(u.ID, f); err != nil {
			return err
		}
		if len(u.Rows) > PageRows {
			u.Rows = u.Rows[:PageRows]
			u.Next = f.Cursor(&u.Rows[PageRows-1])
		}
		return nil
	})
}

// UnbilledRow reads one row of usage of the last report.
func UnbilledRow(ctx context.Context, db *store.DB, position int64) (u *Unbilled, row store.UnbilledRow, err error) {
	u = &Unbilled{}
	err = db.Read(ctx, func(s *store.Snapshot) error {
		if u.Unbilled, u.Made, err = s.LastUnbilled(); err != nil {
			return err
		}
		row, err = s.UnbilledRow(u.ID, store.UnbilledUsage, position)
		return err
	})
	return u, row, err
}

// AllUnbilled reads all rows of the last report that are kept, in their order.
func AllUnbilled(ctx context.Context, db *store.DB) (u *Unbilled, err error) {
	u = &Unbilled{}
	return u, db.Read(ctx, func(s *store.Snapshot) error {
		if u.Unbilled, u.Made, err = s.LastUnbilled(); err != nil || !u.Made {
			return err
		}
		for _, kind := range []string{store.UnbilledUsage, store.UnbilledDays, store.UnbilledCorrection} {
			rows, err := s.UnbilledRows(u.ID, store.UnbilledFilter{Kind: kind, Limit: CountedTo * 10}) //nolint:mnd // more than are kept
			if err != nil {
				return err
			}
			u.Rows = append(u.Rows, rows...)
		}
		return nil
	})
}
