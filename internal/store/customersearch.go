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
}

// fewMatches is up to how many customers a search looks up by their words. When more match, they are so many that walking
// in the order of the list soon finds a page full.
const fewMatches = 2000

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
	var c condition
	if err := s.narrow(&c, &f); err != nil {
		return nil, err
	}
	column := customerSorts[f.Sort]
	if column == "" {
		column = "company"
	}
	back := f.Before != ""
	cursor := f.After + f.Before
	down := f.Falling != back
	if cursor != "" {
		compare := map[bool]string{false: ">", true: "<"}[down]
		value, id, err := readCursor(cursor, column != "company")
		if err != nil {
			return nil, nil // a damaged cursor is a page that does not exist
		}
		c.and(fmt.Sprintf("(%s, id) %s (%s, %s)", column, compare, c.arg(value), c.arg(id)))
	}
	direction := map[bool]string{false: "", true: " DESC"}[down]
	query := customerColumns + c.where() + fmt.Sprintf(" ORDER BY %s%s, id%s LIMIT %s", column, direction, direction, c.arg(f.Limit))
	var out []customer.Customer
	for row, err := range s.rows(query, c.args...) {
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

// CountFound counts the customers of a filter, at most most.
func (s *Snapshot) CountFound(f CustomerFilter, most int64) (n int64, err error) {
	var c condition
	if err := s.narrow(&c, &f); err != nil {
		return 0, err
	}
	query := `SELECT count(*) FROM (SELECT 1 FROM customer` + c.where() + ` LIMIT ` + c.arg(most) + `) AS counted`
	_, err = s.one(query, c.args, &n)
	return n, err
}

// narrow adds the conditions of search and filters.
func (s *Snapshot) narrow(c *condition, f *CustomerFilter) error {
	if f.Active != Either {
		c.and("active = " + c.arg(f.Active == Yes))
	}
	if f.Type != "" {
		c.and("type = " + c.arg(f.Type))
	}
	if f.PaymentMethod != "" {
		c.and("payment_method = " + c.arg(f.PaymentMethod))
	}
	if err := narrowDays(c, f); err != nil {
		return err
	}
	if err := s.narrowPlan(c, f.Plan); err != nil {
		return err
	}
	words := customer.Words(f.Words)
	if len(words) == 0 {
		return nil
	}
	rarest, few, err := s.rarest(words)
	if err != nil {
		return err
	}
	for i, word := range words {
		from, to := c.arg(word), c.arg(prefixEnd(word))
		if few && i == rarest {
			c.and("id IN (SELECT customer_id FROM customer_word WHERE word >= " + from + " AND word < " + to + ")")
			continue
		}
		c.and("EXISTS (SELECT 1 FROM customer_word w WHERE w.customer_id = customer.id AND w.word >= " + from + " AND w.word < " + to + ")")
	}
	return nil
}

// narrowPlan adds the condition of the plan: few customers are looked up, of many a page is soon full.
func (s *Snapshot) narrowPlan(c *condition, plan int64) error {
	if plan == 0 {
		return nil
	}
	n, err := s.CustomersOfPlan(plan, fewMatches+1)
	if n <= fewMatches {
		c.and("id IN (SELECT customer_id FROM plan_assignment WHERE plan_id = " + c.arg(plan) + ")")
	} else {
		c.and("EXISTS (SELECT 1 FROM plan_assignment p WHERE p.plan_id = " + c.arg(plan) + " AND p.customer_id = customer.id)")
	}
	return err
}

// narrowDays adds the conditions of days and of the salesperson.
func narrowDays(c *condition, f *CustomerFilter) error {
	day := func(d period.Date, text string) {
		if d != 0 {
			c.and(text + c.arg(int64(d)))
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
	c.and("salespeople LIKE " + c.arg("%"+literally.Replace(name)+"%") + ` ESCAPE '!'`)
	return nil
}

// literally takes the meaning from the signs of a pattern.
var literally = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// rarest returns the word with the fewest matches, and whether they are few enough to be looked up one by one.
func (s *Snapshot) rarest(words []string) (at int, few bool, err error) {
	least := int64(fewMatches) + 1
	for i, word := range words {
		var n int64
		if _, err := s.one(`SELECT count(*) FROM (SELECT 1 FROM customer_word WHERE word >= $1 AND word < $2 LIMIT $3) AS counted`,
			[]any{word, prefixEnd(word), fewMatches + 1}, &n); err != nil {
			return 0, false, err
		}
		if n < least {
			at, least = i, n
		}
	}
	return at, least <= fewMatches, nil
}

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
	var c condition
	if err := s.narrow(&c, &f); err != nil {
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
