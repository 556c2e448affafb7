package admin

import (
	"postmeter/internal/domain/fault"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/office"
)

var firstForm = &web.FormSpec{
	Brief:  true,
	Submit: "Create the operator",
	Fields: []web.Field{
		{Name: "name", Label: "Name", Required: true, Complete: "username", Help: "What you type to sign in. The history shows it with what you change."},
		{Name: "password", Label: "Password", Kind: web.Password, Required: true, Complete: "new-password", Help: "At least 10 characters. Four words that do not belong together are good."},
		{Name: "again", Label: "Password again", Kind: web.Password, Required: true, Complete: "new-password"},
	},
}

// first shows the form that makes the first operator, to whoever has the one-time link.
func (s *site) first(c *web.Context) error {
	if err := office.CheckFirstLink(c.Ctx(), s.DB, c.Now, c.R.PathValue("token")); err != nil {
		return err
	}
	return s.firstPage(c, 200, web.NewForm(firstForm, c.R.URL.Path, "", nil))
}

func (s *site) firstPage(c *web.Context, status int, f *web.Form) error {
	return c.RenderStatus(status, web.Page{
		Title: "Welcome to Postmeter",
		Lead:  "Create the first operator, an administrator who can add others.",
	}, plainForm(f))
}

// firstMake makes the first operator, and signs in.
func (s *site) firstMake(c *web.Context) error {
	f, err := web.ReadForm(c, firstForm, "")
	if err != nil {
		return err
	}
	samePassword(f)
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			o, err := office.MakeFirst(c.Ctx(), s.DB, c.Now, c.R.PathValue("token"), f.Get("name"), f.Get("password"))
			if err != nil {
				return "", "", err
			}
			return "/", "You are signed in as " + o.Name + ".", c.SignIn(o)
		},
		Show: func(status int) error { return s.firstPage(c, status, f) },
	})
}

// samePassword notes when the two passwords of a form differ.
func samePassword(f *web.Form) {
	if f.Get("password") != f.Get("again") {
		f.Faults = append(f.Faults, fault.At("again", "is not the same as above"))
	}
}
