package insight

import (
	"context"
	"time"

	"postmeter/internal/store"
)

// Sessions lists where an operator is signed in, the last seen first.
func Sessions(ctx context.Context, db *store.DB, operatorID int64, now time.Time) (all []store.Session, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		all, err = s.Sessions(operatorID, now.UnixMicro())
		return err
	})
	return all, err
}
