package office

import (
	"context"

	"postmeter/internal/domain/settings"
	"postmeter/internal/store"
)

// Logo returns the picture at the head of invoices; without one it is empty.
func Logo(ctx context.Context, db *store.DB) (logo settings.Logo, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		all, err := s.Settings()
		if err != nil {
			return err
		}
		logo, err = settings.ParseLogo(all.Company.Logo)
		return err
	})
	return logo, err
}
