// Package sympa asks Sympa through its SOAP interface, as a trusted application that acts for a listmaster.
//
// The user is the application's name in trusted_applications.conf and the address of a listmaster, with a colon between them:
// "postmeter:listmaster@example.org". Whoever is no listmaster does not see hidden lists, and may not read who is on a list. SOAP names
// no sites without lists, no version, no counters of posts, and no members but in full: counting them takes a request
// for each list that transfers all of them. Usage comes from a list's stats file or from the mail server's log.
package sympa

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/outside/listserver/webapi"
)

// Server is a connection to one Sympa.
type Server struct {
	api                          *webapi.Client
	application, email, password string
}

// New returns a connection to a Sympa. Nothing is asked yet. It is an Invalid fault when the address or the user is none.
func New(a listserver.Address, o listserver.Options) (*Server, error) {
	application, email, ok := strings.Cut(a.User, ":")
	// Variables are handed to Sympa in one string, with commas and equals signs between them.
	if !ok || application == "" || !strings.Contains(email, "@") || strings.ContainsAny(email, ",= \t\r\n") {
		return nil, fault.At("user", "must be the name of the application in trusted_applications.conf, a colon, and the address of a listmaster, "+
			"such as postmeter:listmaster@example.org")
	}
	a.User = application
	api, err := webapi.New("Sympa's SOAP interface", a, func(*http.Request) {}, o)
	if err != nil {
		return nil, err
	}
	return &Server{api: api, application: application, email: email, password: a.Secret}, nil
}

// Can says what a Sympa can be asked.
func (s *Server) Can(a listserver.Ability) bool {
	return a != listserver.PostCounters && a != listserver.SentCounters
}

// UsageFormats names a list's stats file, and the mail server's log. Sympa's own log gives subscribers where recipients are
// wanted, and is not billed from.
func (s *Server) UsageFormats() []string { return []string{"sympa-stats", "postfix"} }

// Sent is nothing that SOAP tells.
func (s *Server) Sent(context.Context, time.Time) ([]hosting.Sent, error) {
	return nil, fault.New(fault.Invalid, "Sympa tells no counters of mails over SOAP: they are in the stats file of each list")
}

func number(n int) string { return strconv.Itoa(n) }

// Health signs in, and looks whether the listmaster may read who is on a list.
func (s *Server) Health(ctx context.Context) (hosting.Health, error) {
	lists, clock, err := s.lists(ctx)
	if err != nil {
		return hosting.Health{}, err
	}
	h := hosting.Health{Version: "Sympa", Clock: clock, Findings: []hosting.Finding{
		{Severity: hosting.Fine, Code: "version", Message: "The server takes the application. Its version is nothing that SOAP tells."}, s.api.Transport()}}
	f := hosting.Finding{Severity: hosting.Fine, Code: "permission_members", Message: "The listmaster may read who is on a list."}
	if len(lists) == 0 {
		f = hosting.Finding{Severity: hosting.Warning, Code: "permission_members", Message: "No list is shown to " + s.email + ".",
			Remedy: "If there are lists, name a listmaster of the server: others do not see hidden lists."}
	} else if _, err := s.people(ctx, lists[0]); err != nil && !errors.Is(err, errUnknownList) {
		if fault.KindOf(err) != fault.Denied {
			return hosting.Health{}, err
		}
		f.Severity, f.Message = hosting.Trouble, "Members cannot be read: "+fault.MessageOf(err)+"."
		f.Remedy = "Name a listmaster of the server behind the colon of the user."
	}
	h.Findings = append(h.Findings, f)
	return h, nil
}

// lists reads the addresses of all lists.
func (s *Server) lists(ctx context.Context) ([]hosting.Listed, time.Time, error) {
	answer, clock, err := s.call(ctx, "complexLists")
	if err != nil {
		return nil, clock, err
	}
	var lists []hosting.Listed
	for _, item := range answer.items() {
		name, site, ok := strings.Cut(strings.ToLower(item["listAddress"]), "@")
		if !ok || name == "" || site == "" || strings.Contains(site, "@") {
			return nil, clock, s.api.Odd("named a list without its address")
		}
		lists = append(lists, hosting.Listed{Site: site, Name: name, Members: hosting.NotSaid, Posts: hosting.NotSaid})
	}
	if len(lists) > listserver.MaxLists {
		return nil, clock, fault.New(fault.Invalid, "the server has %d lists: at most %d are read", len(lists), listserver.MaxLists)
	}
	return lists, clock, nil
}

// person is somebody with something to do on a list.
type person struct {
	address, name                string
	owner, moderator, subscriber bool
}

// people reads everybody of a list.
func (s *Server) people(ctx context.Context, l hosting.Listed) ([]person, error) {
	answer, _, err := s.call(ctx, "fullReview", l.Name+"@"+l.Site)
	if err != nil {
		return nil, err
	}
	var all []person
	for _, item := range answer.items() {
		p := person{item["email"], item["gecos"], flag(item["isOwner"]), flag(item["isEditor"]), flag(item["isSubscriber"])}
		if p.address == "" {
			return nil, s.api.Odd("named somebody without an address")
		}
		all = append(all, p)
	}
	return all, nil
}

// atOnce is how many lists are asked for at one time.
const atOnce = 4

// each reads the people of all lists, and hands them over one list at a time, in any order. Lists that are gone meanwhile are
// told with nobody, and gone. It may end early when the context does: count what was told.
func (s *Server) each(ctx context.Context, lists []hosting.Listed, do func(i int, people []person, gone bool)) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	var mu sync.Mutex
	for i := range lists {
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			people, err := s.people(ctx, lists[i])
			gone := errors.Is(err, errUnknownList)
			if err != nil && !gone {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			do(i, people, gone)
			return nil
		})
	}
	return group.Wait()
}
