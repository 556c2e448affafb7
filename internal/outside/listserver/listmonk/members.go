package listmonk

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/outside/listserver/webapi"
)

type subscriber struct {
	ID    int64  `json:"id"`
	Email string `json:"email"`
	Name  string `json:"name"`
	Lists []struct {
		list
		Status string `json:"subscription_status"`
	} `json:"lists"`
}

// left is the status of who is kept on a list only as one who left it.
const left = "unsubscribed"

// subscriberPage is how many subscribers are asked for at once. A server that gives fewer has smaller pages.
const subscriberPage = 500

// each gives all subscribers whose address matches, until told to stop.
func (s *Server) each(ctx context.Context, pattern string, do func(subscriber) bool) error {
	match, err := listserver.Match(pattern)
	if err != nil {
		return err
	}
	query := url.Values{"per_page": {strconv.Itoa(subscriberPage)}, "order_by": {"id"}, "order": {"asc"}}
	if part := searched(pattern); part != "" {
		query.Set("search", part)
	}
	read := 0
	for number := 1; ; number++ {
		query.Set("page", strconv.Itoa(number))
		r, err := get[subscriber](ctx, s, "subscribers", query)
		if err != nil {
			return err
		}
		for _, v := range r.Results {
			if match(v.Email) && !do(v) {
				return nil
			}
		}
		if read += len(r.Results); len(r.Results) == 0 || read >= r.Total {
			return nil
		}
	}
}

// searched is the longest part of a pattern that means the same to every search, be it for text, with wildcards or with a regular
// expression. What it finds too much is left out here. Versions that know no search give everybody.
func searched(pattern string) (longest string) {
	parts := strings.FieldsFunc(pattern, func(r rune) bool {
		return r != '@' && r != '-' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	for _, part := range parts {
		if len(part) > len(longest) {
			longest = part
		}
	}
	return longest
}

// FindMembers looks for an address, or for all that match a pattern. Who left a list is not on it.
func (s *Server) FindMembers(ctx context.Context, pattern string, limit int) (found []hosting.Membership, more bool, err error) {
	var names map[int64]string
	err = s.each(ctx, pattern, func(v subscriber) bool {
		for _, l := range v.Lists {
			if l.Status == left {
				continue
			}
			if more = len(found) == limit; more {
				return false
			}
			found = append(found, hosting.Membership{Site: s.site, List: number(l.ID), RemoteID: l.UUID, Address: v.Email, Name: v.Name, Role: "member"})
		}
		return true
	})
	if err != nil || len(found) == 0 {
		return nil, false, err
	}
	lists, err := s.minimal(ctx)
	if err == nil {
		names, err = s.names(lists)
	}
	if err != nil {
		return nil, false, err
	}
	for i := range found {
		id, err := strconv.ParseInt(found[i].List, 10, 64)
		if err != nil {
			return nil, false, err
		}
		if found[i].List = names[id]; found[i].List == "" {
			found[i].List = numbered("", id) // made meanwhile
		}
	}
	return found, more, nil
}

// minimal reads all lists without their counts.
func (s *Server) minimal(ctx context.Context) ([]list, error) {
	return all[list](ctx, s, "lists", url.Values{"minimal": {"true"}})
}

// DeleteMember takes a subscriber off a list. The subscriber stays, and stays on other lists.
func (s *Server) DeleteMember(ctx context.Context, m hosting.Membership) (was bool, err error) {
	if strings.Contains(m.Address, "*") || m.Address == "" || m.RemoteID == "" {
		return false, fault.New(fault.Invalid, "say which address is to be taken off which list; nothing was deleted")
	}
	var who, where int64
	err = s.each(ctx, m.Address, func(v subscriber) bool {
		for _, l := range v.Lists {
			if l.UUID == m.RemoteID && l.Status != left {
				who, where = v.ID, l.ID
			}
		}
		return who == 0
	})
	if err != nil || who == 0 {
		return false, err
	}
	body, err := json.Marshal(map[string]any{"ids": []int64{who}, "action": "remove", "target_list_ids": []int64{where}})
	if err != nil {
		return false, err
	}
	var done struct {
		Data bool `json:"data"`
	}
	_, err = s.api.JSON(ctx, webapi.Request{Method: http.MethodPut, Path: []string{"api", "subscribers", "lists"}, Type: "application/json", Body: body}, &done)
	if err == nil && !done.Data {
		err = s.api.Odd("did not say that the address was taken off the list")
	}
	return err == nil, err
}
