package servers

import (
	"slices"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/store"
)

// each calls do with every list of the catalogue and its id.
func (s *syncing) each(do func(listID int64, l *hosting.Listed)) {
	for _, p := range s.diff.Same {
		do(p.Known.ID, p.Listed)
	}
	for i, l := range s.diff.New {
		do(s.fresh[i].ID, l)
	}
}

// administrators replaces who runs the lists where somebody else does now.
func (s *syncing) administrators() error {
	stored, err := s.tx.ServerAdministrators(s.target.ID)
	if err != nil {
		return err
	}
	changed := map[int64][]hosting.Administrator{}
	s.each(func(id int64, l *hosting.Listed) {
		s.result.Administrators += len(l.Administrators)
		if !slices.Equal(stored[id], l.Administrators) {
			changed[id] = l.Administrators
		}
	})
	return s.tx.ReplaceAdministrators(changed)
}

// members stores how many members each list has today. Only a number that differs from the last one may change a bill.
func (s *syncing) members() error {
	latest, err := s.tx.LatestReadings(s.target.ID, s.today)
	if err != nil {
		return err
	}
	var same, other []store.Reading
	s.each(func(id int64, l *hosting.Listed) {
		if l.Members < 0 {
			return // the server does not say
		}
		s.result.Members += l.Members
		last := latest[id] // none counts as 0 members
		reading := store.Reading{ListID: id, Day: s.today, Members: l.Members}
		switch {
		case last.Members != l.Members:
			other = append(other, reading)
		case last.Day != s.today:
			same = append(same, reading)
		}
	})
	if err := s.tx.KeepReadings(same); err != nil {
		return err
	}
	return s.tx.SetReadings(other)
}

// posts keeps the server's own counters, to compare them with what was metered.
func (s *syncing) posts() error {
	var counts []store.PostCount
	s.each(func(id int64, l *hosting.Listed) {
		if l.Posts >= 0 {
			counts = append(counts, store.PostCount{ListID: id, Posts: l.Posts})
		}
	})
	return s.tx.SavePostCounts(counts, s.today.Month())
}
