package insight

import (
	"context"

	"postmeter/internal/store"
)

// serversNamed is how many servers are named at most where a list of them is told.
const serversNamed = 5

// NeverSynced returns the names of servers that were never synced, so that their lists are missing: a few, and "…" when
// there are more. Servers whose lists are entered by hand are none of them.
func NeverSynced(ctx context.Context, db *store.DB) (names []string, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		names, err = s.ServersNeverSynced(serversNamed + 1)
		return err
	})
	if len(names) > serversNamed {
		names[serversNamed] = "…"
	}
	return names, err
}
