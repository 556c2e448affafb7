package insight

import (
	"context"

	"postmeter/internal/store"
)

// takersShown is how many customers are offered what nobody has.
const takersShown = 20

// Taker is a billing group that lists can be assigned to.
type Taker struct {
	CustomerID int64
	Company    string
	GroupID    int64 // 0: the customer has no group yet
	Group      string
}

// Takers returns the billing groups of the customers whom words find, of the first of them in the order of their names; more
// says that there are others.
func Takers(ctx context.Context, db *store.DB, words string) (out []Taker, more bool, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		found, err := s.FindCustomers(store.CustomerFilter{Words: words, Limit: takersShown + 1})
		if err != nil {
			return err
		}
		more = len(found) > takersShown
		for i := range found[:min(len(found), takersShown)] {
			c := &found[i]
			groups, err := s.GroupCounts(c.ID)
			if err != nil {
				return err
			}
			for j := range groups {
				out = append(out, Taker{c.ID, c.Company, groups[j].ID, groups[j].Name})
			}
			if len(groups) == 0 {
				out = append(out, Taker{CustomerID: c.ID, Company: c.Company})
			}
		}
		return nil
	})
	return out, more, err
}
