package mailman

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/outside/listserver/webapi"
)

type domain struct {
	MailHost string `json:"mail_host"`
}

type list struct {
	ID       string `json:"list_id"`
	Name     string `json:"list_name"`
	MailHost string `json:"mail_host"`
	Members  *int64 `json:"member_count"`
}

type member struct {
	ID     string `json:"member_id"`
	ListID string `json:"list_id"`
	Email  string `json:"email"`
	Name   string `json:"display_name"`
	Role   string `json:"role"`
}

// Catalogue reads all domains, lists, owners and moderators, with a request for each page of 500 lists and 2,000 people.
func (s *Server) Catalogue(ctx context.Context, progress func(read, all int)) (hosting.Catalogue, error) {
	c, err := s.catalogue(ctx, progress)
	if err == nil {
		err = c.Sort()
	}
	if err != nil {
		return hosting.Catalogue{}, err // half of one is none
	}
	return c, nil
}

func (s *Server) catalogue(ctx context.Context, progress func(read, all int)) (c hosting.Catalogue, err error) {
	domains, err := all[domain](ctx, s, []string{"domains"}, nil, listPage, nil)
	if err != nil {
		return c, err
	}
	for _, d := range domains {
		c.Sites = append(c.Sites, d.MailHost)
	}
	lists, err := all[list](ctx, s, []string{"lists"}, nil, listPage, progress)
	if err != nil {
		return c, err
	}
	if len(lists) > listserver.MaxLists {
		return c, fault.New(fault.Invalid, "the server has %d lists: at most %d are read", len(lists), listserver.MaxLists)
	}
	places := make(map[string]int, len(lists))
	for i, l := range lists {
		if _, twice := places[l.ID]; twice || l.ID == "" || l.Name == "" || l.MailHost == "" {
			return c, s.api.Odd("named a list twice or without its name (%q)", l.ID)
		}
		places[l.ID] = i
		c.Sites = append(c.Sites, l.MailHost)
		c.Lists = append(c.Lists, l.listed())
	}
	if err := s.administrators(ctx, c.Lists, places); err != nil {
		return c, err
	}
	if s.countPosts {
		if err := s.posts(ctx, c.Lists); err != nil {
			return c, err
		}
	}
	return c, nil
}

func (l list) listed() hosting.Listed {
	v := hosting.Listed{Site: l.MailHost, Name: l.Name, RemoteID: l.ID, Members: hosting.NotSaid, Posts: hosting.NotSaid}
	if l.Members != nil && *l.Members >= 0 {
		v.Members = *l.Members
	}
	return v
}

// administrators adds who runs the lists. Those of lists that came meanwhile are left for the next time.
func (s *Server) administrators(ctx context.Context, lists []hosting.Listed, places map[string]int) error {
	for _, role := range []hosting.Role{hosting.Owner, hosting.Moderator} {
		query := url.Values{"role": {string(role)}, "fields": {"list_id", "email", "display_name", "role"}}
		people, err := all[member](ctx, s, []string{"members", "find"}, query, memberPage, nil)
		if err != nil {
			return err
		}
		seen := make(map[[2]string]bool, len(people))
		for _, p := range people {
			i, known := places[p.ListID]
			key := [2]string{p.ListID, strings.ToLower(p.Email)} // as an address, and as somebody's preferred one
			if !known || seen[key] || p.Email == "" {
				continue
			}
			seen[key] = true
			lists[i].Administrators = append(lists[i].Administrators, hosting.Administrator{Role: role, Address: p.Email, Name: p.Name})
		}
	}
	return nil
}

// atOnce is how many counters are asked for at one time: as many as a Mailman has workers for its REST API.
const atOnce = 2

// posts adds the counters of posts, with a request for each list.
func (s *Server) posts(ctx context.Context, lists []hosting.Listed) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	var mu sync.Mutex
	for i := range lists {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			count, err := s.post(ctx, lists[i].RemoteID)
			mu.Lock()
			defer mu.Unlock()
			lists[i].Posts = count
			return err
		})
	}
	return group.Wait()
}

// post returns how many posts a list ever had: its counter is the number of the next one.
func (s *Server) post(ctx context.Context, id string) (int64, error) {
	var counter struct {
		Next *int64 `json:"post_id"`
	}
	a, err := s.api.JSON(ctx, webapi.Request{Path: []string{"lists", id, "config", "post_id"}, Accept: []int{http.StatusNotFound}}, &counter)
	if err != nil || a.Status == http.StatusNotFound || counter.Next == nil || *counter.Next < 1 {
		return hosting.NotSaid, err
	}
	return *counter.Next - 1, nil
}
