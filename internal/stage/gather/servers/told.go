package servers

import (
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// What becomes of lists is recorded of each list. The history of its server says it once more, for who looks there: these are
// its entries. Lists are named as people write them, as list@site.

// saidOfLists are the actions by which a person says what became of lists.
var saidOfLists = []string{goneAction, goneUnaskedAction, movedAction}

const (
	goneAction        = "lists gone"
	goneUnaskedAction = "lists gone without asking"
	movedAction       = "list moved"
)

// syncTold is what the history of a server says of a sync.
type syncTold struct {
	Lists        int      `json:"lists"`
	New          int      `json:"new"`
	Renamed      int      `json:"renamed"`
	Back         int      `json:"back"`
	Missing      int      `json:"missing"`
	RenamedLists []string `json:"renamed_lists,omitempty"`
	BackLists    []string `json:"back_lists,omitempty"`
	MissingLists []string `json:"missing_lists,omitempty"`
	Confirmed    string   `json:"confirmed,omitempty"` // what was doubted, and believed since a person had looked
}

// told makes the entry of a sync.
func (s *syncing) told() syncTold {
	r := s.result
	out := syncTold{Lists: r.Lists, New: r.New, Renamed: r.Renamed, Back: r.Back, Missing: r.Missing, Confirmed: s.confirmed}
	for _, p := range s.diff.Same {
		if p.Moved() && len(out.RenamedLists) < maxNamed {
			out.RenamedLists = append(out.RenamedLists, address(p.Known.Place.Site, p.Known.Place.List)+" → "+address(p.Listed.Site, p.Listed.Name))
		}
		if p.Back() && len(out.BackLists) < maxNamed {
			out.BackLists = append(out.BackLists, address(p.Listed.Site, p.Listed.Name))
		}
	}
	for _, k := range s.diff.Missing {
		if k.Missing == period.Last && len(out.MissingLists) < maxNamed { // since this sync
			out.MissingLists = append(out.MissingLists, address(k.Place.Site, k.Place.List))
		}
	}
	return out
}

// tellDoubt records that a server's answer was not believed, unless the last sync said the same.
func tellDoubt(tx *store.Tx, t *target, why string) error {
	if t.state.Doubted && t.state.Failure == why {
		return nil
	}
	return tx.Record(store.Change{Entity: "server", EntityID: t.ID, Action: "sync not believed", After: map[string]string{"reason": why}})
}

// tellGone records at the server which lists were marked gone.
func (p *FixPlan) tellGone(tx *store.Tx) error {
	names := make([]string, 0, len(p.known))
	for i := range p.known {
		names = append(names, address(p.known[i].Place.Site, p.known[i].Place.List))
	}
	action := goneAction
	if !p.Asked {
		action = goneUnaskedAction
	}
	return tx.Record(store.Change{Entity: "server", EntityID: p.target.ID, Action: action, After: map[string][]string{"lists": first(names)}})
}

// movedTold is what the histories of both servers say of a move.
type movedTold struct {
	From     string `json:"from"`
	To       string `json:"to"`
	FirstDay string `json:"first_day"`
}

// tell records the move at both servers.
func (m *moving) tell() error {
	said := movedTold{named(m.from, m.to), named(m.to, m.from), m.on.String()}
	for _, id := range []int64{m.fromID, m.toID} {
		if err := m.tx.Record(store.Change{Entity: "server", EntityID: id, Action: movedAction, After: said}); err != nil {
			return err
		}
		if m.fromID == m.toID {
			break
		}
	}
	return nil
}

// named is a list as people write it, with its server where the other one is elsewhere.
func named(p, other hosting.Place) string {
	if p.Server == other.Server {
		return address(p.Site, p.List)
	}
	return address(p.Site, p.List) + " on " + p.Server
}

func address(site, list string) string { return list + "@" + site }
