package store

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"postmeter/internal/domain/period"
)

// lookedAt is how many lists are looked at for those that a search shows.
const lookedAt = 1000

// BillsNumbered returns bills whose own number, or that of their credit note, begins with a text, by number. One that is called
// just so comes first.
func (s *Snapshot) BillsNumbered(text string, limit int) ([]BillRow, error) {
	if text == "" {
		return nil, nil
	}
	var ids []int64
	for row, err := range s.rows(`SELECT id FROM (SELECT id, number FROM bill WHERE number <> '' AND number >= $1 AND number < $2
		UNION ALL SELECT bill_id, number FROM credit_note WHERE number >= $1 AND number < $2) AS b ORDER BY number LIMIT $3`,
		text, prefixEnd(text), int64(limit)) {
		if err != nil {
			return nil, err
		}
		var id int64
		if err := row.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	rows, err := s.BillsByID(ids)
	slices.SortFunc(rows, func(a, b BillRow) int { return cmp.Compare(slices.Index(ids, a.ID), slices.Index(ids, b.ID)) })
	return rows, err
}

// ListsNamed returns lists that are on their servers now, at most limit: those whose name or site begins with one word, or
// whose name begins with the first of two and the site with the second. Exact ones come first, then those by site and name.
func (s *Snapshot) ListsNamed(words []string, today period.Date, limit int) (out []Pickable, err error) {
	if len(words) == 0 || len(words) > 2 {
		return nil, nil
	}
	for _, look := range listLooks[len(words)-1] {
		args := []any{int64(today), int64(limit)}
		for _, word := range words {
			args = append(args, word, prefixEnd(word))
		}
		for row, err := range s.rows(namedLists(look), args...) {
			if err != nil {
				return nil, err
			}
			var p Pickable
			if err := row.Scan(&p.ListID, &p.ServerID, &p.Site, &p.Name, &p.Assigned); err != nil {
				return nil, err
			}
			if !slices.ContainsFunc(out, func(o Pickable) bool { return o.ListID == p.ListID }) {
				out = append(out, p)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b Pickable) int {
		return cmp.Or(a.differs(words)-b.differs(words), cmp.Compare(a.Site, b.Site), cmp.Compare(a.Name, b.Name), cmp.Compare(a.ListID, b.ListID))
	})
	return out[:min(len(out), limit)], nil
}

// listLook is a walk along an index. Where another word is asked of what is found, it looks at a limited number.
type listLook struct{ where, order, then string }

// listLooks are the ways to lists by one word, and by two.
var listLooks = [2][]listLook{
	{
		{"name >= $3 AND name < $4", "name, list_id", ""},
		{"site >= $3 AND site < $4", "site, name, list_id", ""},
	},
	{
		{"site = $5 AND name >= $3 AND name < $4", "site, name, list_id", " AND n.site < $6"}, // all arguments are used
		{"site >= $5 AND site < $6", "site, name, list_id", " AND n.name >= $3 AND n.name < $4"},
		{"name >= $3 AND name < $4", "name, list_id", " AND n.site >= $5 AND n.site < $6"},
	},
}

func namedLists(l listLook) string {
	return `SELECT n.list_id, n.server_id, n.site, n.name, EXISTS (SELECT 1 FROM object_assignment o WHERE o.list_id = n.list_id AND o.end_day >= $1) OR ` + heldBy + `
		FROM (SELECT list_id, server_id, site, name, last_day FROM list_name WHERE ` + l.where + ` ORDER BY ` + l.order + ` LIMIT ` + strconv.Itoa(lookedAt) + `) AS n
		JOIN list l ON l.id = n.list_id WHERE n.last_day = ` + strconv.Itoa(int(period.Last)) + ` AND l.gone_day IS NULL` + l.then + `
		ORDER BY n.site, n.name, n.list_id LIMIT $2`
}

// differs is 0 for a list that is called just so, else 1.
func (p *Pickable) differs(words []string) int {
	if strings.EqualFold(p.Name, words[0]) && (len(words) == 1 || strings.EqualFold(p.Site, words[1])) {
		return 0
	}
	return 1
}
