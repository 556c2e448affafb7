package mailman_test

import (
	"testing"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/outside/listserver"
	"postmeter/internal/outside/listserver/listservertest"
	"postmeter/internal/outside/listserver/mailman"
	"postmeter/internal/outside/listserver/mailmantest"
)

// TestContract runs against a real Mailman.
func TestContract(t *testing.T) {
	m := mailmantest.Start(t)
	m.Domain(t, "alpha.test")
	m.Domain(t, "beta.test")
	m.Domain(t, "empty.test")
	news, dotted := m.List(t, "news@alpha.test"), m.List(t, "news.alpha@beta.test")
	m.Subscribe(t, news, "ann@subs.test", "bob@subs.test", "a+b/c@subs.test", "a_b@subs.test", "axb@subs.test")
	m.Subscribe(t, dotted, "ann@subs.test")
	m.Join(t, dotted, "member", "someone@else.test", "x@subs.test") // found by name in a search, but not by address
	m.Join(t, news, "owner", "Olga@alpha.test", "Olga Owner")
	m.Join(t, news, "moderator", "max@alpha.test", "")
	// A list that lets nobody go without its moderators' leave.
	m.Configure(t, news, map[string][]string{"unsubscription_policy": {"moderate"}})

	open := func(t *testing.T, url, secret string, o listserver.Options) listserver.Server {
		s, err := mailman.New(listserver.Address{Kind: "mailman3", Host: "127.0.0.1", URL: url, User: m.User, Secret: secret}, o)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	on := func(id, site, list, address string) hosting.Membership {
		return hosting.Membership{Site: site, List: list, RemoteID: id, Address: address, Role: "member"}
	}
	w := listservertest.World{
		URL: m.URL, Secret: m.Password, Version: "GNU Mailman 3.",
		Catalogue: hosting.Catalogue{
			Sites: []string{"alpha.test", "beta.test", "empty.test"},
			Lists: []hosting.Listed{
				{Site: "alpha.test", Name: "news", RemoteID: news, Members: 5, Posts: hosting.NotSaid, Administrators: []hosting.Administrator{
					{Role: hosting.Moderator, Address: "max@alpha.test"}, {Role: hosting.Owner, Address: "olga@alpha.test", Name: "Olga Owner"}}},
				{Site: "beta.test", Name: "news.alpha", RemoteID: dotted, Members: 2, Posts: hosting.NotSaid},
			},
		},
		Member:  on(news, "alpha.test", "news", "a+b/c@subs.test"),
		Pattern: "a*@subs.test",
		Matches: []hosting.Membership{
			on(news, "alpha.test", "news", "ann@subs.test"), on(news, "alpha.test", "news", "a+b/c@subs.test"), on(news, "alpha.test", "news", "a_b@subs.test"),
			on(news, "alpha.test", "news", "axb@subs.test"), on(dotted, "beta.test", "news.alpha", "ann@subs.test"),
		},
		Absent: "nobody@subs.test",
	}
	listservertest.Contract(t, open, w)

	t.Run("wildcards of databases", func(t *testing.T) {
		found, _, err := open(t, m.URL, m.Password, listserver.Options{}).FindMembers(t.Context(), "a_b*", 10)
		if err != nil || len(found) != 1 || found[0].Address != "a_b@subs.test" {
			t.Errorf("%+v: %v", found, err)
		}
	})
	t.Run("roles", func(t *testing.T) {
		s := open(t, m.URL, m.Password, listserver.Options{})
		owner := hosting.Membership{RemoteID: news, Address: "olga@alpha.test", Role: "owner"}
		member := owner
		member.Role = "member"
		for _, v := range []struct {
			m   hosting.Membership
			was bool
		}{{member, false}, {owner, true}, {owner, false}} {
			if was, err := s.DeleteMember(t.Context(), v.m); was != v.was || err != nil {
				t.Errorf("%+v: %v, %v", v.m, was, err)
			}
		}
	})
	t.Run("health", func(t *testing.T) {
		h, err := open(t, m.URL, m.Password, listserver.Options{}).Health(t.Context())
		if want := "version fine, transport fine, log_template fine, mail_flow fine, queues fine"; err != nil || codes(h) != want {
			t.Errorf("%s: %v", codes(h), err)
		}
	})
	t.Run("posts", func(t *testing.T) {
		for range 2 {
			m.Post(t, "news@alpha.test", "ann@subs.test", "post", 500)
		}
		m.Until(t, "both posts are delivered", func() bool { return m.Lines(t, "sender=ann@subs.test") == 2 }) // notices of Mailman are logged, too
		var posts int64
		m.Until(t, "both are counted", func() bool {
			c, err := open(t, m.URL, m.Password, listserver.Options{CountPosts: true}).Catalogue(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			posts = c.Lists[0].Posts
			return posts == 2 && c.Lists[1].Posts == 0
		})
	})
}
