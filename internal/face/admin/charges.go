package admin

import (
	"strconv"

	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/statement"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
)

var createCharge = &web.Action{Label: "Create New Additional Charge", Path: "/charges/new", Right: web.Clerk}

// charges lists the additional charges. It is the pattern of a short list, which is shown whole.
func (s *site) charges(c *web.Context) error {
	all, err := insight.ReadCatalog(c.Ctx(), s.DB, c.Now)
	if err != nil {
		return err
	}
	t := &web.Table{
		Caption: "Additional charges",
		Columns: []web.Column{
			{Label: "Name"}, {Label: "Default Amount", Figures: true}, {Label: "Is Recurring?"}, {Label: "Is Proratable?"},
		},
		Count: web.Things(int64(len(all.Charges)), 0, "additional charge", "additional charges"),
		Empty: web.Empty{
			Text:   "There are no additional charges yet. Create one for what is billed beside plans: a set-up fee, a monthly service, a prepayment.",
			Action: allowed(c, createCharge),
		},
	}
	for i := range all.Charges {
		v := &all.Charges[i]
		t.Rows = append(t.Rows, web.Row{ID: v.ID, Name: v.Name, Cells: []web.Cell{
			{Text: v.Name, Path: pathOf("/charges", v.ID), Note: v.Description},
			{Text: priceOrCredit(v.Price.Amount, all.Currency)},
			{Text: yesNo(v.Price.Recurring)},
			{Text: yesNo(v.Price.Proratable)},
		}})
	}
	page := web.Page{Title: "Additional Charges", Lead: "What is billed beside hosting plans.", Wide: true}
	if len(t.Rows) > 0 {
		page.Action = createCharge
	}
	return c.Render(page, web.ListView(t))
}

// allowed is an action, or nil for who may not do it.
func allowed(c *web.Context, a *web.Action) *web.Action {
	if !c.May(a.Right) {
		return nil
	}
	return a
}

func pathOf(base string, id int64) string { return base + "/" + strconv.FormatInt(id, 10) }

func yesNo(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}

// price writes a price with at least the currency's decimals, and the currency: 12.50 USD, 0.0005 USD.
func price(d money.Decimal, c money.Currency) string {
	text := d.String()
	if a, err := d.Exactly(c); err == nil {
		text = a.String()
	}
	return statement.Thousands(text) + " " + c.Code()
}

// priceOrCredit writes a price; one that is given has the word.
func priceOrCredit(d money.Decimal, c money.Currency) string {
	if d.Sign() < 0 {
		return price(d, c) + " credit"
	}
	return price(d, c)
}

// since writes the first day of a price.
func since(d period.Date) string {
	if d == period.First {
		return "the beginning"
	}
	return d.String()
}
