package office

import (
	"postmeter/internal/domain/catalog"
	"postmeter/internal/domain/contract"
	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/settings"
	"postmeter/internal/store"
)

// The functions of this file write things as the provider file has them. Export prints them; the history keeps what
// of them changed. Secrets stand in none.

func settingsNode(s *settings.Settings) doc.Node {
	var smtp, n doc.Node
	smtp.Add("host", doc.TextNode(s.SMTP.Host))
	smtp.Add("port", doc.WholeNode(s.SMTP.Port))
	smtp.Add("user", doc.TextNode(s.SMTP.User))
	smtp.Add("security", doc.TextNode(s.SMTP.Security))
	n.Add("billing_admin_name", doc.TextNode(s.BillingAdminName))
	n.Add("billing_admin_email", doc.TextNode(s.BillingAdminEmail))
	n.Add("test_email", doc.TextNode(s.TestEmail))
	n.Add("bounce_email", doc.TextNode(s.BounceEmail))
	n.Add("error_email", doc.TextNode(s.ErrorEmail))
	n.Add("customer_types", doc.TextsNode(s.CustomerTypes))
	n.Add("invoice_number_format", doc.TextNode(s.InvoiceNumberFormat))
	n.Add("credit_note_number_format", doc.TextNode(s.CreditNoteNumberFormat))
	n.Add("payment_terms_days", doc.WholeNode(s.PaymentTermsDays))
	n.Add("mail_zero_bills", doc.BoolNode(s.MailZeroBills))
	n.Add("mail_free_bills", doc.BoolNode(s.MailFreeBills))
	n.Add("smtp", smtp)
	return n
}

// companyNode is a company without its logo, which no form carries to and fro.
func companyNode(c *settings.Company) doc.Node {
	var n doc.Node
	n.Add("name", doc.TextNode(c.Name))
	n.Add("address", doc.TextNode(c.Address))
	n.Add("tax_number", doc.TextNode(c.TaxNumber))
	return n
}

func serverNode(v *hosting.Server) doc.Node {
	var n doc.Node
	n.Add("name", doc.TextNode(v.Name))
	n.Add("host", doc.TextNode(v.Host))
	n.Add("kind", doc.TextNode(v.Kind))
	n.Add("url", doc.TextNode(v.URL))
	n.Add("user", doc.TextNode(v.User))
	n.Add("time_zone", doc.TextNode(v.TimeZone))
	n.Add("comments", doc.TextNode(v.Comments))
	n.Add("billed_source", doc.TextNode(v.BilledSource))
	n.Add("service_senders", doc.TextsNode(v.ServiceSenders))
	n.Add("average_bytes", doc.WholeNode(v.AverageBytes))
	if len(v.Logs) > 0 {
		n.Add("logs", logsNode(v.Logs))
	}
	return n
}

func listNode(v *hosting.List) doc.Node {
	var n doc.Node
	addPlace(&n, v.Place)
	addDates(&n, v.Life)
	if v.Gone != period.Last {
		n.Add("gone", doc.TextNode(v.Gone.String()))
	}
	if v.RemoteID != "" {
		n.Add("remote_id", doc.TextNode(v.RemoteID))
	}
	return n
}

// planNode writes the newest version as the entry itself, and the older ones under earlier. The definitions were
// checked when they were stored.
func planNode(p *catalog.Plan) doc.Node {
	var limits, n doc.Node
	limits.Add("members", doc.WholeNode(p.Limits.Members))
	limits.Add("members_per_list", doc.WholeNode(p.Limits.MembersPerList))
	limits.Add("lists", doc.WholeNode(p.Limits.Lists))
	limits.Add("lists_per_site", doc.WholeNode(p.Limits.ListsPerSite))
	limits.Add("sites", doc.WholeNode(p.Limits.Sites))
	n.Add("id", doc.TextNode(p.Code))
	n.Add("name", doc.TextNode(p.Name))
	n.Add("description", doc.TextNode(p.Description))
	n.Add("limits", limits)
	addVersions(&n, p.Versions)
	return n
}

func chargeNode(c *catalog.Charge) doc.Node {
	var n doc.Node
	n.Add("id", doc.TextNode(c.Code))
	n.Add("name", doc.TextNode(c.Name))
	n.Add("description", doc.TextNode(c.Description))
	addVersions(&n, c.Versions)
	return n
}

func addVersions(n *doc.Node, versions []catalog.Version) {
	if len(versions) == 0 {
		return
	}
	last := len(versions) - 1
	n.Fields = append(n.Fields, versionFields(versions[last])...)
	if last == 0 {
		return
	}
	earlier := doc.Node{Kind: doc.Array}
	for _, v := range versions[:last] {
		earlier.Items = append(earlier.Items, doc.Node{Kind: doc.Object, Fields: versionFields(v)})
	}
	n.Add("earlier", earlier)
}

// versionFields returns the fields of a canonical definition, without the id that it repeats.
func versionFields(v catalog.Version) []doc.Field {
	var n doc.Node
	if v.FirstDay != period.First {
		n.Add("valid_from", doc.TextNode(v.FirstDay.String()))
	}
	if root, err := doc.ParseJSON([]byte(v.Definition)); err == nil {
		for _, f := range root.Fields {
			if f.Name != "id" {
				n.Fields = append(n.Fields, f)
			}
		}
	}
	return n.Fields
}

// customerNode writes a customer without credit and groups.
func customerNode(c *customer.Customer) doc.Node {
	var n, information doc.Node
	n.Add("company", doc.TextNode(c.Company))
	n.Add("contact", doc.TextNode(c.Contact))
	n.Add("email", doc.TextNode(c.Email))
	n.Add("additional_addresses", doc.TextsNode(c.AdditionalAddresses))
	n.Add("phone", doc.TextNode(c.Phone))
	n.Add("type", doc.TextNode(c.Type))
	n.Add("active", doc.BoolNode(c.Active))
	n.Add("payment_method", doc.TextNode(c.PaymentMethod))
	n.Add("start", dateNode(c.Dates.Start, period.First))
	n.Add("end", dateNode(c.Dates.End, period.Last))
	n.Add("salespeople", doc.TextsNode(c.Salespeople))
	n.Add("note", doc.TextNode(c.Note))
	n.Add("invoice_template", doc.TextNode(c.InvoiceTemplate))
	n.Add("web_template", doc.TextNode(c.WebTemplate))
	n.Add("card", cardNode(c.Card))
	n.Add("house", doc.BoolNode(c.House))
	information.Kind = doc.Object
	for _, f := range c.Information {
		information.Add(f.Name, doc.TextNode(f.Value))
	}
	n.Add("information", information)
	return n
}

func cardNode(c customer.Card) doc.Node {
	if c.Missing() {
		return doc.Node{}
	}
	var n doc.Node
	n.Add("type", doc.TextNode(c.Type))
	n.Add("last4", doc.TextNode(c.Last4))
	if c.Expiration == 0 {
		n.Add("expiration", doc.Node{})
	} else {
		n.Add("expiration", doc.TextNode(c.Expiration.String()))
	}
	return n
}

func groupNode(name string, plans, charges, objects []doc.Node) doc.Node {
	var n doc.Node
	n.Add("name", doc.TextNode(name))
	n.Add("plans", doc.Node{Kind: doc.Array, Items: plans})
	n.Add("charges", doc.Node{Kind: doc.Array, Items: charges})
	n.Add("objects", doc.Node{Kind: doc.Array, Items: objects})
	return n
}

func planAssignmentNode(plan string, a *contract.Plan) doc.Node {
	var n doc.Node
	n.Add("plan", doc.TextNode(plan))
	addDates(&n, a.Dates)
	addText(&n, "description", a.Description)
	return n
}

func chargeAssignmentNode(charge string, a *contract.Charge) doc.Node {
	var n doc.Node
	n.Add("charge", doc.TextNode(charge))
	addText(&n, "amount", a.Amount)
	if a.Quantity != "1" {
		n.Add("quantity", doc.TextNode(a.Quantity))
	}
	addDates(&n, a.Dates)
	addText(&n, "description", a.Description)
	if a.Billed || a.OnBill {
		n.Add("billed", doc.BoolNode(true))
	}
	return n
}

func objectAssignmentNode(place hosting.Place, a *contract.Object) doc.Node {
	var n doc.Node
	addPlace(&n, place)
	addDates(&n, a.Dates)
	if a.Free {
		n.Add("free", doc.BoolNode(true))
	}
	addText(&n, "description", a.Description)
	return n
}

func addPlace(n *doc.Node, p hosting.Place) {
	n.Add("server", doc.TextNode(p.Server))
	addText(n, "site", p.Site)
	addText(n, "list", p.List)
}

func addDates(n *doc.Node, p period.Period) {
	if p.Start != period.First {
		n.Add("start", doc.TextNode(p.Start.String()))
	}
	if p.End != period.Last {
		n.Add("end", doc.TextNode(p.End.String()))
	}
}

func addText(n *doc.Node, name, text string) {
	if text != "" {
		n.Add(name, doc.TextNode(text))
	}
}

// dateNode writes a date; an open end is null.
func dateNode(d, open period.Date) doc.Node {
	if d == open {
		return doc.Node{}
	}
	return doc.TextNode(d.String())
}

// raw is a document as the history keeps it.
func raw(n doc.Node) store.RawJSON { return store.RawJSON(n.AppendJSON(nil)) }

// changedFields returns of two objects with the same fields those that differ. A field that one of them lacks counts
// as different.
func changedFields(before, after doc.Node) (was, is doc.Node) {
	was, is = doc.Node{Kind: doc.Object}, doc.Node{Kind: doc.Object}
	texts := map[string]string{}
	for i := range before.Fields {
		f := &before.Fields[i]
		texts[f.Name] = string(f.Value.AppendJSON(nil))
	}
	for i := range after.Fields {
		f := &after.Fields[i]
		text, had := texts[f.Name]
		delete(texts, f.Name)
		if had && text == string(f.Value.AppendJSON(nil)) {
			continue
		}
		is.Fields = append(is.Fields, *f)
		if had {
			old := before.Lookup(f.Name)
			if old == nil {
				old = &doc.Node{}
			}
			was.Fields = append(was.Fields, doc.Field{Name: f.Name, Value: *old})
		}
	}
	for i := range before.Fields {
		if _, gone := texts[before.Fields[i].Name]; gone {
			was.Fields = append(was.Fields, before.Fields[i])
		}
	}
	return was, is
}
