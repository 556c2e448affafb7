package servers

import (
	"slices"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/stage/gather"
	"postmeter/internal/store"
)

// syncing is one transaction that takes a catalogue in.
type syncing struct {
	tx        *store.Tx
	deps      *Deps
	target    *target
	catalogue *hosting.Catalogue
	counters  []hosting.Sent
	start     gather.CounterStart // of counters that went back, or are new
	result    *SyncResult

	zone    *time.Location // of billing
	today   period.Date
	diff    hosting.Difference
	fresh   []*hosting.List // new lists, in the order of diff.New
	changed []int64         // lists that were known and of which a bill may say something else now
	sites   map[string]bool // where lists changed, or appeared

	confirmed string // what is believed only since a person had looked
}

// begin takes the locks, looks whether the server is still the one that was asked, and compares.
func (s *syncing) begin(confirm bool) error {
	if err := s.tx.Lock("sync", s.target.ID); err != nil {
		return err
	}
	if err := s.tx.LockUsage(s.target.ID); err != nil {
		return err
	}
	if err := s.unchanged(); err != nil {
		return err
	}
	set, err := s.tx.Settings()
	if err != nil {
		return err
	}
	if s.zone, err = set.Location(); err != nil {
		return err
	}
	s.today, s.sites = period.DateOf(s.tx.By().At, s.zone), map[string]bool{}
	known, err := s.tx.ListsOfServer(s.target.ID)
	if err != nil {
		return err
	}
	s.diff = hosting.Compare(known, s.catalogue)
	if err := s.diff.Doubt(); err != nil {
		if !confirm {
			s.result.Status = Doubted
			return err
		}
		s.confirmed = s.diff.Lack()
	}
	return nil
}

// unchanged finds that the server was edited, or synced by somebody else, while it was asked.
func (s *syncing) unchanged() error {
	servers, err := s.tx.Servers()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(servers, func(v hosting.Server) bool { return v.ID == s.target.ID })
	if i < 0 || servers[i].Kind != s.target.Kind || servers[i].URL != s.target.URL || servers[i].Host != s.target.Host {
		s.result.Status = Overtook
		return fault.New(fault.Busy, "its address was changed while it was asked; nothing was changed: sync it again")
	}
	state, err := s.tx.ServerState(s.target.ID)
	if err != nil {
		return err
	}
	if state.SyncedAt != s.target.state.SyncedAt {
		s.result.Status = Overtook
		return fault.New(fault.Busy, "another sync of it was done meanwhile; this one changed nothing")
	}
	return nil
}

// save stores what the catalogue says.
func (s *syncing) save() error {
	for _, do := range []func() error{
		s.renames, s.backs, s.news, s.adopt, s.grow, s.missing, s.found, s.administrators, s.members, s.posts, s.tell,
	} {
		if err := do(); err != nil {
			return err
		}
		s.deps.step("saved")
	}
	return nil
}

// found notes sites and lists that are there.
func (s *syncing) found() error {
	if err := s.tx.SaveSites(s.target.ID, s.catalogue.Sites, s.today); err != nil {
		return err
	}
	ids := make([]int64, 0, len(s.catalogue.Lists))
	for _, p := range s.diff.Same {
		ids = append(ids, p.Known.ID)
	}
	for _, v := range s.fresh {
		ids = append(ids, v.ID)
	}
	return s.tx.SaveFound(ids)
}

// missing notes lists that are not there any more. They stay as they are until a person marks them gone, or moves them.
func (s *syncing) missing() error {
	var ids []int64
	for _, k := range s.diff.Missing {
		if k.Missing == period.Last {
			ids = append(ids, k.ID)
		}
	}
	return s.tx.SaveMissing(ids, s.today)
}

// tell raises the revisions of what the sync changed, and says what it did.
func (s *syncing) tell() error {
	if err := s.tx.ListsChanged(s.target.ID, s.changed, s.sites); err != nil {
		return err
	}
	r := s.result
	r.Sites, r.Lists, r.New, r.Missing = len(s.catalogue.Sites), len(s.catalogue.Lists), len(s.fresh), len(s.diff.Missing)
	r.NewLists, r.MissingLists = []string{}, []string{}
	for _, v := range first(s.fresh) {
		r.NewLists = append(r.NewLists, v.Place.Site+"/"+v.Place.List)
	}
	for _, k := range first(s.diff.Missing) {
		r.MissingLists = append(r.MissingLists, k.Place.Site+"/"+k.Place.List)
	}
	r.RenamedLists, r.BackLists, r.Notes = first(r.RenamedLists), first(r.BackLists), orNone(r.Notes)
	var err error
	if r.Suggestions, err = suggestions(&s.tx.Snapshot, s.zone, s.target.ID); err != nil {
		return err
	}
	text, err := r.text()
	if err != nil {
		return err
	}
	if err := s.tx.SaveSync(s.target.ID, text); err != nil {
		return err
	}
	return s.tx.Record(store.Change{Entity: "server", EntityID: s.target.ID, Action: "synced", After: s.told()})
}

// first returns the beginning of a long list, and an empty one for none.
func first[T any](all []T) []T { return orNone(all[:min(len(all), maxNamed)]) }

func orNone[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

// instant writes an instant as results do.
func instant(t time.Time) string { return t.UTC().Format(time.RFC3339) }
