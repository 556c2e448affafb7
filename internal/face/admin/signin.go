package admin

import (
	"net/http"
	"net/url"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/operator"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/office"
)

var signInForm = &web.FormSpec{
	Brief:  true,
	Submit: "Sign in",
	Fields: []web.Field{
		{Name: "name", Label: "Name", Complete: "username"},
		{Name: "password", Label: "Password", Kind: web.Password, Complete: "current-password"},
	},
}

// signIn asks for name and password.
func (s *site) signIn(c *web.Context) error {
	if c.Operator.ID != 0 {
		return c.Redirect(web.Local(c.R.URL.Query().Get("next")), "")
	}
	return s.signInPage(c, http.StatusOK, web.NewForm(signInForm, c.R.URL.RequestURI(), "", nil))
}

func (s *site) signInPage(c *web.Context, status int, f *web.Form) error {
	return c.RenderStatus(status, web.Page{Title: "Sign in"}, plainForm(f))
}

// signInTry looks whether name and password are right.
func (s *site) signInTry(c *web.Context) error {
	f, err := web.ReadForm(c, signInForm, "")
	if err != nil {
		return err
	}
	if len(f.Faults) > 0 {
		return s.signInPage(c, http.StatusUnprocessableEntity, f)
	}
	o, err := office.SignIn(c.Ctx(), s.DB, c.Now, f.Get("name"), f.Get("password"), c.Address())
	if err != nil {
		return signInAgain(f, err, func(status int) error { return s.signInPage(c, status, f) })
	}
	next := web.Local(c.R.URL.Query().Get("next"))
	if o.TOTP {
		if err := c.Expect(o.ID); err != nil {
			return err
		}
		return c.Redirect("/sign-in/code?next="+url.QueryEscape(next), "")
	}
	if err := c.SignIn(o); err != nil {
		return err
	}
	return c.Redirect(next, "")
}

// signInAgain shows the form again with what is wrong, where that is for the visitor to know.
func signInAgain(f *web.Form, err error, show func(status int) error) error {
	status := map[fault.Kind]int{fault.Denied: http.StatusUnauthorized, fault.Busy: http.StatusTooManyRequests}[fault.KindOf(err)]
	if status == 0 {
		return err
	}
	f.Faults.AddError("", err)
	return show(status)
}

var codeForm = &web.FormSpec{
	Brief:  true,
	Submit: "Sign in",
	Fields: []web.Field{
		{Name: "code", Label: "Code", Kind: web.Code, Complete: "one-time-code", Max: 40, Help: "The six digits that your app shows now, or one of your recovery codes."},
	},
}

// code asks for the second factor of somebody whose password was right.
func (s *site) code(c *web.Context) error {
	if c.Expected() == 0 {
		return c.Redirect("/sign-in", "")
	}
	return s.codePage(c, http.StatusOK, web.NewForm(codeForm, c.R.URL.RequestURI(), "/sign-in", nil))
}

func (s *site) codePage(c *web.Context, status int, f *web.Form) error {
	return c.RenderStatus(status, web.Page{Title: "Second factor"}, plainForm(f))
}

// codeTry looks whether the code is right.
func (s *site) codeTry(c *web.Context) error {
	id := c.Expected()
	if id == 0 {
		return c.Redirect("/sign-in", "")
	}
	f, err := web.ReadForm(c, codeForm, "/sign-in")
	if err != nil {
		return err
	}
	o, err := office.SecondFactor(c.Ctx(), s.DB, c.Now, s.Vault, id, f.Get("code"))
	if err != nil {
		return signInAgain(f, err, func(status int) error { return s.codePage(c, status, f) })
	}
	return s.enter(c, o)
}

func (s *site) enter(c *web.Context, o operator.Operator) error {
	if err := c.SignIn(o); err != nil {
		return err
	}
	return c.Redirect(web.Local(c.R.URL.Query().Get("next")), "")
}

// signOut ends the session.
func (s *site) signOut(c *web.Context) error {
	if err := c.SignOut(); err != nil {
		return err
	}
	return c.Redirect("/sign-in", "You are signed out.")
}
