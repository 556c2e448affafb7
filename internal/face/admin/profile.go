package admin

import (
	"net/http"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
)

// profilePage is what somebody sees of the own account.
type profilePage struct {
	Name, Role string
	TOTP       bool
	Sessions   []profileSession
}

type profileSession struct {
	Browser, Address, Started, Seen string
	This                            bool
}

// profile shows the own account: password, second factor, sessions.
func (s *site) profile(c *web.Context) error {
	sessions, err := insight.Sessions(c.Ctx(), s.DB, c.Operator.ID, c.Now)
	if err != nil {
		return err
	}
	p := profilePage{Name: c.Operator.Name, Role: c.Operator.Role.Title(), TOTP: c.Operator.TOTP}
	for _, v := range sessions {
		p.Sessions = append(p.Sessions, profileSession{
			Browser: browserName(v.Agent), Address: v.Address, Started: c.Instant(v.Started), Seen: c.Instant(v.Seen), This: v.Token == c.SessionToken(),
		})
	}
	return c.Render(web.Page{Title: "Profile"}, profileView(p))
}

// browserName makes a few words of what a browser says about itself.
func browserName(agent string) string {
	name, system := "Another program", ""
	for _, b := range []struct{ mark, name string }{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	} {
		if strings.Contains(agent, b.mark) {
			name = b.name
			break
		}
	}
	for _, o := range []struct{ mark, name string }{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"},
	} {
		if strings.Contains(agent, o.mark) {
			system = " on " + o.name
			break
		}
	}
	return name + system
}

var passwordForm = &web.FormSpec{
	Brief:  true,
	Submit: "Change the password",
	Fields: []web.Field{
		{Name: "old", Label: "Current password", Kind: web.Password, Required: true, Complete: "current-password"},
		{Name: "password", Label: "New password", Kind: web.Password, Required: true, Complete: "new-password", Help: "At least 10 characters. You will be signed out everywhere else."},
		{Name: "again", Label: "New password again", Kind: web.Password, Required: true, Complete: "new-password"},
	},
}

// password asks for a new password.
func (s *site) password(c *web.Context) error {
	return s.passwordPage(c, http.StatusOK, web.NewForm(passwordForm, c.R.URL.Path, "/profile", nil))
}

func (s *site) passwordPage(c *web.Context, status int, f *web.Form) error {
	return c.RenderStatus(status, web.Page{Title: "Change the password", Crumbs: profileCrumbs}, plainForm(f))
}

var profileCrumbs = []web.Crumb{{Label: "Profile", Path: "/profile"}}

// passwordSave changes the own password.
func (s *site) passwordSave(c *web.Context) error {
	f, err := web.ReadForm(c, passwordForm, "/profile")
	if err != nil {
		return err
	}
	samePassword(f)
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			err := office.ChangePassword(c.Ctx(), s.DB, c.By(), c.Operator, f.Get("old"), f.Get("password"), c.SessionToken())
			return "/profile", "The password is changed. Other sessions have ended.", err
		},
		Show: func(status int) error { return s.passwordPage(c, status, f) },
	})
}

// sessionsEnd signs the operator out everywhere else.
func (s *site) sessionsEnd(c *web.Context) error {
	if err := office.EndSessions(c.Ctx(), s.DB, c.By(), c.Operator.ID, c.SessionToken()); err != nil {
		return err
	}
	return c.Redirect("/profile", "You are signed out everywhere else.")
}

var errNoSetUp = fault.New(fault.Conflict, "The second factor is not being set up. Begin again.")
