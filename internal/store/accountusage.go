package store

import (
	"cmp"
	"slices"

	"postmeter/internal/domain/account"
	"postmeter/internal/domain/period"
)

// sumRow is a sum with the place of its list.
type sumRow struct {
	at int32
	account.Sum
}

// Only charged deliveries are read: those that were reported, and those whose size bills on the list's server. List and
// day come as one number, since each column of millions of rows costs more than the arithmetic.
const (
	sumsOfLists = `SELECT list_id * 1048576 + (day - $1), kb, messages, recipients, recipient_bytes FROM usage_sum
	WHERE {ids} AND day BETWEEN $1 AND $2 AND charged AND source IN ('reported', $3)`
	dayBits = 20 // a period has fewer days than 2^20, and there are fewer lists than 2^43
)

// usage reads the sums of the period.
func (c *chunk) usage() error {
	bySource := map[string][]int64{}
	for i := range c.list {
		if l := &c.list[i]; l.ID != 0 {
			source := c.billedSource(l)
			bySource[source] = append(bySource[source], l.ID)
		}
	}
	for _, source := range sortedKeys(bySource) {
		set := c.lists
		if len(bySource) > 1 {
			set = newIDSet(bySource[source])
		}
		p := c.builder.Period
		sums, err := c.sums(set, p, source)
		if err != nil {
			return err
		}
		giveSums(sums, func(at int32, rows []account.Sum) { c.list[c.lists.find(set.ids[at])].Usage = rows })
	}
	return nil
}

// billedSource returns the source that bills a list, by its server at the end of the period.
func (c *chunk) billedSource(l *account.ListRow) string {
	server := l.Names[0].Server
	for i := range l.Names {
		if l.Names[i].Days.Start <= c.builder.Period.End {
			server = l.Names[i].Server
		}
	}
	if s := c.builder.Servers[server]; s != nil {
		return s.BilledSource
	}
	return ""
}

func sortedKeys(m map[string][]int64) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func (c *chunk) sums(set *idSet, p period.Period, source string) ([]sumRow, error) {
	rows := make([]sumRow, 0, 8*len(set.ids))
	if p.Days() >= 1<<dayBits {
		p.Start = p.End - 1<<dayBits + 1
	}
	err := set.rows(c.s, sumsOfLists, "list_id", []any{int64(p.Start), int64(p.End), source}, func(r *rawRow) error {
		key := r.int(0)
		if at := set.find(key >> dayBits); at >= 0 {
			rows = append(rows, sumRow{int32(at), account.Sum{Day: p.Start + period.Date(key&(1<<dayBits-1)), KB: r.int(1), Messages: r.int(2),
				Recipients: r.int(3), RecipientBytes: r.int(4)}})
		}
		return nil
	})
	return rows, err
}

// giveSums hands each list its sums.
func giveSums(rows []sumRow, give func(at int32, rows []account.Sum)) {
	byList := func(a, b sumRow) int { return cmp.Compare(a.at, b.at) }
	if !slices.IsSortedFunc(rows, byList) {
		slices.SortStableFunc(rows, byList)
	}
	sums := make([]account.Sum, len(rows))
	for i := range rows {
		sums[i] = rows[i].Sum
	}
	for from := 0; from < len(rows); {
		to := from + 1
		for to < len(rows) && rows[to].at == rows[from].at {
			to++
		}
		give(rows[from].at, sums[from:to:to])
		from = to
	}
}

// members reads the readings of lists in accounts that count members: those of the period, and the latest before it.
func (c *chunk) members() error {
	var ids []int64
	for i := range c.rows {
		rows := &c.rows[i]
		if !slices.ContainsFunc(rows.Plans, func(p account.PlanRow) bool { return c.builder.Catalog.CountsMembers(p.Plan) }) {
			continue
		}
		for _, o := range rows.Objects {
			if o.List != 0 {
				ids = append(ids, o.List)
			} else {
				ids = append(ids, c.places[place{o.Server, o.Site}].lists...)
			}
		}
	}
	set := newIDSet(ids)
	p := c.builder.Period
	take := func(at int, r *rawRow) error {
		l := c.lists.find(set.ids[at])
		c.list[l].Members = append(c.list[l].Members, account.Reading{Day: period.Date(r.int(1)), Members: r.int(2)})
		return nil
	}
	err := set.each(c.s, `SELECT m.list_id, m.day, m.members FROM member_reading m
		JOIN (SELECT list_id, max(day) AS day FROM member_reading WHERE day < $1 AND {ids} GROUP BY list_id) last
		ON last.list_id = m.list_id AND last.day = m.day`, "list_id", []any{int64(p.Start)}, take)
	if err != nil {
		return err
	}
	return set.each(c.s, `SELECT list_id, day, members FROM member_reading WHERE day BETWEEN $1 AND $2 AND {ids}
		ORDER BY list_id, day`, "list_id", []any{int64(p.Start), int64(p.End)}, take)
}

// earlierUsage reads what lists of customers who are gone sent before the period, and after the last day that was
// billed: it is told by every run until the lists are taken away.
func (c *chunk) earlierUsage() error {
	for i := range c.rows {
		rows := &c.rows[i]
		if !c.found[i] || rows.Customer.House || rows.Customer.Active && rows.Customer.Dates.End >= c.builder.Period.Start {
			continue
		}
		since := period.First
		if !rows.Customer.Active && len(rows.Bills) > 0 {
			for _, b := range rows.Bills {
				since = max(since, b.Days.End+1)
			}
		} else if rows.Customer.Dates.End != period.Last {
			since = rows.Customer.Dates.End + 1
		}
		if err := c.earlier(rows, since); err != nil {
			return err
		}
	}
	return nil
}

func (c *chunk) earlier(rows *account.Rows, since period.Date) error {
	lists, _ := c.belongings(rows)
	bySource := map[string][]int64{}
	for _, l := range lists {
		source := c.billedSource(l)
		bySource[source] = append(bySource[source], l.ID)
	}
	for _, source := range sortedKeys(bySource) {
		set := newIDSet(bySource[source])
		sums, err := c.sums(set, period.Period{Start: since, End: c.builder.Period.Start - 1}, source)
		if err != nil {
			return err
		}
		giveSums(sums, func(at int32, rows []account.Sum) { c.list[c.lists.find(set.ids[at])].Earlier = rows })
	}
	return nil
}

// firstUsage returns the month in which lists first sent anything, as its first day, for customers that nothing else
// tells since when to bill.
func (c *chunk) firstUsage() (map[int64]period.Date, error) {
	var ids []int64
	wanted := map[int64][]int64{} // customers by list
	for i := range c.rows {
		rows := &c.rows[i]
		if !c.found[i] || rows.Customer.Dates.Start != period.First || len(rows.Bills) > 0 || rows.Customer.House {
			continue
		}
		lists, _ := c.belongings(rows)
		for _, l := range lists {
			ids = append(ids, l.ID)
			wanted[l.ID] = append(wanted[l.ID], rows.Customer.ID)
		}
	}
	out := map[int64]period.Date{}
	err := newIDSet(ids).each(c.s, `SELECT list_id, min(month) FROM usage_month WHERE month < $1 AND (messages > 0 OR recipients <> 0) AND {ids} GROUP BY list_id`, "list_id",
		[]any{int64(c.builder.Period.Start.Month())}, func(_ int, r *rawRow) error {
			day := period.Month(r.int(1)).Period().Start
			for _, id := range wanted[r.int(0)] {
				if old, ok := out[id]; !ok || day < old {
					out[id] = day
				}
			}
			return nil
		})
	return out, err
}
