package store

import (
	"slices"

	"postmeter/internal/domain/account"
	"postmeter/internal/domain/period"
)

// place is a site of a server, or without a site the whole server.
type place struct {
	server int64
	site   string
}

// placeRows are what belongs to a place.
type placeRows struct {
	lists  []int64
	others []account.OtherRow // assignments of the place, and of a server's sites, to anyone
}

// readPlaces finds the lists of sites and servers that are assigned, and who else has a claim to them.
func (c *chunk) readPlaces() error {
	for i := range c.rows {
		for _, o := range c.rows[i].Objects {
			at := place{o.Server, o.Site}
			if o.List != 0 || c.places[at] != nil {
				continue
			}
			p, err := c.readPlace(at)
			if err != nil {
				return err
			}
			if c.places == nil {
				c.places = map[place]*placeRows{}
			}
			c.places[at] = p
		}
	}
	return nil
}

func (c *chunk) readPlace(at place) (*placeRows, error) {
	p := &placeRows{}
	condition, args := ` server_id = $1`, []any{at.server}
	if at.site != "" {
		condition, args = condition+` AND site = $2`, append(args, at.site)
	}
	err := c.s.raw(`SELECT DISTINCT list_id FROM list_name WHERE`+condition, args, func(r *rawRow) error {
		p.lists = append(p.lists, r.int(0))
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.Sort(p.lists)
	err = c.s.raw(`SELECT customer_id, group_id, id, position, server_id, site, list_id, start_day, end_day, free
		FROM object_assignment WHERE list_id = 0 AND`+condition+` ORDER BY customer_id, id`, args, func(r *rawRow) error {
		p.others = append(p.others, account.OtherRow{ObjectRow: objectRow(r)})
		return nil
	})
	return p, err
}

// readLists reads the names and lives of all lists of the chunk.
func (c *chunk) readLists() error {
	var ids []int64
	for i := range c.rows {
		for _, o := range c.rows[i].Objects {
			if o.List != 0 {
				ids = append(ids, o.List)
			}
		}
	}
	for _, p := range c.places {
		ids = append(ids, p.lists...)
	}
	c.lists = newIDSet(ids)
	c.list = make([]account.ListRow, len(c.lists.ids))
	names := make([]account.Name, 0, len(c.list)) // most have one; what is appended beyond lies elsewhere
	err := c.lists.each(c.s, `SELECT list_id, first_day, last_day, server_id, site, name FROM list_name WHERE {ids}`, "list_id", nil,
		func(at int, r *rawRow) error {
			l := &c.list[at]
			name := account.Name{Days: days(r, 1), Server: r.int(3), Site: r.text(4), Name: r.text(5)}
			if len(l.Names) > 0 {
				l.Names = append(l.Names, name)
				return nil
			}
			names = append(names, name)
			l.Names = names[len(names)-1 : len(names) : len(names)]
			return nil
		})
	if err != nil {
		return err
	}
	for i := range c.list {
		if l := &c.list[i]; len(l.Names) > 0 {
			l.ID, l.Life, l.Gone = c.lists.ids[i], period.Open(), period.Last
		}
	}
	err = c.lists.each(c.s, `SELECT id, start_day, end_day, gone_day FROM list
		WHERE {ids} AND (start_day <> $1 OR end_day <> $2 OR gone_day IS NOT NULL)`, "id",
		[]any{int64(period.First), int64(period.Last)}, func(at int, r *rawRow) error {
			l := &c.list[at]
			l.Life = days(r, 1)
			if !r.null(3) {
				l.Gone = period.Date(r.int(3))
			}
			return nil
		})
	for i := range c.list {
		if n := c.list[i].Names; len(n) > 1 {
			slices.SortFunc(n, func(a, b account.Name) int { return int(a.Days.Start) - int(b.Days.Start) })
		}
	}
	return err
}

// readOthers reads all assignments of lists that have several, or that belong to a place.
func (c *chunk) readOthers() error {
	var ids []int64
	for _, p := range c.places {
		ids = append(ids, p.lists...)
	}
	err := c.lists.each(c.s, `SELECT list_id FROM object_assignment WHERE {ids} GROUP BY list_id HAVING count(*) > 1`, "list_id", nil,
		func(_ int, r *rawRow) error {
			ids = append(ids, r.int(0))
			return nil
		})
	if err != nil || len(ids) == 0 {
		return err
	}
	c.others = map[int64][]account.OtherRow{}
	var companies []int64
	err = newIDSet(ids).each(c.s, `SELECT list_id, customer_id, group_id, id, position, server_id, site, start_day, end_day, free
		FROM object_assignment WHERE {ids} ORDER BY customer_id, id`, "list_id", nil, func(_ int, r *rawRow) error {
		o := account.OtherRow{ObjectRow: account.ObjectRow{List: r.int(0), Customer: r.int(1), Group: r.int(2), ID: r.int(3),
			Position: r.int(4), Server: r.int(5), Site: r.text(6), Dates: days(r, 7), Free: r.bool(9)}}
		c.others[o.List] = append(c.others[o.List], o)
		return nil
	})
	if err != nil {
		return err
	}
	for _, rows := range c.others {
		if len(rows) > 1 {
			for i := range rows {
				companies = append(companies, rows[i].Customer)
			}
		}
	}
	for _, p := range c.places {
		for i := range p.others {
			companies = append(companies, p.others[i].Customer)
		}
	}
	return c.nameOthers(companies)
}

// nameOthers gives assignments of others the company's name.
func (c *chunk) nameOthers(ids []int64) error {
	names := map[int64]string{}
	err := newIDSet(ids).each(c.s, `SELECT id, company FROM customer WHERE {ids}`, "id", nil, func(_ int, r *rawRow) error {
		names[r.int(0)] = r.text(1)
		return nil
	})
	for _, rows := range c.others {
		for i := range rows {
			rows[i].Company = names[rows[i].Customer]
		}
	}
	for _, p := range c.places {
		for i := range p.others {
			p.others[i].Company = names[p.others[i].Customer]
		}
	}
	return err
}

// belongings returns the lists that a customer's assignments cover, each once, and what others have of them.
func (c *chunk) belongings(rows *account.Rows) (lists []*account.ListRow, others []account.OtherRow) {
	lists = make([]*account.ListRow, 0, len(rows.Objects))
	var seen, claims map[int64]bool // lists, and assignments of places
	add := func(id int64) {
		at := c.lists.find(id)
		if at < 0 || c.list[at].ID == 0 {
			return // has no name: the account says so
		}
		l := &c.list[at]
		if seen == nil && len(lists) < fewLists {
			if slices.Contains(lists, l) {
				return
			}
		} else {
			if seen == nil {
				seen = make(map[int64]bool, len(rows.Objects))
				for _, l := range lists {
					seen[l.ID] = true
				}
			}
			if seen[id] {
				return
			}
			seen[id] = true
		}
		lists = append(lists, l)
		for _, o := range c.others[id] {
			if o.Customer != rows.Customer.ID {
				others = append(others, o)
			}
		}
	}
	for _, o := range rows.Objects {
		if o.List != 0 {
			add(o.List)
			continue
		}
		p := c.places[place{o.Server, o.Site}]
		for _, id := range p.lists {
			add(id)
		}
		for i := range p.others {
			if o := &p.others[i]; o.Customer != rows.Customer.ID && !claims[o.ID] {
				if claims == nil {
					claims = map[int64]bool{}
				}
				claims[o.ID] = true
				others = append(others, *o)
			}
		}
	}
	return lists, others
}

// fewLists is the number of lists up to which looking at each is faster than a map.
const fewLists = 8
