package insight

import (
	"context"

	"postmeter/internal/domain/statement"
	"postmeter/internal/store"
)

// Facts reads all that is known about one bill.
func Facts(ctx context.Context, db *store.DB, id int64) (*statement.Facts, error) {
	var f *statement.Facts
	err := db.Read(ctx, func(s *store.Snapshot) error {
		row, err := s.Bill(id)
		if err != nil {
			return err
		}
		f, err = facts(s, &row)
		return err
	})
	return f, err
}

func facts(s *store.Snapshot, row *store.BillRow) (*statement.Facts, error) {
	rows := []store.BillRow{*row}
	stale, err := staleOf(s, rows) // of this draft alone: a period may have a million others
	if err != nil {
		return nil, err
	}
	found, err := store.NewFacts().Read(s, rows)
	if err != nil {
		return nil, err
	}
	f := found[0]
	f.Bill.Stale = stale[row.ID]
	return f, nil
}
