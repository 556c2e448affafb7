package admin

import (
	"net/http"
	"strings"

	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
)

// manyShown is how many customers a preview names.
const manyShown = 50

// stay is the choice that leaves a field as it is, and none the choice of no type.
const (
	stay = "_stay"
	none = "_none"
)

func manySpec(types []string, submit string) *web.FormSpec {
	kinds := []web.Option{{Value: stay, Label: "As it is"}, {Value: none, Label: "None"}}
	for _, t := range types {
		kinds = append(kinds, web.Option{Value: t, Label: t})
	}
	return &web.FormSpec{Submit: submit, Fields: []web.Field{
		{Name: "type", Label: "Type", Kind: web.Select, Options: kinds},
		{Name: "active", Label: "Is Active", Kind: web.Select, Options: []web.Option{
			{Value: stay, Label: "As it is"}, {Value: "yes", Label: "Active"}, {Value: "no", Label: "Inactive"},
		}},
		{Name: "invoice_template", Label: "Invoice Template", Kind: web.Select, Help: onlyBuiltIn, Options: templateChoices},
		{Name: "web_template", Label: "Web Template", Kind: web.Select, Help: onlyBuiltIn, Options: templateChoices},
		{Name: "add_person", Label: "Add a salesperson", Max: maxName},
		{Name: "remove_person", Label: "Remove a salesperson", Max: maxName},
	}}
}

// templateChoices are those of many customers.
var templateChoices = []web.Option{{Value: stay, Label: "As it is"}, {Value: none, Label: "Built-in"}}

// manyOf is what was chosen.
func manyOf(f *web.Form) office.Many {
	m := office.Many{AddPerson: f.Get("add_person"), RemovePerson: f.Get("remove_person")}
	switch kind := f.Get("type"); kind {
	case stay, "":
	case none:
		m.Type = new(string)
	default:
		m.Type = &kind
	}
	if f.Get("invoice_template") == none {
		m.InvoiceTemplate = new(string)
	}
	if f.Get("web_template") == none {
		m.WebTemplate = new(string)
	}
	if active := f.Get("active"); active == "yes" || active == "no" {
		is := active == "yes"
		m.Active = &is
	}
	return m
}

// customersMany asks what shall be changed of the selected customers.
func (s *site) customersMany(c *web.Context) error {
	spec, types, err := s.customerListNow(c)
	if err != nil {
		return err
	}
	chosen, err := web.ReadSelection(c, spec)
	if err != nil {
		return err
	}
	ids := chosen.IDs
	if ids == nil {
		if ids, err = insight.CustomerIDs(c.Ctx(), s.DB, customerFilter(chosen.List), office.MaxMany+1); err != nil {
			return err
		}
	}
	return manyPage(c, http.StatusOK, ids, web.NewForm(manySpec(types, "Preview"), "/customers/many/preview", chosen.Back, nil))
}

func manyPage(c *web.Context, status int, ids []int64, f *web.Form) error {
	title := "Edit " + web.Things(int64(len(ids)), 0, "customer", "customers")
	if len(ids) > office.MaxMany {
		title = "Edit more than " + web.Thousands(office.MaxMany) + " customers"
	}
	return c.RenderStatus(status, web.Page{Title: title, Crumbs: customerCrumbs, Lead: "Next you see what changes, before anything is saved."}, pickedForm(f, ids))
}

// manyPreview is what would change, and the form that does it.
type manyPreview struct {
	Changes   []office.ManyChange
	More      int // changes that are not named
	Unchanged int
	Form      *web.Form
	IDs       []int64
}

// readMany reads the form of many customers.
func (s *site) readMany(c *web.Context) (f *web.Form, ids []int64, err error) {
	types, err := insight.CustomerTypes(c.Ctx(), s.DB)
	if err != nil {
		return nil, nil, err
	}
	if f, err = web.ReadForm(c, manySpec(types, "Preview"), "/customers"); err != nil {
		return nil, nil, err
	}
	f.Action = "/customers/many/preview"
	ids, err = pickedIDs(f.Values["pick"])
	return f, ids, err
}

// customersPreview shows what would change.
func (s *site) customersPreview(c *web.Context) error {
	f, ids, err := s.readMany(c)
	if err != nil {
		return err
	}
	again := func(status int) error { return manyPage(c, status, ids, f) }
	if len(f.Faults) > 0 {
		return again(http.StatusUnprocessableEntity)
	}
	changes, err := office.PreviewMany(c.Ctx(), s.DB, ids, manyOf(f))
	if err != nil {
		return f.Refused(err, again)
	}
	f.Action, f.Spec.Submit = "/customers/many/save", "Change "+web.Things(int64(len(changes)), 0, "customer", "customers")
	p := manyPreview{Changes: changes, Unchanged: len(ids) - len(changes), Form: f, IDs: ids}
	if len(changes) > manyShown {
		p.Changes, p.More = changes[:manyShown], len(changes)-manyShown
	}
	return c.Render(web.Page{Title: "Change " + web.Things(int64(len(changes)), 0, "customer", "customers") + "?", Crumbs: customerCrumbs}, manyPreviewView(p))
}

// customersSave changes the customers, all or none.
func (s *site) customersSave(c *web.Context) error {
	f, ids, err := s.readMany(c)
	if err != nil {
		return err
	}
	return f.Save(c, web.Saving{
		Show: func(status int) error { return manyPage(c, status, ids, f) },
		Do: func() (string, string, error) {
			n, err := office.EditMany(c.Ctx(), s.DB, c.By(), ids, manyOf(f))
			return "/customers", web.Things(int64(n), 0, "customer is changed.", "customers are changed."), err
		},
	})
}

// changeText says what changes of one customer, one change a line.
func changeText(fields []office.FieldText) string {
	var out []string
	for _, f := range fields {
		out = append(out, f.Field+": "+orNone(f.Was)+" → "+orNone(f.Now))
	}
	return strings.Join(out, "\n")
}

func orNone(text string) string {
	if text == "" {
		return "(none)"
	}
	return text
}
