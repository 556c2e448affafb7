package seed

import (
	"fmt"

	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// ids are the row ids of one batch, the next one of each kind.
type ids struct{ customer, group, plan, charge, object, list int64 }

const (
	maxGroups  = 2 // groups of a customer
	maxCharges = 6 // charge assignments of a customer: three a group

	salespeople = 250 // in all
)

// customers stores n customers, with everything they have and what their lists sent.
func (m *maker) customers(tx *store.Tx, first, n int) error {
	lists := n * m.options.ListsPerCustomer
	var next ids
	for _, take := range []struct {
		kind string
		n    int
		into *int64
	}{
		{"customer", n, &next.customer}, {"billing_group", n * maxGroups, &next.group},
		{"plan_assignment", n * maxGroups, &next.plan}, {"charge_assignment", n * maxCharges, &next.charge},
		{"object_assignment", lists, &next.object}, {"list", lists, &next.list},
	} {
		if take.n == 0 {
			continue
		}
		id, err := tx.NewIDs(take.kind, take.n)
		if err != nil {
			return err
		}
		*take.into = id
	}
	s := tx.Seeder()
	for i := range n {
		c := customer{maker: m, seeder: s, ids: &next, random: newRandom(m.options.Seed, first+i), number: first + i + 1}
		if err := c.make(tx.By().At.UnixMicro()); err != nil {
			return err
		}
	}
	return s.Flush()
}

// customer makes one customer.
type customer struct {
	*maker
	seeder *store.Seeder
	ids    *ids
	random random
	number int // from 1
	dates  period.Period
}

var (
	firstWords  = []string{"Harbour", "North", "Silver", "Open", "Green", "Lake", "Stone", "Bright", "River", "Cedar", "Union", "Civic"}
	secondWords = []string{"Letters", "Society", "Press", "Club", "Institute", "Clinic", "Choir", "Records", "School", "Cinema", "Council", "Works"}
	people      = []string{"Ana Silva", "Jonas Berg", "Mei Lin", "Omar Haddad", "Ruth Okafor", "Pavel Novak", "Ines Costa", "Tom Byrne"}
)

func (c *customer) make(now int64) error {
	month := c.options.Month.Period()
	c.dates = period.Period{Start: month.Start, End: period.Last}
	if c.random.oneIn(20) { // came within the month
		c.dates.Start += period.Date(c.random.below(month.Days()))
	}
	if c.random.oneIn(50) { // leaves within the month
		c.dates.End = month.End - period.Date(c.random.below(int(month.End-c.dates.Start)+1))
	}
	v := store.SeedCustomer{
		ID:      c.ids.customer,
		Company: fmt.Sprintf("%s %s %06d", firstWords[c.random.below(len(firstWords))], secondWords[c.random.below(len(secondWords))], c.number),
		Contact: people[c.random.below(len(people))], Email: fmt.Sprintf("billing@c%06d.example.org", c.number),
		Payment: "invoice", Dates: c.dates, Salespeople: []string{fmt.Sprintf("Agent %03d", c.number%salespeople)}, Type: "Hosting", CreatedAt: now,
	}
	switch c.random.below(25) {
	case 0:
		v.Payment = "free"
	case 1, 2, 3:
		v.Payment, v.CardType, v.CardLast4, v.CardExpiration = "credit_card", "Visa", "4242", c.options.Month+600
	}
	if err := c.seeder.Customer(&v); err != nil {
		return err
	}
	c.ids.customer++
	c.made.Customers++
	return c.groups(v.ID)
}

// groups makes one contract, or two that share the lists.
func (c *customer) groups(id int64) error {
	n, lists := 1, c.options.ListsPerCustomer
	if lists > 1 && c.random.oneIn(10) {
		n = 2
	}
	for g := range n {
		share := lists / n
		if g == 0 {
			share = lists - share*(n-1)
		}
		group := c.ids.group
		c.ids.group++
		c.made.Groups++
		if err := c.seeder.Group(id, group, int64(g), []string{"Main", "Newsletters"}[g]); err != nil {
			return err
		}
		plan := c.pickPlan()
		if err := c.seeder.AssignPlan(id, c.ids.plan, group, c.firstPlan+int64(plan), period.Open()); err != nil {
			return err
		}
		c.ids.plan++
		if err := c.assignCharges(id, group); err != nil {
			return err
		}
		for position := range share {
			if err := c.list(id, group, int64(position), plans[plan].members); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *customer) pickPlan() int {
	all := 0
	for _, p := range plans {
		all += p.weight
	}
	at := c.random.below(all)
	for i, p := range plans {
		if at -= p.weight; at < 0 {
			return i
		}
	}
	return 0
}

func (c *customer) assignCharges(id, group int64) error {
	position := int64(0)
	add := func(which int, amount, quantity string, dates period.Period) error {
		err := c.seeder.AssignCharge(id, c.ids.charge, group, position, c.firstCharge+int64(which), amount, quantity, dates)
		c.ids.charge++
		position++
		return err
	}
	if !c.random.oneIn(4) {
		if err := add(support, "", "1", period.Open()); err != nil {
			return err
		}
	}
	if c.random.oneIn(2) {
		if err := add(backup, "", fmt.Sprint(1+c.random.below(5)), period.Open()); err != nil {
			return err
		}
	}
	if c.random.oneIn(3) {
		return add(setup, "39.5", "1", period.Period{Start: c.dates.Start, End: period.Last})
	}
	return nil
}
