package admin

import (
	"net/http"
	"strconv"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
)

// namesShown is how many of the picked lists are named before they are assigned.
const namesShown = 12

// pickWords are what the pages of picking say.
var pickWords = map[insight.PickKind]struct{ Title, One, Many, Column, Empty string }{
	insight.PickLists:   {"Select Lists", "list", "lists", "List", "Every list that is known is assigned. New lists appear here once their server is synced."},
	insight.PickSites:   {"Select Sites", "site", "sites", "Site", "Every site is assigned. A site appears here once a sync found it, or it has a list."},
	insight.PickServers: {"Select Servers", "server", "servers", "Server", "Every server is assigned, or there is none yet."},
}

var pickKinds = []insight.PickKind{insight.PickLists, insight.PickSites, insight.PickServers}

// picking is a page on which lists, sites or servers are picked for a group.
type picking struct {
	office.Group
	Kind insight.PickKind
	View *insight.GroupView
	Base string
	Spec *web.ListSpec
}

func (s *site) picking(c *web.Context, kind insight.PickKind) (*picking, error) {
	p := &picking{Kind: kind}
	var err error
	if p.Group, p.Base, err = meant(c); err != nil {
		return nil, err
	}
	if p.View, err = insight.ReadGroup(c.Ctx(), s.DB, p.CustomerID, p.ID, c.Now); err != nil {
		return nil, err
	}
	p.Spec = &web.ListSpec{
		Onwards: true,
		Path:    p.Base + "/add/" + string(kind), Search: "Beginning of a name or site", Sorts: []string{"place"},
		Filters: []web.Filter{{Name: "show", Label: "Show", Any: "Not assigned yet", Options: []web.Option{{Value: "all", Label: "Also assigned ones"}}}},
	}
	if kind != insight.PickServers {
		filters, err := s.serverFilter(c)
		if err != nil {
			return nil, err
		}
		p.Spec.Filters = append(p.Spec.Filters, filters...)
	}
	return p, nil
}

// serverFilter narrows a list to a server, where there are several.
func (s *site) serverFilter(c *web.Context) ([]web.Filter, error) {
	names, err := insight.ServerChoices(c.Ctx(), s.DB)
	if err != nil || len(names) < 2 {
		return nil, err
	}
	f := web.Filter{Name: "server", Label: "Server"}
	for _, one := range names {
		f.Options = append(f.Options, web.Option{Value: strconv.FormatInt(one.ID, 10), Label: one.Name})
	}
	return []web.Filter{f}, nil
}

func (p *picking) pick(l *web.List) insight.Pick {
	return insight.Pick{Kind: p.Kind, Search: l.Search, ServerID: number(l.Values["server"]), Assigned: l.Values["show"] == "all", After: number(l.After)}
}

// number reads a number of the URL; a damaged one is 0, as none.
func number(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func (p *picking) crumbs() []web.Crumb {
	return append(groupCrumbs(p.CustomerID, p.View.Company), web.Crumb{Label: p.View.Name, Path: p.Base})
}

// pickPage shows what can be assigned; what is not assigned yet, unless all is asked for.
func (s *site) pickPage(kind insight.PickKind) web.Handler {
	return func(c *web.Context) error {
		p, err := s.picking(c, kind)
		if err != nil {
			return err
		}
		l := web.ReadList(c, p.Spec)
		page, err := insight.PickPage(c.Ctx(), s.DB, p.pick(l), c.Now)
		if err != nil {
			return err
		}
		never, err := insight.NeverSynced(c.Ctx(), s.DB)
		if err != nil {
			return err
		}
		return c.Render(web.Page{
			Title: pickWords[kind].Title, Crumbs: p.crumbs(), Wide: true,
			Lead: "For the group " + p.View.Name + " of " + p.View.Company + ". The dates are asked for next.",
		}, pickView(p, pickTable(p, l, page), never, c.Exists("/servers")))
	}
}

func pickTable(p *picking, l *web.List, page *insight.OfferedPage) *web.Table {
	t, words := offeredTable(p.Kind, l, page), pickWords[p.Kind]
	t.Select = &web.Selection{One: words.One, Many: words.Many, Total: words.Many, Actions: []web.SelectAction{
		{Label: "Assign to " + p.View.Name, Path: p.Spec.Path},
	}}
	return t
}

// offeredTable is a page of what can be assigned.
func offeredTable(kind insight.PickKind, l *web.List, page *insight.OfferedPage) *web.Table {
	words := pickWords[kind]
	t := &web.Table{Caption: words.Title, List: l, Columns: []web.Column{{Label: words.Column}}, Empty: web.Empty{Text: words.Empty}}
	if kind != insight.PickServers {
		t.Columns = append(t.Columns, web.Column{Label: "Server", Minor: true})
	}
	if kind == insight.PickLists {
		t.Columns = append(t.Columns, web.Column{Label: "Members", Figures: true, Minor: true})
	}
	t.Columns = append(t.Columns, web.Column{Label: "Assigned to"})
	for i := range page.Rows {
		o := &page.Rows[i]
		row := web.Row{ID: o.ID, Name: offeredName(&o.Place)}
		row.Cells = []web.Cell{{Text: row.Name}}
		if kind != insight.PickServers {
			row.Cells = append(row.Cells, web.Cell{Text: o.Place.Server})
		}
		if kind == insight.PickLists {
			row.Cells = append(row.Cells, web.Cell{Text: some(o.Members)})
		}
		row.Cells = append(row.Cells, holderCell(o))
		t.Rows = append(t.Rows, row)
	}
	if page.Next != 0 {
		t.Next = strconv.FormatInt(page.Next, 10)
		t.Count = web.Things(int64(len(t.Rows)), 0, words.One, words.Many) + ", and more on the next page"
		if len(t.Rows) == 0 {
			t.Empty.Text = "None among the first that were looked at. Search for the beginning of a name or site."
		}
	} else {
		t.Count = web.Things(int64(len(t.Rows)), 0, words.One, words.Many)
	}
	return t
}

// offeredName is a list as an address, a site, or a server.
func offeredName(p *hosting.Place) string {
	switch {
	case p.List != "":
		return p.List + "@" + p.Site
	case p.Site != "":
		return p.Site
	}
	return p.Server
}

func holderCell(o *insight.Offered) web.Cell {
	switch {
	case o.Holder != nil:
		return web.Cell{Text: o.Holder.Company, Path: pathOf("/customers", o.Holder.CustomerID), Note: "group " + o.Holder.Group + ", " + daysOf(o.Holder.Dates)}
	case o.Assigned:
		return web.Cell{Text: "With its site or server"}
	}
	return web.Cell{}
}

// daysOf writes an interval for people.
func daysOf(p period.Period) string {
	switch {
	case p == period.Open():
		return "all days"
	case p.Start == period.First:
		return "until " + p.End.String()
	case p.End == period.Last:
		return "from " + p.Start.String()
	}
	return p.String()
}

func placesSpec() *web.FormSpec {
	return &web.FormSpec{Submit: "Save", Undone: "Nothing was assigned.", Fields: append(dayFields(), freeField, web.Field{Name: "description", Label: "Description", Kind: web.Lines})}
}

// pickDates asks for the dates of what was selected.
func (s *site) pickDates(kind insight.PickKind) web.Handler {
	return func(c *web.Context) error {
		p, err := s.picking(c, kind)
		if err != nil {
			return err
		}
		chosen, err := web.ReadSelection(c, p.Spec)
		if err != nil {
			return err
		}
		ids := chosen.IDs
		if ids == nil {
			if ids, err = insight.PickAll(c.Ctx(), s.DB, p.pick(chosen.List), c.Now, office.MaxPlaces); err != nil {
				return err
			}
			if len(ids) > office.MaxPlaces {
				return fault.New(fault.Invalid, "More than %d match: that many can be assigned at once. Narrow the list, or assign the whole site or server.", office.MaxPlaces)
			}
		}
		return s.pickDatesPage(c, http.StatusOK, p, ids, web.NewForm(placesSpec(), p.Base+"/assign/"+string(kind), chosen.Back, nil))
	}
}

func (s *site) pickDatesPage(c *web.Context, status int, p *picking, ids []int64, f *web.Form) error {
	names, err := s.pickedNames(c, p.Kind, ids)
	if err != nil {
		return err
	}
	title := "Assign " + web.Things(int64(len(ids)), 0, pickWords[p.Kind].One, pickWords[p.Kind].Many)
	return c.RenderStatus(status, web.Page{Title: title, Crumbs: p.crumbs()}, pickDatesView(p, f, names, ids))
}

// pickedNames names what was selected, the first of it.
func (s *site) pickedNames(c *web.Context, kind insight.PickKind, ids []int64) ([]string, error) {
	objects, err := insight.Picked(c.Ctx(), s.DB, kind, ids)
	if err != nil {
		return nil, err
	}
	names, err := insight.PickedNames(c.Ctx(), s.DB, objects, namesShown)
	if more := len(objects) - len(names); more > 0 {
		names = append(names, "and "+web.Thousands(int64(more))+" more")
	}
	return names, err
}

// pickSave assigns what was selected, all or none.
func (s *site) pickSave(kind insight.PickKind) web.Handler {
	return func(c *web.Context) error {
		p, err := s.picking(c, kind)
		if err != nil {
			return err
		}
		f, err := web.ReadForm(c, placesSpec(), p.Spec.Path)
		if err != nil {
			return err
		}
		ids, err := pickedIDs(f.Values["pick"])
		if err != nil {
			return err
		}
		return f.Save(c, web.Saving{
			Show: func(status int) error { return s.pickDatesPage(c, status, p, ids, f) },
			Do: func() (string, string, error) {
				said := web.Things(int64(len(ids)), 0, pickWords[kind].One+" is assigned.", pickWords[kind].Many+" are assigned.")
				return p.Base, said, moved(s.assign(c, p, ids, f), "objects", "")
			},
		})
	}
}

func (s *site) assign(c *web.Context, p *picking, ids []int64, f *web.Form) error {
	objects, err := insight.Picked(c.Ctx(), s.DB, p.Kind, ids)
	if err != nil {
		return err
	}
	places := office.Places{Group: p.Group, Objects: objects, Dates: period.Open(), Free: f.Ticked("free"), Description: f.Get("description")}
	var faults fault.List
	read := func(name string, into *period.Date) {
		if typed := f.Get(name); typed != "" {
			day, err := period.Parse(typed)
			if err != nil {
				faults.AddError(name, err)
			}
			*into = day
		}
	}
	read("start", &places.Dates.Start)
	read("end", &places.Dates.End)
	if len(faults) > 0 {
		return faults
	}
	return office.Assign(c.Ctx(), s.DB, c.By(), places)
}

func pickedIDs(texts []string) (ids []int64, err error) {
	if len(texts) > office.MaxPlaces {
		return nil, fault.New(fault.Invalid, "At most %d can be assigned at once.", office.MaxPlaces)
	}
	for _, text := range texts {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || id < 1 {
			return nil, fault.New(fault.Invalid, "The selection came back damaged. Open the list again.")
		}
		ids = append(ids, id)
	}
	return ids, nil
}
