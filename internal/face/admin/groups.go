package admin

import (
	"net/http"

	"postmeter/internal/domain/doc"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
)

// groups lists the billing groups of a customer.
func (s *site) groups(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v, err := insight.ReadCustomer(c.Ctx(), s.DB, id, c.Now)
	if err != nil {
		return err
	}
	base := pathOf("/customers", id)
	page := web.Page{
		Title: "Groups", Crumbs: customerCrumb(id, v.Company),
		Lead: "Different contracts of one customer are different groups: plans, charges and lists that belong together.",
	}
	if len(v.Groups) > 0 {
		page.Action = &web.Action{Label: "Create New Group", Path: base + "/groups/new", Right: web.Clerk}
	}
	return c.Render(page, groupTable(base, v.Groups, c.May(web.Clerk)))
}

func groupSpec() *web.FormSpec {
	return &web.FormSpec{Submit: "Save", Fields: []web.Field{
		{Name: "name", Label: "Name", Required: true, Max: maxName, Help: "What tells this contract from others of the customer, such as: Newsletters 2026."},
	}}
}

// groupNew shows the form of a new group.
func (s *site) groupNew(c *web.Context) error {
	id, company, err := s.named(c)
	if err != nil {
		return err
	}
	return groupFormPage(c, http.StatusOK, "Create New Group", groupCrumbs(id, company), web.NewForm(groupSpec(), c.R.URL.Path, pathOf("/customers", id), nil))
}

func groupFormPage(c *web.Context, status int, title string, crumbs []web.Crumb, f *web.Form) error {
	return c.RenderStatus(status, web.Page{Title: title, Crumbs: crumbs}, plainForm(f))
}

// groupCrumbs is the way to the pages of groups.
func groupCrumbs(id int64, company string) []web.Crumb {
	return append(customerCrumb(id, company), web.Crumb{Label: "Groups", Path: pathOf("/customers", id) + "/groups"})
}

// groupCreate makes a group, and leads on to it.
func (s *site) groupCreate(c *web.Context) error {
	id, company, err := s.named(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, groupSpec(), pathOf("/customers", id))
	if err != nil {
		return err
	}
	return f.Save(c, web.Saving{
		Show: func(status int) error {
			return groupFormPage(c, status, "Create New Group", groupCrumbs(id, company), f)
		},
		Do: func() (string, string, error) {
			group, err := office.EnterGroup(c.Ctx(), s.DB, c.By(), office.Group{CustomerID: id}, f.Get("name"))
			return pathOf(pathOf("/customers", id)+"/groups", group), f.Get("name") + " is created. Now assign a hosting plan, charges and lists.", err
		},
	})
}

// meant reads which group is meant.
func meant(c *web.Context) (g office.Group, base string, err error) {
	if g.CustomerID, err = c.ID("id"); err != nil {
		return g, "", err
	}
	g.ID, err = c.ID("group")
	return g, pathOf(pathOf("/customers", g.CustomerID)+"/groups", g.ID), err
}

// groupEdit shows the form that renames a group.
func (s *site) groupEdit(c *web.Context) error {
	g, base, err := meant(c)
	if err != nil {
		return err
	}
	v, err := insight.ReadGroup(c.Ctx(), s.DB, g.CustomerID, g.ID, c.Now)
	if err != nil {
		return err
	}
	var now doc.Node
	now.Add("name", doc.TextNode(v.Name))
	return groupFormPage(c, http.StatusOK, "Rename "+v.Name, groupCrumbs(g.CustomerID, v.Company), web.NewForm(groupSpec(), c.R.URL.Path, base, &now))
}

// groupSave renames a group.
func (s *site) groupSave(c *web.Context) error {
	g, base, err := meant(c)
	if err != nil {
		return err
	}
	v, err := insight.ReadGroup(c.Ctx(), s.DB, g.CustomerID, g.ID, c.Now)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, groupSpec(), base)
	if err != nil {
		return err
	}
	return f.Save(c, web.Saving{
		Show: func(status int) error {
			return groupFormPage(c, status, "Rename "+v.Name, groupCrumbs(g.CustomerID, v.Company), f)
		},
		Do: func() (string, string, error) {
			_, err := office.EnterGroup(c.Ctx(), s.DB, c.By(), g, f.Get("name"))
			return base, f.Get("name") + " is saved.", err
		},
	})
}

// groupRemoveAsk asks before a group is removed.
func (s *site) groupRemoveAsk(c *web.Context) error {
	g, base, err := meant(c)
	if err != nil {
		return err
	}
	v, err := insight.ReadGroup(c.Ctx(), s.DB, g.CustomerID, g.ID, c.Now)
	if err != nil {
		return err
	}
	return c.Render(web.Page{Title: "Remove " + v.Name, Crumbs: groupCrumbs(g.CustomerID, v.Company)},
		confirmView([]string{"This removes the empty billing group " + v.Name + " of " + v.Company + ". Its name stays in the history."}, base+"/remove", "Remove this group", base))
}

// groupRemove removes a group that holds nothing.
func (s *site) groupRemove(c *web.Context) error {
	g, _, err := meant(c)
	if err != nil {
		return err
	}
	if err := office.RemoveGroup(c.Ctx(), s.DB, c.By(), g); err != nil {
		return err
	}
	return c.Redirect(pathOf("/customers", g.CustomerID)+"/groups", "The group is removed.")
}
