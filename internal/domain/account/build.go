package account

import (
	"fmt"
	"strconv"

	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

// Builder makes accounts of one period. It keeps no account; it is safe for concurrent use.
type Builder struct {
	Currency money.Currency
	Period   period.Period
	Catalog  *Catalog
	Servers  map[int64]*Server
}

// Build makes the account of a customer from its rows, the lists that its assignments cover (each once), and the
// assignments of other customers that may take days of those lists. Rows that name what does not exist are an
// Internal fault: the database does not allow them.
func (b *Builder) Build(rows *Rows, lists []*ListRow, others []OtherRow) (*Account, error) {
	a := &Account{Customer: rows.Customer, Bills: rows.Bills, Waivers: rows.Waivers, FirstUsage: period.Last}
	a.Input = rating.Input{Currency: b.Currency, Period: b.Period, Customer: rating.Customer{
		Free: rows.Customer.PaymentMethod == customer.Free, Dates: rows.Customer.Dates, Credit: max(0, rows.Credit),
	}}
	byID, err := b.lists(a, lists)
	if err != nil {
		return nil, err
	}
	if err := b.groups(a, rows, byID); err != nil {
		return nil, err
	}
	a.makeIndex()
	return a, b.others(a, others, byID)
}

// named is where the names of a list lie in Input.Lists.
type named struct {
	row   *ListRow
	first int
}

// finder finds a list by its id: by trying each for a few, by a map for many.
type finder struct {
	lists []named
	byID  map[int64]int
}

const fewLists = 8

func (f *finder) find(id int64) (named, error) {
	if f.byID != nil {
		if i, ok := f.byID[id]; ok {
			return f.lists[i], nil
		}
	} else {
		for i := range f.lists {
			if f.lists[i].row.ID == id {
				return f.lists[i], nil
			}
		}
	}
	return named{}, missing("list", id)
}

func missing(kind string, id int64) error {
	return fault.New(fault.Internal, "the stored %s %d, which an assignment names, does not exist", kind, id)
}

// lists fills in lists with their usage and members, under each name that counts in the period.
func (b *Builder) lists(a *Account, lists []*ListRow) (*finder, error) {
	names, sums, readings := 0, 0, 0
	for _, l := range lists {
		names += len(l.Names)
		sums += len(l.Usage)
		readings += len(l.Members)
	}
	a.Input.Lists = make([]rating.List, 0, names)
	a.Lists = make([]List, 0, names)
	a.Input.Usage = make([]rating.Sum, 0, sums)
	a.Input.Members = make([]rating.Reading, 0, readings)
	f := &finder{lists: make([]named, 0, len(lists))}
	if len(lists) > fewLists {
		f.byID = make(map[int64]int, len(lists))
	}
	for _, l := range lists {
		if f.byID != nil {
			f.byID[l.ID] = len(f.lists)
		}
		f.lists = append(f.lists, named{l, len(a.Input.Lists)})
		if err := b.list(a, l); err != nil {
			return nil, err
		}
	}
	distinct(a)
	return f, nil
}

func (b *Builder) list(a *Account, l *ListRow) error {
	first := int32(len(a.Input.Lists))
	for i := range l.Names {
		n := &l.Names[i]
		server := b.Servers[n.Server]
		if server == nil {
			return missing("server", n.Server)
		}
		life, ok := n.Days.Intersect(l.Life)
		if i == 0 && len(l.Names) == 1 {
			life, ok = l.Life, true
		}
		if !ok { // it has the name on no day of its life: only usage can bring it to life
			life = period.Period{Start: b.Period.Start - 1, End: b.Period.Start - 1}
		}
		a.Input.Lists = append(a.Input.Lists, rating.List{Server: server.Name, Site: n.Site, Name: n.Name, Dates: life})
		a.Lists = append(a.Lists, List{ID: l.ID, Gone: l.Gone, Server: server})
	}
	at := 0
	for i := range l.Usage {
		s := &l.Usage[i]
		at = l.nameOn(s.Day, at)
		a.Input.Usage = append(a.Input.Usage, rating.Sum{List: first + int32(at), Day: s.Day, KB: s.KB,
			Messages: s.Messages, Recipients: s.Recipients, RecipientBytes: s.RecipientBytes})
	}
	for i := range l.Earlier {
		s := &l.Earlier[i]
		at = l.nameOn(s.Day, at)
		a.Earlier = append(a.Earlier, rating.Sum{List: first + int32(at), Day: s.Day, KB: s.KB,
			Messages: s.Messages, Recipients: s.Recipients, RecipientBytes: s.RecipientBytes})
	}
	for i := range l.Members {
		m := &l.Members[i]
		at = l.nameOn(m.Day, at)
		a.Input.Members = append(a.Input.Members, rating.Reading{List: first + int32(at), Day: m.Day, Members: m.Members})
	}
	for i := 1; i < len(l.Names); i++ {
		l.inherit(a, first, i)
	}
	return nil
}

// inherit gives name i the latest reading from before the list had it: members are the list's, whatever it is called.
func (l *ListRow) inherit(a *Account, first int32, i int) {
	for m := len(l.Members) - 1; m >= 0; m-- {
		if r := &l.Members[m]; r.Day < l.slot(i).Start {
			a.Input.Members = append(a.Input.Members, rating.Reading{List: first + int32(i), Day: r.Day, Members: r.Members})
			return
		}
	}
}

// nameOn returns the name that counts on a day; guess is the last answer.
func (l *ListRow) nameOn(day period.Date, guess int) int {
	if len(l.Names) == 1 || l.slot(guess).Contains(day) {
		return guess
	}
	for i := range l.Names {
		if l.slot(i).Contains(day) {
			return i
		}
	}
	return 0
}

// distinct gives lists of one account that had the same name at different times names of their own: the input tells
// lists apart by name.
func distinct(a *Account) {
	if len(a.Lists) < 2 {
		return
	}
	type place struct{ server, site, name string }
	var seen map[place]int64
	if len(a.Lists) > fewLists {
		seen = make(map[place]int64, len(a.Lists))
	}
	for i := range a.Input.Lists {
		l := &a.Input.Lists[i]
		id := a.Lists[i].ID
		key := place{l.Server, l.Site, l.Name}
		if seen != nil {
			if other, ok := seen[key]; ok && other != id {
				l.Name += " #" + strconv.FormatInt(id, 10)
			} else {
				seen[key] = id
			}
			continue
		}
		for j := range i {
			o := &a.Input.Lists[j]
			if o.Name == l.Name && o.Site == l.Site && o.Server == l.Server && a.Lists[j].ID != id {
				l.Name = fmt.Sprintf("%s #%d", l.Name, id)
			}
		}
	}
}
