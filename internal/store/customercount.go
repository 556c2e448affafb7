package store

import "strings"

// CountFound counts the customers of a filter, at most most, of whom so many are known. Where that would mean to look at too many, it
// counts some, or those that are known: exact says whether it counted all, or up to most.
func (s *Snapshot) CountFound(f CustomerFilter, most, known int64) (n int64, exact bool, err error) {
	ways, others, err := s.ways(&f)
	if err != nil {
		return 0, false, err
	}
	var c condition
	if len(ways) == 0 {
		if err := c.narrow(&f); err != nil {
			return 0, false, err
		}
		_, err = s.one(`SELECT count(*) FROM (SELECT 1 FROM customer`+c.where()+` LIMIT `+c.arg(most)+`) AS counted`, c.args, &n)
		return n, true, err
	}
	if len(ways) == 1 && !others {
		return s.countAlong(&ways[0], most)
	}
	rarest, matches, err := s.rarest(ways)
	if err != nil {
		return 0, false, err
	}
	looked := int64(lookedUpTo)
	if matches > lookedUpTo {
		if known >= enoughKnown {
			return known, false, nil
		}
		looked = someLooked
	}
	from := c.among(ways, rarest, looked)
	own := condition{args: c.args}
	if err := own.narrow(&f); err != nil {
		return 0, false, err
	}
	if len(own.text) > 0 { // else indexes know all
		own.and("customer.id = k.id")
		from = "(SELECT l.id FROM " + from + ") AS k CROSS JOIN customer"
	}
	query := `SELECT count(*) FROM (SELECT 1 FROM ` + from + own.where() + ` LIMIT ` + own.arg(most) + `) AS counted`
	_, err = s.one(query, own.args, &n)
	return max(n, known), matches <= lookedUpTo || n >= most, err
}

// countAlong counts the customers of a way, each once, at most most.
func (s *Snapshot) countAlong(w *way, most int64) (n int64, exact bool, err error) {
	words, err := s.wordsOf(w)
	switch {
	case err != nil:
		return 0, false, err
	case most == counted+1 && (!w.apart || len(words) == 1): // everybody is found once
		n, err = s.matches(w, counted)
		return n, true, err
	case !w.isWord(): // an index has them in their order
		var c condition
		_, err = s.one("SELECT count(*) FROM (SELECT DISTINCT "+w.query(&c)+" LIMIT "+c.arg(most)+") AS l", c.args, &n)
		return n, true, err
	case words == nil && most > alikeCounted: // who asks for so many words is still typing
		n, exact, err = s.countAlike(w, alikeCounted)
		return n, exact && n < alikeCounted, err
	}
	return s.countAlike(w, most)
}

// countAlike counts the customers of a way along words that begin alike, each once, at most most.
func (s *Snapshot) countAlike(w *way, most int64) (n int64, exact bool, err error) {
	var c condition
	var rows int64
	looked := most + alikeOver
	query := "SELECT count(DISTINCT l.id), count(*) FROM (SELECT " + strings.Replace(w.query(&c), w.id, w.id+" AS id", 1) + " LIMIT " + c.arg(looked) + ") AS l"
	if _, err := s.one(query, c.args, &n, &rows); err != nil {
		return 0, false, err
	}
	return min(n, most), n >= most || rows < looked, nil
}
