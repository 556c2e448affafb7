package admin

import (
	"net/http"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
)

var planCrumbs = []web.Crumb{{Label: "Hosting Plans", Path: "/plans"}}

// planSpec is the form of a plan, with the currency as unit.
func (s *site) planSpec(c *web.Context, edit bool) (*web.FormSpec, error) {
	all, err := insight.ReadCatalog(c.Ctx(), s.DB, c.Now)
	if err != nil {
		return nil, err
	}
	return &web.FormSpec{Submit: "Save", Fields: planFields(all.Currency.Code(), edit)}, nil
}

// planNew shows the form of a new plan.
func (s *site) planNew(c *web.Context) error {
	spec, err := s.planSpec(c, false)
	if err != nil {
		return err
	}
	return planFormPage(c, http.StatusOK, "Create New Hosting Plan", planCrumbs, web.NewForm(spec, c.R.URL.Path, "/plans", newPlan()), false)
}

func planFormPage(c *web.Context, status int, title string, crumbs []web.Crumb, f *web.Form, edit bool) error {
	return c.RenderStatus(status, web.Page{Title: title, Crumbs: crumbs}, planFormView(f, edit))
}

// planCreate makes a plan.
func (s *site) planCreate(c *web.Context) error {
	spec, err := s.planSpec(c, false)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, spec, "/plans")
	if err != nil {
		return err
	}
	checkPlanForm(f)
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			id, err := office.Enter(c.Ctx(), s.DB, c.By(), office.Entry{Kind: office.Plans, Fields: planOfForm(f)}, s.Vault)
			return pathOf("/plans", id), f.Get("name") + " is created.", planFaults(f, err)
		},
		Show: func(status int) error {
			return planFormPage(c, status, "Create New Hosting Plan", planCrumbs, f, false)
		},
	})
}

// planEdit shows the form of a stored plan, unless the form cannot show all of it.
func (s *site) planEdit(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	seen, err := s.planShown(c, id)
	if err != nil {
		return err
	}
	spec, err := s.planSpec(c, true)
	if err != nil {
		return err
	}
	return s.planEditPage(c, http.StatusOK, id, web.EditForm(spec, c.R.URL.Path, pathOf("/plans", id), seen))
}

// planShown is the plan as the form shows it.
func (s *site) planShown(c *web.Context, id int64) (*doc.Node, error) {
	stored, err := office.Show(c.Ctx(), s.DB, office.Plans, id)
	if err != nil {
		return nil, err
	}
	if why := planBeyondForm(&stored); why != "" {
		return nil, fault.New(fault.Conflict, "%s", why)
	}
	return formOfPlan(&stored), nil
}

// planBeyondForm says why the form cannot show a plan, or "".
func planBeyondForm(stored *doc.Node) string {
	usage := stored.Lookup("usage")
	switch {
	case usage == nil || len(usage.Items) == 0:
		return ""
	case len(usage.Items) > 1:
		return "This plan prices several meters at once, which this form cannot show. Change it in the provider file: postmeter export, edit the plan, postmeter import."
	}
	if tiers := usage.Items[0].Lookup("tiers"); tiers != nil && len(tiers.Items) > formTiers {
		return "This plan has more tiers than this form can show. Change it in the provider file: postmeter export, edit the plan, postmeter import."
	}
	return ""
}

func (s *site) planEditPage(c *web.Context, status int, id int64, f *web.Form) error {
	name := text(f.Seen, "name")
	crumbs := []web.Crumb{planCrumbs[0], {Label: name, Path: pathOf("/plans", id)}}
	return planFormPage(c, status, "Edit "+name, crumbs, f, true)
}

// planSave saves a stored plan. One in use gets a new version from a day on; what was sent does not change.
func (s *site) planSave(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	spec, err := s.planSpec(c, true)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, spec, pathOf("/plans", id))
	if err != nil {
		return err
	}
	checkPlanForm(f)
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			entry := office.Entry{Kind: office.Plans, ID: id, Fields: planOfForm(f)}
			if f.Seen != nil {
				entry.Seen = f.Seen.Lookup(planStored)
			}
			_, err := office.Enter(c.Ctx(), s.DB, c.By(), entry, s.Vault)
			return pathOf("/plans", id), savedFrom(f), planFaults(f, err)
		},
		Now: func() (doc.Node, error) {
			now, err := s.planShown(c, id)
			if err != nil {
				return doc.Node{}, err
			}
			return *now, nil
		},
		Show: func(status int) error { return s.planEditPage(c, status, id, f) },
	})
}
