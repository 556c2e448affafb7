package insight

import (
	"context"
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// Owner is the customer who has a list.
type Owner struct {
	CustomerID int64
	Company    string
}

// Owners says who has lists today: by the list, else by its site, else by its server. Lists that nobody has are left out.
func Owners(ctx context.Context, db *store.DB, places []hosting.Place, now time.Time) (out map[hosting.Place]Owner, err error) {
	out = map[hosting.Place]Owner{}
	if len(places) == 0 {
		return out, nil
	}
	return out, db.Read(ctx, func(s *store.Snapshot) error {
		today, err := todayIn(s, now)
		if err != nil {
			return err
		}
		ids, err := serverIDs(s)
		if err != nil {
			return err
		}
		lists, err := s.ListsAt(places, ids)
		if err != nil {
			return err
		}
		listIDs := map[hosting.Place]int64{}
		for i := range lists {
			listIDs[lists[i].Place] = lists[i].ID
		}
		held, err := holdersOn(s, today, ways(places, ids, listIDs))
		if err != nil {
			return err
		}
		for _, p := range places {
			for _, way := range waysTo(p, ids, listIDs) {
				if owner, found := held[way]; found {
					out[p] = owner
					break
				}
			}
		}
		return nil
	})
}

func serverIDs(s *store.Snapshot) (map[string]int64, error) {
	ids := map[string]int64{}
	all, err := s.Servers()
	for i := range all {
		ids[all[i].Name] = all[i].ID
	}
	return ids, err
}

// waysTo are what may be assigned that a list belongs to, the most specific first.
func waysTo(p hosting.Place, servers map[string]int64, lists map[hosting.Place]int64) []store.Object {
	server := servers[p.Server]
	out := []store.Object{{ServerID: server, Site: p.Site}, {ServerID: server}}
	if id := lists[p]; id != 0 {
		return append([]store.Object{{ListID: id}}, out...)
	}
	return out
}

// ways are those of all places, each once.
func ways(places []hosting.Place, servers map[string]int64, lists map[hosting.Place]int64) (out []store.Object) {
	seen := map[store.Object]bool{}
	for _, p := range places {
		for _, way := range waysTo(p, servers, lists) {
			if !seen[way] {
				seen[way] = true
				out = append(out, way)
			}
		}
	}
	return out
}

// holdersOn says who has what on a day.
func holdersOn(s *store.Snapshot, day period.Date, objects []store.Object) (map[store.Object]Owner, error) {
	holders, err := s.Holders(objects)
	out := map[store.Object]Owner{}
	for i := range holders {
		if h := &holders[i]; h.Dates.Contains(day) {
			out[h.Object] = Owner{h.CustomerID, h.Company}
		}
	}
	return out, err
}
