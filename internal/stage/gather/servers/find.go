package servers

import (
	"cmp"
	"context"
	"slices"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/store"
)

// MaxFound is how many hits a search gives of administrators, and of members for each server and pattern.
const MaxFound = 10_000

// Administrator is somebody who runs a list, as of the last sync of its server.
type Administrator struct {
	Server  string `json:"server"`
	Site    string `json:"site"`
	List    string `json:"list"`
	Role    string `json:"role"`
	Address string `json:"address"`
	Name    string `json:"name"`
	Gone    bool   `json:"gone"` // the list is marked gone
}

// FindAdministrators finds who runs lists of any server by patterns (see hosting.Patterns). It asks the database alone. At
// most MaxFound are returned; more says that there are others.
func FindAdministrators(ctx context.Context, db *store.DB, texts []string) (out []Administrator, more bool, err error) {
	patterns, err := hosting.Patterns(texts)
	if err != nil {
		return nil, false, err
	}
	out = []Administrator{}
	err = db.Read(ctx, func(s *store.Snapshot) error {
		found, err := s.FindAdministrators(patterns, MaxFound+1)
		for _, a := range found {
			out = append(out, Administrator{a.Place.Server, a.Place.Site, a.Place.List, a.Role, a.Address, a.Name, a.Gone})
		}
		return err
	})
	return out[:min(len(out), MaxFound)], len(out) > MaxFound, err
}

// Member is one address on one list.
type Member struct {
	Site    string `json:"site"`
	List    string `json:"list"`
	Address string `json:"address"`
	Name    string `json:"name"`
	Role    string `json:"role"`
	Deleted string `json:"deleted,omitempty"` // yes, was_gone, or failed
	Error   string `json:"error,omitempty"`

	at hosting.Membership
}

// Members is what one server knows of the people who are looked for.
type Members struct {
	Server  string   `json:"server"`
	Status  Status   `json:"status"`
	Error   string   `json:"error,omitempty"`
	Members []Member `json:"members"`
	More    bool     `json:"more"` // there are others

	err    error
	target *target
}

// Err returns why the server could not be asked; nil if it could.
func (m *Members) Err() error { return m.err }

// FindMembers asks servers, all if none is named, for members by patterns (see hosting.Patterns).
func FindMembers(ctx context.Context, d Deps, names, texts []string) ([]*Members, error) {
	patterns, err := hosting.Patterns(texts)
	if err != nil {
		return nil, err
	}
	targets, err := d.choose(ctx, names)
	if err != nil {
		return nil, err
	}
	return together(targets, func(t *target) *Members {
		m := &Members{Server: t.Name, Status: Done, Members: []Member{}, target: t}
		if m.err = d.findMembers(ctx, t, patterns, m); m.err != nil {
			m.Status, m.Error, m.Members = Failed, fault.MessageOf(m.err), []Member{}
		}
		return m
	}), ctx.Err()
}

func (d *Deps) findMembers(ctx context.Context, t *target, patterns []string, m *Members) error {
	conn, err := d.connect(t, false)
	if err != nil {
		return err
	}
	if !conn.Can(listserver.FindMembers) {
		m.Status = NoAPI
		return nil
	}
	seen := map[hosting.Membership]bool{}
	return d.asked(ctx, func(ctx context.Context) error {
		for _, pattern := range patterns {
			found, more, err := conn.FindMembers(ctx, pattern, MaxFound)
			if err != nil {
				return err
			}
			m.More = m.More || more
			for _, f := range found {
				if !seen[f] {
					seen[f] = true
					m.Members = append(m.Members, Member{Site: f.Site, List: f.List, Address: f.Address, Name: f.Name, Role: f.Role, at: f})
				}
			}
		}
		slices.SortFunc(m.Members, func(a, b Member) int {
			return cmp.Or(cmp.Compare(a.Address, b.Address), cmp.Compare(a.Site, b.Site), cmp.Compare(a.List, b.List), cmp.Compare(a.Role, b.Role))
		})
		return nil
	})
}

// ToDelete returns those that a deletion would take off lists: members, and not who runs a list.
func (m *Members) ToDelete() (out []*Member) {
	for i := range m.Members {
		if m.Members[i].Role == "member" {
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
			was, err := conn.DeleteMember(ctx, member.at)
			switch {
			case err != nil:
				member.Deleted, member.Error, last = "failed", fault.MessageOf(err), err
				failed++
			case was:
				member.Deleted = "yes"
			default:
				member.Deleted = "was_gone"
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
		what := member.Address + " from " + member.Site + "/" + member.List
		switch member.Deleted {
		case "yes":
			gone = append(gone, what)
		case "failed":
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
