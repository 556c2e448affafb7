package office

import (
	"postmeter/internal/domain/contract"
	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// assignReader reads one assignment of a form by the code that reads those of files.
type assignReader struct {
	*groupWork
	desk *desk
	list string // of the group: plans, charges or objects
}

// reader makes a file of the assignment, and learns what it may refer to.
func (d *desk) reader(a *Assignment, group *contract.Group) (*assignReader, error) {
	var root, c, g doc.Node
	g.Add("name", doc.TextNode(group.Name))
	g.Add(string(a.What), doc.Node{Kind: doc.Array, Items: []doc.Node{a.Fields}})
	c.Add("company", doc.TextNode(d.customer.Company))
	c.Add("groups", doc.Node{Kind: doc.Array, Items: []doc.Node{g}})
	root.Add("customers", doc.Node{Kind: doc.Array, Items: []doc.Node{c}})
	im := &importer{tx: d.tx, files: []*file{{name: formName, r: doc.NewReader(&root), root: &root}}, entry: &Entry{}}
	for _, learn := range []func() error{im.readSettings, im.readServers, im.readPlans, im.readCharges, im.readLists} {
		if err := learn(); err != nil {
			return nil, err
		}
	}
	im.saves, im.records = nil, nil // of settings, which an assignment does not change
	w := &contractWork{im: im, news: &store.NewContracts{}}
	w.begin(&customerState{row: d.customer, groups: d.groups})
	return &assignReader{&groupWork{contractWork: w, in: store.In{Customer: &w.c.row, Group: group}}, d, string(a.What)}, nil
}

// enter reads the assignment, looks whether it contradicts others, and stores it.
func (r *assignReader) enter(a *Assignment) (changed bool, err error) {
	group := r.in.Group
	if a.ID != 0 {
		now, err := assignmentNode(&r.im.tx.Snapshot, group, a.What, a.ID)
		if err != nil {
			return false, err
		}
		if a.Seen != nil {
			if stale := compare(*a.Seen, now); stale != nil {
				return false, r.whose(stale, a)
			}
		}
	}
	var days period.Period
	r.each(func(in *doc.Reader) {
		days = dates(in)
		if !days.Valid() {
			in.Fault("end", "is before the start, %s", days.Start)
		}
		r.read(in, a)
		in.Done()
	})
	if err := r.im.files[0].r.Err(); err != nil {
		return false, inFile(formName, err).Err()
	}
	if err := r.clash(a, days); err != nil {
		return false, err
	}
	return r.store()
}

// each calls do with the assignment of the file.
func (r *assignReader) each(do func(*doc.Reader)) {
	r.im.files[0].r.Each("customers", func(_ int, c *doc.Reader) {
		c.Each("groups", func(_ int, g *doc.Reader) {
			g.Each(r.list, func(_ int, in *doc.Reader) { do(in) })
		})
	})
}

// read reads it as groupWork does for files. The stored one is known by its id.
func (r *assignReader) read(in *doc.Reader, a *Assignment) {
	group := r.in.Group
	switch a.What {
	case PlanAssignments:
		r.readPlan(in, func(contract.PlanKey) *contract.Plan {
			return byID(group.Plans, a.ID, func(p *contract.Plan) int64 { return p.ID })
		},
			next(group.Plans))
	case ChargeAssignments:
		r.readCharge(in, func(contract.ChargeKey) *contract.Charge {
			return byID(group.Charges, a.ID, func(c *contract.Charge) int64 { return c.ID })
		}, next(group.Charges))
	default:
		r.readObject(in, func(contract.ObjectKey) *contract.Object {
			return byID(group.Objects, a.ID, func(o *contract.Object) int64 { return o.ID })
		}, next(group.Objects))
	}
}

func byID[T any](all []T, id int64, idOf func(*T) int64) *T {
	for i := range all {
		if id != 0 && idOf(&all[i]) == id {
			return &all[i]
		}
	}
	return nil
}

// next returns the position behind all others.
func next[T interface{ At() int64 }](all []T) (position int64) {
	for i := range all {
		position = max(position, all[i].At()+1)
	}
	return position
}

// clash refuses an assignment that contradicts another one.
func (r *assignReader) clash(a *Assignment, days period.Period) error {
	switch a.What {
	case PlanAssignments:
		return r.planClash(a, days)
	case ObjectAssignments:
		return r.desk.free([]store.Object{r.object(a)}, days, a.ID)
	}
	return nil
}

// object returns what is assigned.
func (r *assignReader) object(a *Assignment) store.Object {
	o := store.Object{Site: textAt(&a.Fields, "site")}
	place := hosting.Place{Server: textAt(&a.Fields, "server"), Site: o.Site, List: textAt(&a.Fields, "list")}
	if stored := byID(r.in.Group.Objects, a.ID, func(o *contract.Object) int64 { return o.ID }); stored != nil {
		o = store.Object{ServerID: stored.ServerID, Site: stored.Site, ListID: stored.ListID}
	} else if list := r.im.lists[place]; place.List != "" && list != nil {
		o.ListID = list.ID
	} else if server := r.im.servers[place.Server]; server != nil {
		o.ServerID = server.ID
	}
	if o.ListID != 0 {
		return store.Object{ListID: o.ListID} // known by itself, wherever it is
	}
	return o
}

// planClash refuses another plan of the group on one of the days.
func (r *assignReader) planClash(a *Assignment, days period.Period) error {
	code := textAt(&a.Fields, "plan")
	for i := range r.in.Group.Plans {
		p := &r.in.Group.Plans[i]
		if p.ID == a.ID || !p.Dates.Valid() || !p.Dates.Overlaps(days) {
			continue
		}
		for other, plan := range r.im.plans {
			if plan.ID == p.PlanID && other != code {
				return fault.At("start", "the group has the plan %s %s, and a group has one plan on any day: end that one first, or choose other days",
					plan.Name, daysText(p.Dates))
			}
		}
	}
	return nil
}

// store writes what was read.
func (r *assignReader) store() (changed bool, err error) {
	if err := r.resolve(); err != nil {
		return false, err
	}
	for _, save := range r.im.saves {
		if err := save(); err != nil {
			return false, err
		}
	}
	if err := r.im.tx.InsertContracts(r.news); err != nil {
		return false, err
	}
	if len(r.added) > 0 {
		r.desk.record("billing_group", r.in.Group.ID, "assigned", nil, raw(doc.Node{Kind: doc.Array, Items: r.added}))
	}
	for _, change := range r.changes {
		r.desk.records = append(r.desk.records, change())
	}
	return len(r.desk.records) > 0, nil
}
