package admin

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/face/web"
	"postmeter/internal/outside/listserver/kinds"
	"postmeter/internal/stage/gather/servers"
	"postmeter/internal/stage/office"
)

var serverCrumbs = []web.Crumb{{Label: "Servers", Path: "/servers"}}

// serverPage is a server as its page shows it.
type serverPage struct {
	*servers.Detail
	Path            string
	Health          web.State
	Facts           [][2]string
	Figures         []homeFigure
	Can, Cannot     []string
	Feeds           *web.Table
	Logs            *web.Table
	Unknown         *web.Table
	Gaps            *web.Table
	SuspendedTable  *web.Table
	CounterStarts   []web.Option // how its counters of mails may go on, where that is to be said
	Suggested       []suggestedMove
	Nobodys         *web.Crumb // the lists of it that nobody has, or nil
	Clerk           bool       // may ask the server, fix and move
	Administrator   bool
	Fixable         []string // lists that can be marked gone
	MissingBeyond   int64    // missing lists that are not named
	Failure         string   // of the last sync, or ""
	ValidatedWords  string   // the head of what the last validation found
	SyncedWords     string
	ValidationWords string
}

// suggestedMove is a list that may have been renamed.
type suggestedMove struct{ From, To, Why, Path string }

// asked is what asking servers and showing them needs. Pages ask nothing that takes long themselves.
func (s *site) asked(c *web.Context) servers.Deps {
	return servers.Deps{DB: s.DB, By: c.By, Open: kinds.Open, Vault: s.Vault}
}

// serverName is the name of a server of the path.
func (s *site) serverName(c *web.Context) (id int64, name string, err error) {
	if id, err = c.ID("id"); err != nil {
		return 0, "", err
	}
	seen, err := office.Show(c.Ctx(), s.DB, office.Servers, id)
	return id, text(&seen, "name"), err
}

// server shows all that is known of a server. The server itself is not asked.
func (s *site) server(c *web.Context) error {
	id, name, err := s.serverName(c)
	if err != nil {
		return err
	}
	v, counted, err := s.oneServer(c, id, name)
	if err != nil {
		return err
	}
	p := serverPage{
		Detail: v, Path: pathOf("/servers", id), Health: serverHealth(&v.Summary), Clerk: c.May(web.Clerk), Administrator: c.May(web.Administrator),
		Facts: serverFacts(v), Figures: serverFigures(v, counted), Feeds: feedTable(c, v), Logs: logTable(c, v), Unknown: unknownTable(c, v), Gaps: gapTable(c, v), SuspendedTable: suspendedTable(c, v), CounterStarts: counterStarts(v),
		Fixable: v.AbsentLists, SyncedWords: or(c.InstantOf(v.Synced), "never"), ValidationWords: or(c.InstantOf(v.Validated), "never"),
	}
	p.Failure = sentenceOf(timesHere(c, v.Failure))
	p.MissingBeyond = max(0, v.Absent-int64(len(v.AbsentLists)))
	for _, a := range v.Abilities {
		words := abilityWord(a.Name)
		if a.Can {
			p.Can = append(p.Can, words)
		} else {
			p.Cannot = append(p.Cannot, words)
		}
	}
	if v.Validation != nil {
		for i := range v.Validation.Findings {
			f := &v.Validation.Findings[i]
			f.Message, f.Remedy = sentenceOf(timesHere(c, f.Message)), timesHere(c, f.Remedy)
		}
		p.ValidatedWords = "Validation of " + c.InstantOf(v.Validation.At)
	}
	p.Suggested = suggestedMoves(p.Path, v)
	if p.Nobodys, err = s.nobodys(c, id); err != nil {
		return err
	}
	page := web.Page{Title: v.Name, Crumbs: serverCrumbs, Wide: true}
	page.Action = existing(c, &web.Action{Label: "Edit", Path: p.Path + "/edit", Right: web.Administrator})
	return c.Render(page, serverView(p))
}

// machineTime is an instant as findings and alerts hold it.
var machineTime = regexp.MustCompile(`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)

// abilityWords are what servers can be asked, as people read it.
var abilityWords = map[string]string{
	"catalogue": "sites and lists", "member_counts": "numbers of members", "administrators": "administrators", "find_members": "finding members",
	"delete_members": "deleting members", "health": "its health", "post_counters": "counters of posts", "sent_counters": "counters of mails",
}

func abilityWord(name string) string {
	return or(abilityWords[name], strings.ReplaceAll(name, "_", " "))
}

// atSite writes a list that is named as site/list as people do: list@site.
func atSite(name string) string {
	site, list, ok := strings.Cut(name, "/")
	if !ok {
		return name
	}
	return list + "@" + site
}

// atSites is atSite for several.
func atSites(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		was, is, renamed := strings.Cut(name, " to ")
		if out[i] = atSite(was); renamed {
			out[i] += " to " + atSite(is)
		}
	}
	return out
}

// timesHere writes the instants of a text in the billing time zone, as all of the page's times are.
func timesHere(c *web.Context, text string) string {
	return machineTime.ReplaceAllStringFunc(text, c.InstantOf)
}

func or(text, other string) string {
	if text == "" {
		return other
	}
	return text
}

func serverFacts(v *servers.Detail) [][2]string {
	secret := "no password or token"
	if v.HasSecret {
		secret = "with a password or token, which is stored encrypted"
	}
	facts := [][2]string{
		{"Host Name", v.Host}, {"Kind", kindWord(v.Kind)}, {"URL", v.URL}, {"User", strings.Trim(v.User+", "+secret, ", ")}, {"Comments", v.Comments},
		{"Time zone", v.TimeZone}, {"Billed size", sizeWord(v.BilledSource)}, {"Service senders", strings.Join(v.ServiceSenders, ", ")},
		{"Sites", web.Thousands(int64(len(v.Sites)))}, {"Counted", web.Things(v.Counted, 0, "record", "records") + " of usage"},
		{"Log formats", or(strings.Join(v.UsageFormats, ", "), "none of its own: reports, or the log of its mail server")},
	}
	out := facts[:0]
	for _, f := range facts {
		if f[1] != "" {
			out = append(out, f)
		}
	}
	return out
}

// billedSizes are the choices of which size of a message bills.
var billedSizes = []web.Option{
	{Value: hosting.Sources[0], Label: "As posted (the list server's log)"}, {Value: hosting.Sources[1], Label: "As sent (the mail server's log)"},
}

func sizeWord(source string) string {
	for _, o := range billedSizes {
		if o.Value == source {
			return o.Label
		}
	}
	return source
}

func serverFigures(v *servers.Detail, counted bool) []homeFigure {
	return []homeFigure{
		{Label: "Lists", Figure: known(counted, v.Lists)},
		{Label: "Missing", Figure: known(counted, v.Absent)},
		{Label: "Gone", Figure: known(counted, v.Gone)},
		{Label: "Not billed", Figure: web.Thousands(v.UnknownList), Note: "records of unknown lists"},
		{Label: "Not readable", Figure: web.Thousands(v.Unparsed), Note: "lines of logs"},
	}
}

func logTable(c *web.Context, v *servers.Detail) *web.Table {
	t := &web.Table{
		Caption: "Logs that were read",
		Columns: []web.Column{
			{Label: "Format"}, {Label: "Last read"}, {Label: "Last usage"}, {Label: "Counted", Figures: true},
			{Label: "Already known", Figures: true, Minor: true}, {Label: "Unknown list", Figures: true, Minor: true}, {Label: "Not readable", Figures: true, Minor: true},
		},
		Empty: web.Empty{Text: "No log of it was ever read: what it sends is not counted."},
	}
	for i := range v.Logs {
		l := &v.Logs[i]
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: l.Format, Note: timesHere(c, l.Alert)}, {Text: c.InstantOf(l.Read)}, {Text: c.InstantOf(l.LastLine), Note: lagNote(l.Lag, l.LastLine)}, {Text: web.Thousands(l.Counted)},
			{Text: some(l.AlreadyKnown)}, {Text: some(l.UnknownList)}, {Text: some(l.Unparsed)},
		}})
	}
	if v.LogCount > int64(len(v.Logs)) {
		t.Count = "The last " + web.Thousands(int64(len(v.Logs))) + " of " + web.Thousands(v.LogCount) + " logs"
	}
	return t
}

// feedTable is the logs that are followed, here or by agents.
func feedTable(c *web.Context, v *servers.Detail) *web.Table {
	t := &web.Table{Caption: "Logs that are followed", Columns: []web.Column{
		{Label: "Log"}, {Label: "Followed by"}, {Label: "Read until", Minor: true}, {Label: "Lag", Figures: true}, {Label: "Unread bytes", Figures: true, Minor: true}, {Label: "State"},
	}}
	for i := range v.Feeds {
		f := &v.Feeds[i]
		state := web.Cell{State: "well", Note: timesHere(c, f.Alert)}
		switch {
		case f.Problem != "":
			state = web.Cell{State: "failed", Note: f.Problem}
		case f.Fresh():
			state = web.Cell{State: "new", Note: "It was named a moment ago, and is read within minutes."}
		case !f.Seen():
			state = web.Cell{State: "warning", Note: "It was never read."}
		}
		by := f.ReadBy
		if f.Machine != "" && f.Machine != by {
			by = strings.TrimSpace(by + " on " + f.Machine)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: f.Path, Note: f.Format}, {Text: by}, {Text: c.InstantOf(f.ReadUntil)}, {Text: lagWords(f.Lag, f.ReadUntil)}, {Text: some(f.Unread)}, state,
		}})
	}
	return t
}

// lagNote is lagWords as a sentence of its own.
func lagNote(seconds int64, since string) string {
	if words := lagWords(seconds, since); words != "" {
		return words + " behind"
	}
	return ""
}

// lagWords says how long ago something was.
func lagWords(seconds int64, since string) string {
	lag := time.Duration(seconds) * time.Second
	const day = 24 * time.Hour
	switch {
	case since == "":
		return ""
	case lag < time.Minute:
		return "under a minute"
	case lag < time.Hour:
		return web.Things(int64(lag/time.Minute), 0, "minute", "minutes")
	case lag < 2*day:
		return web.Things(int64(lag/time.Hour), 0, "hour", "hours")
	}
	return web.Things(int64(lag/day), 0, "day", "days")
}

func unknownTable(c *web.Context, v *servers.Detail) *web.Table {
	t := &web.Table{Caption: "Found and not billed", Columns: []web.Column{
		{Label: "Name in logs"}, {Label: "Posts", Figures: true}, {Label: "Copies", Figures: true}, {Label: "First", Minor: true}, {Label: "Last", Minor: true},
	}}
	for i := range v.Unknown {
		u := &v.Unknown[i]
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: u.List, Note: u.Reason}, {Text: web.Thousands(u.Messages)}, {Text: web.Thousands(u.Recipients)}, {Text: c.InstantOf(u.First)}, {Text: c.InstantOf(u.Last)},
		}})
	}
	if v.UnknownCount > int64(len(v.Unknown)) {
		t.Count = "The first " + web.Thousands(int64(len(v.Unknown))) + " of " + web.Thousands(v.UnknownCount)
	}
	return t
}

func gapTable(c *web.Context, v *servers.Detail) *web.Table {
	t := &web.Table{Caption: "Counted by the server and not metered", Columns: []web.Column{
		{Label: "List"}, {Label: "Counted by the server", Figures: true}, {Label: "Metered", Figures: true}, {Label: "Since", Minor: true}, {Label: "Until", Minor: true},
	}}
	for i := range v.Gaps {
		g := &v.Gaps[i]
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: g.List}, {Text: web.Thousands(g.Counted)}, {Text: web.Thousands(g.Metered)}, {Text: c.InstantOf(g.From)}, {Text: c.InstantOf(g.To)},
		}})
	}
	if v.GapCount > len(v.Gaps) {
		t.Count = "The first " + web.Thousands(int64(len(v.Gaps))) + " of " + web.Thousands(int64(v.GapCount))
	}
	return t
}

// counterStarts are the choices of how counters of mails go on: of a server that has some, when they went back, and before
// its first sync.
func counterStarts(v *servers.Detail) []web.Option {
	if !slices.ContainsFunc(v.Abilities, func(a servers.Ability) bool { return a.Name == "sent_counters" && a.Can }) {
		return nil
	}
	here := web.Option{Value: "here", Label: "From here: only what comes from now on is counted"}
	zero := web.Option{Value: "zero", Label: "From zero: all that they show now is counted"}
	switch {
	case v.SuspendedCount > 0:
		return []web.Option{here, zero, {Value: "last", Label: "From the last reading that was believed: what was wrong is mended"}}
	case v.Synced == "":
		return []web.Option{here, zero}
	}
	return nil
}

func suspendedTable(c *web.Context, v *servers.Detail) *web.Table {
	t := &web.Table{Caption: "Counters that went back", Columns: []web.Column{
		{Label: "Counter"}, {Label: "Posts", Figures: true, Minor: true}, {Label: "Copies", Figures: true}, {Label: "Believed until", Minor: true},
	}}
	for i := range v.Suspended {
		k := &v.Suspended[i]
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: k.Name, Note: timesHere(c, k.Alert)}, {Text: web.Thousands(k.Messages)}, {Text: web.Thousands(k.Recipients)}, {Text: c.InstantOf(k.Until)},
		}})
	}
	if v.SuspendedCount > int64(len(v.Suspended)) {
		t.Count = "The first " + web.Thousands(int64(len(v.Suspended))) + " of " + web.Thousands(v.SuspendedCount)
	}
	return t
}

// findingState is the state of a finding, as a word with its colour.
func findingState(v hosting.Severity) web.State {
	switch v {
	case hosting.Fine:
		return "fine"
	case hosting.Warning:
		return "warning"
	}
	return "error"
}
