package admin

import (
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/face/web"
	gather "postmeter/internal/stage/gather/servers"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

// foundMembers reads what a search, or a deletion, came to.
func foundMembers(j *store.Job) (found []gather.Members, err error) {
	if err := json.Unmarshal(j.Result, &found); err != nil {
		return nil, fault.Wrap(fault.Internal, err, "the result of job %d cannot be read", j.ID)
	}
	return found, nil
}

// located is a membership with its number in a result, from 1.
type located struct {
	*gather.Member
	Server string
	ID     int64
}

// locate numbers the memberships of a result.
func locate(found []gather.Members) (out []located) {
	for i := range found {
		for k := range found[i].Members {
			out = append(out, located{&found[i].Members[k], found[i].Server, int64(len(out) + 1)})
		}
	}
	return out
}

// membersFound shows who is on which lists, with a box for each that can be deleted.
func (s *site) membersFound(c *web.Context, j *store.Job) (templ.Component, error) {
	found, err := foundMembers(j)
	if err != nil {
		return nil, err
	}
	all := locate(found)
	people := make([]person, 0, min(len(all), peopleShown))
	deletable := false
	for _, m := range all[:min(len(all), peopleShown)] {
		p := person{Place: hosting.Place{Server: m.Server, Site: m.Site, List: m.List}, Address: m.Address, Name: m.Name, Role: m.Role}
		if m.Deletable() {
			p.ID, deletable = m.ID, true
		}
		people = append(people, p)
	}
	t := &web.Table{Caption: "Members", Columns: foundColumns(), Empty: web.Empty{Text: "Nobody was found on the servers that answered. A part of an address is found with *, such as *jones*."}}
	if err := s.peopleRows(c, t, people); err != nil {
		return nil, err
	}
	more, asked := false, false
	for i := range found {
		more, asked = more || found[i].More, asked || found[i].Status == gather.Done
	}
	if !asked {
		t.Empty.Text = "No server could be searched. The reason of each is below."
	}
	t.Count = foundCount(len(people), len(all), more, "membership", "memberships")
	path := memberSearchPath + "/" + strconv.FormatInt(j.ID, 10) + "/delete"
	if deletable && c.May(web.Administrator) {
		t.List = web.ReadList(c, &web.ListSpec{Path: pathOf("/jobs", j.ID), Sorts: []string{"address"}})
		t.Select = &web.Selection{One: "membership", Many: "memberships", Actions: []web.SelectAction{{Label: "Delete selected members", Path: path, Danger: true}}}
	}
	p := findPage{Title: "Found", Found: t, Kept: "What was found is kept for a day. Owners and moderators are shown, and cannot be deleted here."}
	var order gather.SearchOrder
	if len(all) > 0 && !more && json.Unmarshal(j.Payload, &order) == nil {
		p.Kept = strings.TrimSpace(notFound("Not found on the servers that answered: ", order.Patterns, func(address string) bool {
			return slices.ContainsFunc(all, func(m located) bool { return strings.EqualFold(m.Address, address) })
		}) + " " + p.Kept)
	}
	p.Servers, err = s.askedTable(c, found, foundWords)
	return peopleView(p), err
}

// askedTable says what each server came to.
func (s *site) askedTable(c *web.Context, found []gather.Members, words func(*gather.Members) web.Cell) (*web.Table, error) {
	paths, err := s.serverPaths(c)
	if err != nil {
		return nil, err
	}
	t := serversTable()
	t.Empty = web.Empty{Text: "There are no servers yet.", Action: existing(c, createServer)}
	for i := range found {
		m := &found[i]
		cell := words(m)
		switch m.Status {
		case gather.NoAPI:
			cell = web.Cell{Text: "Not searched: a server of this kind cannot be asked who is on a list."}
		case gather.Failed:
			if cell.Text == "" {
				cell.Text = "Not answered. Who is on its lists is not known."
			}
			cell.Note = sentenceOf(m.Error)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: m.Server, Path: paths[m.Server]}, {State: statusState(m.Status)}, cell}})
	}
	return t, nil
}

func foundWords(m *gather.Members) web.Cell {
	if m.Status == gather.Failed {
		return web.Cell{}
	}
	cell := web.Cell{Text: web.Things(int64(len(m.Members)), 0, "membership", "memberships")}
	if m.More {
		cell.Note = "There are more. Look for fewer."
	}
	return cell
}

// deletePage names who is about to be taken off which lists.
type deletePage struct {
	Lists              []namedList
	Path, Back, Submit string
	Carry              url.Values
}

// namedList is a list with the addresses that are to be taken off it.
type namedList struct {
	Server, Name string
	Addresses    []string
}

// deleteMembers names every list that the ticked members are about to be taken off, and orders it once that is confirmed.
func (s *site) deleteMembers(c *web.Context) error {
	id, err := c.ID("job")
	if err != nil {
		return err
	}
	j, err := insight.Job(c.Ctx(), s.DB, id)
	if err != nil {
		return err
	}
	if j.Kind != gather.FindJob || len(j.Result) == 0 {
		return fault.New(fault.NotFound, "There is no search at this address. What was found is kept for a day: search again.")
	}
	selected, err := web.ReadSelection(c, &web.ListSpec{Path: pathOf("/jobs", id), Sorts: []string{"address"}})
	if err != nil {
		return err
	}
	chosen, err := chosenOf(&j, selected.IDs)
	if err != nil {
		return err
	}
	if c.R.PostForm.Get("sure") == "yes" {
		key, err := json.Marshal(chosen)
		if err != nil {
			return fault.Wrap(fault.Internal, err, "the order could not be written")
		}
		job, err := gather.OrderDeletion(c.Ctx(), s.DB, c.By(), jobKey(key), chosen)
		if err != nil {
			return err
		}
		return c.Redirect(pathOf("/jobs", job), "")
	}
	p := deletePage{Lists: listsOf(chosen), Path: c.R.URL.Path, Back: pathOf("/jobs", id), Carry: selected.Carry()}
	p.Submit = "Delete " + web.Things(int64(len(chosen)), 0, "member", "members") + " from " + web.Things(int64(len(p.Lists)), 0, "list", "lists")
	crumbs := slices.Concat(utilityCrumbs, []web.Crumb{{Label: "Find Member", Path: memberSearchPath}, {Label: "Members found", Path: p.Back}})
	return c.Render(web.Page{Title: p.Submit, Crumbs: crumbs}, deleteMembersView(p))
}

// chosenOf are the memberships of a search that were ticked.
func chosenOf(j *store.Job, ids []int64) ([]gather.Chosen, error) {
	if ids == nil {
		return nil, fault.New(fault.Invalid, "Only members that are ticked one by one are deleted. Nothing was done.")
	}
	found, err := foundMembers(j)
	if err != nil {
		return nil, err
	}
	all := locate(found)
	chosen := make([]gather.Chosen, 0, len(ids))
	slices.Sort(ids)
	for _, id := range slices.Compact(ids) {
		if id > int64(len(all)) || !all[id-1].Deletable() {
			return nil, fault.New(fault.Invalid, "The selection came back damaged. Open the search again.")
		}
		m := &all[id-1]
		chosen = append(chosen, gather.Chosen{Server: m.Server, Site: m.Site, List: m.List, Address: m.Address})
	}
	return chosen, nil
}

// listsOf puts memberships together by list, in the order in which lists come first.
func listsOf(chosen []gather.Chosen) (out []namedList) {
	at := map[hosting.Place]int{}
	for _, m := range chosen {
		p := hosting.Place{Server: m.Server, Site: m.Site, List: m.List}
		i, known := at[p]
		if !known {
			i = len(out)
			at[p] = i
			out = append(out, namedList{Server: m.Server, Name: m.List + "@" + m.Site})
		}
		out[i].Addresses = append(out[i].Addresses, m.Address)
	}
	return out
}

// membersDeleted shows what became of each membership that was to be deleted.
func (s *site) membersDeleted(c *web.Context, j *store.Job) (templ.Component, error) {
	found, err := foundMembers(j)
	if err != nil {
		return nil, err
	}
	t := &web.Table{Caption: "Members", Columns: []web.Column{{Label: "Address"}, {Label: "List"}, {Label: "Server"}, {Label: "Outcome"}}}
	t.Empty.Text = "Nothing was deleted."
	for _, m := range locate(found) {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: m.Address, Note: m.Name}, {Text: m.List + "@" + m.Site}, {Text: m.Server}, deletedCell(m.Member)}})
	}
	p := findPage{Title: "Results by address", Found: t, Kept: "This result is kept for a day; the deletion stays in the history of each server."}
	p.Servers, err = s.askedTable(c, found, deletedWords)
	return peopleView(p), err
}

func deletedCell(m *gather.Member) web.Cell {
	switch m.Deleted {
	case "yes":
		return web.Cell{State: "deleted"}
	case "was_gone":
		return web.Cell{Text: "Was no longer a member"}
	case "failed":
		return web.Cell{State: "failed", Note: sentenceOf(m.Error)}
	}
	return web.Cell{State: "failed", Note: "Not deleted: the server did not answer."}
}

func deletedWords(m *gather.Members) web.Cell {
	counts := map[string]int64{}
	for i := range m.Members {
		counts[m.Members[i].Deleted]++
	}
	var parts []string
	for _, p := range []struct{ outcome, one, many string }{
		{"yes", "member was deleted", "members were deleted"}, {"was_gone", "was no longer there", "were no longer there"}, {"failed", "could not be deleted", "could not be deleted"},
	} {
		if n := counts[p.outcome]; n > 0 {
			parts = append(parts, web.Things(n, 0, p.one, p.many))
		}
	}
	if len(parts) == 0 {
		return web.Cell{Text: "Nothing was deleted."}
	}
	return web.Cell{Text: strings.Join(parts, ", ")}
}
