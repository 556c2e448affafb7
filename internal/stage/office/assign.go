package office

import (
	"context"
	"slices"

	"postmeter/internal/domain/contract"
	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// What names the three kinds of assignments, as a group's lists in the provider file.
type What string

// The kinds of assignments.
const (
	PlanAssignments   What = "plans"
	ChargeAssignments What = "charges"
	ObjectAssignments What = "objects"
)

// Group says which billing group is meant.
type Group struct{ CustomerID, ID int64 }

// EnterGroup makes a billing group (ID 0), or gives it another name. It returns its id.
func EnterGroup(ctx context.Context, db *store.DB, by store.By, g Group, name string) (id int64, err error) {
	err = change(ctx, db, by, g.CustomerID, func(d *desk) (bool, error) {
		if err := hosting.CheckName(name); err != nil {
			return false, under("name", err)
		}
		for _, other := range d.groups {
			if other.Name == name && other.ID != g.ID {
				return false, fault.At("name", "the customer has a billing group of this name already")
			}
		}
		if g.ID == 0 {
			id, err = d.newGroup(name)
			return true, err
		}
		id = g.ID
		group, err := d.group(g.ID)
		if err != nil || group.Name == name {
			return false, err
		}
		d.record("billing_group", g.ID, "renamed", nameNode(group.Name), nameNode(name))
		return true, d.tx.RenameGroup(g.CustomerID, g.ID, name)
	})
	return id, err
}

// RemoveGroup removes a billing group that holds nothing any more: Conflict if it does.
func RemoveGroup(ctx context.Context, db *store.DB, by store.By, g Group) error {
	return change(ctx, db, by, g.CustomerID, func(d *desk) (bool, error) {
		group, err := d.group(g.ID)
		if err != nil {
			return false, err
		}
		if n := len(group.Plans) + len(group.Charges) + len(group.Objects); n > 0 {
			return false, fault.New(fault.Conflict, "the billing group %s holds %d assignments: end or remove them first; nothing was changed", group.Name, n)
		}
		d.record("billing_group", g.ID, "removed", nameNode(group.Name), nil)
		return true, d.tx.DeleteGroup(g.CustomerID, g.ID)
	})
}

// Assignment is one plan, charge or object of a group as a form gives it: fields as in the provider file.
type Assignment struct {
	Group  Group
	What   What
	ID     int64 // 0: a new one
	Fields doc.Node
	Seen   *doc.Node // as the form showed it; see Entry
}

// EnterAssignment saves an assignment. Its faults have the places of fields. What contradicts another assignment is
// refused and names it: another plan of the group on one of the days, or an object that somebody has on one of them.
func EnterAssignment(ctx context.Context, db *store.DB, by store.By, a Assignment) error {
	err := change(ctx, db, by, a.Group.CustomerID, func(d *desk) (bool, error) {
		group, err := d.group(a.Group.ID)
		if err != nil {
			return false, err
		}
		w, err := d.reader(&a, group)
		if err != nil {
			return false, err
		}
		return w.enter(&a)
	})
	return entryFaults(err, "customers[0].groups[0]."+Kind(a.What))
}

// Places gives many objects to a group at once.
type Places struct {
	Group       Group
	Objects     []store.Object
	Dates       period.Period
	Free        bool
	Description string
}

// MaxPlaces is how many objects are assigned at once at most.
const MaxPlaces = 10_000

// Assign gives objects to a group, all or none. One that somebody has on one of the days is refused, naming who.
func Assign(ctx context.Context, db *store.DB, by store.By, p Places) error {
	switch {
	case len(p.Objects) == 0:
		return fault.At("objects", "nothing is selected: tick what shall be assigned")
	case len(p.Objects) > MaxPlaces:
		return fault.At("objects", "%d are selected: at most %d can be assigned at once", len(p.Objects), MaxPlaces)
	case !p.Dates.Valid():
		return fault.At("end", "is before the start, %s", p.Dates.Start)
	}
	return change(ctx, db, by, p.Group.CustomerID, func(d *desk) (bool, error) {
		group, err := d.group(p.Group.ID)
		if err != nil {
			return false, err
		}
		if err := d.free(p.Objects, p.Dates, 0); err != nil {
			return false, err
		}
		return true, d.give(group, &p)
	})
}

// RemoveAssignment removes an assignment, as if it had never been: usage that a sent invoice billed because of it is
// given back by the next run. A charge that a sent invoice holds cannot be removed, since it would be forgotten that it
// was billed: Conflict.
func RemoveAssignment(ctx context.Context, db *store.DB, by store.By, g Group, what What, id int64) error {
	return change(ctx, db, by, g.CustomerID, func(d *desk) (bool, error) {
		group, err := d.group(g.ID)
		if err != nil {
			return false, err
		}
		return true, d.remove(group, what, id)
	})
}

// Assignments returns the billing groups of a customer with all their assignments.
func Assignments(ctx context.Context, db *store.DB, customerID int64) (groups []*contract.Group, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		all, err := s.Groups([]int64{customerID})
		groups = all[customerID]
		return err
	})
	return groups, err
}

// ShowAssignment returns an assignment as forms show it.
func ShowAssignment(ctx context.Context, db *store.DB, g Group, what What, id int64) (node doc.Node, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		all, err := s.Groups([]int64{g.CustomerID})
		if err != nil {
			return err
		}
		at := slices.IndexFunc(all[g.CustomerID], func(other *contract.Group) bool { return other.ID == g.ID })
		if at < 0 {
			return orMissing(nil, "billing group")
		}
		node, err = assignmentNode(s, all[g.CustomerID][at], what, id)
		return err
	})
	return node, err
}
