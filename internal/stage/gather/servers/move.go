package servers

import (
	"context"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// MoveResult is what a move did.
type MoveResult struct {
	From         string `json:"from"`
	To           string `json:"to"`
	On           string `json:"on"`            // the first day in the new place
	Joined       bool   `json:"joined"`        // the new place was a list of its own, which is one with the moved one now
	AdoptedUsage int64  `json:"adopted_usage"` // records of the new name that nobody knew
}

// Move gives a list another place, on any server, from a day on (0: the first day of the list that a sync found there, else
// today). It keeps its identity: usage, history and assignments. If a sync has taken the new place for a new list, the two
// become one, unless that list has assignments of its own or stands on a sent invoice: then it is refused.
func Move(ctx context.Context, d Deps, from, to hosting.Place, on period.Date) (r *MoveResult, err error) {
	m := &moving{from: from, to: to, on: on}
	err = d.DB.Write(ctx, d.By(), func(tx *store.Tx) error {
		m.tx = tx
		return m.run()
	})
	if err != nil {
		return nil, err
	}
	return &MoveResult{from.String(), to.String(), m.on.String(), m.there != nil, m.adopted}, nil
}

// moving is one transaction that moves a list.
type moving struct {
	tx       *store.Tx
	from, to hosting.Place
	on       period.Date
	list     *hosting.Known
	there    *hosting.Known // the list that is in the new place; nil if none is
	fromID   int64          // of servers
	toID     int64
	remote   string
	adopted  int64
}

func (m *moving) run() error {
	if err := m.find(); err != nil {
		return err
	}
	set, err := m.tx.Settings()
	if err != nil {
		return err
	}
	zone, err := set.Location()
	if err != nil {
		return err
	}
	if err := m.day(period.DateOf(m.tx.By().At, zone)); err != nil {
		return err
	}
	if m.there != nil {
		if err := m.join(); err != nil {
			return err
		}
	}
	if err := m.rename(); err != nil {
		return err
	}
	if m.adopted, err = m.tx.AdoptUnknownUsage(m.toID, zone); err != nil {
		return err
	}
	if err := m.tell(); err != nil {
		return err
	}
	if err := m.tx.ListsChanged(m.fromID, []int64{m.list.ID}, map[string]bool{m.from.Site: true}); err != nil {
		return err
	}
	return m.tx.ListsChanged(m.toID, nil, map[string]bool{m.to.Site: true})
}

// find finds both servers, the list, and what is in the new place. Locks are taken in the order of servers.
func (m *moving) find() error {
	if m.from == m.to {
		return fault.New(fault.Invalid, "the old and the new place are the same; nothing was changed")
	}
	servers, err := m.tx.Servers()
	if err != nil {
		return err
	}
	for _, v := range servers {
		if v.Name == m.from.Server {
			m.fromID = v.ID
		}
		if v.Name == m.to.Server {
			m.toID = v.ID
		}
	}
	for _, name := range []string{m.from.Server, m.to.Server} {
		if err := known(servers, []string{name}); err != nil {
			return err
		}
	}
	for _, name := range []string{m.to.Site, m.to.List} {
		if err := check("new place", name); err != nil {
			return err
		}
	}
	for _, id := range []int64{min(m.fromID, m.toID), max(m.fromID, m.toID)} {
		if err := m.tx.Lock("sync", id); err != nil {
			return err
		}
		if err := m.tx.LockUsage(id); err != nil {
			return err
		}
	}
	if m.list, err = m.at(m.fromID, m.from); err != nil {
		return err
	}
	if m.list == nil {
		return fault.New(fault.NotFound, "there is no %s; nothing was changed", m.from.Describe())
	}
	m.there, err = m.at(m.toID, m.to)
	return err
}

// at returns the list that is in a place, rather one that is not gone.
func (m *moving) at(serverID int64, p hosting.Place) (found *hosting.Known, err error) {
	known, err := m.tx.ListsOfServer(serverID)
	for i := range known {
		if known[i].Place == p && (found == nil || found.Gone != period.Last) {
			found = &known[i]
		}
	}
	return found, err
}

// day decides since when the list is in its new place.
func (m *moving) day(today period.Date) error {
	if m.on == 0 {
		m.on = today
		if m.there != nil && m.there.Life.Start != period.First {
			m.on = min(today, m.there.Life.Start)
		}
	}
	if m.on > today {
		return fault.New(fault.Invalid, "%s is not yet: a list is moved from today on at the latest; nothing was changed", m.on)
	}
	first, err := m.tx.NameSince(m.list.ID)
	if err == nil && m.on <= first {
		return fault.New(fault.Conflict, "the list has its present place only since %s: name a later day; nothing was changed", first)
	}
	return err
}

// join makes the list of the new place and the moved one one.
func (m *moving) join() error {
	if m.there.Gone != period.Last {
		return fault.New(fault.Conflict, "the %s was another list, which is marked gone; nothing was changed", m.to.Describe())
	}
	assigned, billed, err := m.tx.ListInUse(m.there.ID, m.toID, m.to.Site)
	if err != nil {
		return err
	}
	switch {
	case assigned:
		return fault.New(fault.Conflict, "the %s is assigned by itself, so the two cannot become one; nothing was changed: end or remove that assignment first", m.to.Describe())
	case billed != "":
		return fault.New(fault.Conflict, "the %s stands on invoice %s by itself, so the two cannot become one; nothing was changed", m.to.Describe(), billed)
	}
	m.remote = m.there.RemoteID
	if err := m.tx.JoinLists(m.there.ID, m.list.ID); err != nil {
		return err
	}
	return m.tx.Record(store.Change{Entity: "list", EntityID: m.there.ID, Action: "joined", Before: written(&m.there.List), After: map[string]string{"into": m.from.String()}})
}

// rename gives the list its new name. It is there again, if it was marked gone.
func (m *moving) rename() error {
	after := m.list.List
	if after.Gone != period.Last && after.Life.End == lastDay(&after, after.Gone) {
		after.Life.End = period.Last
	}
	after.Gone = period.Last
	if err := m.tx.UpdateList(&after); err != nil {
		return err
	}
	after.Place, after.RemoteID = m.to, m.remote
	name := store.NewName{ListID: after.ID, ServerID: m.toID, Site: m.to.Site, List: m.to.List, RemoteID: m.remote, From: m.on}
	if err := m.tx.RenameLists([]store.NewName{name}); err != nil {
		return err
	}
	if err := m.tx.SaveFound([]int64{after.ID}); err != nil {
		return err
	}
	return m.tx.Record(store.Change{Entity: "list", EntityID: after.ID, Action: "moved", Before: written(&m.list.List), After: written(&after)})
}
