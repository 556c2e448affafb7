package servers

import (
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// listed is a list as the history keeps it.
type listed struct {
	Server   string `json:"server"`
	Site     string `json:"site"`
	List     string `json:"list"`
	RemoteID string `json:"remote_id,omitempty"`
	Start    string `json:"start,omitempty"`
	End      string `json:"end,omitempty"`
	Gone     string `json:"gone,omitempty"`
}

func written(v *hosting.List) listed {
	out := listed{Server: v.Place.Server, Site: v.Place.Site, List: v.Place.List, RemoteID: v.RemoteID}
	if v.Life.Start != period.First {
		out.Start = v.Life.Start.String()
	}
	if v.Life.End != period.Last {
		out.End = v.Life.End.String()
	}
	if v.Gone != period.Last {
		out.Gone = v.Gone.String()
	}
	return out
}

// renames follows lists that the server itself calls otherwise now: their id tells. The new name holds from today on.
func (s *syncing) renames() error {
	var names []store.NewName
	var ids []store.RemoteID
	for _, p := range s.diff.Same {
		remote := p.Listed.RemoteID
		if remote == "" {
			remote = p.Known.RemoteID
		}
		switch {
		case p.Moved(), p.Known.RemoteID != "" && remote != p.Known.RemoteID:
			names = append(names, store.NewName{ListID: p.Known.ID, ServerID: s.target.ID, Site: p.Listed.Site, List: p.Listed.Name,
				RemoteID: remote, From: s.today})
			after := p.Known.List
			after.Place.Site, after.Place.List, after.RemoteID = p.Listed.Site, p.Listed.Name, remote
			if err := s.change(p.Known, &after, "renamed"); err != nil {
				return err
			}
			s.sites[p.Listed.Site] = true
			if p.Moved() {
				s.result.Renamed++
				s.result.RenamedLists = append(s.result.RenamedLists, p.Known.Place.Site+"/"+p.Known.Place.List+" to "+p.Listed.Site+"/"+p.Listed.Name)
			}
		case remote != p.Known.RemoteID: // entered by hand, and now the server says its id
			ids = append(ids, store.RemoteID{ListID: p.Known.ID, Remote: remote})
		}
	}
	if err := s.tx.SetRemoteIDs(ids); err != nil {
		return err
	}
	return s.tx.RenameLists(names)
}

// change notes that a known list is not what it was.
func (s *syncing) change(before *hosting.Known, after *hosting.List, action string) error {
	s.changed = append(s.changed, before.ID)
	s.sites[before.Place.Site] = true
	return s.tx.Record(store.Change{Entity: "list", EntityID: before.ID, Action: action, Before: written(&before.List), After: written(after)})
}

// backs takes the mark off lists that are there again. A life that ended by that mark goes on.
func (s *syncing) backs() error {
	for _, p := range s.diff.Same {
		if !p.Back() {
			continue
		}
		after := p.Known.List
		after.Place.Site, after.Place.List = p.Listed.Site, p.Listed.Name
		if p.Listed.RemoteID != "" {
			after.RemoteID = p.Listed.RemoteID
		}
		if after.Life.End == lastDay(&after, after.Gone) {
			after.Life.End = period.Last
		}
		after.Gone = period.Last
		if err := s.tx.UpdateList(&after); err != nil {
			return err
		}
		if err := s.change(p.Known, &after, "back"); err != nil {
			return err
		}
		s.result.Back++
		s.result.BackLists = append(s.result.BackLists, p.Listed.Site+"/"+p.Listed.Name)
	}
	return nil
}

// lastDay is the last day of the life of a list that is gone since a day.
func lastDay(v *hosting.List, gone period.Date) period.Date { return max(v.Life.Start, gone-1) }

// news adds lists that were not known. Since when they are there only the first sync of a server cannot know: theirs is
// an open start. The others begin today, or when they sent first.
func (s *syncing) news() error {
	start := period.First
	if s.target.state.SyncedAt != 0 {
		start = s.today
	}
	held, err := s.tx.PlacesHeld(s.target.ID)
	if err != nil {
		return err
	}
	for _, l := range s.diff.New {
		s.fresh = append(s.fresh, &hosting.List{Place: hosting.Place{Server: s.target.Name, Site: l.Site, List: l.Name}, RemoteID: l.RemoteID,
			Life: period.Period{Start: start, End: period.Last}, Gone: period.Last})
		s.sites[l.Site] = true
	}
	return s.tx.InsertListsFrom(s.fresh, map[string]int64{s.target.Name: s.target.ID}, func(v *hosting.List) period.Date {
		if _, had := held[[2]string{v.Place.Site, v.Place.List}]; had {
			return s.today // the name was another list's until now
		}
		return period.First
	})
}

// adopt takes over the usage that was found before its lists were known, and lets new lists begin no later than that.
func (s *syncing) adopt() error {
	var err error
	if s.result.AdoptedUsage, err = s.tx.AdoptUnknownUsage(s.target.ID, s.zone); err != nil {
		return err
	}
	ids := make([]int64, len(s.fresh))
	for i, v := range s.fresh {
		ids[i] = v.ID
	}
	sent, err := s.tx.FirstUsage(ids)
	if err != nil {
		return err
	}
	earlier := map[int64]period.Date{}
	for _, v := range s.fresh {
		if day, ok := sent[v.ID]; ok && day < v.Life.Start {
			v.Life.Start, earlier[v.ID] = day, day
		}
	}
	for _, v := range s.fresh {
		if err := s.tx.Record(store.Change{Entity: "list", EntityID: v.ID, Action: "created", After: written(v)}); err != nil {
			return err
		}
	}
	return s.tx.StartLists(earlier)
}
