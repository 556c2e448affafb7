package store

import (
	"fmt"

	"postmeter/internal/domain/customer"
	"postmeter/internal/store/migrate"
)

// way is a condition that an index answers.
type way struct {
	id, from string // the column that is the customer's id, and its table
	where    []string
	args     []any
	apart    bool // it is about another table than the customers'
	exact    bool // of a way along words: it is one word, and no beginning of others
}

// isWord says whether the way leads along words.
func (w *way) isWord() bool { return w.from == wordsFrom }

// wordsFrom is the table of ways along words.
const wordsFrom = "customer_word w"

// query is what finds the ids of the customers, without its first word.
func (w *way) query(c *condition) string {
	text := w.id + " FROM " + w.from
	for i, condition := range w.where {
		text += []string{" WHERE ", " AND "}[min(i, 1)] + condition + c.arg(w.args[i])
	}
	return text
}

// ways are the conditions of a filter that an index answers. A salesperson whom one answers wholly is taken out of the filter; others says
// that there is a condition that none answers.
func (s *Snapshot) ways(f *CustomerFilter) (out []way, others bool, err error) {
	for _, word := range customer.Words(f.Words) {
		out = append(out, way{"w.customer_id", wordsFrom, []string{"w.word >= ", "w.word < "}, []any{word, prefixEnd(word)}, true, false})
	}
	if f.Plan != 0 {
		out = append(out, way{"p.customer_id", "plan_assignment p", []string{"p.plan_id = "}, []any{f.Plan}, true, false})
	}
	if f.Salesperson != "" {
		_, lacking, err := s.WordsLacking(1)
		if err != nil {
			return nil, false, err
		}
		word, whole := customer.SalespersonWord(f.Salesperson)
		if !lacking {
			out = append(out, way{"w.customer_id", wordsFrom, []string{"w.word = "}, []any{word}, true, true})
		}
		if others = lacking || !whole; !others {
			f.Salesperson = ""
		}
	}
	own := func(set bool, where string, value any) {
		if set {
			out = append(out, way{"e.id", "customer e", []string{where}, []any{value}, false, false})
		}
	}
	own(f.Active != Either, "e.active = ", f.Active == Yes)
	own(f.Type != "", "e.type = ", f.Type)
	own(f.PaymentMethod != "", "e.payment_method = ", f.PaymentMethod)
	own(f.StartFrom != 0, "e.start_day >= ", int64(f.StartFrom))
	own(f.StartTo != 0, "e.start_day <= ", int64(f.StartTo))
	own(f.EndFrom != 0, "e.end_day >= ", int64(f.EndFrom))
	own(f.EndTo != 0, "e.end_day <= ", int64(f.EndTo))
	own(f.During.End != 0, "e.start_day <= ", int64(f.During.End))
	own(f.During.Start != 0, "e.end_day >= ", int64(f.During.Start))
	return out, others, nil
}

// rarest returns the way that leads to the fewest customers, and to how many, counted+1 at most. Each is counted only as far as it may be
// the rarest; those about customers first, for few of them are soon read.
func (s *Snapshot) rarest(ways []way) (at int, least int64, err error) {
	least = counted + 1
	for _, apart := range []bool{false, true} {
		for i := range ways {
			if ways[i].apart != apart {
				continue
			}
			n, err := s.matches(&ways[i], least-1)
			if err != nil {
				return 0, 0, err
			}
			if n < least {
				at, least = i, n
			}
		}
	}
	return at, least, nil
}

// matched is how many customers a way leads to, as far as they were counted.
type matched struct {
	n, upTo int64
}

// matches counts what a way leads to, at least as far as upTo+1. What was counted in a snapshot is not counted again.
func (s *Snapshot) matches(w *way, upTo int64) (n int64, err error) {
	if s.db.engine == migrate.Postgres { // asked for a few of many, it would read the table in search of them, not the index
		upTo = counted
	}
	var c condition
	query := w.query(&c)
	key := fmt.Sprint(query, c.args)
	if known, is := s.matched[key]; is && (known.n <= known.upTo || known.upTo >= upTo) {
		return known.n, nil
	}
	if _, err := s.one("SELECT count(*) FROM (SELECT "+query+" LIMIT "+c.arg(upTo+1)+") AS counted", c.args, &n); err != nil {
		return 0, err
	}
	if s.matched == nil {
		s.matched = map[string]matched{}
	}
	s.matched[key] = matched{n, upTo}
	return n, nil
}
