package admin

import (
	"net/http"
	"testing"

	"postmeter/internal/domain/operator"
	"postmeter/internal/stage/office"
)

func TestCreatingAndEditingAHostingPlan(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		v := w.operator(operator.Clerk)
		v.open("/plans").wants(http.StatusOK, "There are no hosting plans yet.", `href="/plans/new"`)
		v.open("/plans/new").wants(http.StatusOK, "Max Members Per List", "Max Lists Per Site", "Bill by List", "Overage CPM", "Included Messages",
			"Max Message Size", "Cost Per GB", "Included GB", `data-when="method=messages"`)
		v.send("/plans/new", "name", "", "scope", "list", "method", "messages", "over", "price", "monthly_price", "ten", "messages_included", "-1", "limits.lists", "many").
			wants(http.StatusUnprocessableEntity, `href="#f-messages_price"`, `value="ten"`, `value="many"`, "type a price, or choose")
		v.send("/plans/new", "name", "", "scope", "list", "method", "messages", "over", "price", "monthly_price", "ten", "messages_included", "-1",
			"messages_price", "x", "limits.lists", "many").
			wants(http.StatusUnprocessableEntity, `href="#f-name"`, `href="#f-monthly_price"`, `href="#f-messages_price"`, `href="#f-limits.lists"`)
		v.send("/plans/new", "name", "Standard 10", "description", "Ten thousand", "scope", "list", "method", "messages", "over", "price",
			"monthly_price", "25", "messages_included", "10,000", "messages_unit_kb", "40", "messages_price", "0.9", "messages_per", "1000",
			"prorate_included", "yes", "bandwidth_price", "7", "limits.lists", "5").
			wants(http.StatusOK, "Standard 10 is created.", "25.00 USD, for each list by itself", "10,000 messages of 40 KB", "0.90 USD per 1,000 messages", "What would a list cost?")
		// 200 messages of 40 KB to 100 members: 20,000 units, of which 10,000 are over: 25 + 9.
		v.open("/plans/1?messages=200&kb=40&members=100").wants(http.StatusOK, "34.00 USD", "Over the allowance", "10,000 messages of 40 KB", "What do more posts a month cost?",
			`aria-label="100: 25.00 USD"`, `aria-label="101: 25.09 USD"`)
		v.open("/plans/1?messages=many&kb=40&members=100").wants(http.StatusOK, "Must be a whole number", `value="many"`)

		edit := "/plans/1/edit"
		v.open(edit).wants(http.StatusOK, `value="10000"`, `value="0.90"`, `data-guard="false"`)
		v.send(edit, "name", "Standard 10", "scope", "list", "method", "bandwidth", "over", "price", "monthly_price", "30", "bandwidth_price", "2",
			"bandwidth_included", "5", "valid_from", "2027-01-01").wants(http.StatusOK, "Standard 10 is saved. Its new prices hold from 2027-01-01 on.", "25.00 USD", "Prices by day", "2027-01-01", "30.00 USD", "5 GB", "2.00 USD per GB", "Current")
		v.open(edit).wants(http.StatusOK, `value="bandwidth" checked`)
		w.visitor().open(edit).lacks("Standard 10")
	})
}

func TestTiersOfAPlanShowWhatTheyCost(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		v := w.operator(operator.Clerk)
		tiers := []string{
			"name", "Tiered", "scope", "group", "method", "members", "members_measure", "peak", "over", "tiers", "tier_mode", "graduated",
			"members_included", "100", "tiers[0].up_to", "500", "tiers[0].price", "0.10", "tiers[0].per", "1", "tiers[0].flat", "5", "tiers[1].price", "0.05", "tiers[1].per", "1",
		}
		v.send("/plans/new", append(tiers, "tiers[0].up_to", "")...).wants(http.StatusUnprocessableEntity, `href="#f-tiers[0].up_to"`)
		// 101 members: one over at 0.10, and the flat.
		v.send("/plans/new", tiers...).wants(http.StatusOK, "Tiered is created.", "up to 500 members over what is included", "not due as long as nothing is over", "5.10 USD", "0.00 USD")
		v.open("/plans/1/edit").wants(http.StatusOK, `name="tiers[1].price" value="0.05"`)
		v.do(http.MethodPost, "/plans/example", pairs(tiers...), nil).wants(http.StatusOK, "5.10 USD", "101 members")
		v.do(http.MethodPost, "/plans/example", pairs("method", "messages"), nil).wants(http.StatusOK, "A priced example appears here")
	})
}

func TestAPlanBeyondTheFormIsLeftToTheProviderFile(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		w.enter(office.Plans, `{"name":"Both","monthly_price":"10","usage":[{"method":"messages","included":"1000"},{"method":"bandwidth","included":"1"}]}`)
		v := w.operator(operator.Clerk)
		v.open("/plans/1").wants(http.StatusOK, "prices several meters at once", "Bandwidth", "Standard (messages)").lacks("/plans/1/edit")
		v.open("/plans/1/edit").wants(http.StatusConflict, "provider file")
	})
}

func TestAPlanThatSomebodyElseChanged(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		w.enter(office.Plans, `{"name":"Plain","monthly_price":"10","usage":[{"method":"messages","included":"1000","overage":{"per":1000,"price":"1"}}]}`)
		v := w.operator(operator.Clerk)
		mine := v.fill("/plans/1/edit")
		same := []string{"name", "Plain", "scope", "group", "method", "messages", "over", "price", "messages_included", "1000", "messages_per", "1000", "messages_price", "1", "prorate_included", "yes"}
		v.send("/plans/1/edit", append(same, "monthly_price", "12")...).wants(http.StatusOK, "Plain is saved.", "12.00 USD")
		for name, value := range pairs(append(same, "monthly_price", "15")...) {
			mine[name] = value
		}
		v.do(http.MethodPost, "/plans/1/edit", mine, nil).wants(http.StatusConflict, "Monthly Price", "was “10.00”, is now “12.00”", `value="15.00"`)
	})
}

func TestAPlanLeadsToWhoIsOnIt(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		w.imports(`{"plans":[{"id":"a","name":"Plan A"},{"id":"b","name":"Plan B"}],
			"customers":[{"company":"On A","groups":[{"name":"g","plans":[{"plan":"a"}]}]},{"company":"On B","groups":[{"name":"g","plans":[{"plan":"b"}]}]}]}`)
		v := w.operator(operator.Clerk)
		v.open("/plans/1").wants(http.StatusOK, `<a href="/customers?plan=1">1 customer</a>`)
		v.open("/customers?plan=1").wants(http.StatusOK, "On A", "1 customer<", "Hosting Plan: <b>Plan A</b>").lacks("On B")
		v.do(http.MethodPost, "/customers/many", pairs("_all", "yes", "_query", "plan=1"), nil).wants(http.StatusOK, "1 customer").lacks("2 customers")
	})
}

func TestAPlanIsToldInWholeWords(t *testing.T) {
	each(t, func(w *world) {
		w.settings()
		w.enter(office.Plans, `{"name":"Packs","monthly_price":"10","usage":[{"method":"members","included":"100","overage":{"per":50,"price":"5","round_up":true}}]}`)
		w.enter(office.Plans, `{"name":"Tiers","usage":[{"method":"messages","tiers":[{"up_to":"1000","per":1000,"price":"2"},{"per":1000,"price":"1"}]}]}`)
		v := w.operator(operator.Clerk)
		// 51 over are two packs; the price jumps after 150 members, and not between round figures.
		v.open("/plans/1?members=151").wants(http.StatusOK, "5.00 USD per 50 members", "51 members, 2 packs of 50", "20.00 USD",
			`aria-label="150: 15.00 USD"`, `aria-label="151: 20.00 USD"`).lacks("Posts in a month", "Description")
		// A post to 100 members is 100 messages: the price changes with the tenth.
		v.open("/plans/2?messages=15&kb=40&members=100").wants(http.StatusOK, "1 message<", "up to 1,000 messages<", `aria-label="10: 2.00 USD"`, `aria-label="11: 2.10 USD"`).
			lacks(">1 messages", "The flat of the first tier")
		v.open("/plans").wants(http.StatusOK, "5.00 USD per 50 members", "nothing", "by tiers")
	})
}
