package admin

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/face/web"
	gather "postmeter/internal/stage/gather/servers"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
	"postmeter/internal/store"
)

// The pages that find people.
const (
	adminSearchPath  = "/utilities/administrators"
	memberSearchPath = "/utilities/members"
)

// peopleShown is how many rows a search for people shows.
const peopleShown = 1000

var utilityCrumbs = []web.Crumb{{Label: "Utilities", Path: "/utilities"}}

// findRoutes are those of the utilities. Who is on a list is nobody's business who does not work with lists; taking people
// off is an administrator's.
func (s *site) findRoutes() []web.Route {
	return []web.Route{
		{Method: get, Path: "/utilities", Right: web.Viewer, Handler: s.utilities},
		{Method: get, Path: adminSearchPath, Right: web.Clerk, Handler: s.findAdmins},
		{Method: post, Path: adminSearchPath, Right: web.Clerk, Handler: s.findAdminsNow},
		{Method: get, Path: memberSearchPath, Right: web.Clerk, Handler: s.findMembers},
		{Method: post, Path: memberSearchPath, Right: web.Clerk, Handler: s.findMembersNow},
		{Method: post, Path: memberSearchPath + "/{job}/delete", Right: web.Administrator, Handler: s.deleteMembers},
	}
}

// findSpec asks who is looked for. What is typed is sent as a form, so that addresses stand in no log of URLs.
func findSpec() *web.FormSpec {
	return &web.FormSpec{Submit: "Find", Undone: "Nothing was searched.", Brief: true, Fields: []web.Field{{
		Name: "addresses", Label: "Addresses", Required: true, Max: maxAddresses,
		Help: "One address, or a part of one with * for any characters, such as *@example.org. Several are separated by |.",
	}}}
}

// maxAddresses is how many bytes of addresses one search takes.
const maxAddresses = 8000

// findPage is a page that finds people.
type findPage struct {
	Title   string // of what was found
	Form    *web.Form
	Found   *web.Table // nil before anything was looked for
	Servers *web.Table
	Kept    string // how long what was found is kept
}

// findAdmins asks which administrators are looked for.
func (s *site) findAdmins(c *web.Context) error {
	return s.findAdminsPage(c, http.StatusOK, findPage{Form: web.NewForm(findSpec(), adminSearchPath, "", nil)})
}

func (s *site) findAdminsPage(c *web.Context, status int, p findPage) error {
	return c.RenderStatus(status, web.Page{
		Title: "Find Administrator", Crumbs: utilityCrumbs, Wide: p.Found != nil,
		Lead: "The lists that somebody owns or moderates, as the last sync of each server told.",
	}, findView(p))
}

// findAdminsNow shows who runs which lists. Nothing of it is kept.
func (s *site) findAdminsNow(c *web.Context) error {
	f, err := web.ReadForm(c, findSpec(), "")
	if err != nil {
		return err
	}
	p := findPage{Title: "Found", Form: f}
	show := func(status int) error { return s.findAdminsPage(c, status, p) }
	if len(f.Faults) > 0 {
		return show(http.StatusUnprocessableEntity)
	}
	patterns, err := gather.Sought([]string{f.Get("addresses")})
	if err != nil {
		return f.Refused(soughtFault(err), show)
	}
	found, more, err := gather.FindAdministrators(c.Ctx(), s.DB, patterns)
	if err != nil {
		return err
	}
	known, err := gather.AdministratorsKnown(c.Ctx(), s.asked(c))
	if err != nil {
		return err
	}
	if p.Servers, err = s.knownTable(c, known, found); err != nil {
		return err
	}
	if p.Found, err = s.adminsTable(c, found, more); err != nil {
		return err
	}
	if len(found) > 0 && !more {
		p.Kept = notFound("Not found: ", patterns, func(address string) bool {
			return slices.ContainsFunc(found, func(a gather.Administrator) bool { return strings.EqualFold(a.Address, address) })
		})
	}
	return show(http.StatusOK)
}

// soughtFault puts what is wrong with the addresses beside their field.
func soughtFault(err error) error {
	if fault.KindOf(err) != fault.Invalid {
		return err
	}
	return fault.At("addresses", "%s", fault.MessageOf(err))
}

func foundColumns() []web.Column {
	return []web.Column{{Label: "Address"}, {Label: "List"}, {Label: "Server"}, {Label: "Role"}, {Label: "Customer"}}
}

func (s *site) adminsTable(c *web.Context, found []gather.Administrator, more bool) (*web.Table, error) {
	rows := found[:min(len(found), peopleShown)]
	people := make([]person, len(rows))
	for i := range rows {
		a := &rows[i]
		people[i] = person{Place: hosting.Place{Server: a.Server, Site: a.Site, List: a.List}, Address: a.Address, Name: a.Name, Role: a.Role}
		if a.Gone {
			people[i].Note = "gone from its server"
		}
	}
	t := &web.Table{Caption: "Administrators", Columns: foundColumns(), Empty: web.Empty{Text: "Nobody was found. A part of an address is found with *, such as *jones*."}}
	if err := s.peopleRows(c, t, people); err != nil {
		return nil, err
	}
	t.Count = foundCount(len(rows), len(found), more, "administrator", "administrators")
	if !more && len(rows) == len(found) {
		t.Count = adminsCount(found)
	}
	return t, nil
}

// adminsCount says how many people run how many lists.
func adminsCount(found []gather.Administrator) string {
	people, lists := map[string]bool{}, map[hosting.Place]bool{}
	for i := range found {
		a := &found[i]
		people[strings.ToLower(a.Address)] = true
		lists[hosting.Place{Server: a.Server, Site: a.Site, List: a.List}] = true
	}
	text := web.Things(int64(len(people)), 0, "administrator", "administrators")
	if len(lists) > 0 {
		text += " on " + web.Things(int64(len(lists)), 0, "list", "lists")
	}
	return text
}

// notFound says which are the addresses that were looked for as a whole and are not among those that were found.
func notFound(said string, patterns []string, found func(address string) bool) string {
	var out []string
	for _, p := range patterns {
		if !strings.Contains(p, "*") && !found(p) {
			out = append(out, p)
		}
	}
	if len(out) == 0 {
		return ""
	}
	return said + strings.Join(out, ", ") + "."
}

// person is somebody on a list, or who runs it.
type person struct {
	Place               hosting.Place
	Address, Name, Role string
	Note                string // about the list
	ID                  int64  // of the box that selects it; 0: none
}

// peopleRows adds rows with who was found where, and whose list it is.
func (s *site) peopleRows(c *web.Context, t *web.Table, people []person) error {
	places := make([]hosting.Place, 0, len(people))
	for i := range people {
		places = append(places, people[i].Place)
	}
	owners, err := insight.Owners(c.Ctx(), s.DB, places, c.Now)
	if err != nil {
		return err
	}
	paths, err := s.serverPaths(c)
	if err != nil {
		return err
	}
	for i := range people {
		p := &people[i]
		customer := web.Cell{}
		if o, found := owners[p.Place]; found {
			customer = web.Cell{Text: o.Company, Path: customerPath(c, o.CustomerID)}
		}
		list := p.Place.List + "@" + p.Place.Site
		t.Rows = append(t.Rows, web.Row{ID: p.ID, Name: p.Address + " of " + list, Cells: []web.Cell{
			{Text: p.Address, Note: p.Name}, {Text: list, Note: p.Note}, {Text: p.Place.Server, Path: paths[p.Place.Server]}, {Text: capital(p.Role)}, customer,
		}})
	}
	return nil
}

// serverPaths are the pages of servers, by name.
func (s *site) serverPaths(c *web.Context) (map[string]string, error) {
	all, err := insight.ServerChoices(c.Ctx(), s.DB)
	out := map[string]string{}
	for _, one := range all {
		out[one.Name] = pathOf("/servers", one.ID)
	}
	return out, err
}

// foundCount says how much was found, and how much of it is shown.
func foundCount(shown, found int, more bool, one, many string) string {
	text := web.Things(int64(found), 0, one, many)
	if more {
		text = "More than " + web.Thousands(int64(found)) + " " + many
	}
	if shown < found {
		text += "; the first " + web.Thousands(int64(shown)) + " are shown"
	}
	return text
}

func serversTable() *web.Table {
	return &web.Table{Caption: "Outcome of each server", Columns: []web.Column{{Label: "Server"}, {Label: "Outcome"}, {Label: "Result"}}}
}

// knownTable says of each server how far its administrators are known.
func (s *site) knownTable(c *web.Context, known []gather.KnownServer, found []gather.Administrator) (*web.Table, error) {
	on := map[string][]gather.Administrator{}
	for i := range found {
		on[found[i].Server] = append(on[found[i].Server], found[i])
	}
	paths, err := s.serverPaths(c)
	if err != nil {
		return nil, err
	}
	t := serversTable()
	t.Empty = web.Empty{Text: "There are no servers yet.", Action: existing(c, createServer)}
	for i := range known {
		k := &known[i]
		words := web.Cell{Text: adminsCount(on[k.Server]), Note: "as of the last sync, " + c.InstantOf(k.Synced)}
		state := statusState(k.Status)
		switch {
		case k.Status == gather.NoAPI:
			words = web.Cell{Text: "Not known: a server of the kind " + kindWord(k.Kind) + " does not tell who runs a list."}
		case k.Status == gather.Failed:
			state, words = "never synced", web.Cell{Text: "Not known: it was never synced.", Note: sentenceOf(k.Error)}
		case k.Error != "":
			state, words.Note = "warning", words.Note+", since the one after it failed: "+timesHere(c, k.Error)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: k.Server, Path: paths[k.Server]}, {State: state}, words}})
	}
	return t, nil
}

// findMembers asks which members are looked for.
func (s *site) findMembers(c *web.Context) error {
	return s.findMembersPage(c, http.StatusOK, web.NewForm(findSpec(), memberSearchPath, "", nil))
}

func (s *site) findMembersPage(c *web.Context, status int, f *web.Form) error {
	return c.RenderStatus(status, web.Page{
		Title: "Find Member", Crumbs: utilityCrumbs,
		Lead: "All servers are asked at once, in the background. One that does not answer is named, and the others count. What is found is kept for a day.",
	}, findView(findPage{Form: f}))
}

// findMembersNow has the background ask all servers.
func (s *site) findMembersNow(c *web.Context) error {
	f, err := web.ReadForm(c, findSpec(), "")
	if err != nil {
		return err
	}
	return f.Save(c, web.Saving{
		Show: func(status int) error { return s.findMembersPage(c, status, f) },
		Do: func() (string, string, error) {
			patterns, err := gather.Sought([]string{f.Get("addresses")})
			if err != nil {
				return "", "", soughtFault(err)
			}
			order := gather.SearchOrder{Patterns: patterns}
			key, err := json.Marshal(order)
			if err != nil {
				return "", "", fault.Wrap(fault.Internal, err, "the order could not be written")
			}
			id, _, err := office.Enqueue(c.Ctx(), s.DB, c.By(), store.NewJob{Kind: gather.FindJob, Key: jobKey(key), Payload: order, MaxAttempts: askAttempts})
			return pathOf("/jobs", id), "", err
		},
	})
}
