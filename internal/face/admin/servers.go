package admin

import (
	"context"
	"slices"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/gather/servers"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

var createServer = &web.Action{Label: "Create New Server", Path: "/servers/new", Right: web.Administrator}

// serverList is the list of servers, which is shown whole.
var serverList = &web.ListSpec{Path: "/servers", Sorts: []string{"name"}}

// allServers are all servers; counted is false while their lists are still being counted.
func (s *site) allServers(c *web.Context) (all []servers.Summary, counted bool, err error) {
	many, err := insight.ManyLists(c.Ctx(), s.DB)
	if err != nil {
		return nil, false, err
	}
	if !many {
		all, err = servers.List(c.Ctx(), s.DB, c.Now)
		return all, true, err
	}
	by, err := s.asks(c)
	if err != nil {
		return nil, false, err
	}
	counts, counted, err := s.listCounts(c, by)
	if err != nil {
		return nil, false, err
	}
	all, err = servers.ListCounted(c.Ctx(), s.DB, c.Now, counts)
	return all, counted, err
}

// listCounts are the lists of all servers, counted in the background.
func (s *site) listCounts(c *web.Context, by asked) (map[int64]store.ListCounts, bool, error) {
	return s.counts.read(c.Ctx(), "", by, func(ctx context.Context) (map[int64]store.ListCounts, error) { return servers.Counts(ctx, s.DB, 0) })
}

// oneServer is all that is known of a server; counted is false while lists are still being counted.
func (s *site) oneServer(c *web.Context, id int64, name string) (v *servers.Detail, counted bool, err error) {
	many, err := insight.ManyLists(c.Ctx(), s.DB)
	if err != nil {
		return nil, false, err
	}
	if !many {
		v, err = servers.Show(c.Ctx(), s.asked(c), name)
		return v, true, err
	}
	by, err := s.asks(c)
	if err != nil {
		return nil, false, err
	}
	by.patience /= 8 // for each of several: what takes longer takes much longer
	counts, counted, err := s.listCounts(c, by)
	if err != nil {
		return nil, false, err
	}
	compared, done, err := s.compared.read(c.Ctx(), id, by, func(ctx context.Context) (servers.Compared, error) {
		return servers.Compare(ctx, s.asked(c), id)
	})
	if err != nil {
		return nil, false, err
	}
	if !done {
		compared.Comparison.NotCompared = "there are many lists, and they are still being looked at"
	}
	v, err = servers.ShowCounted(c.Ctx(), s.asked(c), name, counts, compared)
	return v, counted, err
}

// servers lists the hosting servers, with how they are.
func (s *site) servers(c *web.Context) error {
	all, counted, err := s.allServers(c)
	if err != nil {
		return err
	}
	t := &web.Table{
		Caption: "Servers", List: web.ReadList(c, serverList),
		Columns: []web.Column{
			{Label: "Name"}, {Label: "Host Name", Minor: true}, {Label: "Health"}, {Label: "Lists", Figures: true},
			{Label: "Missing", Figures: true}, {Label: "Last sync"},
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
			{State: serverHealth(v), Note: sentenceOf(timesHere(c, v.Failure))}, {Text: known(counted, v.Lists)}, {Text: some(v.Absent)},
			{Text: or(c.InstantOf(v.Synced), "never"), Note: validatedNote(c, v)},
		}})
	}
	page := web.Page{Title: "Servers", Lead: "Servers must be validated and synced before new lists appear in billing.", Wide: true}
	if t.Select != nil && len(all) > 0 {
		page.Lead += " Tick them to begin."
	}
	if len(all) > 0 {
		page.Action = existing(c, createServer)
	}
	return c.Render(page, countedList(t, counted, c.R.URL.RequestURI()))
}

// validatedNote says when a server was validated last.
func validatedNote(c *web.Context, v *servers.Summary) string {
	if v.Validated == "" {
		return "never validated"
	}
	return "validated " + c.InstantOf(v.Validated)
}

// known writes a number, or says that it is not known yet.
func known(counted bool, n int64) string {
	if !counted {
		return "…"
	}
	return web.Thousands(n)
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
