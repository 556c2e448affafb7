package account

import (
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

func (b *Builder) groups(a *Account, rows *Rows, lists *finder) error {
	a.Groups = make([]Group, len(rows.Groups))
	a.Input.Customer.Groups = make([]rating.Group, len(rows.Groups))
	for g := range rows.Groups {
		a.Groups[g].ID = rows.Groups[g].ID
		a.Input.Customer.Groups[g].Name = rows.Groups[g].Name
	}
	for i := range rows.Plans {
		g := a.group(rows.Plans[i].Group)
		if g < 0 {
			return missing("group", rows.Plans[i].Group)
		}
		if err := b.plan(a, g, &rows.Plans[i]); err != nil {
			return err
		}
	}
	for i := range rows.Charges {
		g := a.group(rows.Charges[i].Group)
		if g < 0 {
			return missing("group", rows.Charges[i].Group)
		}
		if err := b.charge(a, g, &rows.Charges[i], rows.Billed[rows.Charges[i].ID]); err != nil {
			return err
		}
	}
	for i := range rows.Objects {
		o := &rows.Objects[i]
		g := a.group(o.Group)
		if g < 0 {
			return missing("group", o.Group)
		}
		from := &a.Groups[g]
		into := &a.Input.Customer.Groups[g]
		err := b.object(a, o, lists, func(object rating.Object) {
			into.Objects = append(into.Objects, object)
			from.Objects = append(from.Objects, Object{Assignment: o.ID, List: o.List})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (a *Account) group(id int64) int {
	for g := range a.Groups {
		if a.Groups[g].ID == id {
			return g
		}
	}
	return -1
}

// plan adds an assignment, once for each version of the plan that is valid on one of its days.
func (b *Builder) plan(a *Account, g int, row *PlanRow) error {
	p := b.Catalog.plans[row.Plan]
	if p == nil {
		return missing("plan", row.Plan)
	}
	for i := range p.versions {
		v := &p.versions[i]
		days, ok := v.days.Intersect(row.Dates)
		if !row.Dates.Valid() { // kept as it is, for validation to find
			days, ok = row.Dates, i == 0
		}
		if ok {
			into := &a.Input.Customer.Groups[g]
			into.Plans = append(into.Plans, rating.PlanAssignment{Plan: v.plan, Dates: days})
			a.Groups[g].Plans = append(a.Groups[g].Plans, Plan{Assignment: row.ID, Limits: &p.limits})
		}
	}
	return nil
}

// charge adds an assignment, once for each version of the charge.
func (b *Builder) charge(a *Account, g int, row *ChargeRow, billed bool) error {
	c := b.Catalog.charges[row.Charge]
	if c == nil {
		return missing("charge", row.Charge)
	}
	in := rating.ChargeAssignment{Dates: row.Dates, Billed: billed || row.Billed}
	var err error
	if in.Quantity, err = money.ParseDecimal(row.Quantity); err != nil {
		return fault.Wrap(fault.Internal, err, "the stored quantity of charge assignment %d cannot be read", row.ID)
	}
	if row.Amount != "" {
		amount, err := money.ParseDecimal(row.Amount)
		if err != nil {
			return fault.Wrap(fault.Internal, err, "the stored amount of charge assignment %d cannot be read", row.ID)
		}
		in.Amount = &amount
	}
	into := &a.Input.Customer.Groups[g]
	for i := range c.versions {
		in.Charge = c.versions[i].charge
		if len(c.versions) > 1 {
			in.Valid = c.versions[i].days
		}
		into.Charges = append(into.Charges, in)
		a.Groups[g].Charges = append(a.Groups[g].Charges, Charge{Assignment: row.ID})
	}
	return nil
}

// object adds an assignment. One of a list follows it: it becomes one for each name of the list that has a day of
// the assignment.
func (b *Builder) object(a *Account, row *ObjectRow, lists *finder, add func(rating.Object)) error {
	if row.List == 0 {
		server := b.Servers[row.Server]
		if server == nil {
			return missing("server", row.Server)
		}
		add(rating.Object{Server: server.Name, Site: row.Site, Dates: row.Dates, Free: row.Free})
		return nil
	}
	list, err := lists.find(row.List)
	if err != nil {
		return err
	}
	for i := range list.row.Names {
		days, ok := list.row.slot(i).Intersect(row.Dates)
		if !row.Dates.Valid() {
			days, ok = row.Dates, i == 0
		}
		if ok {
			l := &a.Input.Lists[list.first+i]
			add(rating.Object{Server: l.Server, Site: l.Site, List: l.Name, Dates: days, Free: row.Free})
		}
	}
	return nil
}

func (b *Builder) others(a *Account, others []OtherRow, lists *finder) error {
	for i := range others {
		o := &others[i]
		if !o.Dates.Valid() { // takes no day
			continue
		}
		err := b.object(a, &o.ObjectRow, lists, func(object rating.Object) {
			a.Input.Others = append(a.Input.Others, object)
			a.Others = append(a.Others, Other{Customer: o.Customer, Company: o.Company})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// OpenStart says since when a customer without a start date is billed: its first bill, else its first usage, else the
// period.
func (a *Account) OpenStart() period.Date {
	switch {
	case len(a.Bills) > 0:
		return a.Bills[0].Days.Start
	case a.FirstUsage < a.Input.Period.Start:
		return a.FirstUsage
	}
	return a.Input.Period.Start
}
