package admin

import (
	"errors"
	"io"
	"net/http"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/settings"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/office"
)

// maxLogoKB is the largest picture as people read it.
const maxLogoKB = settings.MaxLogo / 1024

// logo is the picture itself, as it is shown beside its form.
func (s *site) logo(c *web.Context) error {
	logo, err := office.Logo(c.Ctx(), s.DB)
	if err != nil {
		return err
	}
	if len(logo.Data) == 0 {
		return fault.New(fault.NotFound, "There is no logo.")
	}
	c.W.Header().Set("Content-Type", logo.Type)
	c.W.Header().Set("Cache-Control", "no-store")
	_, err = c.W.Write(logo.Data)
	return err
}

// logoSave takes a new logo, or takes the one that is there away.
func (s *site) logoSave(c *web.Context) error {
	logo, err := readLogo(c.R)
	if err == nil {
		var company, entry doc.Node
		company.Add("logo", doc.TextNode(logo.URL()))
		entry.Add("company", company)
		if _, err = office.Enter(c.Ctx(), s.DB, c.By(), office.Entry{Kind: office.Settings, Fields: entry}, s.Vault); err == nil {
			return c.Redirect("/settings", "The logo is saved.")
		}
	}
	if fault.KindOf(err) != fault.Invalid {
		return err
	}
	return s.settingsAgain(c, http.StatusUnprocessableEntity, besides{WrongLogo: "The picture " + fault.MessageOf(err) + ". Nothing was saved."})
}

// readLogo reads the picture of a form; none, if it is to be removed.
func readLogo(r *http.Request) (settings.Logo, error) {
	file, _, err := r.FormFile("logo")
	if r.PostFormValue("remove") != "" {
		return settings.Logo{}, nil
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return settings.Logo{}, fault.New(fault.Invalid, "is larger than %d KB: it goes out with every mail", maxLogoKB)
	case err != nil: // no file, or no form
		return settings.Logo{}, fault.New(fault.Invalid, "is missing: choose a file")
	}
	data, err := io.ReadAll(io.LimitReader(file, settings.MaxLogo+1))
	err = errors.Join(err, file.Close())
	if err != nil {
		return settings.Logo{}, err
	}
	if len(data) == 0 {
		return settings.Logo{}, fault.New(fault.Invalid, "is empty: choose another file")
	}
	return settings.NewLogo(data)
}
