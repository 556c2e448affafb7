package seed

import "postmeter/internal/store"

// plan is one of the provider's plans. Weight says how often customers have it, of all weights.
type plan struct {
	code, name, description, limits, definition string
	weight                                      int
	members                                     bool // needs readings of members
}

const noLimits = `{"members":0,"members_per_list":0,"lists":0,"lists_per_site":0,"sites":0}`

// plans are one of each kind that an operator sells.
var plans = []plan{
	{"standard", "Standard", "Messages by the thousand, 20,000 of them included", `{"members":0,"members_per_list":0,"lists":10,"lists_per_site":0,"sites":0}`,
		`{"id":"standard","name":"Standard","scope":"group","monthly_price":"25","usage":[{"method":"messages","unit_kb":40,"included":"20000","overage":{"per":"1000","price":"0.9"}}]}`, 6, false},
	{"by-list", "By list", "A price and an allowance for each list", noLimits,
		`{"id":"by-list","name":"By list","scope":"list","monthly_price":"9","usage":[{"method":"messages","unit_kb":40,"included":"2000","overage":{"per":"1000","price":"1.1","round_up":true}}]}`, 6, false},
	{"bandwidth", "Bandwidth", "By the gigabyte that is delivered", noLimits,
		`{"id":"bandwidth","name":"Bandwidth","scope":"group","monthly_price":"15","usage":[{"method":"bandwidth","included":"0.1","overage":{"price":"4.5"}}]}`, 2, false},
	{"members", "Members", "By packs of 500 members", `{"members":100000,"members_per_list":0,"lists":0,"lists_per_site":0,"sites":0}`,
		`{"id":"members","name":"Members","scope":"group","monthly_price":"5","usage":[{"method":"members","measure":"peak","overage":{"per":"500","price":"7.5","round_up":true}}]}`, 1, true},
	{"tiers", "Volume", "The more, the cheaper", noLimits,
		`{"id":"tiers","name":"Volume","scope":"group","monthly_price":"0","minimum":"20","usage":[{"method":"messages","unit_kb":10,"tier_mode":"graduated","tiers":[{"up_to":"10000","per":"1000","price":"1.5"},{"up_to":"100000","per":"1000","price":"0.8"},{"per":"1000","price":"0.35"}]}]}`, 2, false},
	{"agency", "Agency", "For senders on many servers", noLimits,
		`{"id":"agency","name":"Agency","scope":"server","monthly_price":"60","usage":[{"method":"messages","included":"50000","overage":{"per":"1000","price":"0.45"}},{"method":"bandwidth","included":"1","overage":{"price":"3"}}]}`, 2, false},
}

// charge is one of the provider's additional charges.
type charge struct{ code, name, description, definition string }

// The charges, by their place in charges.
const (
	support = iota
	backup
	setup
)

var charges = []charge{
	{"support", "Support", "Answers within a working day", `{"id":"support","amount":"12.5","recurring":true,"proratable":true}`},
	{"backup", "Backup", "Archives kept for a year", `{"id":"backup","amount":"4","recurring":true,"proratable":false}`},
	{"setup", "Set-up", "Moving in", `{"id":"setup","amount":"49","recurring":false,"proratable":false}`},
}

// catalog stores plans and charges and remembers their ids.
func (m *maker) catalog(tx *store.Tx, s *store.Seeder) error {
	var versions, chargeVersions int64
	for _, take := range []struct {
		kind string
		n    int
		into *int64
	}{
		{"plan", len(plans), &m.firstPlan}, {"plan_version", len(plans), &versions},
		{"charge", len(charges), &m.firstCharge}, {"charge_version", len(charges), &chargeVersions},
	} {
		first, err := tx.NewIDs(take.kind, take.n)
		if err != nil {
			return err
		}
		*take.into = first
	}
	for i, p := range plans {
		n := int64(i)
		if err := s.Plan(m.firstPlan+n, versions+n, p.code, p.name, p.description, p.limits, p.definition); err != nil {
			return err
		}
	}
	for i, c := range charges {
		n := int64(i)
		if err := s.Charge(m.firstCharge+n, chargeVersions+n, c.code, c.name, c.description, c.definition); err != nil {
			return err
		}
	}
	m.made.Plans, m.made.Charges = int64(len(plans)), int64(len(charges))
	_, err := tx.Bump("catalog")
	return err
}
