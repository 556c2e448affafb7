package admin

import (
	"context"
	"slices"
	"sync"
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/gather/servers"
)

var createServer = &web.Action{Label: "Create New Server", Path: "/servers/new", Right: web.Administrator}

// serverList is the list of servers, which is shown whole.
var serverList = &web.ListSpec{Path: "/servers", Sorts: []string{"name"}}

// Counting the lists of all servers is work with millions of them: what took long is shown for a while.
const (
	serversSlow = 50 * time.Millisecond
	serversKept = time.Minute
)

// serverCache keeps the summaries of all servers where reading them takes long.
type serverCache struct {
	mu   sync.Mutex
	all  []servers.Summary
	till time.Time
}

func (k *serverCache) read(ctx context.Context, s *site, now time.Time) ([]servers.Summary, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.all != nil && now.Before(k.till) {
		return k.all, nil
	}
	began := s.Now()
	all, err := servers.List(ctx, s.DB, now)
	if err != nil {
		return nil, err
	}
	k.all = nil
	if s.Now().Sub(began) > serversSlow {
		k.all, k.till = all, now.Add(serversKept)
	}
	return all, nil
}

// servers lists the hosting servers, with how they are.
func (s *site) servers(c *web.Context) error {
	all, err := s.summaries.read(c.Ctx(), s, c.Now)
	if err != nil {
		return err
	}
	t := &web.Table{
		Caption: "Servers", List: web.ReadList(c, serverList),
		Columns: []web.Column{
			{Label: "Name"}, {Label: "Host Name", Minor: true}, {Label: "Health"}, {Label: "Lists", Figures: true},
			{Label: "Missing", Figures: true, Minor: true}, {Label: "Last sync", Minor: true}, {Label: "Last validation", Minor: true},
		},
		Count: web.Things(int64(len(all)), 0, "server", "servers"),
		Empty: web.Empty{
			Text:   "There are no servers yet. Create the machines on which the mailing lists run, then validate and sync them: that brings their lists into billing.",
			Action: existing(c, createServer),
		},
	}
	if c.May(web.Clerk) {
		t.Select = &web.Selection{One: "server", Many: "servers", Total: web.Thousands(int64(len(all))), Actions: []web.SelectAction{
			{Label: "Validate Selected Servers", Path: "/servers/validate"}, {Label: "Sync Selected Servers", Path: "/servers/sync"},
		}}
	}
	for i := range all {
		v := &all[i]
		t.Rows = append(t.Rows, web.Row{ID: v.ID, Name: v.Name, Cells: []web.Cell{
			{Text: v.Name, Path: pathOf("/servers", v.ID), Note: v.Comments}, {Text: v.Host, Note: kindWord(v.Kind)},
			{State: serverHealth(v), Note: v.Failure}, {Text: web.Thousands(v.Lists)}, {Text: some(v.Missing)},
			{Text: utc(v.Synced)}, {Text: utc(v.Validated)},
		}})
	}
	page := web.Page{Title: "Servers", Lead: "Servers must be validated and synced before new lists appear in billing.", Wide: true}
	if len(all) > 0 {
		page.Action = existing(c, createServer)
	}
	return c.Render(page, web.ListView(t))
}

// serverHealth is how a server is, as far as is known.
func serverHealth(v *servers.Summary) web.State {
	switch {
	case v.Doubted:
		return "unconfirmed"
	case v.Failure != "" || v.Worst == hosting.Trouble:
		return "failed"
	case v.Worst == hosting.Warning || slices.ContainsFunc(v.Feeds, func(f servers.Feed) bool { return f.Problem != "" }):
		return "warning"
	case v.Synced == "" && v.Validated == "":
		return "new"
	}
	return "well"
}

// serverKinds are the kinds as people read them.
var serverKinds = []web.Option{
	{Value: "manual", Label: "Manual (no API)"}, {Value: "mailman3", Label: "Mailman 3"}, {Value: "listmonk", Label: "listmonk"},
	{Value: "sympa", Label: "Sympa"}, {Value: "postfix", Label: "Postfix"},
}

func kindWord(kind string) string {
	for _, o := range serverKinds {
		if o.Value == kind {
			return o.Label
		}
	}
	return kind
}

// some writes a number, and nothing for none.
func some(n int64) string {
	if n == 0 {
		return ""
	}
	return web.Thousands(n)
}

// utc writes an instant of a result, which is RFC 3339, for people.
func utc(text string) string {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return text
	}
	return instant(at.UnixMicro())
}
