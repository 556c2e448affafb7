// Package listservertest is what every connection to a list server must do, as tests.
//
// Contract runs against a server that has a known world, real or played from recorded answers, and against servers that misbehave in
// all the ways that networks and web servers have.
package listservertest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
)

// World is a server, and what it has when the contract begins.
type World struct {
	URL, Secret string
	Catalogue   hosting.Catalogue    // all of it
	Member      hosting.Membership   // somebody who may be deleted from a list
	Pattern     string               // with a *
	Matches     []hosting.Membership // all that the pattern matches, in any order; more than one
	Absent      string               // an address that nobody has
	Version     string               // how the version begins
}

// Open opens a connection to a server that is at a URL, with a secret.
type Open func(t *testing.T, url, secret string, o listserver.Options) listserver.Server

// Contract checks a kind of server.
func Contract(t *testing.T, open Open, w World) {
	t.Helper()
	s := open(t, w.URL, w.Secret, listserver.Options{})
	t.Run("health", func(t *testing.T) { health(t, s, w) })
	t.Run("catalogue", func(t *testing.T) { catalogue(t, s, w) })
	t.Run("find", func(t *testing.T) { find(t, s, w) })
	t.Run("lacks", func(t *testing.T) { lacks(t, s) })
	t.Run("delete", func(t *testing.T) { remove(t, s, w) })
	t.Run("wrong password", func(t *testing.T) {
		fails(t, open(t, w.URL, "wrong-geheim", listserver.Options{}), "wrong-geheim", fault.Denied)
	})
	misbehaviour(t, open)
}

func health(t *testing.T, s listserver.Server, w World) {
	h, err := s.Health(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(h.Version, w.Version) || h.Version == "" {
		t.Errorf("version %q, want %q", h.Version, w.Version)
	}
	if h.Clock.IsZero() || h.Clock.Location() != time.UTC {
		t.Errorf("the clock is %v", h.Clock)
	}
	for _, f := range h.Findings {
		if f.Code == "" || f.Message == "" || f.Severity != hosting.Fine && f.Remedy == "" {
			t.Errorf("a finding without a code, a message, or what to do: %+v", f)
		}
		if strings.Contains(f.Message+f.Remedy, w.Secret) {
			t.Errorf("the secret: %+v", f)
		}
	}
}

func catalogue(t *testing.T, s listserver.Server, w World) {
	var last [2]int
	got, err := s.Catalogue(t.Context(), func(read, all int) {
		if read < last[0] || read > all {
			t.Errorf("%d of %d are read after %d", read, all, last[0])
		}
		last = [2]int{read, all}
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(w.Catalogue, got); diff != "" {
		t.Error(diff)
	}
	if n := len(w.Catalogue.Lists); last != [2]int{n, n} {
		t.Errorf("%d of %d are read at the end, want all %d", last[0], last[1], n)
	}
	if _, err := s.Catalogue(t.Context(), nil); err != nil {
		t.Error(err)
	}
}

func find(t *testing.T, s listserver.Server, w World) {
	for _, pattern := range []string{w.Pattern, strings.ToUpper(w.Pattern)} {
		found, more, err := s.FindMembers(t.Context(), pattern, 1000)
		if err != nil || more {
			t.Fatalf("%s: more %v, %v", pattern, more, err)
		}
		if diff := cmp.Diff(byPlace(w.Matches), byPlace(found)); diff != "" {
			t.Errorf("%s:\n%s", pattern, diff)
		}
	}
	found, more, err := s.FindMembers(t.Context(), w.Pattern, len(w.Matches))
	if err != nil || more || len(found) != len(w.Matches) {
		t.Errorf("the limit is what there is: %d found, more %v, %v", len(found), more, err)
	}
	found, more, err = s.FindMembers(t.Context(), w.Pattern, 1)
	if err != nil || !more || len(found) != 1 {
		t.Errorf("limit 1: %d found, more %v, %v", len(found), more, err)
	}
	found, more, err = s.FindMembers(t.Context(), w.Absent, 10)
	if err != nil || more || len(found) != 0 {
		t.Errorf("nobody: %v, more %v, %v", found, more, err)
	}
	found, _, err = s.FindMembers(t.Context(), strings.ToUpper(w.Member.Address), 1000)
	if err != nil || byPlace(found)[place(w.Member)] != w.Member {
		t.Errorf("%+v is not among %+v: %v", w.Member, found, err)
	}
	for _, pattern := range []string{"", "a b"} {
		if _, _, err := s.FindMembers(t.Context(), pattern, 10); fault.KindOf(err) != fault.Invalid {
			t.Errorf("pattern %q: %v", pattern, err)
		}
	}
}

func place(m hosting.Membership) string {
	return strings.Join([]string{m.Site, m.List, m.Role, m.Address}, " ")
}

func byPlace(all []hosting.Membership) map[string]hosting.Membership {
	out := map[string]hosting.Membership{}
	for _, m := range all {
		out[place(m)] = m
	}
	return out
}

func remove(t *testing.T, s listserver.Server, w World) {
	for i, want := range []bool{true, false, false} {
		was, err := s.DeleteMember(t.Context(), w.Member)
		if was != want || err != nil {
			t.Errorf("time %d: %v, %v", i+1, was, err)
		}
	}
	found, _, err := s.FindMembers(t.Context(), w.Member.Address, 1000)
	if _, there := byPlace(found)[place(w.Member)]; there || err != nil {
		t.Errorf("the address is still there: %v, %v", found, err)
	}
	for _, m := range []hosting.Membership{
		{},
		{Site: w.Member.Site, List: w.Member.List, RemoteID: w.Member.RemoteID, Address: "*", Role: w.Member.Role},
		{Site: w.Member.Site, List: w.Member.List, RemoteID: w.Member.RemoteID, Address: "*@" + w.Member.Site, Role: w.Member.Role},
	} {
		if was, err := s.DeleteMember(t.Context(), m); was || fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v: %v, %v", m, was, err)
		}
	}
}

// lacks checks that what a server cannot do is a fault.
func lacks(t *testing.T, s listserver.Server) {
	if _, err := s.Sent(t.Context(), time.Time{}); s.Can(listserver.SentCounters) != (err == nil) || err != nil && fault.KindOf(err) != fault.Invalid {
		t.Errorf("counters of mails: can %v, %v", s.Can(listserver.SentCounters), err)
	}
	c, err := s.Catalogue(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range c.Lists {
		if !s.Can(listserver.MemberCounts) && l.Members != hosting.NotSaid || !s.Can(listserver.PostCounters) && l.Posts != hosting.NotSaid {
			t.Errorf("a number that the server does not give: %+v", l)
		}
		if !s.Can(listserver.Administrators) && l.Administrators != nil {
			t.Errorf("administrators that the server does not know: %+v", l)
		}
	}
}

// fails checks that everything that can be asked fails in one way, and without a secret.
func fails(t *testing.T, s listserver.Server, secret string, kinds ...fault.Kind) {
	t.Helper()
	check := func(what string, err error) {
		t.Helper()
		if err == nil {
			t.Errorf("%s: no error", what)
			return
		}
		ok := false
		for _, kind := range kinds {
			ok = ok || fault.KindOf(err) == kind
		}
		if !ok {
			t.Errorf("%s: %s (%v), want %v", what, fault.KindOf(err), err, kinds)
		}
		for e := err; e != nil; e = errors.Unwrap(e) {
			if strings.Contains(e.Error(), secret) {
				t.Errorf("%s: the secret is in %q", what, e)
			}
		}
		if strings.Contains(fault.MessageOf(err), "internal error") || strings.ContainsAny(fault.MessageOf(err), "\r\n") {
			t.Errorf("%s: says %q", what, fault.MessageOf(err))
		}
	}
	h, err := s.Health(t.Context())
	check("health", err)
	if h.Version != "" || h.Findings != nil {
		t.Errorf("health of a server that does not answer: %+v", h)
	}
	c, err := s.Catalogue(t.Context(), nil)
	check("catalogue", err)
	if c.Lists != nil || c.Sites != nil {
		t.Errorf("a shorter answer: %+v", c)
	}
	_, _, err = s.FindMembers(t.Context(), "*@subs.test", 10)
	check("find", err)
	was, err := s.DeleteMember(t.Context(), hosting.Membership{Site: "a.test", List: "l", RemoteID: "l.a.test", Address: "x@subs.test", Role: "member"})
	check("delete", err)
	if was {
		t.Error("something was deleted")
	}
	if s.Can(listserver.SentCounters) {
		_, err = s.Sent(t.Context(), time.Time{})
		check("sent", err)
	}
}
