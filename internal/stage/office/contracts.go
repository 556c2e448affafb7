package office

import (
	"slices"

	"postmeter/internal/domain/contract"
	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// contractWork brings the groups of customers to what the files say.
//
// A group is found again by its name. Within it a plan's assignment is found by plan and start, a charge's by charge
// and start, an object's by object and start; of several equal ones the n-th in the file is the n-th in the database.
// What is found takes over the rest of the entry; an entry that is not found is added; nothing is removed.
type contractWork struct {
	im   *importer
	news *store.NewContracts
	adds []func() // fill news, once plans, servers and lists have their ids

	c       *customerState
	seen    map[string]bool       // group names of the customer
	nodes   []doc.Node            // the customer's groups as the file gives them, for the history of a new one
	changes []func() store.Change // of the customer's contracts
}

// begin starts the work on one customer.
func (w *contractWork) begin(c *customerState) {
	w.c, w.seen, w.nodes, w.changes = c, map[string]bool{}, nil, nil
}

// resolve fills news, when everything that assignments refer to is stored.
func (w *contractWork) resolve() error {
	for _, add := range w.adds {
		add()
	}
	return nil
}

// groupWork is the work on one group.
type groupWork struct {
	*contractWork
	in    store.In
	isNew bool
	added []doc.Node // assignments added to a group that exists
}

func (w *contractWork) readGroup(r *doc.Reader) {
	g := &groupWork{contractWork: w, in: store.In{Customer: &w.c.row}}
	key := name(r, "name")
	if w.seen[key] && key != "" {
		r.Fault("name", "is given twice: %q", key)
	}
	w.seen[key] = true
	g.find(key)
	var plans, charges, objects []doc.Node
	r.Each("plans", matched(g.in.Group.Plans, contract.Plan.Key, contract.Plan.At, &plans, g.readPlan))
	r.Each("charges", matched(g.in.Group.Charges, contract.Charge.Key, contract.Charge.At, &charges, g.readCharge))
	r.Each("objects", matched(g.in.Group.Objects, contract.Object.Key, contract.Object.At, &objects, g.readObject))
	r.Done()
	node := groupNode(key, plans, charges, objects)
	w.nodes = append(w.nodes, node)
	switch {
	case g.isNew:
		w.change("billing_group", &g.in.Group.ID, "created", nil, raw(node))
	case len(g.added) > 0:
		w.change("billing_group", &g.in.Group.ID, "assigned", nil, raw(doc.Node{Kind: doc.Array, Items: g.added}))
	}
}

// find looks up the group, or begins a new one.
func (g *groupWork) find(key string) {
	if at := slices.IndexFunc(g.c.groups, func(s *contract.Group) bool { return s.Name == key }); at >= 0 {
		g.in.Group = g.c.groups[at]
		return
	}
	g.in.Group, g.isNew = &contract.Group{Name: key}, true
	if last := len(g.c.groups) - 1; last >= 0 {
		g.in.Group.Position = g.c.groups[last].Position + 1
	}
	g.c.groups = append(g.c.groups, g.in.Group)
	in := g.in
	g.adds = append(g.adds, func() { g.news.AddGroup(in) })
}

// matched returns what reads each entry of a list together with the stored assignment that it is about, nil if it is
// new, and the position that a new one gets.
func matched[T any, K comparable](stored []T, key func(T) K, at func(T) int64, nodes *[]doc.Node,
	read func(r *doc.Reader, find func(K) *T, position int64) doc.Node) func(int, *doc.Reader) {
	byKey, position := make(map[K][]*T, len(stored)), int64(0)
	for i := range stored {
		k := key(stored[i])
		position = max(position, at(stored[i])+1)
		byKey[k] = append(byKey[k], &stored[i])
	}
	find := func(k K) *T {
		found := byKey[k]
		if len(found) == 0 {
			return nil
		}
		byKey[k] = found[1:]
		return found[0]
	}
	return func(_ int, r *doc.Reader) {
		*nodes = append(*nodes, read(r, find, position))
		r.Done()
		position++
	}
}

// dates reads start and end. An end before the start is left to validation.
func dates(r *doc.Reader) period.Period {
	return period.Period{Start: r.Date("start", period.First), End: r.Date("end", period.Last)}
}

func (g *groupWork) readPlan(r *doc.Reader, find func(contract.PlanKey) *contract.Plan, position int64) doc.Node {
	code := r.Name("plan")
	plan := g.im.plans[code]
	a := contract.Plan{Position: position, Dates: dates(r), Description: r.Text("description", "")}
	if plan == nil {
		if code != "" {
			r.Fault("plan", "there is no plan %q: add it to plans", code)
		}
		return doc.Node{}
	}
	a.PlanID = plan.ID
	node := planAssignmentNode(code, &a)
	old := find(a.Key())
	if old == nil || plan.ID == 0 {
		in := g.in
		g.adds = append(g.adds, func() {
			a.PlanID = plan.ID
			g.news.AddPlan(in, a)
		})
		g.add(node)
		return node
	}
	a.ID, a.Position = old.ID, old.Position
	if a != *old {
		was := planAssignmentNode(code, old)
		g.update("plan_assignment", old.ID, was, node, func(customerID int64) error { return g.im.tx.UpdatePlanAssignment(customerID, &a) })
	}
	return node
}

func (g *groupWork) readCharge(r *doc.Reader, find func(contract.ChargeKey) *contract.Charge, position int64) doc.Node {
	code := r.Name("charge")
	charge := g.im.charges[code]
	a := contract.Charge{
		Position: position, Quantity: r.Positive("quantity", money.FromInt(1)).String(),
		Dates: dates(r), Description: r.Text("description", ""), Billed: r.Bool("billed", false),
	}
	if r.Has("amount") {
		a.Amount = r.Decimal("amount", money.Decimal{}).String()
	}
	if charge == nil {
		if code != "" {
			r.Fault("charge", "there is no charge %q: add it to charges", code)
		}
		return doc.Node{}
	}
	a.ChargeID = charge.ID
	old := find(a.Key())
	if old == nil || charge.ID == 0 {
		node, in := chargeAssignmentNode(code, &a), g.in
		g.adds = append(g.adds, func() {
			a.ChargeID = charge.ID
			g.news.AddCharge(in, a)
		})
		g.add(node)
		return node
	}
	canonical(old)
	a.ID, a.Position, a.OnBill = old.ID, old.Position, old.OnBill
	if old.OnBill || !r.Given("billed") {
		a.Billed = old.Billed // what a bill holds is known; what the file leaves out stays
	}
	node := chargeAssignmentNode(code, &a)
	if a != *old {
		was := chargeAssignmentNode(code, old)
		g.update("charge_assignment", old.ID, was, node, func(customerID int64) error { return g.im.tx.UpdateChargeAssignment(customerID, &a) })
	}
	return node
}

// canonical brings the numbers of a stored assignment to their canonical text, so that equal numbers are equal texts.
func canonical(a *contract.Charge) {
	for _, text := range []*string{&a.Amount, &a.Quantity} {
		if d, err := money.ParseDecimal(*text); err == nil {
			*text = d.String()
		}
	}
}

func (g *groupWork) readObject(r *doc.Reader, find func(contract.ObjectKey) *contract.Object, position int64) doc.Node {
	place := hosting.Place{Server: g.im.server(r), Site: r.Text("site", ""), List: r.Text("list", "")}
	a := contract.Object{
		Position: position, Site: place.Site, Dates: dates(r), Free: r.Bool("free", false), Description: r.Text("description", ""),
	}
	server := g.im.servers[place.Server]
	if server == nil {
		return doc.Node{}
	}
	a.ServerID = server.ID
	list := g.im.lists[place]
	switch {
	case place.List == "":
	case place.Site == "":
		r.Fault("site", "is missing: a list belongs to a site")
		return doc.Node{}
	case list == nil:
		r.Fault("list", "there is no %s: add it to lists, or sync the server", place.Describe())
		return doc.Node{}
	default:
		a.ListID = list.ID
	}
	node := objectAssignmentNode(place, &a)
	var old *contract.Object
	if server.ID != 0 && (list == nil || list.ID != 0) {
		old = find(a.Key())
	}
	if old == nil {
		in := g.in
		g.adds = append(g.adds, func() {
			if a.ServerID = server.ID; list != nil {
				a.ListID = list.ID
			}
			g.news.AddObject(in, a)
		})
		g.add(node)
		return node
	}
	a.ID, a.Position, a.ServerID, a.Site = old.ID, old.Position, old.ServerID, old.Site
	if a != *old {
		was := objectAssignmentNode(place, old)
		g.update("object_assignment", old.ID, was, node, func(customerID int64) error { return g.im.tx.UpdateObjectAssignment(customerID, &a) })
	}
	return node
}

// add notes an assignment that is new. Those of a new group stand in the history of the group.
func (g *groupWork) add(node doc.Node) {
	if !g.isNew {
		g.added = append(g.added, node)
	}
}

func (g *groupWork) update(entity string, id int64, was, is doc.Node, save func(customerID int64) error) {
	row := &g.c.row
	g.im.save(func() error { return save(row.ID) })
	g.change(entity, &id, "changed", raw(was), raw(is))
}

func (w *contractWork) change(entity string, id *int64, action string, before, after any) {
	row := &w.c.row
	w.changes = append(w.changes, func() store.Change {
		return store.Change{CustomerID: row.ID, Entity: entity, EntityID: *id, Action: action, Before: before, After: after}
	})
}

// recordNew notes a new customer with all its groups as one change.
func (w *contractWork) recordNew(c *customerState) {
	node := customerNode(&c.row)
	node.Add("groups", doc.Node{Kind: doc.Array, Items: w.nodes})
	after := raw(node)
	w.im.record(func() store.Change {
		return store.Change{CustomerID: c.row.ID, Entity: "customer", EntityID: c.row.ID, Action: "created", After: after}
	})
}
