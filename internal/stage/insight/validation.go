package insight

import (
	"context"
	"time"

	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// Validation is the last validation of all customers with a page of what it found.
type Validation struct {
	store.Validation
	Done     bool // there was one
	Findings []store.ValidationFinding
	Groups   map[int64][]store.GroupCount // of the customers of the page
	Next     int64                        // cursor; 0: no more
	Proposed period.Period                // what the next one is about: the last month that is over
}

// ReadValidation reads a page of the last validation.
func ReadValidation(ctx context.Context, db *store.DB, f store.ValidationFilter, now time.Time) (v *Validation, err error) {
	v = &Validation{Groups: map[int64][]store.GroupCount{}}
	f.Limit = PageRows + 1
	err = db.Read(ctx, func(s *store.Snapshot) error {
		today, err := todayIn(s, now)
		if err != nil {
			return err
		}
		v.Proposed = today.Month().Previous().Period()
		if v.Validation, v.Done, err = s.LastValidation(); err != nil || !v.Done {
			return err
		}
		if v.Findings, err = s.ValidationFindings(v.ID, f); err != nil {
			return err
		}
		if len(v.Findings) > PageRows {
			v.Findings = v.Findings[:PageRows]
			v.Next = v.Findings[PageRows-1].Position
		}
		for i := range v.Findings {
			id := v.Findings[i].CustomerID
			if v.Groups[id] == nil {
				if v.Groups[id], err = s.GroupCounts(id); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return v, err
}
