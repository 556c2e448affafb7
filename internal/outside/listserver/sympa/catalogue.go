package sympa

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
)

// Catalogue reads all lists, and everybody on each. A list that is deleted meanwhile is left out.
func (s *Server) Catalogue(ctx context.Context, progress func(read, all int)) (hosting.Catalogue, error) {
	lists, _, err := s.lists(ctx)
	if err != nil {
		return hosting.Catalogue{}, err
	}
	read, lost := 0, map[int]bool{}
	err = s.each(ctx, lists, func(i int, people []person, gone bool) {
		lists[i].Members, lists[i].Administrators = count(people)
		lost[i] = gone
		if read++; progress != nil {
			progress(read, len(lists))
		}
	})
	if err == nil && read < len(lists) {
		err = fault.New(fault.Canceled, "asking %s was stopped", s.api)
	}
	if err != nil {
		return hosting.Catalogue{}, err
	}
	var c hosting.Catalogue
	for i, l := range lists {
		c.Sites = append(c.Sites, l.Site)
		if !lost[i] {
			c.Lists = append(c.Lists, l)
		}
	}
	if err := c.Sort(); err != nil {
		return hosting.Catalogue{}, err
	}
	return c, nil
}

// count says how many members there are, and who runs the list.
func count(people []person) (members int64, administrators []hosting.Administrator) {
	for _, p := range people {
		if p.subscriber {
			members++
		}
		if p.owner {
			administrators = append(administrators, hosting.Administrator{Role: hosting.Owner, Address: p.address, Name: p.name})
		}
		if p.moderator {
			administrators = append(administrators, hosting.Administrator{Role: hosting.Moderator, Address: p.address, Name: p.name})
		}
	}
	return members, administrators
}

// FindMembers looks through everybody of all lists, since Sympa has no search.
func (s *Server) FindMembers(ctx context.Context, pattern string, limit int) (found []hosting.Membership, more bool, err error) {
	match, err := listserver.Match(pattern)
	if err != nil {
		return nil, false, err
	}
	lists, _, err := s.lists(ctx)
	if err != nil {
		return nil, false, err
	}
	read := 0
	err = s.each(ctx, lists, func(i int, people []person, _ bool) {
		read++
		for _, p := range people {
			if match(p.address) {
				found = append(found, memberships(lists[i], p)...)
			}
		}
	})
	if err == nil && read < len(lists) {
		err = fault.New(fault.Canceled, "asking %s was stopped", s.api)
	}
	if err != nil {
		return nil, false, err
	}
	slices.SortFunc(found, func(a, b hosting.Membership) int {
		return cmp.Or(cmp.Compare(a.Site, b.Site), cmp.Compare(a.List, b.List), cmp.Compare(a.Address, b.Address), cmp.Compare(a.Role, b.Role))
	})
	if more = len(found) > limit; more {
		found = found[:limit]
	}
	return found, more, nil
}

// memberships are the roles that somebody has on a list.
func memberships(l hosting.Listed, p person) (all []hosting.Membership) {
	for _, r := range []struct {
		has  bool
		role string
	}{{p.subscriber, "member"}, {p.owner, string(hosting.Owner)}, {p.moderator, string(hosting.Moderator)}} {
		if r.has {
			all = append(all, hosting.Membership{Site: l.Site, List: l.Name, Address: p.address, Name: p.name, Role: r.role})
		}
	}
	return all
}

// DeleteMember takes a subscriber off a list, without a word to anybody. Owners and moderators are not Sympa's to delete over SOAP.
func (s *Server) DeleteMember(ctx context.Context, m hosting.Membership) (was bool, err error) {
	if m.Address == "" || strings.Contains(m.Address, "*") || m.List == "" || m.Site == "" {
		return false, fault.New(fault.Invalid, "say which address is to be taken off which list; nothing was deleted")
	}
	if m.Role != "" && m.Role != "member" {
		return false, fault.New(fault.Invalid, "Sympa lets only members be deleted over SOAP, not who is %s; nothing was deleted", m.Role)
	}
	if on, err := s.has(ctx, m); err != nil || !on {
		return false, err
	}
	_, _, err = s.call(ctx, "del", m.List+"@"+m.Site, m.Address, "1")
	if err == nil {
		return true, nil
	}
	// It says the same of one who is not there and of what it does not want to do.
	if fault.KindOf(err) == fault.Invalid || fault.KindOf(err) == fault.NotFound {
		if on, again := s.has(ctx, m); again == nil && !on {
			return false, nil
		}
	}
	return false, err
}

// has says whether somebody is a member of a list.
func (s *Server) has(ctx context.Context, m hosting.Membership) (bool, error) {
	answer, _, err := s.call(ctx, "amI", m.List+"@"+m.Site, "subscriber", m.Address)
	if fault.KindOf(err) == fault.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if len(answer.Inner) != 1 {
		return false, s.api.Odd("does not say whether an address is on a list")
	}
	text := strings.TrimSpace(answer.Inner[0].Text)
	return flag(text), nil
}
