package insight

import (
	"context"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// Query says which bills are listed. The zero value lists all.
type Query struct {
	Period period.Period  // bills that have a day in it; zero: of all time
	Status invoice.Status // empty: any
}

// Entry is a bill in a list.
type Entry struct {
	ID       int64          `json:"id"`
	Number   string         `json:"number"` // empty for a draft
	Customer string         `json:"customer"`
	Start    string         `json:"start"`
	End      string         `json:"end"`
	Status   invoice.Status `json:"status"`
	Currency string         `json:"currency"`
	Total    string         `json:"total"`
	Stale    bool           `json:"stale,omitempty"` // a draft whose inputs have changed since

	WrittenOff string `json:"written_off,omitempty"` // of the total of a final bill: given up
	CreditNote string `json:"credit_note,omitempty"` // the number of what took a void bill back
}

// billsPerRead is how many bills are read at once.
const billsPerRead = 10_000

// Bills lists bills in the order in which they were made.
func Bills(ctx context.Context, db *store.DB, q Query) ([]Entry, error) {
	out := []Entry{}
	err := db.Read(ctx, func(s *store.Snapshot) error {
		filter := store.BillFilter{Period: q.Period, Limit: billsPerRead}
		now, err := revisionsOf(s)
		if err != nil {
			return err
		}
		for {
			rows, err := s.Bills(filter)
			if err != nil {
				return err
			}
			for i := range rows {
				if status := rows[i].Axes.Status(); q.Status == "" || q.Status == status {
					e := entry(&rows[i], status)
					if e.Stale, err = now.stale(&rows[i]); err != nil {
						return err
					}
					out = append(out, e)
				}
			}
			if len(rows) < billsPerRead {
				return nil
			}
			filter.AfterID = rows[len(rows)-1].ID
		}
	})
	return out, err
}

func entry(b *store.BillRow, status invoice.Status) Entry {
	amount := func(minor int64) string { return money.Amount{Minor: minor, Currency: b.Currency}.String() }
	e := Entry{
		ID: b.ID, Number: b.Number, Customer: b.Company, Start: b.Period.Start.String(), End: b.Period.End.String(),
		Status: status, Currency: b.Currency.Code(), Total: amount(b.Axes.Total),
	}
	if b.Axes.State == invoice.Final && b.Axes.WrittenOff > 0 {
		e.WrittenOff = amount(b.Axes.WrittenOff)
	}
	if b.CreditNote != nil {
		e.CreditNote = b.CreditNote.Number
	}
	return e
}

// revisions are the current ones of what bills are made from.
type revisions struct {
	s                 *store.Snapshot
	settings, catalog int64
	newUsage          map[period.Period]map[int64]bool // drafts whose usage has changed, read when first asked
}

func revisionsOf(s *store.Snapshot) (*revisions, error) {
	r := &revisions{s: s, newUsage: map[period.Period]map[int64]bool{}}
	var err error
	r.settings, r.catalog, _, err = s.Revisions()
	return r, err
}

// stale says whether a draft's inputs have changed since it was made.
func (r *revisions) stale(b *store.BillRow) (bool, error) {
	switch {
	case b.Axes.State != invoice.Draft:
		return false, nil
	case b.CustomerRevision != b.CustomerRevisionNow || b.CatalogRevision != r.catalog || b.SettingsRevision != r.settings:
		return true, nil
	}
	drafts, known := r.newUsage[b.Period]
	if !known {
		var err error
		if drafts, err = r.s.DraftsWithNewUsage(b.Period); err != nil {
			return false, err
		}
		r.newUsage[b.Period] = drafts
	}
	return drafts[b.ID], nil
}
