package admin

import (
	"net/http"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/operator"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/office"
)

var createAdmin = &web.Action{Label: "Create New Operator", Path: "/admins/new", Right: web.Administrator}

var adminCrumbs = []web.Crumb{{Label: "Change Admins", Path: "/admins"}}

// roleOptions are the roles with what they may do.
var roleOptions = []web.Option{
	{Value: operator.Viewer.String(), Label: operator.Viewer.Title(), Help: "Sees everything but secrets, and changes nothing."},
	{Value: operator.Clerk.String(), Label: operator.Clerk.Title(), Help: "Customers, contracts and bills: the daily work."},
	{Value: operator.Administrator.String(), Label: operator.Administrator.Title(), Help: "Everything, settings, servers and operators too."},
}

var adminNewForm = &web.FormSpec{
	Submit: "Create the operator",
	Fields: []web.Field{
		{Name: "name", Label: "Name", Required: true, Max: operator.MaxNameBytes, Help: "What is typed to sign in. It stands in the history of what was changed."},
		{Name: "role", Label: "Role", Kind: web.Choice, Options: roleOptions},
		{Name: "password", Label: "Password", Kind: web.Password, Required: true, Complete: "new-password", Help: "At least 10 characters. The operator should change it after signing in."},
		{Name: "again", Label: "Password again", Kind: web.Password, Required: true, Complete: "new-password"},
	},
}

var adminEditForm = &web.FormSpec{
	Submit: "Save",
	Fields: []web.Field{
		{Name: "role", Label: "Role", Kind: web.Choice, Options: roleOptions},
		{Name: "active", Label: "Is Active", Kind: web.Check, Help: "One who is not active cannot sign in, and is signed out everywhere at once. What the operator did stays in the history."},
	},
}

var adminPasswordForm = &web.FormSpec{
	Submit: "Reset the password", Brief: true,
	Fields: []web.Field{
		{Name: "password", Label: "New password", Kind: web.Password, Required: true, Complete: "new-password", Help: "At least 10 characters. All sessions of the operator end."},
		{Name: "again", Label: "New password again", Kind: web.Password, Required: true, Complete: "new-password"},
	},
}

// admins lists the operators.
func (s *site) admins(c *web.Context) error {
	all, err := office.Operators(c.Ctx(), s.DB)
	if err != nil {
		return err
	}
	t := &web.Table{
		Caption: "Operators",
		Columns: []web.Column{{Label: "Name"}, {Label: "Role"}, {Label: "State"}, {Label: "Second factor"}, {Label: "Password"}},
		Count:   web.Things(int64(len(all)), 0, "operator", "operators"),
	}
	for i := range all {
		o := &all[i]
		path := pathOf("/admins", o.ID)
		t.Rows = append(t.Rows, web.Row{ID: o.ID, Name: o.Name, Cells: []web.Cell{
			{Text: o.Name, Path: path}, {Text: o.Role.Title()}, {State: activeState(o.Active, false)}, {Text: yesNo(o.TOTP)}, {Text: "Reset", Path: path + "/password"},
		}})
	}
	return c.Render(web.Page{Title: "Change Admins", Lead: "Who may sign in, and what for.", Wide: true, Action: createAdmin}, web.ListView(t))
}

// adminNew shows the form of a new operator.
func (s *site) adminNew(c *web.Context) error {
	f := web.NewForm(adminNewForm, c.R.URL.Path, "/admins", nil)
	f.Values.Set("role", operator.Clerk.String())
	return adminPage(c, http.StatusOK, "Create New Operator", f)
}

func adminPage(c *web.Context, status int, title string, f *web.Form) error {
	return c.RenderStatus(status, web.Page{Title: title, Crumbs: adminCrumbs}, plainForm(f))
}

// adminCreate makes an operator.
func (s *site) adminCreate(c *web.Context) error {
	f, err := web.ReadForm(c, adminNewForm, "/admins")
	if err != nil {
		return err
	}
	samePassword(f)
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			n := office.NewOperator{Name: f.Get("name"), Role: roleOf(f), Password: f.Get("password")}
			_, err := office.AddOperator(c.Ctx(), s.DB, c.By(), n)
			return "/admins", n.Name + " is created.", err
		},
		Show: func(status int) error { return adminPage(c, status, "Create New Operator", f) },
	})
}

// roleOf is the role that was chosen; nobody, which is refused, for none.
func roleOf(f *web.Form) operator.Role {
	role, err := operator.ParseRole(f.Get("role"))
	if err != nil {
		return operator.Nobody
	}
	return role
}

// admin shows the form of an operator: role, and whether the operator may sign in.
func (s *site) admin(c *web.Context) error {
	o, err := s.adminOf(c)
	if err != nil {
		return err
	}
	f := web.NewForm(adminEditForm, c.R.URL.Path, "/admins", nil)
	f.Values.Set("role", o.Role.String())
	if o.Active {
		f.Values.Set("active", "yes")
	}
	return s.adminEdit(c, http.StatusOK, &o, f)
}

func (s *site) adminEdit(c *web.Context, status int, o *operator.Operator, f *web.Form) error {
	return c.RenderStatus(status, web.Page{Title: "Edit " + o.Name, Crumbs: adminCrumbs}, adminView(f, pathOf("/admins", o.ID), o.TOTP))
}

// adminFactor asks whether an operator's second factor is to go.
func (s *site) adminFactor(c *web.Context) error {
	o, err := s.adminOf(c)
	if err != nil {
		return err
	}
	if !o.TOTP {
		return fault.New(fault.Conflict, "%s has no second factor.", o.Name)
	}
	path := pathOf("/admins", o.ID)
	crumbs := []web.Crumb{adminCrumbs[0], {Label: o.Name, Path: path}}
	return c.Render(web.Page{Title: "Remove the second factor of " + o.Name, Crumbs: crumbs}, adminFactorView(path, o.Name))
}

// adminFactorOff takes away an operator's second factor: for one who lost the phone and the recovery codes.
func (s *site) adminFactorOff(c *web.Context) error {
	o, err := s.adminOf(c)
	if err != nil {
		return err
	}
	if err := office.RemoveTOTP(c.Ctx(), s.DB, c.By(), o.ID); err != nil {
		return err
	}
	return c.Redirect("/admins", "The second factor of "+o.Name+" is removed.")
}

func (s *site) adminOf(c *web.Context) (operator.Operator, error) {
	id, err := c.ID("id")
	if err != nil {
		return operator.Operator{}, err
	}
	return office.OperatorByID(c.Ctx(), s.DB, id)
}

// adminSave changes an operator.
func (s *site) adminSave(c *web.Context) error {
	o, err := s.adminOf(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, adminEditForm, "/admins")
	if err != nil {
		return err
	}
	if roleOf(f) == operator.Nobody {
		f.Faults.Add("role", "is missing: choose one")
	}
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			return "/admins", o.Name + " is saved.", office.ChangeOperator(c.Ctx(), s.DB, c.By(), o.ID, roleOf(f), f.Ticked("active"))
		},
		Show: func(status int) error { return s.adminEdit(c, status, &o, f) },
	})
}

// adminPassword shows the form that resets a password.
func (s *site) adminPassword(c *web.Context) error {
	o, err := s.adminOf(c)
	if err != nil {
		return err
	}
	return adminPage(c, http.StatusOK, "Reset the password of "+o.Name, web.NewForm(adminPasswordForm, c.R.URL.Path, "/admins", nil))
}

// adminPasswordSave resets a password, and ends the operator's sessions; one's own stays.
func (s *site) adminPasswordSave(c *web.Context) error {
	o, err := s.adminOf(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, adminPasswordForm, "/admins")
	if err != nil {
		return err
	}
	samePassword(f)
	keep := ""
	if o.ID == c.Operator.ID {
		keep = c.SessionToken()
	}
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			return "/admins", "The password of " + o.Name + " is reset.", office.SetPassword(c.Ctx(), s.DB, c.By(), o.Name, f.Get("password"), keep)
		},
		Show: func(status int) error { return adminPage(c, status, "Reset the password of "+o.Name, f) },
	})
}
