package insight

import (
	"context"
	"strings"
	"time"

	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
)

// PickKind is what is picked to be assigned.
type PickKind string

// The kinds of what can be assigned.
const (
	PickLists   PickKind = "lists"
	PickSites   PickKind = "sites"
	PickServers PickKind = "servers"
)

// Limits of picking.
const (
	picksShown  = 100       // a page
	picksLooked = 5000      // how many lists are looked at for a page
	allLooked   = 2_000_000 // how many for all that match
)

// Pick says what is offered.
type Pick struct {
	Kind     PickKind
	Search   string
	ServerID int64 // 0: all
	Assigned bool  // also what somebody has
	After    int64 // cursor; 0: from the start
}

// Offered is a list, site or server that can be assigned. ID is that of the list or server; of a site, that of PickSites.
type Offered struct {
	ID       int64
	Place    hosting.Place
	Server   int64 // of a list
	Assigned bool
	Holder   *store.Holder // one who has just this; nil when nobody has, or who has its site or server
	Members  int64         // of a list, when it was last read
}

// OfferedPage is one page of what is offered.
type OfferedPage struct {
	Rows []Offered
	Next int64 // cursor; 0: no more
}

// PickPage returns a page of what can be assigned.
func PickPage(ctx context.Context, db *store.DB, p Pick, now time.Time) (page *OfferedPage, err error) {
	page = &OfferedPage{}
	err = db.Read(ctx, func(s *store.Snapshot) error {
		page.Rows, page.Next, err = pick(s, &p, now, picksShown, picksLooked)
		if err != nil {
			return err
		}
		return page.describe(s, &p)
	})
	return page, err
}

// NobodysCounted is up to how many lists that nobody has are counted.
const NobodysCounted = 1000

// Nobodys counts the lists that nobody has, of a server or of all (0), up to NobodysCounted. It looks at a limited number of
// lists: others says that there are lists beyond them.
func Nobodys(ctx context.Context, db *store.DB, serverID int64, now time.Time) (n int64, others bool, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		rows, next, err := pick(s, &Pick{Kind: PickLists, ServerID: serverID}, now, NobodysCounted, picksLooked)
		n, others = int64(len(rows)), next != 0
		return err
	})
	return n, others, err
}

// PickAll returns the ids of all that match, most+1 at most.
func PickAll(ctx context.Context, db *store.DB, p Pick, now time.Time, most int) (ids []int64, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		rows, _, err := pick(s, &p, now, most+1, allLooked)
		for i := range rows {
			ids = append(ids, rows[i].ID)
		}
		return err
	})
	return ids, err
}

func pick(s *store.Snapshot, p *Pick, now time.Time, limit, look int) (out []Offered, next int64, err error) {
	today, err := todayIn(s, now)
	if err != nil {
		return nil, 0, err
	}
	if p.Kind == PickServers {
		out, err = pickServers(s, p, today)
		return out, 0, err
	}
	f := store.PickFilter{
		Words: addressWords(p.Search), ServerID: p.ServerID,
		Assigned: p.Assigned, Today: today, After: p.After, Limit: limit, Look: look,
	}
	names, err := serverNames(s)
	if err != nil {
		return nil, 0, err
	}
	read := s.PickLists
	if p.Kind == PickSites {
		read = s.PickSites
	}
	rows, next, err := read(f)
	for _, r := range rows {
		out = append(out, Offered{ID: max(r.ListID, r.SiteID), Place: hosting.Place{Server: names[r.ServerID], Site: r.Site, List: r.Name}, Server: r.ServerID, Assigned: r.Assigned})
	}
	return out, next, err
}

// todayIn is the civil day of an instant in the billing time zone.
func todayIn(s *store.Snapshot, now time.Time) (period.Date, error) {
	v, err := s.Settings()
	if err != nil {
		return 0, err
	}
	zone, err := v.Location()
	if err != nil {
		return 0, err
	}
	return period.DateOf(now, zone), nil
}

func pickServers(s *store.Snapshot, p *Pick, today period.Date) (out []Offered, err error) {
	servers, err := s.Servers()
	if err != nil {
		return nil, err
	}
	holders, err := holdersOfServers(s, servers, today)
	if err != nil {
		return nil, err
	}
	for i := range servers {
		v := &servers[i]
		if !strings.Contains(strings.ToLower(v.Name+" "+v.Host), strings.ToLower(p.Search)) {
			continue
		}
		holder := holders[v.ID]
		if p.Assigned || holder == nil {
			out = append(out, Offered{ID: v.ID, Place: hosting.Place{Server: v.Name}, Assigned: holder != nil, Holder: holder})
		}
	}
	return out, nil
}

// holdersOfServers returns who has a server as a whole on a day from today on, by the server.
func holdersOfServers(s *store.Snapshot, servers []hosting.Server, today period.Date) (map[int64]*store.Holder, error) {
	objects := make([]store.Object, len(servers))
	for i := range servers {
		objects[i] = store.Object{ServerID: servers[i].ID}
	}
	holders, err := s.Holders(objects)
	out := map[int64]*store.Holder{}
	for i := range holders {
		if holders[i].Dates.End >= today {
			out[holders[i].ServerID] = &holders[i]
		}
	}
	return out, err
}

// describe adds who has what, and members.
func (page *OfferedPage) describe(s *store.Snapshot, p *Pick) error {
	if p.Kind != PickLists {
		return nil
	}
	ids := make([]int64, len(page.Rows))
	objects := make([]store.Object, len(page.Rows))
	for i := range page.Rows {
		ids[i], objects[i] = page.Rows[i].ID, store.Object{ListID: page.Rows[i].ID}
	}
	members, err := s.MembersOf(ids)
	if err != nil {
		return err
	}
	holders, err := s.Holders(objects)
	if err != nil {
		return err
	}
	by := map[int64]*store.Holder{}
	for i := range holders {
		by[holders[i].ListID] = &holders[i]
	}
	for i := range page.Rows {
		page.Rows[i].Members, page.Rows[i].Holder = members[page.Rows[i].ID], by[page.Rows[i].ID]
	}
	return nil
}

// Picked turns ids of what was offered into objects to assign.
func Picked(ctx context.Context, db *store.DB, kind PickKind, ids []int64) (objects []store.Object, err error) {
	if kind == PickSites {
		err = db.Read(ctx, func(s *store.Snapshot) error {
			objects, err = s.PickedSites(ids)
			return err
		})
		return objects, err
	}
	for _, id := range ids {
		if kind == PickServers {
			objects = append(objects, store.Object{ServerID: id})
		} else {
			objects = append(objects, store.Object{ListID: id})
		}
	}
	return objects, nil
}

// PickedNames names the first of what was picked.
func PickedNames(ctx context.Context, db *store.DB, objects []store.Object, most int) (out []string, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		names, err := serverNames(s)
		if err != nil {
			return err
		}
		for _, o := range objects[:min(len(objects), most)] {
			if o.ListID == 0 {
				out = append(out, hosting.Place{Server: names[o.ServerID], Site: o.Site}.Describe())
				continue
			}
			lists, err := s.ListsByID([]int64{o.ListID})
			if err != nil {
				return err
			}
			for i := range lists {
				out = append(out, lists[i].Place.List+"@"+lists[i].Place.Site)
			}
		}
		return nil
	})
	return out, err
}

// Choice is something to choose by its name.
type Choice struct {
	ID   int64
	Name string
}

// ServerChoices returns all servers, by name.
func ServerChoices(ctx context.Context, db *store.DB) (out []Choice, err error) {
	err = db.Read(ctx, func(s *store.Snapshot) error {
		all, err := s.Servers()
		for i := range all {
			out = append(out, Choice{all[i].ID, all[i].Name})
		}
		return err
	})
	return out, err
}
