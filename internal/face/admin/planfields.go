package admin

import (
	"strconv"

	"postmeter/internal/face/web"
)

// formTiers is how many tiers the form has room for.
const formTiers = 8

// Ways to price what is over the allowance, in the form.
const (
	overNothing = "nothing"
	overPrice   = "price"
	overTiers   = "tiers"
)

// planMethods are the billing methods, each with the fields that only it has. Their names begin with that of the method.
var planMethods = []web.Option{
	{Value: "messages", Label: "Standard", Help: "By messages: each copy that is delivered counts, large ones more than once."},
	{Value: "bandwidth", Label: "Bandwidth", Help: "By GB delivered."},
	{Value: "members", Label: "Members", Help: "By subscribers."},
	{Value: "flat", Label: "Monthly price only", Help: "Usage is not priced."},
}

// planLimit is a field of the limits of a plan.
type planLimit struct{ name, label string }

// planLimits are the limits of a plan.
var planLimits = []planLimit{
	{"members", "Max Members"}, {"members_per_list", "Max Members Per List"}, {"lists", "Max Lists"},
	{"lists_per_site", "Max Lists Per Site"}, {"sites", "Max Sites"},
}

// planFields are all fields of the form.
func planFields(currency string, edit bool) []web.Field {
	fields := []web.Field{
		{Name: "name", Label: "Name", Required: true, Max: 200},
		{Name: "description", Label: "Description", Kind: web.Lines, Help: "Customers see name and description on the invoice."},
	}
	for _, l := range planLimits {
		fields = append(fields, web.Field{Name: "limits." + l.name, Label: l.label, Kind: web.Number, Unit: "0 = unlimited"})
	}
	fields = append(fields,
		web.Field{Name: "scope", Label: "Price and allowance apply", Kind: web.Choice, Options: []web.Option{
			{Value: "group", Label: "To all lists together"},
			{Value: "list", Label: "Bill by List", Help: "To each list by itself."},
			{Value: "server", Label: "Bill by server", Help: "To each server by itself."},
		}},
		web.Field{Name: "monthly_price", Label: "Monthly Price", Kind: web.Money, Unit: currency},
		web.Field{Name: "minimum", Label: "Minimum", Kind: web.Money, Unit: currency, Help: "If a month comes to less, a line tops it up. Leave empty for none."},
		web.Field{Name: "method", Label: "Billing Method", Kind: web.Choice, Options: planMethods})
	fields = append(fields, messagesFields(currency)...)
	fields = append(fields, bandwidthFields(currency)...)
	fields = append(fields, membersFields(currency)...)
	fields = append(fields, tierFields(currency)...)
	if edit {
		fields = append(fields, validFrom)
	}
	return fields
}

func messagesFields(currency string) []web.Field {
	return []web.Field{
		{Name: "messages_included", Label: "Included Messages", Kind: web.Number, Unit: "message units"},
		{Name: "messages_unit_kb", Label: "Max Message Size", Kind: web.Number, Unit: "KB", Help: "Of one message unit. A larger message counts as more than one, in exact fractions. 0: size does not count."},
		{Name: "messages_step_kb", Label: "Sizes are rounded up to", Kind: web.Number, Unit: "KB", Help: "0: not rounded."},
		{Name: "messages_price", Label: "Overage CPM", Kind: web.Money, Unit: currency, Per: "messages_per", PerOne: "message unit", Help: "For messages over what is included."},
		{Name: "messages_per", Label: "Messages in a pack", Kind: web.Number, Unit: "message units", Help: "How many of them the price is for."},
		{Name: "messages_round_up", Label: "A started pack of messages counts whole", Kind: web.Check},
	}
}

func bandwidthFields(currency string) []web.Field {
	return []web.Field{
		{Name: "bandwidth_included", Label: "Included GB", Kind: web.Number, Unit: "GB"},
		{Name: "bandwidth_price", Label: "Cost Per GB", Kind: web.Money, Unit: currency, Per: "bandwidth_per", PerOne: "GB", PerMany: "GB", Help: "For GB over what is included."},
		{Name: "bandwidth_per", Label: "GB in a pack", Kind: web.Number, Unit: "GB", Help: "How many of them the price is for."},
		{Name: "bandwidth_round_up", Label: "A started pack of GB counts whole", Kind: web.Check},
	}
}

func membersFields(currency string) []web.Field {
	return []web.Field{
		{Name: "members_measure", Label: "Which number of members counts", Kind: web.Choice, Options: []web.Option{
			{Value: "peak", Label: "The largest of the month"}, {Value: "average", Label: "The average of its days"}, {Value: "last", Label: "That of its last day"},
		}},
		{Name: "members_included", Label: "Included Members", Kind: web.Number, Unit: "members"},
		{Name: "members_price", Label: "Cost Per Member", Kind: web.Money, Unit: currency, Per: "members_per", PerOne: "member", PerMany: "members", Help: "For members over what is included."},
		{Name: "members_per", Label: "Members in a pack", Kind: web.Number, Unit: "members", Help: "How many of them the price is for."},
		{Name: "members_round_up", Label: "A started pack of members counts whole", Kind: web.Check},
	}
}

func tierFields(currency string) []web.Field {
	fields := []web.Field{
		{Name: "prorate_included", Label: "Prorate what is included", Kind: web.Check, Help: "In a part of a month only that part of it is included."},
		{Name: "over", Label: "What is over the allowance", Kind: web.Choice, Options: []web.Option{
			{Value: overPrice, Label: "Has one price"}, {Value: overTiers, Label: "Is priced by tiers"}, {Value: overNothing, Label: "Costs nothing"},
		}},
		{Name: "tier_mode", Label: "How tiers count", Kind: web.Choice, Options: []web.Option{
			{Value: "graduated", Label: "Graduated", Help: "Each part at its own tier's price, and the flat of every tier entered."},
			{Value: "volume", Label: "Volume", Help: "The whole quantity at the price, and the flat, of the tier that it falls in."},
		}},
	}
	for i := range formTiers {
		at := "tiers[" + strconv.Itoa(i) + "]."
		n := strconv.Itoa(i + 1)
		fields = append(fields,
			web.Field{Name: at + "up_to", Label: "Tier " + n + " up to", Kind: web.Number},
			web.Field{Name: at + "price", Label: "Tier " + n + " price", Kind: web.Money, Unit: currency},
			web.Field{Name: at + "per", Label: "Tier " + n + " per", Kind: web.Number},
			web.Field{Name: at + "flat", Label: "Tier " + n + " flat", Kind: web.Money, Unit: currency})
	}
	return fields
}
