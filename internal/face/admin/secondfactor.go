package admin

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image/png"
	"net/http"

	"github.com/pquerna/otp"

	"postmeter/internal/face/web"
	"postmeter/internal/stage/office"
)

// qrPixels is the width of the picture that an app reads.
const qrPixels = 220

var secondFactorForm = &web.FormSpec{
	Brief:  true,
	Submit: "Switch it on",
	Fields: []web.Field{
		{Name: "code", Label: "Code", Kind: web.Code, Required: true, Complete: "one-time-code", Max: 40, Help: "The six digits that the app shows now."},
	},
}

// secondFactorPage is what is needed to set up an app.
type secondFactorPage struct {
	Form    *web.Form
	Picture string // data URL of a QR code
	Secret  string // for typing
}

// secondFactor shows a new key to set up an app with.
func (s *site) secondFactor(c *web.Context) error {
	key, err := office.NewTOTP(c.Operator.Name)
	if err != nil {
		return err
	}
	if err := c.KeepSecret(key.URL()); err != nil {
		return err
	}
	return s.secondFactorShow(c, http.StatusOK, key, web.NewForm(secondFactorForm, c.R.URL.Path, "/profile", nil))
}

func (s *site) secondFactorShow(c *web.Context, status int, key *otp.Key, f *web.Form) error {
	picture, err := key.Image(qrPixels, qrPixels)
	if err != nil {
		return fmt.Errorf("draw a QR code: %w", err)
	}
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		return fmt.Errorf("encode a QR code: %w", err)
	}
	p := secondFactorPage{Form: f, Picture: "data:image/png;base64," + base64.StdEncoding.EncodeToString(out.Bytes()), Secret: key.Secret()}
	return c.RenderStatus(status, web.Page{
		Title: "Set up a second factor", Crumbs: profileCrumbs,
		Lead: "Scan the picture with an authenticator app, then type the code that it shows.",
	}, secondFactorView(p))
}

// secondFactorOn switches the second factor on, and shows the recovery codes this once.
func (s *site) secondFactorOn(c *web.Context) error {
	kept := c.KeptSecret()
	if kept == "" {
		return errNoSetUp
	}
	key, err := otp.NewKeyFromURL(kept)
	if err != nil {
		return fmt.Errorf("read a kept key: %w", err)
	}
	f, err := web.ReadForm(c, secondFactorForm, "/profile")
	if err != nil {
		return err
	}
	codes, err := office.ConfirmTOTP(c.Ctx(), s.DB, c.By(), s.Vault, c.Operator, key.Secret(), f.Get("code"))
	if err != nil {
		return f.Refused(err, func(status int) error { return s.secondFactorShow(c, status, key, f) })
	}
	if err := c.KeepSecret(""); err != nil {
		return err
	}
	return c.Render(web.Page{
		Title: "Your recovery codes", Crumbs: profileCrumbs,
		Lead: "The second factor is on. Keep these codes where you find them without your phone: each lets you in once. They are not shown again.",
	}, recoveryView(codes))
}

// secondFactorOff switches the second factor off.
func (s *site) secondFactorOff(c *web.Context) error {
	if err := office.RemoveTOTP(c.Ctx(), s.DB, c.By(), c.Operator.ID); err != nil {
		return err
	}
	return c.Redirect("/profile", "The second factor is off.")
}
