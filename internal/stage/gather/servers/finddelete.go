package servers

import (
	"context"
	"maps"
	"slices"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/store"
)

// What became of a membership that was to be deleted.
const (
	deleted    = "yes"
	wasGone    = "was_gone"
	notDeleted = "failed"
)

// roleMember is the role of those who can be deleted.
const roleMember = "member"

// deleteAttempts is how often a deletion is tried: what went wrong with a server stands in its result.
const deleteAttempts = 2

// Deletable says whether it can be ended here: that of somebody who runs a list cannot.
func (m *Member) Deletable() bool { return m.Role == roleMember }

// ToDelete returns those that a deletion would take off lists: members, and not who runs a list.
func (m *Members) ToDelete() (out []*Member) {
	for i := range m.Members {
		if m.Members[i].Deletable() {
			out = append(out, &m.Members[i])
		}
	}
	return out
}

// DeleteMembers takes the members that were found off their lists. Each server has its own outcome, and so has each
// membership; what was taken off is in the history, whatever came of the rest.
func DeleteMembers(ctx context.Context, d Deps, found []*Members) error {
	var targets []*target
	by := map[*target]*Members{}
	for _, m := range found {
		if m.Status == Done && len(m.ToDelete()) > 0 {
			targets = append(targets, m.target)
			by[m.target] = m
		}
	}
	together(targets, func(t *target) error {
		m := by[t]
		if m.err = d.deleteMembers(ctx, t, m); m.err != nil {
			m.Status, m.Error = Failed, fault.MessageOf(m.err)
		}
		return nil
	})
	return ctx.Err()
}

// DeleteChosen takes people off the lists that somebody chose. Each server is asked first who is on them now: only who is on
// a list as a member is taken off it. Outcomes are those of DeleteMembers.
func DeleteChosen(ctx context.Context, d Deps, chosen []Chosen) ([]*Members, error) {
	by := map[string][]Chosen{}
	for _, c := range chosen {
		by[c.Server] = append(by[c.Server], c)
	}
	targets, err := d.choose(ctx, slices.Sorted(maps.Keys(by)))
	if err != nil {
		return nil, err
	}
	found := together(targets, func(t *target) *Members {
		m := &Members{Server: t.Name, Status: Done, Members: []Member{}, target: t}
		if m.err = d.findChosen(ctx, t, by[t.Name], m); m.err != nil {
			m.Status, m.Error = Failed, fault.MessageOf(m.err)
		}
		return m
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return found, DeleteMembers(ctx, d, found)
}

// findChosen looks up the memberships that were chosen. One that is no more is told so.
func (d *Deps) findChosen(ctx context.Context, t *target, chosen []Chosen, m *Members) error {
	conn, err := d.connect(t, false)
	if err != nil {
		return err
	}
	if !conn.Can(listserver.FindMembers) || !conn.Can(listserver.DeleteMembers) {
		m.Status = NoAPI
		return nil
	}
	return d.asked(ctx, func(ctx context.Context) error {
		of := map[string][]hosting.Membership{}
		for _, c := range chosen {
			found, known := of[c.Address]
			if !known {
				if found, _, err = conn.FindMembers(ctx, c.Address, MaxFound); err != nil {
					return err
				}
				of[c.Address] = found
			}
			one := Member{Site: c.Site, List: c.List, Address: c.Address, Role: roleMember, Deleted: wasGone}
			for _, f := range found {
				if f.Role == roleMember && f.Site == c.Site && f.List == c.List && f.Address == c.Address {
					one = Member{Site: f.Site, List: f.List, Address: f.Address, Name: f.Name, Role: f.Role, at: f}
				}
			}
			m.Members = append(m.Members, one)
		}
		return nil
	})
}

// OrderDeletion has the background take people off lists. The history of each server says at once who asked for what,
// whatever becomes of it. The same order that is not done yet is one job.
func OrderDeletion(ctx context.Context, db *store.DB, by store.By, key string, chosen []Chosen) (job int64, err error) {
	names := map[string][]string{}
	for _, c := range chosen {
		names[c.Server] = append(names[c.Server], memberOf(c.Address, c.Site, c.List))
	}
	err = db.Write(ctx, by, func(tx *store.Tx) error {
		var fresh bool
		if job, fresh, err = tx.Enqueue(store.NewJob{Kind: DeleteJob, Key: key, Payload: DeleteOrder{chosen}, MaxAttempts: deleteAttempts}); err != nil || !fresh {
			return err
		}
		all, err := tx.Servers()
		if err != nil {
			return err
		}
		if err := known(all, slices.Sorted(maps.Keys(names))); err != nil {
			return err
		}
		for i := range all {
			if whom := names[all[i].Name]; len(whom) > 0 {
				change := store.Change{Entity: "server", EntityID: all[i].ID, Action: "deletion of members asked", After: map[string][]string{"members": whom}}
				if err := tx.Record(change); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return job, err
}

func memberOf(address, site, list string) string { return address + " from " + site + "/" + list }

func (d *Deps) deleteMembers(ctx context.Context, t *target, m *Members) error {
	conn, err := d.connect(t, false)
	if err != nil {
		return err
	}
	if !conn.Can(listserver.DeleteMembers) {
		return fault.New(fault.Invalid, "servers of the kind %s cannot be told to delete members", t.Kind)
	}
	failed := 0
	var last error
	err = d.asked(ctx, func(ctx context.Context) error {
		for _, member := range m.ToDelete() {
			if member.Deleted == wasGone {
				continue
			}
			was, err := conn.DeleteMember(ctx, member.at)
			switch {
			case err != nil:
				member.Deleted, member.Error, last = notDeleted, fault.MessageOf(err), err
				failed++
			case was:
				member.Deleted = deleted
			default:
				member.Deleted = wasGone
			}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		return nil
	})
	if err := d.recordDeleted(ctx, t, m); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	if failed > 0 {
		return fault.Wrap(fault.KindOf(last), last, "%d of %d members could not be deleted: %s", failed, len(m.ToDelete()), fault.MessageOf(last))
	}
	return nil
}

// recordDeleted writes into the history who was taken off which list, and who could not be, also when the caller has given
// up meanwhile.
func (d *Deps) recordDeleted(ctx context.Context, t *target, m *Members) error {
	gone, failed := []string{}, []string{}
	for _, member := range m.ToDelete() {
		what := memberOf(member.Address, member.Site, member.List)
		switch member.Deleted {
		case deleted:
			gone = append(gone, what)
		case notDeleted:
			failed = append(failed, what+": "+member.Error)
		}
	}
	if len(gone)+len(failed) == 0 {
		return nil
	}
	return d.DB.Write(context.WithoutCancel(ctx), d.By(), func(tx *store.Tx) error {
		return tx.Record(store.Change{Entity: "server", EntityID: t.ID, Action: "members deleted", Before: gone, After: map[string][]string{"not_deleted": failed}})
	})
}
