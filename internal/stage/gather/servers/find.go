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

// MaxShown is how many memberships of each server a search of the background keeps, to be shown on a page.
const MaxShown = 1000

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

// KnownServer says how far the administrators of a server's lists are known.
type KnownServer struct {
	Server string
	Kind   string
	Status Status // Done: as of the last sync; NoAPI: such servers cannot be asked; Failed: never synced
	Synced string // UTC; "" if never
	Error  string // why the last sync changed nothing; "" if it did not fail
}

// AdministratorsKnown says of each server how far the administrators of its lists are known. It asks the database alone.
func AdministratorsKnown(ctx context.Context, d Deps) ([]KnownServer, error) {
	targets, err := d.choose(ctx, nil)
	if err != nil {
		return nil, err
	}
	out := make([]KnownServer, 0, len(targets))
	for _, t := range targets {
		k := KnownServer{Server: t.Name, Kind: t.Kind, Status: Done, Synced: instantOr(t.state.SyncedAt), Error: t.state.Failure}
		conn, err := d.connect(t, false)
		switch {
		case err == nil && !conn.Can(listserver.Administrators):
			k.Status = NoAPI
		case k.Synced == "":
			k.Status = Failed
		}
		out = append(out, k)
	}
	return out, nil
}

// Sought reads who is looked for on servers (see hosting.Patterns); what no address has in it is an Invalid fault.
func Sought(texts []string) ([]string, error) {
	patterns, err := hosting.Patterns(texts)
	if err != nil {
		return nil, err
	}
	for _, p := range patterns {
		if _, err := listserver.Match(p); err != nil {
			return nil, err
		}
	}
	return patterns, nil
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

// Cut leaves the first memberships, most at most, and notes that there are others.
func (m *Members) Cut(most int) {
	if len(m.Members) > most {
		m.Members, m.More = m.Members[:most], true
	}
}

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
