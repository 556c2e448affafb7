package admin

import (
	"net/url"
	"strings"

	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/store"
)

// maxSought is how many bytes of what is sought are looked at.
const maxSought = 200

// searchPage is what a search from anywhere finds.
type searchPage struct {
	Sought string
	Parts  []foundPart
}

// foundPart are the things of one kind.
type foundPart struct {
	Title string
	Rows  []foundRow
	More  string // where all of them are, or ""
}

type foundRow struct {
	Text, Path, Note string
	State            web.State
}

// searchRoutes are the pages of the search box.
func (s *site) searchRoutes() []web.Route {
	return []web.Route{{Method: "GET", Path: "/search", Right: web.Viewer, Handler: s.search}}
}

// search finds a customer, list, bill or server from anywhere. The number of a bill leads straight to it.
func (s *site) search(c *web.Context) error {
	text := strings.TrimSpace(c.R.URL.Query().Get(web.SearchField))
	if len(text) > maxSought {
		text = text[:maxSought]
	}
	text = strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(text, ""), "\x00", ""))
	found, err := insight.Search(c.Ctx(), s.DB, text, c.Now)
	if err != nil {
		return err
	}
	p := searchPage{Sought: text, Parts: foundParts(c, text, found)}
	if c.Suggesting() {
		return c.Fragment(searchSuggestions(p))
	}
	if found.Bill != 0 {
		return c.Redirect(pathOf("/bills", found.Bill), "")
	}
	return c.Render(web.Page{Title: "Search"}, searchView(p))
}

// foundParts are what was found, kind by kind; a list or bill that is called just so comes first.
func foundParts(c *web.Context, text string, f *insight.Found) []foundPart {
	query := "?q=" + url.QueryEscape(text)
	customers := foundPart{Title: "Customers"}
	if f.MoreCustomers {
		customers.More = "/customers" + query
	}
	for i := range f.Customers {
		v := &f.Customers[i]
		row := foundRow{Text: v.Company, Path: customerPath(c, v.ID), Note: joined(v.Contact, v.Email)}
		if state := activeState(v.Active, v.House); state != "active" {
			row.State = state
		}
		customers.Rows = append(customers.Rows, row)
	}
	lists := foundPart{Title: "Lists"}
	for i := range f.Lists {
		lists.Rows = append(lists.Rows, foundList(&f.Lists[i]))
	}
	bills := foundPart{Title: "Bills"}
	for i := range f.Bills {
		bills.Rows = append(bills.Rows, foundBill(&f.Bills[i]))
	}
	servers := foundPart{Title: "Servers"}
	for _, v := range f.Servers {
		servers.Rows = append(servers.Rows, foundRow{Text: v.Name, Path: pathOf("/servers", v.ID)})
	}
	if f.MoreServers {
		servers.More = "/servers"
	}
	all := []foundPart{customers, lists, bills, servers}
	switch {
	case f.Bill != 0:
		all = []foundPart{bills, customers, lists, servers}
	case f.List:
		all = []foundPart{lists, customers, bills, servers}
	}
	var out []foundPart
	for _, part := range all {
		if len(part.Rows) > 0 {
			out = append(out, part)
		}
	}
	return out
}

// foundList leads to who has the list, or else to its server.
func foundList(o *insight.Offered) foundRow {
	row := foundRow{Text: o.Place.List + "@" + o.Place.Site, Path: pathOf("/servers", o.Server), Note: "on " + o.Place.Server}
	switch {
	case o.Holder != nil:
		row.Path = pathOf(pathOf("/customers", o.Holder.CustomerID)+"/groups", o.Holder.GroupID)
		row.Note += ", of " + o.Holder.Company + ", group " + o.Holder.Group
	case o.Assigned:
		row.Note += ", assigned with its site or server"
	default:
		row.Note += ", nobody has it"
	}
	return row
}

func foundBill(b *store.BillRow) foundRow {
	number := b.Number
	if b.CreditNote != nil {
		number += ", taken back by " + b.CreditNote.Number
	}
	return foundRow{
		Text: number, Path: pathOf("/bills", b.ID), State: web.State(b.Axes.Status()),
		Note: b.Company + ", " + days(b.Period) + ", " + amountText(b.Axes.Total, b.Currency),
	}
}

// joined are the texts that are not empty, with commas.
func joined(texts ...string) string {
	var out []string
	for _, text := range texts {
		if text != "" {
			out = append(out, text)
		}
	}
	return strings.Join(out, ", ")
}
