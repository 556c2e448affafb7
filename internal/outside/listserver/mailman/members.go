package mailman

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/outside/listserver/webapi"
)

// FindMembers looks for an address, or for all that match a pattern. What Mailman finds by somebody's name is left out.
func (s *Server) FindMembers(ctx context.Context, pattern string, limit int) (found []hosting.Membership, more bool, err error) {
	match, err := listserver.Match(pattern)
	if err != nil {
		return nil, false, err
	}
	query := url.Values{"subscriber": {asked(pattern)}}
	seen := map[member]bool{}
	lists := map[string]*list{}
	for number, left := 1, 1; left > 0; number++ {
		p, err := one[member](ctx, s, []string{"members", "find"}, query, memberPage, number)
		if err != nil {
			return nil, false, err
		}
		if left = p.Total - number*memberPage; len(p.Entries) == 0 {
			left = 0
		}
		for _, m := range p.Entries {
			key := member{ListID: m.ListID, Email: strings.ToLower(m.Email), Role: m.Role}
			if seen[key] || !match(m.Email) {
				continue
			}
			seen[key] = true
			l, err := s.list(ctx, lists, m.ListID)
			switch {
			case err != nil:
				return nil, false, err
			case l == nil: // deleted meanwhile
			case len(found) == limit:
				return found, true, nil
			default:
				found = append(found, hosting.Membership{Site: l.MailHost, List: l.Name, RemoteID: l.ID, Address: m.Email, Name: m.Name, Role: m.Role})
			}
		}
	}
	return found, false, nil
}

// asked is a pattern as Mailman takes it. It asks its database, to which a backslash may mean something; the
// answer is looked through anyhow.
func asked(pattern string) string {
	if strings.Contains(pattern, "*") {
		return strings.ReplaceAll(pattern, `\`, "*")
	}
	return pattern
}

// list looks up an id, which is never taken apart: both of its parts may hold dots. It returns nil if there is none.
func (s *Server) list(ctx context.Context, known map[string]*list, id string) (*list, error) {
	if l, ok := known[id]; ok {
		return l, nil
	}
	var l list
	a, err := s.api.JSON(ctx, webapi.Request{Path: []string{"lists", id}, Accept: []int{http.StatusNotFound}}, &l)
	if err != nil {
		return nil, err
	}
	known[id] = &l
	if a.Status == http.StatusNotFound {
		known[id] = nil
	} else if l.Name == "" || l.MailHost == "" {
		return nil, s.api.Odd("does not say what the list %q is called", id)
	}
	return known[id], nil
}

// DeleteMember takes an address off a list, in one role. Where the list's members need somebody's leave to go, the
// operator has it.
func (s *Server) DeleteMember(ctx context.Context, m hosting.Membership) (was bool, err error) {
	if strings.ContainsAny(m.Address, "*") || m.Address == "" || m.RemoteID == "" {
		return false, fault.New(fault.Invalid, "say which address is to be taken off which list; nothing was deleted")
	}
	role := m.Role
	if role == "" {
		role = "member"
	}
	query := url.Values{"subscriber": {m.Address}, "list_id": {m.RemoteID}, "role": {role}}
	// It can be there twice: as an address, and as the preferred one of somebody.
	entries, err := all[member](ctx, s, []string{"members", "find"}, query, listPage, nil)
	if err != nil {
		return false, err
	}
	for _, e := range entries {
		if !strings.EqualFold(e.Email, m.Address) || e.ListID != m.RemoteID || e.Role != role || e.ID == "" {
			return was, s.api.Odd("found somebody else than was looked for")
		}
		gone, err := s.delete(ctx, e.ID)
		if err != nil {
			return was, err
		}
		was = was || gone
	}
	return was, nil
}

func (s *Server) delete(ctx context.Context, id string) (was bool, err error) {
	a, err := s.api.Do(ctx, webapi.Request{
		Method: http.MethodDelete, Path: []string{"members", id}, Accept: []int{http.StatusNotFound},
		Query: url.Values{"pre_confirmed": {"true"}, "pre_approved": {"true"}},
	})
	switch {
	case err != nil:
		return false, err
	case a.Status == http.StatusAccepted:
		return false, fault.New(fault.Conflict, "the list wants somebody's leave before an address goes, and has asked for it; the address is on the list until then")
	}
	return a.Status == http.StatusNoContent, nil
}
