package store

import (
	"sync"

	"postmeter/internal/domain/account"
	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/period"
)

// AccountReader reads whole accounts of one period, many at a time. It may be shared by goroutines, each with a
// snapshot of its own. Memory depends on the size of a chunk, not on the number of customers.
type AccountReader struct {
	Period period.Period
	Past   bool // read what corrections of earlier bills need: Loaded.Past

	mu       sync.Mutex
	compiled *account.Catalog
	revision int64 // of the catalogue that was compiled
}

// NewAccountReader returns a reader of accounts for a period.
func NewAccountReader(p period.Period) *AccountReader { return &AccountReader{Period: p, revision: -1} }

// Loaded is an account with the draft that exists for the period, as one snapshot has them.
type Loaded struct {
	Account *account.Account
	Draft   *invoice.Bill // nil: none
	Made    invoice.Revisions
	Past    *Past // nil: no final bill can have changed, or nobody asked
	Catalog *account.Catalog
}

// Sizes of a chunk: what is in memory at once for each goroutine that reads.
const (
	chunkCustomers = 1000 // customers
	chunkObjects   = 5000 // assigned lists, sites and servers; one customer may have more
)

// Read calls each with the account of every customer whose id is given, in the order of ids. Ids that do not exist are
// left out. ids is sorted. It returns the print of all bills of these customers, as it saw them.
func (r *AccountReader) Read(s *Snapshot, ids []int64, each func(*Loaded) error) (BillsPrint, error) {
	var seen BillsPrint
	b, err := r.base(s)
	if err != nil {
		return seen, err
	}
	for len(ids) > 0 {
		c, err := b.chunk(ids)
		if err != nil {
			return seen, err
		}
		ids = ids[len(c.set.ids):]
		if err := c.load(); err != nil {
			return seen, err
		}
		seen = seen.Plus(c.print)
		if err := c.each(each); err != nil {
			return seen, err
		}
	}
	return seen, nil
}

// base is what all accounts of one snapshot share.
type base struct {
	s       *Snapshot
	past    bool // corrections are asked for
	builder account.Builder
	made    invoice.Revisions // without the customer's
}

func (r *AccountReader) base(s *Snapshot) (*base, error) {
	b := &base{s: s, past: r.Past}
	if err := s.expectRanges(); err != nil {
		return nil, err
	}
	var err error
	b.made.Settings, b.made.Catalog, b.made.Usage, err = s.Revisions()
	if err != nil {
		return nil, err
	}
	set, err := s.Settings()
	if err != nil {
		return nil, err
	}
	b.builder = account.Builder{Currency: set.Currency, Period: r.Period}
	if b.builder.Servers, err = s.accountServers(); err != nil {
		return nil, err
	}
	b.builder.Catalog, err = r.catalog(s, b.made.Catalog)
	return b, err
}

// catalog compiles the catalogue once for each of its revisions.
func (r *AccountReader) catalog(s *Snapshot, revision int64) (*account.Catalog, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.revision == revision {
		return r.compiled, nil
	}
	plans, err := s.Plans()
	if err != nil {
		return nil, err
	}
	charges, err := s.Charges()
	if err != nil {
		return nil, err
	}
	if r.compiled, err = account.Compile(plans, charges); err != nil {
		return nil, err
	}
	r.revision = revision
	return r.compiled, nil
}

func (s *Snapshot) accountServers() (map[int64]*account.Server, error) {
	out := map[int64]*account.Server{}
	for row, err := range s.rows(`SELECT id, name, kind, billed_source, coalesce(synced_at, 0) FROM server`) {
		if err != nil {
			return nil, err
		}
		v := &account.Server{}
		if err := row.Scan(&v.ID, &v.Name, &v.Kind, &v.BilledSource, &v.SyncedAt); err != nil {
			return nil, err
		}
		out[v.ID] = v
	}
	return out, nil
}

// chunk is a set of customers that are read together.
type chunk struct {
	*base
	set    *idSet // of customers
	rows   []account.Rows
	found  []bool
	drafts map[int64]*invoice.Bill
	print  BillsPrint
	lists  *idSet
	list   []account.ListRow            // parallel to lists
	others map[int64][]account.OtherRow // assignments of lists that several customers have, or that a place covers, by list
	places map[place]*placeRows         // sites and servers that are assigned in this chunk
	billed map[int64]map[int64]bool     // by customer: charges on other bills
	past   map[int64]*Past              // by customer
}

// chunk reads customers and objects of as many of the ids as fit.
func (b *base) chunk(ids []int64) (*chunk, error) {
	ids = ids[:min(len(ids), chunkCustomers)]
	if set := newIDSet(append([]int64(nil), ids...)); set.dense == nil {
		ids = ids[:min(len(ids), inChunk)] // one list
	}
	limit := chunkObjects
	for {
		c := &chunk{base: b, set: newIDSet(append([]int64(nil), ids...))}
		c.rows = make([]account.Rows, len(ids))
		fit, err := c.objects(limit)
		if err != nil {
			return nil, err
		}
		if fit == len(ids) {
			return c, nil
		}
		if ids = ids[:fit]; fit == 0 {
			ids, limit = c.set.ids[:1], maxObjects // one customer with more than a chunk
		}
	}
}

// maxObjects is the number of assigned lists, sites and servers that one customer can have.
const maxObjects = 2_000_000

// objects reads the assigned objects of the chunk's customers, and returns for how many of them, from the first, they
// are complete within the limit.
func (c *chunk) objects(limit int) (complete int, err error) {
	n, last := 0, 0
	rows := make([]account.ObjectRow, 0, min(limit+1, 4*len(c.set.ids)))
	err = c.set.each(c.s, `SELECT customer_id, group_id, id, position, server_id, site, list_id, start_day, end_day, free
		FROM object_assignment WHERE {ids} ORDER BY customer_id LIMIT $1`, "customer_id", []any{int64(limit + 1)},
		func(at int, r *rawRow) error {
			n++
			last = max(last, at)
			rows = append(rows, objectRow(r))
			return nil
		})
	if err != nil {
		return 0, err
	}
	if n > limit {
		if limit == maxObjects {
			return 0, fault.New(fault.Invalid, "customer %d has more than %d lists, sites and servers: more than one account can hold", c.set.ids[0], maxObjects)
		}
		return last, nil
	}
	splitRows(rows, func(o *account.ObjectRow) int { return c.set.find(o.Customer) },
		func(o *account.ObjectRow) rowKey { return rowKey{o.Group, o.Position, o.ID} },
		func(at int, rows []account.ObjectRow) { c.rows[at].Objects = rows })
	return len(c.set.ids), nil
}

func objectRow(r *rawRow) account.ObjectRow {
	return account.ObjectRow{
		Customer: r.int(0), Group: r.int(1), ID: r.int(2), Position: r.int(3), Server: r.int(4), Site: r.text(5), List: r.int(6),
		Dates: days(r, 7), Free: r.bool(9),
	}
}

func days(r *rawRow, at int) period.Period {
	return period.Period{Start: period.Date(r.int(at)), End: period.Date(r.int(at + 1))}
}

// load reads everything else of the chunk.
func (c *chunk) load() error {
	for _, read := range []func() error{
		c.customers, c.groups, c.planRows, c.chargeRows, c.credits, c.bills, c.waivers, c.billedCharges, // by customer
		c.readPlaces, c.readLists, c.readOthers, c.usage, c.members, c.earlierUsage, // by list
		c.readPast,
	} {
		if err := read(); err != nil {
			return err
		}
	}
	return nil
}

// each builds and hands over the accounts, in the order of ids.
func (c *chunk) each(do func(*Loaded) error) error {
	first, err := c.firstUsage()
	if err != nil {
		return err
	}
	for at := range c.rows {
		if !c.found[at] {
			continue
		}
		rows := &c.rows[at]
		rows.Billed = c.billed[rows.Customer.ID]
		lists, others := c.belongings(rows)
		a, err := c.builder.Build(rows, lists, others)
		if err != nil {
			return err
		}
		if day, ok := first[rows.Customer.ID]; ok {
			a.FirstUsage = day
		}
		made := c.made
		made.Customer = rows.Customer.Revision
		if err := do(&Loaded{Account: a, Draft: c.drafts[rows.Customer.ID], Made: made, Past: c.past[rows.Customer.ID],
			Catalog: c.builder.Catalog}); err != nil {
			return err
		}
	}
	return nil
}

// customers reads what bills and validation depend on.
func (c *chunk) customers() error {
	c.found = make([]bool, len(c.rows))
	return c.set.each(c.s, `SELECT id, company, email, additional_addresses, active, payment_method, start_day, end_day,
		invoice_template, web_template, card_type, card_last4, card_expiration, house, revision FROM customer WHERE {ids}`,
		"id", nil, func(at int, r *rawRow) (err error) {
			v := &c.rows[at].Customer
			*v = customer.Customer{
				ID: r.int(0), Company: r.text(1), Email: r.text(2), Active: r.bool(4), PaymentMethod: r.text(5), Dates: days(r, 6),
				InvoiceTemplate: r.text(8), WebTemplate: r.text(9), House: r.bool(13), Revision: r.int(14),
				Card: customer.Card{Type: r.text(10), Last4: r.text(11), Expiration: period.Month(r.int(12))},
			}
			c.found[at] = true
			v.AdditionalAddresses, err = textsFrom(r.text(3))
			return err
		})
}
