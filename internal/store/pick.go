package store

import (
	"errors"
	"slices"
	"strings"

	"postmeter/internal/domain/period"
)

// PickFilter says which lists or sites are offered to be assigned.
type PickFilter struct {
	Words    []string // in small letters; each is the beginning of the list's name or of its site
	ServerID int64    // 0: all
	Assigned bool     // also what somebody has on a day from Today on
	Today    period.Date
	After    int64 // the last one that was looked at (its ID); 0: from the start
	Limit    int   // how many are wanted
	Look     int   // how many are looked at, at most
}

// Pickable is a list or a site that can be assigned.
type Pickable struct {
	ListID   int64 // of a list
	SiteID   int64 // of a site: see siteOf
	ServerID int64
	Site     string
	Name     string // of a list
	Assigned bool   // somebody has it, or has it with its site or server
	firstDay period.Date
}

// Rows are read in chunks: a small one at first, then larger ones where few of them are wanted.
const (
	firstPicks   = 200  // rows
	chunkOfPicks = 1000 // rows at most
)

// heldBy says whether somebody has the site or the server of a list on a day from $1 on. Days are added to 0, as SQLite would else go through all
// sites that anybody has, by their days, for each list.
const heldBy = `(EXISTS (SELECT 1 FROM object_assignment o WHERE o.server_id = n.server_id AND o.site = n.site AND o.list_id = 0 AND o.end_day + 0 >= $1)
	OR EXISTS (SELECT 1 FROM object_assignment o WHERE o.server_id = n.server_id AND o.site = '' AND o.list_id = 0 AND o.end_day + 0 >= $1))`

// PickLists returns lists in the order of server, site and name. It looks at a limited number of them, those that nobody has first of all where
// they are few: next is where to go on, 0 when there are no more.
func (s *Snapshot) PickLists(f PickFilter) (out []Pickable, next int64, err error) {
	from, err := s.fewLists(&f)
	if err != nil {
		return nil, 0, err
	}
	at, found, err := s.pickedAt(f.After)
	if err != nil || f.After != 0 && !found {
		return nil, 0, err
	}
	for looked, chunk := 0, firstPicks; looked < f.Look; looked, chunk = looked+chunk, min(looked+chunk, chunkOfPicks) {
		rows := 0
		err := s.listChunk(&f, from, at, found, chunk, func(p Pickable) error {
			if len(out) == f.Limit {
				return errFull
			}
			rows++
			at, found = p, true
			if (f.Assigned || !at.Assigned) && at.begins(f.Words) {
				out = append(out, at)
			}
			return nil
		})
		switch {
		case errors.Is(err, errFull), err == nil && len(out) == f.Limit && rows == chunk:
			return out, at.ListID, nil
		case err != nil:
			return nil, 0, err
		case rows < chunk:
			return out, 0, nil
		}
	}
	return out, at.ListID, nil
}

// pickedAt returns the place of a list in the order.
func (s *Snapshot) pickedAt(listID int64) (p Pickable, found bool, err error) {
	if listID == 0 {
		return p, false, nil
	}
	p.ListID = listID
	found, err = s.one(`SELECT server_id, site, name, first_day FROM list_name WHERE list_id = $1 AND last_day = $2`,
		[]any{listID, int64(period.Last)}, &p.ServerID, &p.Site, &p.Name, &p.firstDay)
	return p, found, err
}

// begins says whether each word is the beginning of name or site.
func (p *Pickable) begins(words []string) bool {
	for _, w := range words {
		if !strings.HasPrefix(strings.ToLower(p.Name), w) && !strings.HasPrefix(strings.ToLower(p.Site), w) {
			return false
		}
	}
	return true
}

// fewFrom are few lists, among which are all that are sought: those with a word, or those that nobody has for good. Neither: all lists.
type fewFrom struct {
	word       string
	unassigned bool
}

// fewLists says from which few lists to read.
func (s *Snapshot) fewLists(f *PickFilter) (from fewFrom, err error) {
	for _, word := range f.Words {
		var n int64
		end := prefixEnd(word)
		if _, err := s.one(`SELECT count(*) FROM (SELECT 1 FROM list_name WHERE name >= $1 AND name < $2
			UNION ALL SELECT 1 FROM list_name WHERE site >= $1 AND site < $2 LIMIT $3) AS counted`, []any{word, end, int64(fewMatches + 1)}, &n); err != nil {
			return from, err
		}
		if n <= fewMatches {
			return fewFrom{word: word}, nil
		}
	}
	if !f.Assigned {
		from.unassigned, err = s.fewUnassigned(min(f.Look, mostUnassigned))
	}
	return from, err
}

// errFull ends reading.
var errFull = errors.New("the page is full")

// listChunk reads rows after a place in the order, chunk at most.
func (s *Snapshot) listChunk(f *PickFilter, few fewFrom, at Pickable, after bool, chunk int, each func(Pickable) error) error {
	var c condition
	c.arg(int64(f.Today))
	source := `list_name n`
	c.and("n.last_day = " + c.arg(int64(period.Last)))
	c.and("l.gone_day IS NULL")
	if f.ServerID != 0 {
		c.and("n.server_id = " + c.arg(f.ServerID))
	}
	if few.word != "" {
		from, to := c.arg(few.word), c.arg(prefixEnd(few.word))
		c.and("n.list_id IN (SELECT list_id FROM list_name WHERE name >= " + from + " AND name < " + to +
			" UNION SELECT list_id FROM list_name WHERE site >= " + from + " AND site < " + to + ")")
	}
	if few.unassigned { // a cross join, as SQLite would else begin with the names in their order
		source = `(SELECT list_id FROM list_unassigned WHERE assigned_until < $1) AS u CROSS JOIN list_name n`
		c.and("n.list_id = u.list_id")
	}
	if after {
		c.and("(n.server_id, n.site, n.name, n.first_day) > (" + c.arg(at.ServerID) + ", " + c.arg(at.Site) + ", " + c.arg(at.Name) + ", " + c.arg(int64(at.firstDay)) + ")")
	}
	query := `SELECT n.list_id, n.server_id, n.site, n.name, n.first_day,
		EXISTS (SELECT 1 FROM object_assignment o WHERE o.list_id = n.list_id AND o.end_day >= $1) OR ` + heldBy + `
		FROM ` + source + ` JOIN list l ON l.id = n.list_id` + c.where() +
		` ORDER BY n.server_id, n.site, n.name, n.first_day LIMIT ` + c.arg(int64(chunk))
	return s.raw(query, c.args, func(r *rawRow) error {
		return each(Pickable{ListID: r.int(0), ServerID: r.int(1), Site: r.text(2), Name: r.text(3), firstDay: period.Date(r.int(4)), Assigned: r.bool(5)})
	})
}

// PickSites returns sites in the order of server and name: those that have lists, and those that the last sync of their server found
// without.
func (s *Snapshot) PickSites(f PickFilter) (out []Pickable, next int64, err error) {
	at, found, err := s.pickedSiteAt(f.After)
	if err != nil || f.After != 0 && !found {
		return nil, 0, err
	}
	for looked, chunk := 0, firstPicks; looked < f.Look; looked, chunk = looked+chunk, min(looked+chunk, chunkOfPicks) {
		rows, err := s.siteChunk(&f, at, found, chunk)
		if err != nil {
			return nil, 0, err
		}
		for i := range rows {
			at, found = rows[i], true
			if (f.Assigned || !at.Assigned) && at.begins(f.Words) {
				out = append(out, at)
			}
			if len(out) == f.Limit && (i < len(rows)-1 || len(rows) == chunk) {
				return out, at.SiteID, nil
			}
		}
		if len(rows) < chunk {
			return out, 0, nil
		}
	}
	return out, at.SiteID, nil
}

// siteOf says what the id of a site means that is offered: that of one of its lists, doubled, or, of a site without lists, that of its own row,
// doubled and one more.
func siteOf(id int64) (rowID int64, empty bool) { return id / 2, id%2 == 1 } //nolint:mnd // see above

// pickedSiteAt returns the place of a site in the order.
func (s *Snapshot) pickedSiteAt(id int64) (p Pickable, found bool, err error) {
	row, empty := siteOf(id)
	if !empty {
		return s.pickedAt(row)
	}
	found, err = s.one(`SELECT server_id, name FROM site WHERE id = $1`, []any{row}, &p.ServerID, &p.Site)
	return p, found, err
}

func (s *Snapshot) siteChunk(f *PickFilter, at Pickable, after bool, chunk int) (out []Pickable, err error) {
	var c condition
	c.arg(int64(f.Today))
	last, limit := c.arg(int64(period.Last)), c.arg(int64(chunk))
	narrow := func(server, site string) string {
		text := ""
		if f.ServerID != 0 {
			text += " AND " + server + " = " + c.arg(f.ServerID)
		}
		for _, word := range f.Words {
			text += " AND " + site + " >= " + c.arg(word) + " AND " + site + " < " + c.arg(prefixEnd(word))
		}
		if after {
			text += " AND (" + server + ", " + site + ") > (" + c.arg(at.ServerID) + ", " + c.arg(at.Site) + ")"
		}
		return text
	}
	query := `SELECT n.id, n.server_id, n.site, ` + heldBy + ` FROM (
		SELECT id, server_id, site FROM (SELECT 2 * min(l.list_id) AS id, l.server_id, l.site FROM list_name l
			WHERE l.last_day = ` + last + narrow("l.server_id", "l.site") + ` GROUP BY l.server_id, l.site ORDER BY l.server_id, l.site LIMIT ` + limit + `) AS peopled
		UNION ALL SELECT id, server_id, site FROM (SELECT 2 * y.id + 1 AS id, y.server_id, y.name AS site FROM site y
			JOIN (SELECT server_id, max(last_day) AS last_day FROM site GROUP BY server_id) AS z ON z.server_id = y.server_id AND z.last_day = y.last_day
			WHERE NOT EXISTS (SELECT 1 FROM list_name l WHERE l.server_id = y.server_id AND l.site = y.name AND l.last_day = ` + last + `)` +
		narrow("y.server_id", "y.name") + ` ORDER BY y.server_id, y.name LIMIT ` + limit + `) AS empty
		ORDER BY 2, 3 LIMIT ` + limit + `) AS n ORDER BY n.server_id, n.site`
	for row, err := range s.rows(query, c.args...) {
		if err != nil {
			return nil, err
		}
		var p Pickable
		if err := row.Scan(&p.SiteID, &p.ServerID, &p.Site, &p.Assigned); err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

// PickedSites returns the sites that ids of PickSites mean: of one with lists, where these are now.
func (s *Snapshot) PickedSites(ids []int64) (out []Object, err error) {
	var lists, sites []int64
	for _, id := range ids {
		if row, empty := siteOf(id); empty {
			sites = append(sites, row)
		} else {
			lists = append(lists, row)
		}
	}
	for _, some := range []struct {
		query string
		ids   []int64
	}{
		{`SELECT DISTINCT server_id, site FROM list_name WHERE last_day = (SELECT max(m.last_day) FROM list_name m
			WHERE m.list_id = list_name.list_id) AND list_id ` + in, lists},
		{`SELECT server_id, name FROM site WHERE id ` + in, sites},
	} {
		for row, err := range rowsIn(s, some.query, some.ids) {
			if err != nil {
				return nil, err
			}
			var o Object
			if err := row.Scan(&o.ServerID, &o.Site); err != nil {
				return nil, err
			}
			if !slices.Contains(out, o) {
				out = append(out, o)
			}
		}
	}
	return out, nil
}
