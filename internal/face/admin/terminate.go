package admin

import (
	"net/http"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/period"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/office"
)

// terminatePage leads through ending a customer: the end date, the final bill, inactive, deleted.
type terminatePage struct {
	*insight.CustomerView
	Base       string
	EndText    string
	End        *web.Form
	Delete     *web.Form
	FinalSent  bool   // the bill of the last day is sent
	TooFar     string // how many days after the last one are on sent invoices, or ""
	Refused    string // why it cannot be deleted, or ""
	GoesWithIt []string
	Run        bool // the page that runs bills exists
}

func endSpec() *web.FormSpec {
	return &web.FormSpec{Submit: "Save the End Date", Brief: true, Fields: []web.Field{
		{Name: "end", Label: "End Date", Kind: web.Date, Help: "The last day that is billed: the last bill is prorated. Leave empty for no last day."},
	}}
}

func deleteSpec() *web.FormSpec {
	return &web.FormSpec{Submit: "Delete this customer", Undone: "Nothing was deleted.", Brief: true, Danger: true, Fields: []web.Field{
		{Name: "company", Label: "Company", Required: true, Max: maxName, Help: "Type the company's name as it stands above, to say that you mean this one."},
	}}
}

// terminate shows the steps of ending a customer.
func (s *site) terminate(c *web.Context) error { return s.terminateView(c, http.StatusOK, nil, nil) }

// terminateView shows the page, with a form that was refused in the place of its new one.
func (s *site) terminateView(c *web.Context, status int, end, del *web.Form) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	v, err := insight.ReadCustomer(c.Ctx(), s.DB, id, c.Now)
	if err != nil {
		return err
	}
	p := terminatePage{CustomerView: v, Base: pathOf("/customers", id), End: end, Delete: del, EndText: dayText(v.Dates.End, period.Last), Run: c.Exists("/bill")}
	p.FinalSent = v.HasBilled && v.Dates.End != period.Last && v.Billed >= v.Dates.End
	if p.FinalSent && v.Billed > v.Dates.End {
		p.TooFar = web.Things(int64(v.Billed-v.Dates.End), 0, "day", "days")
	}
	if p.End == nil {
		var now doc.Node
		now.Add("end", doc.TextNode(p.EndText))
		p.End = web.NewForm(endSpec(), p.Base+"/end", "", &now)
	}
	if p.Delete == nil {
		p.Delete = web.NewForm(deleteSpec(), p.Base+"/delete", "", nil)
	}
	b := v.Belongs
	if b.Invoices > 0 || b.Entries > 0 {
		p.Refused = "It has " + web.Things(b.Invoices, 0, "sent invoice", "sent invoices") + " and " +
			web.Things(b.Entries, 0, "entry in its ledger", "entries in its ledger") + ". Those are business records. Make it inactive instead: it is kept with its history, and can come back."
	}
	for _, one := range []struct {
		n         int64
		one, many string
	}{
		{b.Groups, "billing group", "billing groups"}, {b.Plans, "plan assignment", "plan assignments"}, {b.Charges, "charge assignment", "charge assignments"},
		{b.Objects, "assignment of a list, site or server", "assignments of lists, sites and servers"}, {b.Drafts, "draft bill", "draft bills"},
	} {
		if one.n > 0 {
			p.GoesWithIt = append(p.GoesWithIt, web.Things(one.n, 0, one.one, one.many))
		}
	}
	return c.RenderStatus(status, web.Page{Title: "Terminate " + v.Company, Crumbs: customerCrumb(id, v.Company)}, terminateView(p))
}

// customerEnd sets the end date.
func (s *site) customerEnd(c *web.Context) error {
	id, company, err := s.named(c)
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, endSpec(), "")
	if err != nil {
		return err
	}
	return f.Save(c, web.Saving{
		Show: func(status int) error { return s.terminateView(c, status, f, nil) },
		Do: func() (string, string, error) {
			fields := f.Fields()
			fields.Add("company", doc.TextNode(company))
			_, err := office.Enter(c.Ctx(), s.DB, c.By(), office.Entry{Kind: office.Customers, ID: id, Fields: fields}, s.Vault)
			said := "The end date of " + company + " is " + f.Get("end") + ". The last bill is prorated."
			if f.Get("end") == "" {
				said = company + " has no end date any more."
			}
			return pathOf("/customers", id) + "/terminate", said, err
		},
	})
}

// customerActive makes a customer active or inactive.
func (s *site) customerActive(active bool) web.Handler {
	return func(c *web.Context) error {
		id, company, err := s.named(c)
		if err != nil {
			return err
		}
		var fields doc.Node
		fields.Add("company", doc.TextNode(company))
		fields.Add("active", doc.BoolNode(active))
		if _, err := office.Enter(c.Ctx(), s.DB, c.By(), office.Entry{Kind: office.Customers, ID: id, Fields: fields}, s.Vault); err != nil {
			return err
		}
		said := company + " is inactive: it is not billed any more. Its history is kept."
		if active {
			said = company + " is active."
		}
		return c.Redirect(pathOf("/customers", id), said)
	}
}

// customerDelete deletes a customer whose name was typed.
func (s *site) customerDelete(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	f, err := web.ReadForm(c, deleteSpec(), "")
	if err != nil {
		return err
	}
	return f.Save(c, web.Saving{
		Show: func(status int) error { return s.terminateView(c, status, nil, f) },
		Do: func() (string, string, error) {
			err := office.DeleteCustomer(c.Ctx(), s.DB, c.By(), id, f.Get("company"))
			return "/customers", f.Get("company") + " is deleted.", err
		},
	})
}

// named reads which customer is meant, and its company.
func (s *site) named(c *web.Context) (id int64, company string, err error) {
	if id, err = c.ID("id"); err != nil {
		return 0, "", err
	}
	company, err = insight.CustomerName(c.Ctx(), s.DB, id)
	return id, company, err
}
