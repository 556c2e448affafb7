package insight

import (
	"context"
	"time"

	"postmeter/internal/domain/catalog"
	"postmeter/internal/domain/contract"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// GroupView is a billing group with the names of what is assigned to it.
type GroupView struct {
	Company  string
	House    bool // the customer is a house account, whose lists are not billed
	ID       int64
	Name     string
	Today    period.Date
	Currency money.Currency
	Plans    []AssignedPlan
	Charges  []AssignedCharge
	Places   []AssignedPlace
}

// AssignedPlan is a plan of a group.
type AssignedPlan struct {
	contract.Plan
	Name string
}

// AssignedCharge is a charge of a group.
type AssignedCharge struct {
	contract.Charge
	Name      string
	Default   money.Decimal // the charge's own amount
	Recurring bool
}

// AssignedPlace is a list, site or server of a group.
type AssignedPlace struct {
	contract.Object
	Place hosting.Place
	Gone  period.Date // of a list that its server has no more; else period.Last
}

// ReadGroup reads a billing group of a customer. It is NotFound when there is none.
func ReadGroup(ctx context.Context, db *store.DB, customerID, groupID int64, now time.Time) (v *GroupView, err error) {
	v = &GroupView{ID: groupID}
	err = db.Read(ctx, func(s *store.Snapshot) error {
		found, err := s.CustomersByID([]int64{customerID})
		if err != nil {
			return err
		}
		groups, err := s.Groups([]int64{customerID})
		if err != nil {
			return err
		}
		for _, g := range groups[customerID] {
			if g.ID == groupID && len(found) == 1 {
				v.Company, v.House, v.Name = found[0].Company, found[0].House, g.Name
				return v.read(s, g, now)
			}
		}
		return fault.New(fault.NotFound, "This billing group does not exist (any more).")
	})
	return v, err
}

func (v *GroupView) read(s *store.Snapshot, g *contract.Group, now time.Time) error {
	c := Catalog{}
	if err := c.read(s, now); err != nil {
		return err
	}
	v.Today, v.Currency = c.Today, c.Currency
	plans := map[int64]string{}
	for i := range c.Plans {
		plans[c.Plans[i].ID] = c.Plans[i].Name
	}
	for _, p := range g.Plans {
		v.Plans = append(v.Plans, AssignedPlan{Plan: p, Name: plans[p.PlanID]})
	}
	charges := map[int64]*ChargeEntry{}
	for i := range c.Charges {
		charges[c.Charges[i].ID] = &c.Charges[i]
	}
	for _, a := range g.Charges {
		one := AssignedCharge{Charge: a}
		if e := charges[a.ChargeID]; e != nil {
			one.Name, one.Default, one.Recurring = e.Name, e.Price.Amount, e.Price.Recurring
		}
		v.Charges = append(v.Charges, one)
	}
	return v.readPlaces(s, g.Objects)
}

func (v *GroupView) readPlaces(s *store.Snapshot, objects []contract.Object) error {
	names, err := serverNames(s)
	if err != nil {
		return err
	}
	var ids []int64
	for _, o := range objects {
		if o.ListID != 0 {
			ids = append(ids, o.ListID)
		}
	}
	lists, err := s.ListsByID(ids)
	if err != nil {
		return err
	}
	byID := make(map[int64]*hosting.List, len(lists))
	for i := range lists {
		byID[lists[i].ID] = &lists[i]
	}
	for _, o := range objects {
		one := AssignedPlace{Object: o, Place: hosting.Place{Server: names[o.ServerID], Site: o.Site}, Gone: period.Last}
		if l := byID[o.ListID]; l != nil {
			one.Place, one.Gone = l.Place, l.Gone
		}
		v.Places = append(v.Places, one)
	}
	return nil
}

func serverNames(s *store.Snapshot) (map[int64]string, error) {
	names := map[int64]string{}
	servers, err := s.Servers()
	for i := range servers {
		names[servers[i].ID] = servers[i].Name
	}
	return names, err
}

// Offer is the catalogue as choices: the codes with the names of what can be assigned.
func Offer(ctx context.Context, db *store.DB) (plans []catalog.Plan, charges []catalog.Charge, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		if plans, err = s.Plans(); err != nil {
			return err
		}
		charges, err = s.Charges()
		return err
	})
	return plans, charges, err
}
