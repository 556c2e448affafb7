package office

import (
	"context"
	"slices"

	"postmeter/internal/domain/contract"
	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// desk is the work on the contracts of one customer.
type desk struct {
	tx       *store.Tx
	customer customer.Customer
	groups   []*contract.Group
	records  []store.Change
}

// change does something to the contracts of a customer in one transaction. do says whether anything changed: then the
// customer's revision rises, so that its drafts are stale.
func change(ctx context.Context, db *store.DB, by store.By, customerID int64, do func(*desk) (bool, error)) error {
	return db.Write(ctx, by, func(tx *store.Tx) error {
		if err := tx.Lock("import", 0); err != nil { // as importer.lock
			return err
		}
		ids := []int64{customerID}
		found, err := tx.CustomersByID(ids)
		if err != nil || len(found) == 0 {
			return orMissing(err, "customer")
		}
		groups, err := tx.Groups(ids)
		if err != nil {
			return err
		}
		d := &desk{tx: tx, customer: found[0], groups: groups[customerID]}
		changed, err := do(d)
		if err != nil || !changed {
			return err
		}
		for _, r := range d.records {
			if err := tx.Record(r); err != nil {
				return err
			}
		}
		return tx.BumpCustomer(customerID)
	})
}

func (d *desk) record(entity string, id int64, action string, before, after any) {
	d.records = append(d.records, store.Change{CustomerID: d.customer.ID, Entity: entity, EntityID: id, Action: action, Before: before, After: after})
}

func (d *desk) group(id int64) (*contract.Group, error) {
	at := slices.IndexFunc(d.groups, func(g *contract.Group) bool { return g.ID == id })
	if at < 0 {
		return nil, orMissing(nil, "billing group")
	}
	return d.groups[at], nil
}

func (d *desk) newGroup(name string) (int64, error) {
	g := &contract.Group{Name: name}
	if n := len(d.groups); n > 0 {
		g.Position = d.groups[n-1].Position + 1
	}
	var news store.NewContracts
	news.AddGroup(store.In{Customer: &d.customer, Group: g})
	if err := d.tx.InsertContracts(&news); err != nil {
		return 0, err
	}
	d.record("billing_group", g.ID, "created", nil, raw(groupNode(name, nil, nil, nil)))
	return g.ID, nil
}

// free refuses objects that somebody has on one of the days; except is an assignment that is about to change itself.
func (d *desk) free(objects []store.Object, days period.Period, except int64) error {
	holders, err := d.tx.Holders(objects)
	if err != nil {
		return err
	}
	var faults fault.List
	for i := range holders {
		h := &holders[i]
		if h.AssignmentID == except && h.CustomerID == d.customer.ID || !h.Dates.Overlaps(days) || !h.Dates.Valid() {
			continue
		}
		place, err := d.place(h.Object)
		if err != nil {
			return err
		}
		remedy := "end that assignment first, or choose other days"
		if h.Dates == period.Open() {
			remedy = "end that assignment first" // there are no other days
		}
		faults.Add("objects", "%s belongs to %s, group %s, %s: %s", objectWords(place), h.Company, h.Group, daysText(h.Dates), remedy)
		if len(faults) >= maxClashes {
			break
		}
	}
	return faults.Err()
}

// maxClashes is how many objects that somebody has already are named.
const maxClashes = 20

// objectWords names a list by its address, which people know it by; a site and a server by what they are.
func objectWords(p hosting.Place) string {
	if p.List != "" {
		return p.List + "@" + p.Site
	}
	return "the " + p.Describe()
}

// daysText writes an interval for people.
func daysText(p period.Period) string {
	switch {
	case p == period.Open():
		return "on all days"
	case p.Start == period.First:
		return "until " + p.End.String()
	case p.End == period.Last:
		return "from " + p.Start.String() + " on"
	}
	return "from " + p.Start.String() + " to " + p.End.String()
}

// place returns the names of an object.
func (d *desk) place(o store.Object) (hosting.Place, error) { return placeOf(&d.tx.Snapshot, o) }

func placeOf(s *store.Snapshot, o store.Object) (hosting.Place, error) {
	if o.ListID != 0 {
		lists, err := s.ListsByID([]int64{o.ListID})
		if err != nil || len(lists) == 0 {
			return hosting.Place{}, orMissing(err, "list")
		}
		return lists[0].Place, nil
	}
	servers, err := s.Servers()
	for i := range servers {
		if servers[i].ID == o.ServerID {
			return hosting.Place{Server: servers[i].Name, Site: o.Site}, err
		}
	}
	return hosting.Place{}, orMissing(err, "server")
}

// give stores assignments of objects.
func (d *desk) give(group *contract.Group, p *Places) error {
	in := store.In{Customer: &d.customer, Group: group}
	position := int64(0)
	for i := range group.Objects {
		position = max(position, group.Objects[i].Position+1)
	}
	places, err := d.places(p.Objects)
	if err != nil {
		return err
	}
	var news store.NewContracts
	added := doc.Node{Kind: doc.Array}
	for i, o := range p.Objects {
		a := contract.Object{Position: position + int64(i), ServerID: places[i].server, Site: places[i].Site, ListID: o.ListID,
			Dates: p.Dates, Free: p.Free, Description: p.Description}
		news.AddObject(in, a)
		added.Items = append(added.Items, objectAssignmentNode(places[i].Place, &a))
	}
	d.record("billing_group", group.ID, "assigned", nil, raw(added))
	return d.tx.InsertContracts(&news)
}

// known is a place with the id of its server.
type known struct {
	hosting.Place
	server int64
}

// places returns the names of objects, in their order. Each must exist, and occur once.
func (d *desk) places(objects []store.Object) ([]known, error) {
	servers, err := d.tx.Servers()
	if err != nil {
		return nil, err
	}
	names, ids := map[int64]string{}, map[string]int64{}
	for i := range servers {
		names[servers[i].ID], ids[servers[i].Name] = servers[i].Name, servers[i].ID
	}
	var listIDs []int64
	for _, o := range objects {
		if o.ListID != 0 {
			listIDs = append(listIDs, o.ListID)
		}
	}
	lists, err := d.tx.ListsByID(listIDs)
	if err != nil {
		return nil, err
	}
	byID := map[int64]hosting.Place{}
	for i := range lists {
		byID[lists[i].ID] = lists[i].Place
	}
	out, seen := make([]known, len(objects)), map[hosting.Place]bool{}
	for i, o := range objects {
		place, ok := byID[o.ListID]
		if o.ListID == 0 {
			place, ok = hosting.Place{Server: names[o.ServerID], Site: o.Site}, names[o.ServerID] != ""
		}
		if !ok {
			return nil, fault.At("objects", "one of the selected objects does not exist (any more): select again")
		}
		if seen[place] {
			return nil, fault.At("objects", "the %s is selected twice", place.Describe())
		}
		seen[place] = true
		out[i] = known{place, ids[place.Server]}
	}
	return out, nil
}

// remove removes one assignment of a group.
func (d *desk) remove(group *contract.Group, what What, id int64) error {
	was, err := assignmentNode(&d.tx.Snapshot, group, what, id)
	if err != nil {
		return err
	}
	switch what {
	case PlanAssignments:
		d.record("plan_assignment", id, "removed", raw(was), nil)
		return d.tx.DeletePlanAssignment(d.customer.ID, id)
	case ChargeAssignments:
		at := slices.IndexFunc(group.Charges, func(c contract.Charge) bool { return c.ID == id })
		if group.Charges[at].OnBill {
			return fault.New(fault.Conflict, "a sent invoice holds this charge: give it an end date instead; nothing was removed")
		}
		d.record("charge_assignment", id, "removed", raw(was), nil)
		return d.tx.DeleteChargeAssignment(d.customer.ID, id)
	}
	at := slices.IndexFunc(group.Objects, func(o contract.Object) bool { return o.ID == id })
	o := &group.Objects[at]
	d.record("object_assignment", id, "removed", raw(was), nil)
	return d.tx.DeleteObjectAssignment(d.customer.ID, id, store.Object{ServerID: o.ServerID, Site: o.Site, ListID: o.ListID})
}

// assignmentNode returns an assignment as the provider file has it; NotFound if the group has none such.
func assignmentNode(s *store.Snapshot, group *contract.Group, what What, id int64) (doc.Node, error) {
	switch what {
	case PlanAssignments:
		plans, err := s.Plans()
		if at := slices.IndexFunc(group.Plans, func(p contract.Plan) bool { return p.ID == id }); at >= 0 {
			for i := range plans {
				if plans[i].ID == group.Plans[at].PlanID {
					return planAssignmentNode(plans[i].Code, &group.Plans[at]), nil
				}
			}
		}
		return doc.Node{}, orMissing(err, "assignment")
	case ChargeAssignments:
		charges, err := s.Charges()
		if at := slices.IndexFunc(group.Charges, func(c contract.Charge) bool { return c.ID == id }); at >= 0 {
			for i := range charges {
				if charges[i].ID == group.Charges[at].ChargeID {
					canonical(&group.Charges[at])
					return chargeAssignmentNode(charges[i].Code, &group.Charges[at]), nil
				}
			}
		}
		return doc.Node{}, orMissing(err, "assignment")
	}
	at := slices.IndexFunc(group.Objects, func(o contract.Object) bool { return o.ID == id })
	if at < 0 {
		return doc.Node{}, orMissing(nil, "assignment")
	}
	o := &group.Objects[at]
	place, err := placeOf(s, store.Object{ServerID: o.ServerID, Site: o.Site, ListID: o.ListID})
	return objectAssignmentNode(place, o), err
}

func nameNode(name string) store.RawJSON {
	var n doc.Node
	n.Add("name", doc.TextNode(name))
	return raw(n)
}

// under gives a fault a place.
func under(place string, err error) error {
	var l fault.List
	l.AddError(place, err)
	return l.Err()
}
