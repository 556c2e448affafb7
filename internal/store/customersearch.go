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

// fewMatches is up to how many customers a search looks up one by one. When more match, they are so many that walking
// in the order of the list soon finds a page full.
const fewMatches = 5000

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

// narrow adds the conditions of search and filters. Among those that an index answers, the one that the fewest customers
// meet is looked up if they are few; the others are asked of each customer.
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
	narrowDays(c, f)
	if err := s.narrowSalesperson(c, f); err != nil {
		return err
	}
	ways, err := s.ways(f)
	if err != nil || len(ways) == 0 {
		return err
	}
	rarest, few, err := s.rarest(ways)
	if err != nil {
		return err
	}
	for i := range ways {
		if few && i == rarest {
			c.and("id IN (" + ways[i].query(c) + ")")
		} else if ways[i].each {
			c.and("EXISTS (" + ways[i].query(c) + " AND " + ways[i].id + " = customer.id)")
		}
	}
	return nil
}

// way is a condition that an index answers.
type way struct {
	from, id string // the table, and its column that is the customer's id
	where    []string
	args     []any
	each     bool // it must be asked of each customer too: no other condition says it
}

// query is what finds the ids of the customers.
func (w *way) query(c *condition) string {
	text := "SELECT " + w.id + " FROM " + w.from
	for i, condition := range w.where {
		text += []string{" WHERE ", " AND "}[min(i, 1)] + condition + c.arg(w.args[i])
	}
	return text
}

// ways are the conditions of a filter that an index answers.
func (s *Snapshot) ways(f *CustomerFilter) (out []way, err error) {
	for _, word := range customer.Words(f.Words) {
		out = append(out, way{"customer_word w", "w.customer_id", []string{"w.word >= ", "w.word < "}, []any{word, prefixEnd(word)}, true})
	}
	if f.Plan != 0 {
		out = append(out, way{"plan_assignment p", "p.customer_id", []string{"p.plan_id = "}, []any{f.Plan}, true})
	}
	if f.Salesperson != "" {
		_, lacking, err := s.WordsLacking(1)
		if err != nil {
			return nil, err
		}
		if !lacking {
			out = append(out, way{"customer_word w", "w.customer_id", []string{"w.word = "}, []any{customer.SalespersonWord(f.Salesperson)}, true})
		}
	}
	if f.EndTo != 0 {
		out = append(out, way{"customer e", "e.id", []string{"e.end_day <= "}, []any{int64(f.EndTo)}, false})
	}
	if f.StartFrom != 0 {
		out = append(out, way{"customer e", "e.id", []string{"e.start_day >= "}, []any{int64(f.StartFrom)}, false})
	}
	return out, nil
}

// narrowDays adds the conditions of days.
func narrowDays(c *condition, f *CustomerFilter) {
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
}

// narrowSalesperson adds the condition of the salesperson, to the letter: the index knows only the words of the name.
func (s *Snapshot) narrowSalesperson(c *condition, f *CustomerFilter) error {
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

// rarest returns the way that leads to the fewest customers, and whether they are few enough to be looked up one by one.
func (s *Snapshot) rarest(ways []way) (at int, few bool, err error) {
	least := int64(fewMatches) + 1
	for i := range ways {
		var n int64
		var c condition
		if _, err := s.one("SELECT count(*) FROM ("+ways[i].query(&c)+" LIMIT "+c.arg(int64(fewMatches)+1)+") AS counted", c.args, &n); err != nil {
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
