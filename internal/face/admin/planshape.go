package admin

import (
	"errors"
	"strconv"
	"strings"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/face/web"
)

// The form asks for each billing method in its own words, and a file has one shape for all of them. Here one becomes the
// other. Fields that both have keep their names.

// planStored is where the form's thing keeps the thing as it is stored.
const planStored = "stored"

// newPlan is what the form of a new plan shows.
func newPlan() *doc.Node {
	n := planDefaults()
	n.Add("scope", doc.TextNode("group"))
	n.Add("method", doc.TextNode("messages"))
	n.Add("over", doc.TextNode(overPrice))
	n.Add("tier_mode", doc.TextNode("graduated"))
	n.Add("prorate_included", doc.BoolNode(true))
	n.Add("members_measure", doc.TextNode("peak"))
	return &n
}

// planDefaults are the fields of all methods that are not empty when another one is chosen.
func planDefaults() (n doc.Node) {
	n.Add("messages_per", doc.TextNode("1000"))
	n.Add("bandwidth_per", doc.TextNode("1"))
	n.Add("members_per", doc.TextNode("1"))
	return n
}

// formOfPlan is a stored plan as the form shows it.
func formOfPlan(stored *doc.Node) *doc.Node {
	n := doc.Node{Kind: doc.Object}
	for _, name := range []string{"name", "description", "limits", "scope", "monthly_price", "minimum"} {
		if v := stored.Lookup(name); v != nil {
			n.Add(name, *v)
		}
	}
	method := "flat"
	over, mode, prorate, measure := overPrice, "graduated", true, "peak"
	if usage := stored.Lookup("usage"); usage != nil && len(usage.Items) > 0 {
		c := &usage.Items[0]
		method, over = text(c, "method"), overNothing
		if m := text(c, "tier_mode"); m != "" {
			mode = m
		}
		if m := text(c, "measure"); m != "" {
			measure = m
		}
		prorate = text(c, "prorate_included") != "false"
		for _, name := range []string{"included", "unit_kb", "step_kb"} {
			if v := c.Lookup(name); v != nil {
				n.Add(method+"_"+name, *v)
			}
		}
		if o := c.Lookup("overage"); o != nil && o.Kind == doc.Object {
			over = overPrice
			for i := range o.Fields {
				n.Add(method+"_"+o.Fields[i].Name, o.Fields[i].Value)
			}
		}
		if t := c.Lookup("tiers"); t != nil && len(t.Items) > 0 {
			over = overTiers
			n.Add("tiers", *t)
		}
	}
	defaults := planDefaults()
	for i := range defaults.Fields {
		if d := &defaults.Fields[i]; n.Lookup(d.Name) == nil {
			n.Add(d.Name, d.Value)
		}
	}
	n.Add("method", doc.TextNode(method))
	n.Add("over", doc.TextNode(over))
	n.Add("tier_mode", doc.TextNode(mode))
	n.Add("prorate_included", doc.BoolNode(prorate))
	n.Add("members_measure", doc.TextNode(measure))
	n.Add(planStored, *stored)
	return &n
}

// planOfForm is what was typed, as a file has it. Fields of other methods are left out.
func planOfForm(f *web.Form) doc.Node {
	typed := f.Fields()
	n := doc.Node{Kind: doc.Object}
	for _, name := range []string{"name", "description", "limits", "scope", "monthly_price", "minimum", "valid_from"} {
		if v := typed.Lookup(name); v != nil {
			n.Add(name, *v)
		}
	}
	usage := doc.Node{Kind: doc.Array}
	if method := f.Get("method"); method != "flat" {
		usage.Items = append(usage.Items, componentOf(f, method))
	}
	n.Add("usage", usage)
	return n
}

// componentOf is the one component that the form describes.
func componentOf(f *web.Form, method string) doc.Node {
	var c doc.Node
	c.Add("method", doc.TextNode(method))
	add := func(n *doc.Node, name, from string) {
		if v := f.Get(from); v != "" {
			n.Add(name, doc.TextNode(v))
		}
	}
	add(&c, "included", method+"_included")
	switch method {
	case "messages":
		add(&c, "unit_kb", "messages_unit_kb")
		add(&c, "step_kb", "messages_step_kb")
	case "members":
		add(&c, "measure", "members_measure")
	}
	if method != "members" {
		c.Add("prorate_included", doc.BoolNode(f.Ticked("prorate_included")))
	}
	switch f.Get("over") {
	case overPrice:
		var o doc.Node
		add(&o, "price", method+"_price")
		add(&o, "per", method+"_per")
		o.Add("round_up", doc.BoolNode(f.Ticked(method+"_round_up")))
		c.Add("overage", o)
	case overTiers:
		c.Add("tier_mode", doc.TextNode(f.Get("tier_mode")))
		tiers := doc.Node{Kind: doc.Array}
		for i := range typedTiers(f) {
			var t doc.Node
			for _, name := range []string{"up_to", "price", "per", "flat"} {
				add(&t, name, tierField(i, name))
			}
			t.Kind = doc.Object
			tiers.Items = append(tiers.Items, t)
		}
		c.Add("tiers", tiers)
	}
	return c
}

func tierField(i int, name string) string { return "tiers[" + strconv.Itoa(i) + "]." + name }

// typedTiers is how many tiers there are: up to the last in which anything stands.
func typedTiers(f *web.Form) (n int) {
	for i := range formTiers {
		for _, name := range []string{"up_to", "price", "flat"} {
			if f.Get(tierField(i, name)) != "" {
				n = i + 1
			}
		}
	}
	return n
}

// checkPlanForm finds what a file could not say: choices that are not made, and a price that is left out.
func checkPlanForm(f *web.Form) {
	method, over := f.Get("method"), f.Get("over")
	switch {
	case method == "":
		f.Faults.Add("method", "is missing: choose one")
	case method == "flat":
	case over == "":
		f.Faults.Add("over", "is missing: choose one")
	case over == overPrice && f.Get(method+"_price") == "":
		f.Faults.Add(method+"_price", "is missing: type a price, or choose that what is over costs nothing")
	case over == overTiers && typedTiers(f) == 0:
		f.Faults.Add(tierField(0, "price"), "is missing: there is no tier yet")
	}
	for i := range typedTiers(f) {
		if over == overTiers && method != "flat" && f.Get(tierField(i, "price")) == "" {
			f.Faults.Add(tierField(i, "price"), "is missing: 0 for a tier that has a flat only")
		}
	}
}

// planFaults brings the places of faults to the fields of the form.
func planFaults(f *web.Form, err error) error {
	var list fault.List
	if err == nil || !errors.As(err, &list) {
		return err
	}
	out := make(fault.List, len(list))
	for i, one := range list {
		moved := *one
		moved.Place = planPlace(f, one.Place)
		out[i] = &moved
	}
	return out
}

func planPlace(f *web.Form, place string) string {
	rest, ok := strings.CutPrefix(place, "usage[0]")
	if !ok {
		return place
	}
	rest = strings.TrimPrefix(rest, ".")
	switch {
	case rest == "":
		return "over"
	case rest == "method", strings.HasPrefix(rest, "tier"), rest == "prorate_included":
		return rest
	}
	return f.Get("method") + "_" + strings.TrimPrefix(rest, "overage.")
}
