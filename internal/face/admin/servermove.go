package admin

import (
	"net/http"
	"net/url"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/gather/servers"
)

var moveForm = &web.FormSpec{
	Submit: "Move/Rename",
	Fields: []web.Field{
		{Name: "from", Label: "List", Required: true, Help: "Where billing knows it, such as news@example.org, or server/site/list on another server."},
		{Name: "to", Label: "New place", Required: true, Help: "Where it is now, written likewise. If a sync took it for a new list, the two become one."},
		{Name: "on", Label: "First day in the new place", Kind: web.Date, Help: "Leave empty for the day on which a sync found it there, else today."},
	},
}

// suggestedMoves are lists of a server that may have been renamed, with the form that does it.
func suggestedMoves(path string, v *servers.Detail) (out []suggestedMove) {
	all := v.Suggestions
	if len(all) == 0 && v.Validation != nil {
		all = v.Validation.Suggestions
	}
	for _, one := range all {
		query := url.Values{"from": {one.From}, "to": {one.To}}
		out = append(out, suggestedMove{placeWords(v.Name, one.From), placeWords(v.Name, one.To), strings.Join(one.Why, ", "), path + "/move?" + query.Encode()})
	}
	return out
}

// placeWords writes a place of a list as people do: list@site of the server that is looked at, else with its server.
func placeWords(server, text string) string {
	p, err := hosting.ParsePlace(text)
	if err != nil || p.Server != server {
		return text
	}
	return p.List + "@" + p.Site
}

// parsePlace reads what placeWords writes.
func parsePlace(server, text string) (hosting.Place, error) {
	if list, site, ok := strings.Cut(text, "@"); ok && list != "" && site != "" && !strings.Contains(text, "/") {
		return hosting.Place{Server: server, Site: site, List: list}, nil
	}
	p, err := hosting.ParsePlace(text)
	if err != nil {
		return p, fault.New(fault.Invalid, "%q is no list: write it such as news@example.org, or as server/site/list on another server", text)
	}
	return p, nil
}

// serverMove shows the form that gives a list another place.
func (s *site) serverMove(c *web.Context) error {
	id, name, err := s.serverName(c)
	if err != nil {
		return err
	}
	f := web.NewForm(moveForm, c.R.URL.Path, pathOf("/servers", id), nil)
	for _, field := range []string{"from", "to"} {
		if given := c.R.URL.Query().Get(field); given != "" {
			f.Values.Set(field, placeWords(name, given))
		}
	}
	return s.serverMovePage(c, http.StatusOK, id, name, f)
}

func (s *site) serverMovePage(c *web.Context, status int, id int64, name string, f *web.Form) error {
	return c.RenderStatus(status, web.Page{
		Title: "Move/Rename a list", Lead: "The list keeps its usage, history and assignments.",
		Crumbs: []web.Crumb{serverCrumbs[0], {Label: name, Path: pathOf("/servers", id)}},
	}, plainForm(f))
}

// serverMoveDo moves a list.
func (s *site) serverMoveDo(c *web.Context) error {
	id, name, err := s.serverName(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, moveForm, pathOf("/servers", id))
	if err != nil {
		return err
	}
	from, to, on := moveTyped(f, name)
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			r, err := servers.Move(c.Ctx(), s.asked(c), from, to, on)
			if err != nil {
				return "", "", moveFault(err)
			}
			said := placeWords(name, r.From) + " is " + placeWords(name, r.To) + " since " + r.On + "."
			if r.Joined {
				said += " The list that a sync found there and it are one now."
			}
			return pathOf("/servers", id), said, nil
		},
		Show: func(status int) error { return s.serverMovePage(c, status, id, name, f) },
	})
}

// moveTyped reads both places and the day, and notes what is wrong with them.
func moveTyped(f *web.Form, server string) (from, to hosting.Place, on period.Date) {
	for _, one := range []struct {
		name string
		into *hosting.Place
	}{{"from", &from}, {"to", &to}} {
		place, err := parsePlace(server, f.Get(one.name))
		if err != nil {
			f.Faults.Add(one.name, "%s", fault.MessageOf(err))
		}
		*one.into = place
	}
	if day := f.Get("on"); day != "" {
		var err error
		if on, err = period.Parse(day); err != nil {
			f.Faults.Add("on", "%s", fault.MessageOf(err))
		}
	}
	return from, to, on
}

// moveFault shows what refuses a move in the form, where it can be mended.
func moveFault(err error) error {
	if k := fault.KindOf(err); k == fault.Conflict || k == fault.NotFound {
		return fault.List{fault.At("", "%s", fault.MessageOf(err))}
	}
	return err
}
