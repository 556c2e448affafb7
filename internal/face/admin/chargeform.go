package admin

import (
	"net/http"

	"postmeter/internal/domain/doc"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
)

// chargeFields are the fields of an additional charge; their names are those of the provider file.
func chargeFields(currency string) []web.Field {
	return []web.Field{
		{Name: "name", Label: "Name", Required: true, Max: 200},
		{Name: "description", Label: "Description", Kind: web.Lines, Help: "Customers see name and description on the invoice."},
		{Name: "amount", Label: "Default Amount", Kind: web.Money, Unit: currency, Required: true, Help: "Negative for money prepaid: a prepayment of 100 is -100."},
		{Name: "recurring", Label: "Is Recurring?", Kind: web.Check, Help: "Billed each month. Otherwise it is billed once."},
		{Name: "proratable", Label: "Is Proratable?", Kind: web.Check, Help: "Billed by days in a month that is not whole. Leave it off for a prepayment."},
	}
}

// validFrom is the field of the day from which a new price counts.
var validFrom = web.Field{
	Name: "valid_from", Label: "Valid from", Kind: web.Date, Apart: true,
	Help: "The first day of the new price, such as 2026-09-01. Left empty, the price is corrected as long as no sent invoice used it; otherwise the new one begins on the day after the last sent invoice. What has been sent does not change.",
}

// chargeForm is the form, with the currency as unit.
func (s *site) chargeForm(c *web.Context, edit bool) (*web.FormSpec, error) {
	all, err := insight.ReadCatalog(c.Ctx(), s.DB, c.Now)
	if err != nil {
		return nil, err
	}
	spec := &web.FormSpec{Submit: "Save", Fields: chargeFields(all.Currency.Code())}
	if edit {
		spec.Fields = append(spec.Fields, validFrom)
	}
	return spec, nil
}

// chargeNew shows an empty form. With its sibling chargeCreate, and chargeEdit with chargeSave, it is the pattern of a
// form.
func (s *site) chargeNew(c *web.Context) error {
	spec, err := s.chargeForm(c, false)
	if err != nil {
		return err
	}
	return chargeFormPage(c, http.StatusOK, "Create New Additional Charge", chargeCrumbs, web.NewForm(spec, c.R.URL.Path, "/charges", nil))
}

func chargeFormPage(c *web.Context, status int, title string, crumbs []web.Crumb, f *web.Form) error {
	return c.RenderStatus(status, web.Page{Title: title, Crumbs: crumbs}, plainForm(f))
}

// chargeCreate makes an additional charge.
func (s *site) chargeCreate(c *web.Context) error {
	spec, err := s.chargeForm(c, false)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, spec, "/charges")
	if err != nil {
		return err
	}
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			id, err := office.Enter(c.Ctx(), s.DB, c.By(), office.Entry{Kind: office.Charges, Fields: f.Fields()}, s.Vault)
			return pathOf("/charges", id), f.Get("name") + " is created.", err
		},
		Show: func(status int) error {
			return chargeFormPage(c, status, "Create New Additional Charge", chargeCrumbs, f)
		},
	})
}

// chargeEdit shows the form of a stored charge.
func (s *site) chargeEdit(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	seen, err := office.Show(c.Ctx(), s.DB, office.Charges, id)
	if err != nil {
		return err
	}
	spec, err := s.chargeForm(c, true)
	if err != nil {
		return err
	}
	return s.chargeEditPage(c, http.StatusOK, id, web.EditForm(spec, c.R.URL.Path, pathOf("/charges", id), &seen))
}

func (s *site) chargeEditPage(c *web.Context, status int, id int64, f *web.Form) error {
	name := text(f.Seen, "name")
	crumbs := []web.Crumb{chargeCrumbs[0], {Label: name, Path: pathOf("/charges", id)}}
	return chargeFormPage(c, status, "Edit "+name, crumbs, f)
}

// chargeSave saves a stored charge, unless somebody else has changed it meanwhile.
func (s *site) chargeSave(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	spec, err := s.chargeForm(c, true)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, spec, pathOf("/charges", id))
	if err != nil {
		return err
	}
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			_, err := office.Enter(c.Ctx(), s.DB, c.By(), office.Entry{Kind: office.Charges, ID: id, Fields: f.Fields(), Seen: f.Seen}, s.Vault)
			return pathOf("/charges", id), savedFrom(f), err
		},
		Now:  func() (doc.Node, error) { return office.Show(c.Ctx(), s.DB, office.Charges, id) },
		Show: func(status int) error { return s.chargeEditPage(c, status, id, f) },
	})
}

// savedFrom says that a plan or charge is saved, and from which day on its new prices hold where that was typed.
func savedFrom(f *web.Form) string {
	if from := f.Get("valid_from"); from != "" {
		return f.Get("name") + " is saved. Its new prices hold from " + from + " on."
	}
	return f.Get("name") + " is saved."
}

// text is a text of a thing, or "".
func text(n *doc.Node, field string) string {
	if n == nil {
		return ""
	}
	if v := n.Lookup(field); v != nil {
		return v.Text
	}
	return ""
}
