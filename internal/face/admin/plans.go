package admin

import (
	"strconv"
	"strings"

	"postmeter/internal/domain/money"
	"postmeter/internal/domain/rating"
	"postmeter/internal/domain/statement"
	"postmeter/internal/face/web"
	"postmeter/internal/stage/insight"
)

var createPlan = &web.Action{Label: "Create New Hosting Plan", Path: "/plans/new", Right: web.Clerk}

// plans lists the hosting plans.
func (s *site) plans(c *web.Context) error {
	all, err := insight.ReadCatalog(c.Ctx(), s.DB, c.Now)
	if err != nil {
		return err
	}
	t := &web.Table{
		Caption: "Hosting plans",
		Columns: []web.Column{
			{Label: "Name"}, {Label: "Monthly Price", Figures: true}, {Label: "Included"}, {Label: "Overage"}, {Label: "Billing Method"},
		},
		Count: web.Things(int64(len(all.Plans)), 0, "hosting plan", "hosting plans"),
		Empty: web.Empty{Text: "There are no hosting plans yet. A plan says how usage is priced; customers are given one or more.", Action: existing(c, createPlan)},
	}
	for i := range all.Plans {
		v := &all.Plans[i]
		included, over := "", ""
		if len(v.Spec.Usage) > 0 {
			included, over = includedWords(&v.Spec.Usage[0]), overWords(&v.Spec.Usage[0], all.Currency)
			if included == "" {
				included = "nothing"
			}
		}
		t.Rows = append(t.Rows, web.Row{ID: v.ID, Name: v.Name, Cells: []web.Cell{
			{Text: v.Name, Path: pathOf("/plans", v.ID), Note: v.Description},
			{Text: price(v.Spec.MonthlyPrice, all.Currency)}, {Text: included}, {Text: over}, {Text: methodWords(v.Spec.Usage)},
		}})
	}
	page := web.Page{Title: "Hosting Plans", Lead: "How usage is priced.", Wide: true}
	if len(t.Rows) > 0 {
		page.Action = existing(c, createPlan)
	}
	return c.Render(page, web.ListView(t))
}

// existing is an action whose page exists and that the visitor may do, or nil.
func existing(c *web.Context, a *web.Action) *web.Action {
	if !c.Exists(a.Path) {
		return nil
	}
	return a
}

// methodWords names what a plan prices.
func methodWords(usage []rating.ComponentSpec) string {
	words := make([]string, 0, len(usage))
	for i := range usage {
		words = append(words, map[rating.Method]string{
			rating.Messages: "Standard (messages)", rating.Bandwidth: "Bandwidth", rating.Members: "Members",
		}[usage[i].Method])
	}
	if len(words) == 0 {
		return "Monthly price only"
	}
	return strings.Join(words, ", ")
}

// unitWords names the unit of a component: messages of 40 KB, GB, members.
func unitWords(u *rating.ComponentSpec) string {
	switch u.Method {
	case rating.Bandwidth:
		return "GB"
	case rating.Members:
		return "members"
	}
	if u.UnitKB > 0 {
		return "messages of " + strconv.FormatInt(u.UnitKB, 10) + " KB"
	}
	return "messages"
}

// quantityWords writes so many units of a component: 1 message of 40 KB, 1,000 members.
func quantityWords(n string, u *rating.ComponentSpec) string {
	words := unitWords(u)
	if n == "1" {
		words = strings.Replace(strings.Replace(words, "messages", "message", 1), "members", "member", 1)
	}
	return statement.Thousands(n) + " " + words
}

func includedWords(u *rating.ComponentSpec) string {
	if u.Included.IsZero() {
		return ""
	}
	return quantityWords(u.Included.String(), u)
}

func overWords(u *rating.ComponentSpec, c money.Currency) string {
	switch {
	case len(u.Tiers) > 0:
		return "by tiers"
	case u.Overage == nil:
		return ""
	}
	return perWords(u.Overage.Price, u.Overage.Per, u, c)
}

// perWords writes a price for so many units: 0.90 USD per 1,000 messages.
func perWords(p, per money.Decimal, u *rating.ComponentSpec, c money.Currency) string {
	one, many := "message", "messages"
	switch u.Method {
	case rating.Bandwidth:
		one, many = "GB", "GB"
	case rating.Members:
		one, many = "member", "members"
	}
	if n := per.String(); n != "1" {
		return price(p, c) + " per " + statement.Thousands(n) + " " + many
	}
	return price(p, c) + " per " + one
}
