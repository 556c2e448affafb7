package servers

import (
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// lookBack is how many days before a list was found missing another may have appeared that it has become.
const lookBack = 7

// suggestions finds lists that vanished from a server and may be ones that appeared, on any server, at about that time
// or later.
func suggestions(s *store.Snapshot, zone *time.Location, serverID int64) ([]hosting.Suggestion, error) {
	vanished, since, err := s.VanishedLists(serverID)
	if err != nil || len(vanished) == 0 {
		return []hosting.Suggestion{}, err
	}
	appeared, err := s.ListsFoundSince(period.StartOf(since-lookBack, zone).UnixMicro())
	if err != nil {
		return nil, err
	}
	from, err := traces(s, vanished)
	if err != nil {
		return nil, err
	}
	to, err := traces(s, appeared)
	return orNone(hosting.Suggest(from, to)), err
}

func traces(s *store.Snapshot, lists []hosting.List) ([]hosting.Trace, error) {
	ids := make([]int64, len(lists))
	for i := range lists {
		ids[i] = lists[i].ID
	}
	owners, err := s.ListOwners(ids)
	if err != nil {
		return nil, err
	}
	members, err := s.MembersOf(ids)
	if err != nil {
		return nil, err
	}
	found, err := s.FoundAt(ids)
	if err != nil {
		return nil, err
	}
	out := make([]hosting.Trace, len(lists))
	for i, v := range lists {
		out[i] = hosting.Trace{Place: v.Place, Owners: owners[v.ID], Members: hosting.NotSaid, Found: found[v.ID]}
		if n, ok := members[v.ID]; ok {
			out[i].Members = n
		}
	}
	return out, nil
}
