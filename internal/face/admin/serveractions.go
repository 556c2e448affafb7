package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/gather"
	"postmeter/internal/stage/gather/servers"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

// askAttempts is how often a job that asks servers is tried: what went wrong with a server stands in its result.
const askAttempts = 2

// serversSync syncs the selected servers, in the background.
func (s *site) serversSync(c *web.Context) error { return s.ask(c, servers.SyncJob) }

// serversValidate validates the selected servers, in the background.
func (s *site) serversValidate(c *web.Context) error { return s.ask(c, servers.ValidateJob) }

// ask gives the order for the selected servers to the background, and leads to its job.
func (s *site) ask(c *web.Context, kind string) error {
	selected, err := web.ReadSelection(c, serverList)
	if err != nil {
		return err
	}
	all, err := servers.List(c.Ctx(), s.DB, c.Now)
	if err != nil {
		return err
	}
	order := servers.Order{Confirm: c.R.PostForm.Get("confirm") == "yes", Counter: c.R.PostForm.Get("counter")}
	if _, known := gather.CounterStarts[order.Counter]; !known {
		return fault.New(fault.Invalid, "Choose from where the counters count.")
	}
	for i := range all {
		if selected.IDs == nil || slices.Contains(selected.IDs, all[i].ID) {
			order.Names = append(order.Names, all[i].Name)
		}
	}
	if len(order.Names) == 0 {
		return fault.New(fault.NotFound, "None of the selected servers is there any more. Open the list again.")
	}
	return s.order(c, kind, order)
}

// order enqueues an order. The same one that is not done yet stands for it.
func (s *site) order(c *web.Context, kind string, order servers.Order) error {
	key, err := json.Marshal(order)
	if err != nil {
		return fault.Wrap(fault.Internal, err, "the order could not be written")
	}
	id, _, err := office.Enqueue(c.Ctx(), s.DB, c.By(), store.NewJob{Kind: kind, Key: jobKey(key), Payload: order, MaxAttempts: askAttempts})
	if err != nil {
		return err
	}
	return c.Redirect(pathOf("/jobs", id), "")
}

// serverFix shows which lists are about to be marked gone, and orders it once that is confirmed.
func (s *site) serverFix(c *web.Context) error {
	id, name, err := s.serverName(c)
	if err != nil {
		return err
	}
	if err := c.R.ParseForm(); err != nil {
		return fault.Wrap(fault.Invalid, err, "The form cannot be read. Open the page again.")
	}
	lists := c.R.PostForm["list"]
	if len(lists) == 0 {
		return fault.New(fault.Invalid, "No list was ticked. Go back and tick the lists that are no more.")
	}
	if c.R.PostForm.Get("sure") == "yes" {
		return s.order(c, servers.FixJob, servers.Order{Names: []string{name}, Lists: lists, Confirm: true, WithoutAsking: c.R.PostForm.Get("without") == "yes"})
	}
	path := pathOf("/servers", id)
	gone, err := s.goneLists(c, name, lists)
	if err != nil {
		return err
	}
	title := "Fix Selected Objects: " + web.Things(int64(len(lists)), 0, "list", "lists")
	return c.RenderStatus(http.StatusOK, web.Page{Title: title, Crumbs: []web.Crumb{serverCrumbs[0], {Label: name, Path: path}}}, fixView(path, gone))
}

// goneLists names lists of a server, as site/list, with the customer that each of them has.
func (s *site) goneLists(c *web.Context, server string, lists []string) ([]goneList, error) {
	places, out := make([]hosting.Place, len(lists)), make([]goneList, len(lists))
	for i, name := range lists {
		out[i].Name = name
		places[i].Server = server
		places[i].Site, places[i].List, _ = strings.Cut(name, "/")
	}
	owners, err := insight.Owners(c.Ctx(), s.DB, places, c.Now)
	for i, p := range places {
		out[i].Of = owners[p].Company
	}
	return out, err
}

// Words of jobs that ask servers.
func orderWords(j *store.Job) string {
	var o servers.Order
	if err := json.Unmarshal(j.Payload, &o); err != nil {
		return ""
	}
	names := strings.Join(o.Names[:min(len(o.Names), 10)], ", ") //nolint:mnd // more would not be read
	switch {
	case len(o.Names) == 0:
		names = "all servers"
	case len(o.Names) > 10: //nolint:mnd // as above
		names += fmt.Sprintf(" and %d others", len(o.Names)-10) //nolint:mnd // as above
	}
	if len(o.Lists) > 0 {
		return web.Things(int64(len(o.Lists)), 0, "list", "lists") + " of " + names
	}
	return names
}

// outcome is what one server came to.
type serverOutcome struct {
	Server, Path string
	State        web.State
	Words, Error string
}

// outcomes shows what each server came to. read makes one of each result.
func (s *site) outcomes(c *web.Context, j *store.Job, read func([]byte) ([]serverOutcome, error)) (templ.Component, error) {
	out, err := read(j.Result)
	if err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the result of job %d cannot be read", j.ID)
	}
	all, _, err := s.allServers(c)
	if err != nil {
		return nil, err
	}
	t := &web.Table{Caption: "Results by server", Columns: []web.Column{{Label: "Server"}, {Label: "Outcome"}, {Label: "Result"}}}
	for i := range out {
		o := &out[i]
		for k := range all {
			if all[k].Name == o.Server {
				o.Path = pathOf("/servers", all[k].ID)
			}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: o.Server, Path: o.Path}, {State: o.State}, {Text: o.Words, Note: sentenceOf(o.Error)}}})
	}
	t.Empty.Text = "No server was asked: none has an API."
	return web.Sheet(t), nil
}

// judgeAsked says how many of the servers that a job asked failed, or were not believed.
func judgeAsked(j *store.Job) (web.State, string) {
	var all []struct {
		Status servers.Status `json:"status"`
	}
	if json.Unmarshal(j.Result, &all) != nil {
		return "", ""
	}
	failed, doubted := 0, 0
	for _, one := range all {
		switch one.Status {
		case servers.Failed:
			failed++
		case servers.Doubted:
			doubted++
		}
	}
	var said []string
	if failed > 0 {
		said = append(said, fmt.Sprintf("%d of %s failed", failed, web.Things(int64(len(all)), 0, "server", "servers")))
	}
	if doubted > 0 {
		said = append(said, web.Things(int64(doubted), 0, "answer was", "answers were")+" not believed")
	}
	switch {
	case len(said) == 0:
		return "", ""
	case failed == 1 && len(all) == 1:
		return "failed", "The server failed."
	case failed == len(all):
		return "failed", strings.Join(said, ", ") + "."
	}
	return "warning", "Done; " + strings.Join(said, ", ") + "."
}

func statusState(s servers.Status) web.State {
	switch s {
	case servers.Doubted:
		return "unconfirmed"
	case servers.NoAPI:
		return "not asked"
	case servers.Overtook:
		return "overtaken"
	}
	return web.State(s)
}

func syncOutcomes(result []byte) (out []serverOutcome, err error) {
	var all []servers.SyncResult
	err = json.Unmarshal(result, &all)
	for i := range all {
		r := &all[i]
		o := serverOutcome{Server: r.Server, State: statusState(r.Status), Error: r.Error}
		switch r.Status {
		case servers.Done:
			o.Words = fmt.Sprintf("%s on %s; %s; %s, %s", web.Things(int64(r.Lists), 0, "list", "lists"), web.Things(int64(r.Sites), 0, "site", "sites"), changesOf(r),
				web.Things(int64(r.Administrators), 0, "administrator", "administrators"), web.Things(r.Members, 0, "member", "members"))
			o.Error = notesShown(r.Notes)
		case servers.Doubted:
			o.Words = "Nothing was changed. If you have looked, and it is so, its page has the button to sync it anyway."
		default:
			o.Words = "Nothing was changed."
		}
		out = append(out, o)
	}
	return out, err
}

// changesOf says what became of the lists of a server.
func changesOf(r *servers.SyncResult) string {
	var out []string
	for _, part := range []struct {
		n    int
		what string
	}{{r.New, "new"}, {r.Renamed, "renamed"}, {r.Back, "back"}, {r.Missing, "missing"}} {
		if part.n > 0 {
			out = append(out, web.Thousands(int64(part.n))+" "+part.what)
		}
	}
	if len(out) == 0 {
		return "nothing new"
	}
	return strings.Join(out, ", ")
}

// mostNotes is how many notes of a sync are shown.
const mostNotes = 5

// notesShown are the notes of a sync, the first ones.
func notesShown(notes []string) string {
	text := strings.Join(notes[:min(len(notes), mostNotes)], "; ")
	if more := len(notes) - mostNotes; more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return text
}

func validateOutcomes(result []byte) (out []serverOutcome, err error) {
	var all []servers.Validation
	err = json.Unmarshal(result, &all)
	for i := range all {
		v := &all[i]
		o := serverOutcome{Server: v.Server, State: statusState(v.Status), Error: v.Error}
		var bad []string
		for k := range v.Findings {
			if f := &v.Findings[k]; f.Severity != hosting.Fine {
				bad = append(bad, sentenceOf(f.Message))
			}
		}
		if len(bad) > 0 {
			o.Error = strings.Join(bad[:min(len(bad), mostNotes)], " ")
		}
		o.Words = web.Things(int64(len(bad)), 0, "finding", "findings")
		switch v.Status {
		case servers.Failed:
			o.Words += "; its lists were not compared"
		case servers.NoAPI:
		default:
			o.Words += fmt.Sprintf("; %s known, %d missing, %d new", web.Things(int64(v.Known), 0, "list", "lists"), v.MissingAll, v.NewAll)
		}
		if v.Doubt != "" {
			o.Error = strings.TrimSpace(o.Error + " " + sentenceOf(v.Doubt))
		}
		out = append(out, o)
	}
	return out, err
}

func fixOutcomes(result []byte) ([]serverOutcome, error) {
	var r servers.FixResult
	err := json.Unmarshal(result, &r)
	asked := ""
	if !r.Asked {
		asked = "The server was not asked."
	}
	return []serverOutcome{{Server: r.Server, State: "done", Error: asked, Words: web.Things(int64(len(r.Gone)), 0, "list is", "lists are") + " marked gone: " + strings.Join(atSites(r.Gone), ", ")}}, err
}
