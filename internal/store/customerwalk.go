package store

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"postmeter/internal/domain/customer"
	"postmeter/internal/store/migrate"
)

// Limits of walking along words.
const (
	mergedWords = 40  // up to so many words that begin alike are walked along together; more are sorted
	soonSorted  = 100 // so few customers are looked up and sorted sooner than walked along
	firstLooked = 400 // so many are looked at first for a page, then three times as many, and so on
	timesLooked = 3
	twice       = 2    // so often, mostly, the same customer is among those with words that begin alike
	fewOwn      = 3000 // so few are read sooner than each is looked up
	besideWords = 8000 // so many are looked at along a word where indexes alone are asked
)

// walkEnd says how a walk along words ended.
type walkEnd uint8

const (
	notWalked walkEnd = iota // there are no words to walk along
	arrived                  // the page is found
	tooFar                   // so many were looked at that another way is better
)

// wordWalk goes along the customers of a way along words, in the order of companies.
type wordWalk struct {
	s      *Snapshot
	f      *CustomerFilter
	ways   []way
	lead   int      // the way along which it goes, -1 for all customers; the others are conditions
	words  []string // that the way leads along; nil: too many to merge
	others bool     // there are conditions beside the words
	down   bool
	from   *string    // the company that it is at; nil at the beginning
	there  bool       // from has not been looked at
	beside [][]string // the words of the other ways along words, as far as they can be merged
	begun  int64      // with what the words of the other ways begin
	few    *way       // a condition on customers themselves that few meet; nil: none, or the database sees to it
}

// walkWords finds a page of customers in the order of companies along the words of a filter, where that can be and does not take too
// long: else the page is to be found otherwise.
func (s *Snapshot) walkWords(f *CustomerFilter, ways []way, others bool) (out []customer.Customer, end walkEnd, err error) {
	lead, words, err := s.leading(ways)
	if err != nil || lead < 0 {
		return nil, notWalked, err
	}
	walk := wordWalk{s: s, f: f, ways: ways, lead: lead, words: words, others: len(ways) > 1 || others, down: f.Falling != (f.Before != "")}
	if damaged := walk.begin(); damaged {
		return nil, arrived, nil // a page that does not exist
	}
	for i := range ways {
		if i == lead || !ways[i].isWord() {
			continue
		}
		if !ways[i].exact {
			walk.begun |= customer.Initials([]string{fmt.Sprint(ways[i].args[0])})
		}
		its, err := s.wordsOf(&ways[i])
		if err != nil {
			return nil, notWalked, err
		}
		if len(its) > 0 {
			walk.beside = append(walk.beside, its)
		}
	}
	if walk.few, err = s.fewOwn(ways); err != nil {
		return nil, notWalked, err
	}
	return walk.found()
}

// sortWords finds a page of customers in the order of companies by sorting all that have a word with the one beginning that the filter has.
// done is false where each has so many of them that another way is better.
func (s *Snapshot) sortWords(f *CustomerFilter, ways []way) (out []customer.Customer, done bool, err error) {
	walk := wordWalk{s: s, f: f, ways: ways, down: f.Falling != (f.Before != "")}
	if damaged := walk.begin(); damaged {
		return nil, true, nil // a page that does not exist
	}
	out, end, err := walk.found()
	return out, end == arrived, err
}

// walkFew finds a page of customers in the order of companies along all of them, where one condition on them is met by few, and by enough to
// fill a page soon. An index tells who is next, and another one who meets it.
func (s *Snapshot) walkFew(f *CustomerFilter, ways []way) (out []customer.Customer, end walkEnd, err error) {
	few, err := s.fewOwn(ways)
	if err != nil || few == nil {
		return nil, notWalked, err
	}
	all, err := s.allCustomers()
	if err != nil {
		return nil, notWalked, err
	}
	if n, err := s.matches(few, fewOwn); err != nil || all*int64(f.Limit) > n*besideWords/twice {
		return nil, notWalked, err
	}
	walk := wordWalk{s: s, f: f, ways: ways, lead: -1, others: true, few: few, down: f.Falling != (f.Before != "")}
	if damaged := walk.begin(); damaged {
		return nil, arrived, nil // a page that does not exist
	}
	return walk.found()
}

// found returns the customers of a page.
func (w *wordWalk) found() (out []customer.Customer, end walkEnd, err error) {
	ids, done, err := w.page()
	if err != nil || !done {
		return nil, tooFar, err
	}
	out, err = w.s.customersInOrder(ids)
	return out, arrived, err
}

// customersInOrder returns customers in the order of ids.
func (s *Snapshot) customersInOrder(ids []int64) ([]customer.Customer, error) {
	out, err := s.CustomersByID(ids)
	slices.SortFunc(out, func(a, b customer.Customer) int { return cmp.Compare(slices.Index(ids, a.ID), slices.Index(ids, b.ID)) })
	return out, err
}

// begin goes to the place of the filter's cursor, and says whether that is damaged.
func (w *wordWalk) begin() (damaged bool) {
	cursor := w.f.After + w.f.Before
	if cursor == "" {
		return false
	}
	company, _, err := readCursor(cursor, false)
	text, _ := company.(string)
	w.from = &text
	return err != nil
}

// page returns the next customers that meet all conditions, a page at most. done is false if so many were looked at that another way
// is better.
func (w *wordWalk) page() (ids []int64, done bool, err error) {
	n, most := w.reach()
	looked := 0
	for end := false; !end && len(ids) < w.f.Limit; n *= timesLooked {
		if looked >= most {
			if !w.f.Rough {
				return nil, false, nil
			}
			break
		}
		n = min(n, most-looked)
		looked += n
		if end, err = w.leap(); err != nil || end {
			break
		}
		var found []int64
		if found, end, err = w.next(n); err != nil {
			return nil, false, err
		}
		ids = append(ids, found...)
	}
	if err != nil {
		return nil, false, err
	}
	ids = ids[:min(len(ids), w.f.Limit)]
	if w.f.Before != "" {
		slices.Reverse(ids)
	}
	return ids, true, nil
}

// reach says how many are looked at first, and how many at most.
func (w *wordWalk) reach() (first, most int) {
	rows := w.rows()
	switch {
	case len(w.beside) > 0:
		return max(firstLooked, rows), max(besideWords, rows)
	case w.few != nil: // it ends with a full page
		return max(besideWords, rows), max(besideWords, rows)
	case w.others && w.s.db.engine == migrate.Postgres && w.f.Salesperson == "": // who else is asked for is known at once
		return max(walked, rows), max(besideWords, rows)
	case w.others: // there is nothing to leap to
		return max(walked, rows), max(walked, rows)
	}
	return rows, max(walked, rows)
}

// rows is how many rows fill a page: who has several of the words stands there several times.
func (w *wordWalk) rows() int {
	if len(w.words) == 1 || w.lead < 0 {
		return w.f.Limit
	}
	return w.f.Limit * twice
}

// leading returns the way along words to go along, and its words: that to the fewest customers, but one whose words can be merged
// rather than one to so many that they cannot be sorted soon. It is -1 where there is none, and where few customers are looked up sooner.
func (s *Snapshot) leading(ways []way) (lead int, words []string, err error) {
	lead = -1
	var least int64
	several := len(slices.DeleteFunc(slices.Clone(ways), func(w way) bool { return !w.isWord() })) > 1
	for i := range ways {
		if !ways[i].isWord() {
			continue
		}
		n, err := s.matches(&ways[i], soonSorted)
		if err != nil || n <= soonSorted {
			return -1, nil, err
		}
		its, err := s.wordsOf(&ways[i])
		if err != nil {
			return -1, nil, err
		}
		if several || its == nil { // else it does not matter how many there are
			if n, err = s.matches(&ways[i], counted); err != nil {
				return -1, nil, err
			}
		}
		if (its != nil || n <= counted) && (lead < 0 || n < least) {
			lead, words, least = i, its, n
		}
	}
	return lead, words, nil
}

// wordsOf returns the words that a way leads along, nil if they are too many, or if it leads along none.
func (s *Snapshot) wordsOf(w *way) (words []string, err error) {
	if !w.isWord() {
		return nil, nil
	}
	if w.exact {
		return []string{fmt.Sprint(w.args[0])}, nil
	}
	beginning := fmt.Sprint(w.args[0])
	if words, known := s.begin[beginning]; known {
		return words, nil
	}
	if words, err = s.readWords(w); err != nil {
		return nil, err
	}
	if s.begin == nil {
		s.begin = map[string][]string{}
	}
	s.begin[beginning] = words
	return words, nil
}

// readWords reads the words that begin as a way says, nil if they are too many.
func (s *Snapshot) readWords(w *way) (words []string, err error) {
	const query = `WITH RECURSIVE d (word, n) AS (
		SELECT min(word), 1 FROM customer_word WHERE word >= $1 AND word < $2
		UNION ALL SELECT (SELECT min(w.word) FROM customer_word w WHERE w.word > d.word AND w.word < $2), n + 1 FROM d
			WHERE d.word IS NOT NULL AND n <= $3)
		SELECT word FROM d WHERE word IS NOT NULL`
	for row, err := range s.rows(query, w.args[0], w.args[1], int64(mergedWords)) {
		if err != nil {
			return nil, err
		}
		var word string
		if err := row.Scan(&word); err != nil {
			return nil, err
		}
		words = append(words, word)
	}
	if len(words) > mergedWords {
		return nil, nil
	}
	return words, nil
}

// place is the condition of what comes next.
func (w *wordWalk) place(c *condition) string {
	if w.from == nil {
		return ""
	}
	compare := map[bool]string{false: " > ", true: " < "}[w.down]
	if w.there {
		compare = map[bool]string{false: " >= ", true: " <= "}[w.down]
	}
	return " AND w.company" + compare + c.arg(*w.from)
}

// leap goes on to where all words beside the leading one may be met: who shares two words often stands together, far down those of one.
// end says that one of them does not come any more.
func (w *wordWalk) leap() (end bool, err error) {
	first := map[bool]string{false: "min", true: "max"}[w.down]
	for _, words := range w.beside {
		var c condition
		place := w.place(&c)
		parts := make([]string, len(words))
		for i, word := range words {
			parts[i] = "SELECT " + first + "(w.company) AS company FROM customer_word w WHERE w.word = " + c.arg(word) + place
		}
		var next sql.NullString
		if _, err := w.s.one("SELECT "+first+"(company) FROM ("+strings.Join(parts, " UNION ALL ")+") AS n", c.args, &next); err != nil {
			return false, err
		}
		if !next.Valid {
			return true, nil
		}
		w.from, w.there = &next.String, true
	}
	return false, nil
}

// next looks at the next customers, n at most, until those that meet all conditions fill a page, and returns these; end says that there
// are no more.
func (w *wordWalk) next(n int) (ids []int64, end bool, err error) {
	var c condition
	columns := "w.company, w.customer_id"
	if w.begun != 0 {
		columns += ", w.initials"
	}
	from, direction := w.upcoming(&c, columns, n)
	text := "SELECT k.company, k.customer_id FROM (" + from + ") AS k"
	fits, err := w.fits(&c)
	if err != nil {
		return nil, false, err
	}
	text += fits
	if w.s.db.engine == migrate.Postgres { // SQLite reads k row by row in its order, and would sort all of it once more instead of ending with a full page
		text += " ORDER BY k.company" + direction
	}
	text += " LIMIT " + strconv.Itoa(w.rows())
	found, last, at := 0, int64(0), ""
	for row, err := range w.s.rows(text, c.args...) {
		if err != nil {
			return nil, false, err
		}
		var id int64
		if err := row.Scan(&at, &id); err != nil {
			return nil, false, err
		}
		if id != last { // once, with several words that begin alike
			ids = append(ids, id)
		}
		found, last = found+1, id
	}
	if found < w.rows() {
		end, err = w.pass(n)
		return ids, end, err
	}
	w.from, w.there = &at, false
	return ids, false, nil
}

// pass goes on behind the next customers, n at most; end says that there are no more.
func (w *wordWalk) pass(n int) (end bool, err error) {
	var c condition
	from, _ := w.upcoming(&c, "w.company", n)
	last := map[bool]string{false: "max", true: "min"}[w.down]
	var passed int
	var at sql.NullString
	if _, err := w.s.one("SELECT count(*), "+last+"(k.company) FROM ("+from+") AS k", c.args, &passed, &at); err != nil {
		return false, err
	}
	if at.Valid {
		w.from, w.there = &at.String, false
	}
	return passed < n, nil
}

// upcoming is the query for the next customers, n at most, in their order. Both engines merge what they read of each word by the index, row by
// row.
func (w *wordWalk) upcoming(c *condition, columns string, n int) (text, direction string) {
	direction = map[bool]string{true: " DESC"}[w.down]
	place := w.place(c)
	order := " ORDER BY company" + direction + " LIMIT " + strconv.Itoa(n) // in the text: PostgreSQL shall know how few these are, whoever asks
	if w.lead < 0 {
		return strings.Replace("SELECT "+columns, "w.customer_id", "w.id AS customer_id", 1) + " FROM customer w WHERE 1 = 1" + place + order, direction
	}
	if len(w.words) == 0 {
		return strings.Replace("SELECT "+w.ways[w.lead].query(c), w.ways[w.lead].id, columns, 1) + place + order, direction
	}
	parts := make([]string, len(w.words))
	for i, word := range w.words {
		parts[i] = "SELECT " + columns + " FROM customer_word w WHERE w.word = " + c.arg(word) + place + order
	}
	return merged(parts, order), direction
}

// merged is a query of what several find that are each sorted and limited, in the same order.
func merged(parts []string, order string) string {
	if len(parts) == 1 {
		return parts[0]
	}
	out := make([]string, len(parts))
	for i, part := range parts {
		out[i] = fmt.Sprintf("SELECT * FROM (%s) AS m%d", part, i)
	}
	return strings.Join(out, " UNION ALL ") + order
}

// fits is the condition that a customer k meets the conditions beside that of the way along which the walk goes: first whether its words
// begin so, which is read beside the word that leads. Several PostgreSQL shall ask of one after the other, and not join them.
func (w *wordWalk) fits(c *condition) (string, error) {
	if !w.others {
		return "", nil
	}
	all := condition{args: c.args}
	all.meet(w.ways, "k.customer_id", w.lead)
	own := condition{args: all.args}
	if err := own.narrow(w.f); err != nil {
		return "", err
	}
	// PostgreSQL knows which is sooner: to ask of each, or to join those that meet it; but no index finds a part of a name.
	if len(all.text) == 0 && w.s.db.engine == migrate.Postgres && w.f.Salesperson == "" {
		c.args = own.args
		return " WHERE k.customer_id IN (SELECT id FROM customer" + own.where() + ")", nil
	}
	if len(own.text) > 0 {
		own.and("customer.id = k.customer_id")
		all.and("EXISTS (SELECT 1 FROM customer" + own.where() + ")")
	}
	c.args = own.args
	sooner := ""
	if w.begun != 0 {
		mask := c.arg(w.begun)
		sooner = "(k.initials & " + mask + ") = " + mask + " AND "
	}
	if w.few != nil { // read from its index, once, sooner than each customer is looked up
		sooner += "k.customer_id IN (SELECT " + w.few.query(c) + ") AND "
	}
	return " WHERE " + sooner + "CASE WHEN " + strings.Join(all.text, " AND ") + " THEN TRUE ELSE FALSE END", nil
}

// fewOwn is the condition on customers themselves that the fewest meet; nil if these are not few, or if the database sees to it.
func (s *Snapshot) fewOwn(ways []way) (few *way, err error) {
	if s.db.engine == migrate.Postgres {
		return nil, nil
	}
	least := int64(fewOwn) + 1
	for i := range ways {
		if ways[i].apart {
			continue
		}
		n, err := s.matches(&ways[i], least-1)
		if err != nil {
			return nil, err
		}
		if n < least {
			few, least = &ways[i], n
		}
	}
	return few, nil
}
