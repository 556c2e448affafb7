package insight

import (
	"encoding/json"
	"strconv"
	"strings"

	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
	"postmeter/internal/domain/rating/scenario"
)

// Tariff is a plan that somebody wants to know the price of. The rating engine prices it, and nothing else.
type Tariff struct {
	Spec     rating.PlanSpec
	Currency money.Currency
	Month    period.Month // a whole one
}

// Use is what one list uses in a month.
type Use struct {
	Recipients int64 // copies of messages
	Bytes      int64 // of one message
	Members    int64 // on each day
}

// Cost is what a use costs.
type Cost struct {
	Lines []CostLine
	Total string // in the main unit, with the currency's decimals
	Minor int64  // the total in the smallest unit
}

// CostLine is one line of the quote.
type CostLine struct{ Kind, Quantity, Amount string }

// Cost prices a use by the rating engine. Its faults are those of a scenario.
func (t *Tariff) Cost(use Use) (c Cost, err error) {
	data, err := json.Marshal(t.scenario(use))
	if err != nil {
		return c, fault.Wrap(fault.Internal, err, "the scenario could not be written")
	}
	text, err := scenario.Quote(data)
	if err != nil {
		return c, err
	}
	var quote struct {
		Lines []CostLine
		Total string
	}
	if err := json.Unmarshal(text, &quote); err != nil {
		return c, fault.Wrap(fault.Internal, err, "the quote could not be read")
	}
	c.Lines, c.Total = quote.Lines, quote.Total
	c.Minor, err = strconv.ParseInt(strings.ReplaceAll(quote.Total, ".", ""), 10, 64)
	return c, fault.Wrap(fault.Internal, err, "the total %q is no amount", quote.Total)
}

// scenario is a customer with one list on the plan for a month.
func (t *Tariff) scenario(use Use) map[string]any {
	type object map[string]any
	spec := t.Spec
	spec.ID, spec.Name = "plan", "plan"
	days := t.Month.Period()
	first := days.Start.String()
	list := object{"server": "server", "site": "site", "list": "list"}
	at := func(more object) object {
		for name, value := range list {
			more[name] = value
		}
		return more
	}
	out := object{
		"currency": t.Currency.Code(), "period": object{"start": first, "end": days.End.String()},
		"plans": []any{scenario.DocumentPlan(spec)}, "lists": []object{list},
		"customer": object{"groups": []object{{"name": "group", "plans": []object{{"plan": "plan"}}, "objects": []object{list}}}},
		"members":  []object{at(object{"day": first, "members": use.Members})},
	}
	if use.Recipients > 0 {
		out["usage"] = []object{at(object{"at": first + "T12:00:00Z", "bytes": use.Bytes, "recipients": use.Recipients})}
	}
	return out
}
