// Package mailman asks GNU Mailman 3 through its REST API, version 3.1.
//
// What was found on real servers and is not in the manual: pages count from 1; an empty page has no entries at all; a search
// with * also looks at names of people, and takes _ for any character; what an address may do is spread over rosters, so
// that one owner is one entry for each list. Nothing of the sections webservice and database of the server's configuration
// is ever read, since they hold passwords.
package mailman

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"time"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/outside/listserver/webapi"
)

// Server is a connection to one Mailman.
type Server struct {
	api        *webapi.Client
	machine    string // its host, where the address names one
	stepLimit  time.Duration
	countPosts bool
}

// New returns a connection to a Mailman. Nothing is asked yet. It is an Invalid fault when the address is none.
func New(a listserver.Address, o listserver.Options) (*Server, error) {
	api, err := webapi.New("Mailman's REST API", a, webapi.Basic(a.User, a.Secret), o)
	if err != nil {
		return nil, err
	}
	return &Server{api: api, machine: a.Host, stepLimit: o.OrDefault().StepLimit, countPosts: o.CountPosts}, nil
}

// Can says what a Mailman can be asked: all but for counters of mails.
func (s *Server) Can(a listserver.Ability) bool { return a != listserver.SentCounters }

// UsageFormats names the two forms of its smtp.log, the better one first.
func (s *Server) UsageFormats() []string { return []string{"mailman3", "mailman3-default"} }

// Sent is nothing that a Mailman tells: its log does.
func (s *Server) Sent(context.Context, time.Time) ([]hosting.Sent, error) {
	return nil, fault.New(fault.Invalid, "Mailman keeps no counters of mails: what it sent is in its smtp.log")
}

// Sizes of pages, in entries. Mailman makes each page out of all entries, so that small ones cost more.
const (
	listPage   = 500
	memberPage = 2000
)

// page is one page of a collection.
type page[T any] struct {
	Start   int  `json:"start"`
	Size    *int `json:"total_size"` // there in every collection, also in an empty one, which has no entries
	Entries []T  `json:"entries"`
	Total   int  `json:"-"` // Size, once it was looked at
}

// errChanged says that a collection is not what it was when its first page was read.
var errChanged = fault.New(fault.Unavailable, "the server's lists or members were changed while they were read, each time anew; nothing was taken. Try again later")

// all reads a collection, from the beginning again when it changes under way. An entry that comes twice or not at all
// would look like a list that is new or gone.
func all[T any](ctx context.Context, s *Server, path []string, query url.Values, size int, read func(n, total int)) ([]T, error) {
	for range listserver.MaxFailures {
		entries, whole, err := once[T](ctx, s, path, query, size, read)
		if err != nil || whole {
			return entries, err
		}
	}
	return nil, errChanged
}

func once[T any](ctx context.Context, s *Server, path []string, query url.Values, size int, read func(n, total int)) (entries []T, whole bool, err error) {
	first := -1
	for number := 1; ; number++ {
		p, err := one[T](ctx, s, path, query, size, number)
		if err != nil {
			return nil, false, err
		}
		if first < 0 {
			first = p.Total
		}
		if p.Total != first || p.Start != (number-1)*size {
			return nil, false, nil
		}
		entries = append(entries, p.Entries...)
		if read != nil {
			read(len(entries), p.Total)
		}
		if len(entries) >= p.Total || len(p.Entries) == 0 {
			return entries, len(entries) == p.Total, nil
		}
	}
}

// one reads one page.
func one[T any](ctx context.Context, s *Server, path []string, query url.Values, size, number int) (p page[T], err error) {
	q := url.Values{"count": {strconv.Itoa(size)}, "page": {strconv.Itoa(number)}}
	for name, values := range query {
		q[name] = slices.Clone(values)
	}
	_, err = s.api.JSON(ctx, webapi.Request{Path: path, Query: q}, &p)
	if err != nil {
		return p, err
	}
	if p.Size == nil {
		return p, s.api.Odd("answered something that is no page of a collection")
	}
	if p.Total = *p.Size; p.Total < 0 || p.Total > maxEntries || len(p.Entries) > size {
		return p, s.api.Odd("answered a page that cannot be (%d of %d entries)", len(p.Entries), p.Total)
	}
	return p, nil
}

// maxEntries is how many entries a collection may have: lists, or people who run them.
const maxEntries = 4 * listserver.MaxLists
