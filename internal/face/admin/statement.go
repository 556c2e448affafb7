package admin

import (
	"strconv"
	"strings"

	"postmeter/internal/domain/statement"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
	"postmeter/internal/stage/settle"
)

// customerStatement shows every entry of a customer's ledger, the newest first, with what is owed after it.
func (s *site) customerStatement(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	company, err := insight.CustomerName(c.Ctx(), s.DB, id)
	if err != nil {
		return err
	}
	account, err := settle.Statement(c.Ctx(), s.DB, company)
	if err != nil {
		return err
	}
	t := &web.Table{
		Caption: "Statement",
		Columns: []web.Column{
			{Label: "Date"}, {Label: "What"}, {Label: "Bill"}, {Label: "Amount", Figures: true}, {Label: "Credit", Figures: true},
			{Label: "Owed after it", Figures: true}, {Label: "Credit after it", Figures: true, Minor: true}, {Label: "Reference, reason"},
		},
		Empty: web.Empty{Text: "Nothing was booked for this customer yet. Sent invoices, payments and credits stand here."},
	}
	for i := len(account.Entries) - 1; i >= 0; i-- {
		t.Rows = append(t.Rows, statementRow(c, &account.Entries[i], account.Currency))
	}
	return c.Render(web.Page{
		Title: "Statement", Crumbs: customerCrumb(id, company), Wide: true,
		Lead: "Owed: " + statement.Thousands(account.Owed) + " " + account.Currency + ". Credit: " + statement.Thousands(account.Credit) + " " + account.Currency + ".",
	}, web.ListView(t))
}

func statementRow(c *web.Context, e *settle.Row, currency string) web.Row {
	name := strconv.FormatInt(e.Entry, 10)
	note := strings.Trim(e.Reference+", "+e.Note, ", ")
	if e.GivenUp != "" {
		note = strings.Trim(note+", "+statement.Thousands(e.GivenUp)+" written off", ", ")
	}
	bill := web.Cell{Text: e.Number}
	if e.Bill != 0 {
		bill.Path = billPath(c, e.Bill)
	}
	return web.Row{ID: e.Entry, Name: name, Cells: []web.Cell{
		{Text: e.Date}, {Text: entryWord(e.Kind), Struck: e.Undone}, bill, {Text: entrySumText(e.Kind, e.Amount, e.Credit, currency)},
		{Text: nonzero(e.Credit)}, {Text: statement.Thousands(e.Owed)}, {Text: statement.Thousands(e.Left)}, {Text: note},
	}}
}

// nonzero writes an amount; nothing for 0.
func nonzero(amount string) string {
	if strings.Trim(amount, "0.") == "" {
		return ""
	}
	return statement.Thousands(amount)
}

// customerCrumb is the way to the pages below a customer.
func customerCrumb(id int64, company string) []web.Crumb {
	return []web.Crumb{customerCrumbs[0], {Label: company, Path: pathOf("/customers", id)}}
}
