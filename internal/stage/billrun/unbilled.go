package billrun

import (
	"context"

	"postmeter/internal/domain/account"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
	"postmeter/internal/store"
)

// The reasons for which usage is not billed.
const (
	reasonNobody      = "never_assigned" // a list that nobody has
	reasonUnknown     = "unknown_list"   // a name in a log that is no list
	reasonUnassigned  = "not_assigned"   // days on which nobody has the list
	reasonInactive    = "inactive"       // its customer is inactive
	reasonAfterEnd    = "after_end"      // after its customer's last day
	reasonBeforeStart = "before_start"   // before its customer's first day
	reasonNoPlan      = "no_plan"        // days on which its group has no plan
)

// unbilledDays notes days until a last one that no bill covers.
func (c *computing) unbilledDays(a *account.Account, until period.Date) {
	for _, days := range a.Unbilled(period.Period{Start: period.First, End: until}) {
		c.batch.tally.days(a.Customer.ID, a.Customer.Company, days)
	}
}

// unbilledUsage notes what the customer's lists sent and nobody pays for.
func (c *computing) unbilledUsage(a *account.Account) error {
	dates := a.Customer.Dates
	odd := !a.Customer.Active || dates.Start > c.period.Start || dates.End < c.period.End || len(a.Earlier) > 0
	if !odd && wholly(a, c.period) {
		return nil
	}
	found := map[finding]*foundUsage{}
	for i := range a.Input.Usage {
		if err := c.sum(a, &a.Input.Usage[i], found); err != nil {
			return err
		}
	}
	for i := range a.Earlier {
		if err := c.sum(a, &a.Earlier[i], found); err != nil {
			return err
		}
	}
	for f, u := range found {
		if u.Recipients <= 0 {
			continue
		}
		if f.reason == reasonUnassigned {
			u.Customer = "" // nobody's on those days, whoever has the list on others
			u.listID = a.Lists[f.list].ID
			c.batch.tally.found = append(c.batch.tally.found, *u)
			continue
		}
		c.batch.tally.usage(u)
	}
	return nil
}

// wholly says whether every assignment of the account, and every plan, holds on all days of the period.
func wholly(a *account.Account, p period.Period) bool {
	for g := range a.Input.Customer.Groups {
		group := &a.Input.Customer.Groups[g]
		for i := range group.Objects {
			if d := group.Objects[i].Dates; d.Start > p.Start || d.End < p.End {
				return false
			}
		}
		covered := len(group.Objects) == 0
		for i := range group.Plans {
			d := group.Plans[i].Dates
			covered = covered || d.Start <= p.Start && d.End >= p.End
		}
		if !covered {
			return false
		}
	}
	return true
}

// finding is a list with a reason.
type finding struct {
	list   int32
	reason string
}

func (c *computing) sum(a *account.Account, s *rating.Sum, found map[finding]*foundUsage) error {
	reason, err := c.reason(a, s.List, s.Day)
	if err != nil || reason == "" {
		return err
	}
	key := finding{s.List, reason}
	u := found[key]
	if u == nil {
		u = &foundUsage{UnbilledUsage: UnbilledUsage{Reason: reason, Customer: a.Customer.Company, List: a.Input.Lists[s.List].Path()},
			first: s.Day, last: s.Day, customerID: a.Customer.ID, serverID: a.Lists[s.List].Server.ID}
		if c.batch.tally.report != nil {
			u.byDay = map[period.Date]store.UsedOnDay{}
		}
		found[key] = u
	}
	u.first, u.last = min(u.first, s.Day), max(u.last, s.Day)
	u.Messages += s.Messages
	u.Recipients += s.Recipients
	if u.byDay != nil {
		addOn(u.byDay, store.UsedOnDay{Day: s.Day, Messages: s.Messages, Recipients: s.Recipients})
	}
	return nil
}

// reason says why a list's usage of a day is not billed to this customer or anyone; empty if it is, or if that is
// another customer's matter.
func (c *computing) reason(a *account.Account, list int32, day period.Date) (string, error) {
	owner, group := c.owner(a, list, day)
	switch {
	case owner == foreign:
		return "", nil
	case owner == nobody:
		taken, err := c.taken(a, list, day)
		if err != nil || taken {
			return "", err
		}
		return reasonUnassigned, nil
	case !a.Customer.Active:
		return reasonInactive, nil
	case day > a.Customer.Dates.End:
		return reasonAfterEnd, nil
	case day < a.Customer.Dates.Start:
		return reasonBeforeStart, nil
	case owner == free:
		return "", nil
	}
	for _, p := range a.Input.Customer.Groups[group].Plans {
		if p.Dates.Contains(day) {
			return "", nil
		}
	}
	return reasonNoPlan, nil
}

// claim says whose a list is.
type claim uint8

const (
	nobody claim = iota
	foreign
	free
	charged
)

// owner resolves a list on one day: the most specific assignment, whosever it is.
func (c *computing) owner(a *account.Account, list int32, day period.Date) (owner claim, group int) {
	l := &a.Input.Lists[list]
	best := 0
	look := func(o *rating.Object, of claim, g int) {
		if s := specific(o, l); s > best && o.Dates.Contains(day) {
			best, owner, group = s, of, g
		}
	}
	for g := range a.Input.Customer.Groups {
		objects := a.Input.Customer.Groups[g].Objects
		for i := range objects {
			of := charged
			if objects[i].Free {
				of = free
			}
			look(&objects[i], of, g)
		}
	}
	for i := range a.Input.Others {
		look(&a.Input.Others[i], foreign, -1)
	}
	return owner, group
}

// specific ranks an assignment that covers a list: 3 the list, 2 its site, 1 its server; 0 does not cover it.
func specific(o *rating.Object, l *rating.List) int {
	switch {
	case o.Server != l.Server:
		return 0
	case o.Site == "":
		return 1
	case o.Site != l.Site:
		return 0
	case o.List == "":
		return 2
	case o.List == l.Name:
		return 3
	}
	return 0
}

// taken says whether somebody has the site or the server of a list on a day.
func (c *computing) taken(a *account.Account, list int32, day period.Date) (bool, error) {
	claims, err := c.snapshot.PlaceClaims(a.Lists[list].Server.ID, a.Input.Lists[list].Site)
	if err != nil {
		return false, err
	}
	for _, claim := range claims {
		if claim.Dates.Contains(day) {
			return true, nil
		}
	}
	return false, nil
}

// unassigned notes usage of lists that no customer has ever had, and of names that are no list.
func (r *run) unassigned(ctx context.Context, t *tally) error {
	if r.selected != nil {
		return nil
	}
	return r.db.Read(ctx, func(s *store.Snapshot) error {
		err := s.UnassignedLists(r.options.Period.End, t.report != nil, func(u store.ListUsage) error {
			found := &foundUsage{first: u.Days.Start, last: u.Days.End, serverID: u.ServerID,
				UnbilledUsage: UnbilledUsage{Reason: reasonNobody, List: u.Place, Messages: u.Messages, Recipients: u.Recipients}}
			if u.ByDay != nil {
				found.byDay = map[period.Date]store.UsedOnDay{}
				for _, d := range u.ByDay {
					addOn(found.byDay, d)
				}
			}
			t.usage(found)
			return nil
		})
		if err != nil {
			return err
		}
		return r.unknown(s, t)
	})
}

// unknown notes usage of names that are no list.
func (r *run) unknown(s *store.Snapshot, t *tally) error {
	before := period.StartOf(r.options.Period.End+1, r.zone).UnixMicro()
	if t.report != nil {
		days := &quarters{run: r, tell: t.usage}
		err := s.UnknownLists(before, true, func(u store.UnknownListUsage) error {
			days.add(&u)
			return nil
		})
		days.end()
		return err
	}
	return s.UnknownLists(before, false, func(u store.UnknownListUsage) error {
		t.usage(&foundUsage{first: r.day(u.FirstAt), last: r.day(u.LastAt), serverID: u.ServerID,
			UnbilledUsage: UnbilledUsage{Reason: reasonUnknown, List: u.Server + ": " + u.Key, Messages: u.Messages, Recipients: u.Recipients}})
		return nil
	})
}
