package admin

import (
	"errors"
	"net/http"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
)

// assigning is a plan, charge or object of a group that is about to be entered.
type assigning struct {
	office.Group
	What office.What
	ID   int64 // 0: a new one
	View *insight.GroupView
	Base string // path of the group
	Spec *web.FormSpec
}

// whatNames are what the kinds of assignments are called.
var whatNames = map[office.What]string{
	office.PlanAssignments: "Hosting Plan", office.ChargeAssignments: "Additional Charge", office.ObjectAssignments: "List/Site/Server",
}

// assigning reads which assignment is meant, and makes its form. Objects are added by picking, and only edited here.
func (s *site) assigning(c *web.Context, seen *doc.Node, isNew bool) (*assigning, error) {
	a := &assigning{What: office.What(c.R.PathValue("what"))}
	var err error
	if a.Group, a.Base, err = meant(c); err != nil {
		return nil, err
	}
	if !isNew {
		if a.ID, err = c.ID("assignment"); err != nil {
			return nil, err
		}
	}
	if whatNames[a.What] == "" || isNew && a.What == office.ObjectAssignments {
		return nil, fault.New(fault.NotFound, "There is no page at this address.")
	}
	if a.View, err = insight.ReadGroup(c.Ctx(), s.DB, a.CustomerID, a.Group.ID, c.Now); err != nil {
		return nil, err
	}
	a.Spec, err = s.assignmentSpec(c, a, seen)
	return a, err
}

// assignmentSpec is the form; seen is what is stored, or nil.
func (s *site) assignmentSpec(c *web.Context, a *assigning, seen *doc.Node) (*web.FormSpec, error) {
	plans, charges, err := insight.Offer(c.Ctx(), s.DB)
	if err != nil {
		return nil, err
	}
	spec := &web.FormSpec{Submit: "Save"}
	choose := web.Option{Label: "Choose"}
	switch a.What {
	case office.PlanAssignments:
		f := web.Field{Name: "plan", Label: "Hosting Plan", Kind: web.Select, Required: true, Options: []web.Option{choose}}
		for i := range plans {
			f.Options = append(f.Options, web.Option{Value: plans[i].Code, Label: plans[i].Name})
		}
		spec.Fields = append(spec.Fields, fixed(f, text(seen, "plan")))
	case office.ChargeAssignments:
		f := web.Field{Name: "charge", Label: "Additional Charge", Kind: web.Select, Required: true, Options: []web.Option{choose}}
		for i := range charges {
			f.Options = append(f.Options, web.Option{Value: charges[i].Code, Label: charges[i].Name})
		}
		spec.Fields = append(spec.Fields, fixed(f, text(seen, "charge")),
			web.Field{Name: "amount", Label: "Amount", Kind: web.Money, Unit: a.View.Currency.Code(), Help: "Leave empty for the charge's Default Amount. Negative for money prepaid."},
			web.Field{Name: "quantity", Label: "Quantity", Kind: web.Number, Help: "Leave empty for 1."})
	}
	spec.Fields = append(spec.Fields, dayFields()...)
	if a.What == office.ObjectAssignments {
		spec.Fields = append(spec.Fields, freeField)
	}
	spec.Fields = append(spec.Fields, web.Field{Name: "description", Label: "Description", Kind: web.Lines})
	return spec, nil
}

var freeField = web.Field{Name: "free", Label: "Free", Kind: web.Check, Help: "Usage is counted but not charged."}

// dayFields are the dates of an assignment.
func dayFields() []web.Field {
	return []web.Field{
		{Name: "start", Label: "Start Date", Kind: web.Date, Help: "The first day, such as 2026-09-01. Leave empty for no first day."},
		{Name: "end", Label: "End Date", Kind: web.Date, Help: "The last day. Leave empty if it does not end."},
	}
}

// fixed leaves only the stored choice of a field: another plan is another assignment.
func fixed(f web.Field, stored string) web.Field {
	if stored == "" {
		return f
	}
	for _, o := range f.Options {
		if o.Value == stored {
			f.Options = []web.Option{o}
			f.Help = "Another one is another assignment: end this one and add the other."
			return f
		}
	}
	return f
}

func (a *assigning) page(c *web.Context, status int, f *web.Form) error {
	title := "Add " + whatNames[a.What]
	if a.ID != 0 {
		title = a.title()
	}
	return c.RenderStatus(status, web.Page{Title: title, Crumbs: a.crumbs()}, plainForm(f))
}

func (a *assigning) crumbs() []web.Crumb {
	return append(groupCrumbs(a.CustomerID, a.View.Company), web.Crumb{Label: a.View.Name, Path: a.Base})
}

// title is what is edited: an assignment, and not what is assigned.
func (a *assigning) title() string {
	if a.What == office.ObjectAssignments {
		return "Assignment of " + a.name()
	}
	return "Edit " + a.name()
}

// name is what is assigned, as people call it.
func (a *assigning) name() string {
	for i := range a.View.Plans {
		if p := &a.View.Plans[i]; a.What == office.PlanAssignments && p.ID == a.ID {
			return p.Name
		}
	}
	for i := range a.View.Charges {
		if p := &a.View.Charges[i]; a.What == office.ChargeAssignments && p.ID == a.ID {
			return p.Name
		}
	}
	for i := range a.View.Places {
		if p := &a.View.Places[i]; a.What == office.ObjectAssignments && p.ID == a.ID {
			return placeName(p)
		}
	}
	return whatNames[a.What]
}

// assignmentNew shows the form of a new plan or charge of a group.
func (s *site) assignmentNew(c *web.Context) error {
	a, err := s.assigning(c, nil, true)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, web.NewForm(a.Spec, c.R.URL.Path, a.Base, nil))
}

// assignmentCreate gives a plan or charge to a group.
func (s *site) assignmentCreate(c *web.Context) error {
	a, err := s.assigning(c, nil, true)
	if err != nil {
		return err
	}
	return s.assignmentStore(c, a)
}

// assignmentEdit shows the form of a stored assignment.
func (s *site) assignmentEdit(c *web.Context) error {
	a, seen, err := s.assigned(c)
	if err != nil {
		return err
	}
	return a.page(c, http.StatusOK, web.EditForm(a.Spec, c.R.URL.Path, a.Base, seen))
}

// assigned reads a stored assignment.
func (s *site) assigned(c *web.Context) (*assigning, *doc.Node, error) {
	a, err := s.assigning(c, nil, false)
	if err != nil {
		return nil, nil, err
	}
	seen, err := office.ShowAssignment(c.Ctx(), s.DB, a.Group, a.What, a.ID)
	if err != nil {
		return nil, nil, err
	}
	a.Spec, err = s.assignmentSpec(c, a, &seen)
	return a, &seen, err
}

// assignmentSave saves a stored assignment.
func (s *site) assignmentSave(c *web.Context) error {
	a, _, err := s.assigned(c)
	if err != nil {
		return err
	}
	return s.assignmentStore(c, a)
}

// assignmentStore saves what was typed of an assignment.
func (s *site) assignmentStore(c *web.Context, a *assigning) error {
	f, err := web.ReadForm(c, a.Spec, a.Base)
	if err != nil {
		return err
	}
	return f.Save(c, web.Saving{
		Do: func() (string, string, error) {
			fields := f.Fields()
			for _, name := range []string{"server", "site", "list"} {
				if value := text(f.Seen, name); a.What == office.ObjectAssignments && value != "" {
					fields.Add(name, doc.TextNode(value))
				}
			}
			err := office.EnterAssignment(c.Ctx(), s.DB, c.By(), office.Assignment{Group: a.Group, What: a.What, ID: a.ID, Fields: fields, Seen: f.Seen})
			if a.ID == 0 {
				return a.Base, "It is assigned.", moved(err, "objects", "start")
			}
			return a.Base, a.name() + " is saved.", moved(err, "objects", "start")
		},
		Now:  func() (doc.Node, error) { return office.ShowAssignment(c.Ctx(), s.DB, a.Group, a.What, a.ID) },
		Show: func(status int) error { return a.page(c, status, f) },
	})
}

// moved gives faults of one place another place.
func moved(err error, from, to string) error {
	var list fault.List
	if !errors.As(err, &list) {
		return err
	}
	out := make(fault.List, len(list))
	for i, one := range list {
		copied := *one
		if copied.Place == from {
			copied.Place = to
		}
		out[i] = &copied
	}
	return out
}

// assignmentRemoveAsk asks before an assignment is removed.
func (s *site) assignmentRemoveAsk(c *web.Context) error {
	a, _, err := s.assigned(c)
	if err != nil {
		return err
	}
	return c.Render(web.Page{Title: "Remove " + a.name(), Crumbs: a.crumbs()}, confirmView([]string{
		a.name() + " is removed from the group " + a.View.Name + " of " + a.View.Company + ", as if it had never been assigned.",
		"What a sent invoice billed because of it is given back by the next run. To end it on a day, edit it and give it an end date instead.",
	}, a.path()+"/remove", "Remove this assignment", a.Base))
}

func (a *assigning) path() string { return pathOf(a.Base+"/"+string(a.What), a.ID) }

// assignmentRemove removes an assignment.
func (s *site) assignmentRemove(c *web.Context) error {
	a, _, err := s.assigned(c)
	if err != nil {
		return err
	}
	if err := office.RemoveAssignment(c.Ctx(), s.DB, c.By(), a.Group, a.What, a.ID); err != nil {
		return err
	}
	return c.Redirect(a.Base, a.name()+" is removed.")
}
