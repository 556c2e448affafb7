package admin

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
)

// unassignedPath is the page of the lists that nobody has.
const unassignedPath = "/unassigned"

// unassignedSpec is the list of them. Its searches are those of the page on which lists are picked for a group, which goes on from here.
func (s *site) unassignedSpec(c *web.Context) (*web.ListSpec, error) {
	spec := &web.ListSpec{Onwards: true, Path: unassignedPath, Search: "Beginning of a name or site", Sorts: []string{"place"}}
	filters, err := s.serverFilter(c)
	spec.Filters = filters
	return spec, err
}

// unassigned shows the lists that nobody has, to be given to somebody.
func (s *site) unassigned(c *web.Context) error {
	spec, err := s.unassignedSpec(c)
	if err != nil {
		return err
	}
	l := web.ReadList(c, spec)
	page, err := insight.PickPage(c.Ctx(), s.DB, insight.Pick{Kind: insight.PickLists, Search: l.Search, ServerID: number(l.Values["server"]), After: number(l.After)}, c.Now)
	if err != nil {
		return err
	}
	t := offeredTable(insight.PickLists, l, page)
	t.Caption, t.Columns = "Lists that nobody has", t.Columns[:len(t.Columns)-1]
	for i := range t.Rows {
		t.Rows[i].Cells = t.Rows[i].Cells[:len(t.Columns)]
	}
	if c.May(web.Clerk) {
		t.Select = &web.Selection{One: "list", Many: "lists", Total: "lists", Actions: []web.SelectAction{{Label: "Assign to a customer", Path: unassignedPath}}}
	}
	return c.Render(web.Page{
		Title: "Assign Lists to Customers", Wide: true, Crumbs: utilityCrumbs,
		Lead: "These lists have no customer: what they send is on no bill. Assigned from a day in the past, what they sent since is billed by the next run.",
	}, web.ListView(t))
}

// nobodysCount is how many lists nobody has, among those that were looked at; others says that there are lists beyond them.
type nobodysCount struct {
	n      int64
	others bool
}

// countNobodys counts the lists that nobody has, of a server or of all (0): in the background where there are many lists.
func (s *site) countNobodys(c *web.Context, serverID int64) (count nobodysCount, err error) {
	read := func(ctx context.Context) (count nobodysCount, err error) {
		count.n, count.others, err = insight.Nobodys(ctx, s.DB, serverID, c.Now)
		return count, err
	}
	many, err := insight.ManyLists(c.Ctx(), s.DB)
	if err != nil {
		return count, err
	}
	if !many {
		return read(c.Ctx())
	}
	by, err := s.asks(c)
	if err != nil {
		return count, err
	}
	by.patience /= 4 // it is not alone on its page
	count, ready, err := s.nobody.read(c.Ctx(), serverID, by, read)
	count.others = count.others || !ready
	return count, err
}

// nobodys is the link to the lists that nobody has, of a server or of all (0), with how many there are; nil where there is
// none.
func (s *site) nobodys(c *web.Context, serverID int64) (*web.Crumb, error) {
	count, err := s.countNobodys(c, serverID)
	n, others := count.n, count.others
	if err != nil || n == 0 && !others || !c.Exists(unassignedPath) {
		return nil, err
	}
	way := &web.Crumb{Label: "Lists that nobody has", Path: unassignedPath}
	if serverID != 0 {
		way.Path += "?server=" + strconv.FormatInt(serverID, 10)
	}
	switch {
	case n > 0 && others:
		way.Label += ": " + web.Thousands(n) + "+"
	case n > 0:
		way.Label += ": " + web.Thousands(n)
	}
	return way, nil
}

// takersPage asks to whom what was selected is to be assigned.
type takersPage struct {
	Search string
	Names  []string   // of the lists that are selected, the first of them
	Carry  url.Values // the selection
	Takers []insight.Taker
	More   bool
}

// offer is where a group takes the selection.
func offer(t *insight.Taker) string {
	return pathOf("/customers", t.CustomerID) + "/groups/" + strconv.FormatInt(t.GroupID, 10) + "/add/lists"
}

// unassignedTo asks which customer's group gets the selected lists; the dates are asked for there.
func (s *site) unassignedTo(c *web.Context) error {
	spec, err := s.unassignedSpec(c)
	if err != nil {
		return err
	}
	chosen, err := web.ReadSelection(c, spec)
	if err != nil {
		return err
	}
	p := takersPage{Search: c.R.PostForm.Get("customer"), Carry: chosen.Carry()}
	if p.Takers, p.More, err = insight.Takers(c.Ctx(), s.DB, p.Search); err != nil {
		return err
	}
	title := "Assign the lists to a customer"
	if n := len(chosen.IDs); n > 0 {
		if p.Names, err = s.pickedNames(c, insight.PickLists, chosen.IDs); err != nil {
			return err
		}
		title = "Assign " + web.Things(int64(n), 0, "list", "lists") + " to a customer"
	}
	return c.RenderStatus(http.StatusOK, web.Page{Title: title, Crumbs: slices.Concat(utilityCrumbs, []web.Crumb{{Label: "Assign Lists to Customers", Path: chosen.Back}})}, takersView(p))
}
