package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/period"
)

// Choice is a filter of yes or no that may also be left open.
type Choice uint8

// The choices.
const (
	Either Choice = iota
	Yes
	No
)

// CustomerFilter says which customers a list shows, and in which order. The zero value of a field wants all.
type CustomerFilter struct {
	Words         string // each of its words is the beginning of a word of company, contact, addresses, phone or salespeople
	Active        Choice
	Type          string
	PaymentMethod string
	Salesperson   string        // one of the customer's
	Plan          int64         // a hosting plan that is assigned, on whichever days; 0: any
	StartFrom     period.Date   // first day not before it; 0: any
	StartTo       period.Date   // first day not after it; 0: any
	EndFrom       period.Date   // last day not before it; 0: any
	EndTo         period.Date   // last day not after it; 0: any
	During        period.Period // customers that have a day in it; zero: any
	Sort          string        // company, start or end
	Falling       bool
	After, Before string // a cursor that Cursor made
	Limit         int    // rows at most
	Rough         bool   // some of those that match are enough: not all are looked at for the first ones
}

// Limits of looking up customers one by one, by what an index says of them.
const (
	counted      = 10_000 // up to this many it is counted how many there are
	soonLookedUp = 500    // so few are looked up sooner than walked to along a word
	lookedUpTo   = 1000   // up to this many are looked at to count those that meet other conditions too
	someLooked   = 200    // so many are, where there are more: it is not counted how many there are
	enoughKnown  = 50     // where so many are known, none are looked at for that
	alikeOver    = 1000   // so many more are looked at to count those with one of the words that begin alike: one may have several
	alikeCounted = 2000   // up to so many with one of many words that begin alike are counted
	walked       = 3000   // so many are looked at in the order of a list before all that match are sorted
	walkedBefore = 400    // so many are, where an index alone knows all that match
	fewMatches   = 2000   // of the lists with a word
)

// customerSorts are the orders of the list. Each has an index.
var customerSorts = map[string]string{"company": "company", "start": "start_day", "end": "end_day"}

// condition is a part of a query with its arguments.
type condition struct {
	text []string
	args []any
}

// arg adds an argument and returns its place.
func (c *condition) arg(v any) string {
	c.args = append(c.args, v)
	return "$" + strconv.Itoa(len(c.args))
}

func (c *condition) and(text string) { c.text = append(c.text, text) }

func (c *condition) where() string {
	if len(c.text) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.text, " AND ")
}

// FindCustomers returns a page of customers.
func (s *Snapshot) FindCustomers(f CustomerFilter) ([]customer.Customer, error) {
	ways, others, err := s.ways(&f)
	if err != nil {
		return nil, err
	}
	lookup, some, err := s.lookup(&f, ways)
	if err != nil {
		return nil, err
	}
	walk := notWalked
	few := false
	if lookup >= 0 && !ways[lookup].isWord() {
		n, err := s.matches(&ways[lookup], soonLookedUp)
		if err != nil {
			return nil, err
		}
		few = n <= soonLookedUp
	}
	if f.byCompany() && !few {
		var found []customer.Customer
		if found, walk, err = s.walkWords(&f, ways, others); err != nil || walk == arrived {
			return found, err
		}
	}
	if f.byCompany() && walk == notWalked {
		var found []customer.Customer
		if found, walk, err = s.walkFew(&f, ways); err != nil || walk == arrived {
			return found, err
		}
	}
	if walk == tooFar && lookup < 0 {
		lookup = some // nor will a walk along all customers find them soon
	}
	if lookup >= 0 || len(ways) == 0 {
		return s.findAmong(&f, ways, lookup, 0)
	}
	// Many match: the next ones in the order of the list mostly fill a page. Where they do not, all that match are sorted.
	oneWord := len(ways) == 1 && ways[0].isWord() && !others && f.byCompany()
	among := walked
	if oneWord {
		among = walkedBefore
	}
	found, err := s.findAmong(&f, ways, -1, among)
	if err != nil || len(found) >= f.Limit {
		return found, err
	}
	if oneWord {
		found, sorted, err := s.sortWords(&f, ways)
		if err != nil || sorted {
			return found, err
		}
	}
	return s.findAmong(&f, ways, some, 0)
}

// byCompany says whether the list is sorted by company.
func (f *CustomerFilter) byCompany() bool {
	column := customerSorts[f.Sort]
	return column == "" || column == "company"
}

// findAmong finds customers among those of a way that is looked up, -1 for all; or among the next ones in the order of the
// list, if among is not 0.
func (s *Snapshot) findAmong(f *CustomerFilter, ways []way, lookup, among int) ([]customer.Customer, error) {
	column := customerSorts[f.Sort]
	if column == "" {
		column = "company"
	}
	back := f.Before != ""
	down := f.Falling != back
	var c condition
	query, place := customerColumns, ""
	if cursor := f.After + f.Before; cursor != "" {
		compare := map[bool]string{false: ">", true: "<"}[down]
		value, id, err := readCursor(cursor, column != "company")
		if err != nil {
			return nil, nil // a damaged cursor is a page that does not exist
		}
		place = fmt.Sprintf("(%s, id) %s (%s, %s)", column, compare, c.arg(value), c.arg(id))
	}
	direction := map[bool]string{false: "", true: " DESC"}[down]
	order := fmt.Sprintf(" ORDER BY %s%s, id%s", column, direction, direction)
	if among > 0 {
		from := "FROM (SELECT * FROM customer" + (&condition{text: only(place)}).where() + order + " LIMIT " + strconv.Itoa(among) + ") AS customer"
		query = strings.Replace(query, "FROM customer", from, 1)
	} else {
		c.text = only(place)
	}
	if lookup >= 0 {
		most := int64(0)
		if f.Rough {
			most = lookedUpTo
		}
		c.and("id IN (SELECT l.id FROM " + c.among(ways, lookup, most) + ")")
		// Sorted they shall be: not even PostgreSQL knows that whose companies begin with a word may stand far down the list.
		order = fmt.Sprintf(" ORDER BY %s%s, id%s", map[bool]string{false: column + " + 0", true: column + " || ''"}[column == "company"], direction, direction)
	} else {
		c.meet(ways, "customer.id", -1)
	}
	if err := c.narrow(f); err != nil {
		return nil, err
	}
	var out []customer.Customer
	for row, err := range s.rows(query+c.where()+order+" LIMIT "+c.arg(f.Limit), c.args...) {
		if err != nil {
			return nil, err
		}
		one, err := scanCustomer(row)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	if back {
		slices.Reverse(out)
	}
	return out, nil
}

// only is a list of a condition, or of none.
func only(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// among is a table l of the ids that a way finds, of so many of what it finds if most is not 0, that meet the conditions of the other ways about other
// tables: these are asked by indexes alone, before a customer is looked up.
func (c *condition) among(ways []way, lookup int, most int64) string {
	from := "(SELECT " + strings.Replace(ways[lookup].query(c), ways[lookup].id, ways[lookup].id+" AS id", 1)
	if most > 0 {
		from += " LIMIT " + strconv.FormatInt(most, 10) // PostgreSQL shall know that these are few, whoever asks
	}
	from += ") AS l"
	if most > 0 && ways[lookup].apart { // a customer may have several words that begin alike; of all of them, each once would be all to be looked at
		from = "(SELECT DISTINCT l.id FROM " + from + ") AS l"
	}
	others := condition{args: c.args}
	others.meet(ways, "l.id", lookup)
	c.args = others.args
	return from + others.where()
}

// meet adds the conditions of the ways about other tables, but for the one that is looked up already; -1 for none.
func (c *condition) meet(ways []way, id string, lookedUp int) {
	for i := range ways {
		if ways[i].apart && i != lookedUp {
			c.and("EXISTS (SELECT " + ways[i].query(c) + " AND " + ways[i].id + " = " + id + ")")
		}
	}
}

// lookup chooses among the conditions that an index answers: the one that the fewest customers meet is looked up if that is
// less work than to walk in the order of the list until a page is full; else it is -1. some is the one that the fewest meet.
func (s *Snapshot) lookup(f *CustomerFilter, ways []way) (lookup, some int, err error) {
	if len(ways) == 0 {
		return -1, -1, nil
	}
	some, matches, err := s.rarest(ways)
	if err != nil {
		return -1, -1, err
	}
	all, err := s.allCustomers()
	if err != nil {
		return -1, -1, err
	}
	if f.Rough || matches <= counted && matches*matches <= all*int64(max(f.Limit, 1)) {
		return some, some, nil
	}
	return -1, some, nil
}

// allCustomers is about how many there are.
func (s *Snapshot) allCustomers() (n int64, err error) {
	_, err = s.one(`SELECT coalesce(max(id), 0) FROM customer`, nil, &n)
	return n, err
}

// narrow adds the conditions of a filter about customers themselves.
func (c *condition) narrow(f *CustomerFilter) error {
	if f.Active != Either {
		c.and("active = " + c.arg(f.Active == Yes))
	}
	if f.Type != "" {
		c.and("type = " + c.arg(f.Type))
	}
	if f.PaymentMethod != "" {
		c.and("payment_method = " + c.arg(f.PaymentMethod))
	}
	day := func(d period.Date, text string) {
		if d != 0 { // in the text: PostgreSQL shall know whether few meet it, whoever asks
			c.and(text + strconv.FormatInt(int64(d), 10))
		}
	}
	day(f.StartFrom, "start_day >= ")
	day(f.StartTo, "start_day <= ")
	day(f.EndFrom, "end_day >= ")
	day(f.EndTo, "end_day <= ")
	day(f.During.End, "start_day <= ")
	day(f.During.Start, "end_day >= ")
	if f.Salesperson == "" {
		return nil
	}
	name, err := toJSON(f.Salesperson)
	if err != nil {
		return err
	}
	pattern := "%" + literally.Replace(name) + "%"
	c.and("(salespeople LIKE " + c.arg(pattern) + " ESCAPE '!' OR lower(salespeople) LIKE " + c.arg(customer.SmallLetters(pattern)) + " ESCAPE '!')")
	return nil
}

// literally takes the meaning from the signs of a pattern.
var literally = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// CustomerCursor is the place of a customer in the order of a list.
func CustomerCursor(c *customer.Customer, sort string) string {
	value := c.Company
	switch sort {
	case "start":
		value = strconv.FormatInt(int64(c.Dates.Start), 10)
	case "end":
		value = strconv.FormatInt(int64(c.Dates.End), 10)
	}
	return strconv.FormatInt(c.ID, 10) + " " + value
}

// readCursor is the contrary of CustomerCursor.
func readCursor(cursor string, number bool) (value any, id int64, err error) {
	before, after, _ := strings.Cut(cursor, " ")
	if id, err = strconv.ParseInt(before, 10, 64); err != nil || !number {
		return after, id, err
	}
	n, err := strconv.ParseInt(after, 10, 64)
	return n, id, err
}

// FoundIDs returns the ids of the customers that a filter finds, at most most.
func (s *Snapshot) FoundIDs(f CustomerFilter, most int) (ids []int64, err error) {
	f.Limit = most
	ways, _, err := s.ways(&f)
	if err != nil {
		return nil, err
	}
	lookup, _, err := s.lookup(&f, ways)
	if err != nil {
		return nil, err
	}
	var c condition
	if lookup >= 0 {
		c.and("id IN (SELECT l.id FROM " + c.among(ways, lookup, 0) + ")")
	} else {
		c.meet(ways, "customer.id", -1)
	}
	if err := c.narrow(&f); err != nil {
		return nil, err
	}
	for row, err := range s.rows(`SELECT id FROM customer`+c.where()+` ORDER BY company LIMIT `+c.arg(int64(most)), c.args...) {
		if err != nil {
			return nil, err
		}
		var id int64
		if err := row.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}
