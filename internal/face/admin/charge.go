package admin

import (
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
)

// chargePage is an additional charge as its page shows it.
type chargePage struct {
	Description, Amount, Recurring, Proratable, Code, Customers string
	Prices                                                      []chargePrice
	Base                                                        string // path of its page
}

type chargePrice struct {
	From, Amount, Recurring, Proratable string
	Today                               bool
}

// customersWords says how many customers have a plan or a charge.
func customersWords(n int64) string {
	if n == 0 {
		return "nobody yet"
	}
	return web.Things(n, insight.CountedTo, "customer", "customers")
}

var chargeCrumbs = []web.Crumb{{Label: "Additional Charges", Path: "/charges"}}

// charge shows one additional charge. It is the pattern of a page about one thing.
func (s *site) charge(c *web.Context) error {
	id, err := c.ID("id")
	if err != nil {
		return err
	}
	all, v, err := insight.ReadCharge(c.Ctx(), s.DB, id, c.Now)
	if err != nil {
		return err
	}
	p := chargePage{
		Base:        pathOf("/charges", id),
		Description: v.Description, Amount: priceOrCredit(v.Price.Amount, all.Currency), Code: v.Code,
		Recurring: yesNo(v.Price.Recurring), Proratable: yesNo(v.Price.Proratable),
		Customers: customersWords(v.Customers),
	}
	for _, one := range v.Prices {
		p.Prices = append(p.Prices, chargePrice{
			From: since(one.FirstDay), Amount: priceOrCredit(one.Price.Amount, all.Currency),
			Recurring: yesNo(one.Price.Recurring), Proratable: yesNo(one.Price.Proratable), Today: one.Today,
		})
	}
	return c.Render(web.Page{
		Title: v.Name, Crumbs: chargeCrumbs,
		Action: &web.Action{Label: "Edit", Path: pathOf("/charges", id) + "/edit", Right: web.Clerk},
	}, chargeView(p))
}
