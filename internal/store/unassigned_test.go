package store_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"postmeter/internal/domain/contract"
	"postmeter/internal/domain/customer"
	"postmeter/internal/domain/hosting"
	"postmeter/internal/domain/period"
	"postmeter/internal/store"
	"postmeter/internal/store/storetest"
)

// TestUnassignedListsAreKnown assigns, changes, ends and removes at random, and looks after each change which lists nobody has.
func TestUnassignedListsAreKnown(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	storetest.Each(t, func(t *testing.T, url string) {
		o := &objectsAtRandom{t: t, db: open(t, url), r: rand.New(rand.NewPCG(seed, 1))}
		exec(t, o.db, `INSERT INTO server (id, name, host, kind, url, username, time_zone, comments, billed_source, service_senders, revision)
			VALUES (1, 's1', 's1.test', 'mailman3', '', '', 'UTC', '', 'listserver', '[]', 0)`)
		var kinds [4]int
		for i := range 150 {
			inTx(t, o.db, func(tx *store.Tx) error { return o.change(tx, i, &kinds) })
			known := storetest.Rows(t, url, `SELECT list_id, assigned_until FROM list_unassigned ORDER BY list_id`)
			right := storetest.Rows(t, url, `SELECT l.id, coalesce(max(o.end_day), 0) FROM list l LEFT JOIN object_assignment o ON o.list_id = l.id
				GROUP BY l.id HAVING coalesce(max(o.end_day), 0) < 2932896 ORDER BY l.id`)
			if !slices.Equal(known, right) {
				t.Fatalf("after change %d, unassigned lists are %v, and known are %v", i, right, known)
			}
		}
		if slices.Contains(kinds[:], 0) {
			t.Errorf("of a kind of change there was none: %v", kinds)
		}
	})
}

// objectsAtRandom are lists, and who has them.
type objectsAtRandom struct {
	t     *testing.T
	db    *store.DB
	r     *rand.Rand
	lists []int64
	has   []held
}

type held struct {
	customer int64
	object   contract.Object
}

// change makes new lists at first, and then changes what is assigned.
func (o *objectsAtRandom) change(tx *store.Tx, i int, kinds *[4]int) error {
	if i%10 == 0 {
		return o.newLists(tx, i)
	}
	kind := o.r.IntN(len(kinds))
	if len(o.has) < 5 {
		kind = 0
	}
	kinds[kind]++
	if kind == 0 {
		return o.assign(tx, i)
	}
	at := o.r.IntN(len(o.has))
	it := &o.has[at]
	switch kind {
	case 1:
		it.object.Dates.End = o.day()
		return tx.UpdateObjectAssignment(it.customer, &it.object)
	case 2:
		id, from := it.object.ID, store.Object{ServerID: 1, Site: "a.test", ListID: it.object.ListID}
		customer := it.customer
		o.has = slices.Delete(o.has, at, at+1)
		return tx.DeleteObjectAssignment(customer, id, from)
	default:
		customer := it.customer
		o.has = slices.DeleteFunc(o.has, func(h held) bool { return h.customer == customer })
		return tx.DeleteCustomer(customer)
	}
}

// day is an end that somebody might set.
func (o *objectsAtRandom) day() period.Date {
	if o.r.IntN(2) == 0 {
		return period.Last
	}
	return period.MustParse("2026-09-01") + period.Date(o.r.IntN(100))
}

func (o *objectsAtRandom) newLists(tx *store.Tx, i int) error {
	var lists []*hosting.List
	for n := range 3 {
		lists = append(lists, &hosting.List{Place: hosting.Place{Server: "s1", Site: "a.test", List: fmt.Sprintf("l%d-%d", i, n)}, Life: period.Open(), Gone: period.Last})
	}
	if err := tx.InsertLists(lists, map[string]int64{"s1": 1}); err != nil {
		return err
	}
	for _, l := range lists {
		o.lists = append(o.lists, l.ID)
	}
	if i == 0 {
		return nil
	}
	from := len(o.lists) - 1 // nobody has it yet
	if err := tx.JoinLists(o.lists[from], o.lists[0]); err != nil {
		return err
	}
	o.lists = o.lists[:from]
	return nil
}

// assign gives lists to a new customer; a list may be given for good and to an end.
func (o *objectsAtRandom) assign(tx *store.Tx, i int) error {
	c := customer.New(fmt.Sprintf("C%d", i))
	if err := tx.InsertCustomers([]*customer.Customer{&c}); err != nil {
		return err
	}
	group := &contract.Group{Name: "Main"}
	work := &store.NewContracts{}
	work.AddGroup(store.In{Customer: &c, Group: group})
	for n := range 1 + o.r.IntN(4) {
		work.AddObject(store.In{Customer: &c, Group: group}, contract.Object{
			Position: int64(n), ServerID: 1, Site: "a.test", ListID: o.lists[o.r.IntN(len(o.lists))],
			Dates: period.Period{Start: period.First, End: o.day()},
		})
	}
	if err := tx.InsertContracts(work); err != nil {
		return err
	}
	groups, err := tx.Groups([]int64{c.ID})
	if err != nil {
		return err
	}
	for _, object := range groups[c.ID][0].Objects {
		o.has = append(o.has, held{c.ID, object})
	}
	return nil
}
