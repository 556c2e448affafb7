package listmonk

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
)

type list struct {
	ID       int64            `json:"id"`
	UUID     string           `json:"uuid"`
	Name     string           `json:"name"`
	OptIn    string           `json:"optin"`
	Count    int64            `json:"subscriber_count"`
	Statuses map[string]int64 `json:"subscriber_statuses"`
}

// Catalogue reads all lists, in one request.
func (s *Server) Catalogue(ctx context.Context, progress func(read, all int)) (hosting.Catalogue, error) {
	lists, err := all[list](ctx, s, "lists", url.Values{"order_by": {"created_at"}, "order": {"asc"}})
	if err != nil {
		return hosting.Catalogue{}, err
	}
	names, err := s.names(lists)
	if err != nil {
		return hosting.Catalogue{}, err
	}
	c := hosting.Catalogue{Sites: []string{s.site}}
	for _, l := range lists {
		c.Lists = append(c.Lists, hosting.Listed{Site: s.site, Name: names[l.ID], RemoteID: l.UUID, Members: l.members(), Posts: hosting.NotSaid})
	}
	if progress != nil {
		progress(len(lists), len(lists))
	}
	if err := c.Sort(); err != nil {
		return hosting.Catalogue{}, err
	}
	return c, nil
}

// members is who gets a list's mails: those who confirmed, and on a list where nobody has to, also those who did not.
func (l list) members() int64 {
	if l.Statuses == nil {
		if l.Count == 0 {
			return 0
		}
		return hosting.NotSaid
	}
	n := l.Statuses["confirmed"]
	if l.OptIn != "double" {
		n += l.Statuses["unconfirmed"]
	}
	return n
}

// names gives each list, by its number, a name that no other has. The one with the lowest number keeps its own.
func (s *Server) names(lists []list) (map[int64]string, error) {
	if len(lists) > listserver.MaxLists {
		return nil, fault.New(fault.Invalid, "the server has %d lists: at most %d are read", len(lists), listserver.MaxLists)
	}
	sorted := slices.Clone(lists)
	slices.SortFunc(sorted, func(a, b list) int { return cmp.Compare(a.ID, b.ID) })
	names, taken, known := map[int64]string{}, map[string]bool{}, map[string]bool{}
	for _, l := range sorted { // names that are nobody's but one's are not given to others
		taken[clean(l.Name)] = true
	}
	first := map[string]bool{}
	for _, l := range sorted {
		if _, twice := names[l.ID]; twice || l.ID <= 0 || l.UUID == "" || known[l.UUID] {
			return nil, s.api.Odd("named a list twice or without its number (%d)", l.ID)
		}
		known[l.UUID] = true
		name := clean(l.Name)
		if name == "" || first[name] {
			for name = numbered(name, l.ID); taken[name]; {
				name = numbered(name, l.ID)
			}
		}
		first[name], taken[name] = true, true
		names[l.ID] = name
	}
	return names, nil
}

// maxName leaves room for a number behind a name, in bytes; 255 are the most.
const maxName = 200

// clean makes a name that others can refer to.
func clean(name string) string {
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	name = strings.Join(strings.Fields(name), " ")
	for len(name) > maxName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = strings.TrimRight(name[:len(name)-size], " ")
	}
	return name
}

func numbered(name string, id int64) string {
	return strings.TrimSpace(name + " (" + number(id) + ")")
}
