package billrun

import (
	"slices"
	"sync"

	"postmeter/internal/domain/invoice"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
	"postmeter/internal/store"
)

// pastReaders read accounts of periods that were billed, one reader for each period. They are shared by the workers.
type pastReaders struct {
	mu      sync.Mutex
	readers map[period.Period]*store.AccountReader
}

func (p *pastReaders) of(days period.Period) *store.AccountReader {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.readers == nil {
		p.readers = map[period.Period]*store.AccountReader{}
	}
	if p.readers[days] == nil {
		p.readers[days] = store.NewAccountReader(days)
	}
	return p.readers[days]
}

// late returns the corrections of what the customer was billed: each bill whose usage or assignments have changed is
// rated again, at the prices that it used. A bill that was given for nothing stays so.
func (c *computing) late(l *store.Loaded) ([]invoice.Line, error) {
	if l.Past == nil {
		return nil, nil
	}
	billed := slices.Clone(l.Past.Late)
	var now []invoice.Line
	for i := range l.Past.Bills {
		b := &l.Past.Bills[i]
		if gift(b, l.Account.Input.Customer.Free) {
			continue
		}
		lines, err := c.again(l, b)
		if err != nil {
			return nil, err
		}
		now = append(now, lines...)
		for _, line := range b.Lines {
			if line.Kind != lateKind {
				billed = append(billed, line) // the corrections on all bills are there already
			}
		}
	}
	return invoice.Late(l.Past.Months, billed, now)
}

var lateKind = rating.KindLate.String()

// gift says whether a bill took its positive lines back. A free customer's bill without any had nothing to take back.
func gift(b *store.PastBill, free bool) bool {
	positive := false
	for i := range b.Lines {
		if b.Lines[i].Kind == rating.KindComplimentary.String() {
			return true
		}
		positive = positive || b.Lines[i].Amount > 0
	}
	return free && !positive
}

// again rates the period of a bill as things are known now, without charges.
func (c *computing) again(l *store.Loaded, b *store.PastBill) (lines []invoice.Line, err error) {
	versions := map[string][]int64{}
	for i := range b.Lines {
		if v := &b.Lines[i]; v.Kind != lateKind && v.Version != 0 && !slices.Contains(versions[v.Ref], v.Version) {
			versions[v.Ref] = append(versions[v.Ref], v.Version)
		}
	}
	_, err = c.past.of(b.Days).Read(c.snapshot, []int64{l.Account.Customer.ID}, func(then *store.Loaded) error {
		in, err := then.Catalog.Pin(then.Account, versions)
		if err != nil {
			return err
		}
		in.Customer.Free, in.Customer.Credit = false, 0
		for g := range in.Customer.Groups {
			in.Customer.Groups[g].Charges = nil
		}
		quote, err := c.rater.Rate(in)
		if err != nil {
			return err
		}
		lines = invoice.Make(then.Account, quote, then.Made, nil).Lines
		return nil
	})
	return lines, err
}

// input adds corrections to what is rated: they count in its sums.
func input(l *store.Loaded, late []invoice.Line) (*rating.Input, error) {
	if len(late) == 0 {
		return &l.Account.Input, nil
	}
	in := l.Account.Input
	in.Late = make([]rating.Line, len(late))
	for i := range late {
		quantity, err := money.ParseDecimal(late[i].Quantity)
		if err != nil {
			return nil, err
		}
		in.Late[i] = rating.Line{Group: -1, Month: late[i].Month, Kind: rating.KindLate, Ref: late[i].Ref, Version: late[i].Version,
			Charge: -1, Component: -1, List: -1, Quantity: quantity, Amount: late[i].Amount}
	}
	return &in, nil
}

// name gives the corrections on a bill back what they are about: it may be something that the account of this period
// does not have any more.
func name(b *invoice.Bill, late []invoice.Line) {
	for i := range b.Lines {
		if b.Lines[i].Kind == lateKind && len(late) > 0 {
			b.Lines[i], late = late[0], late[1:]
		}
	}
}

// waiting notes the corrections of a customer who is skipped: there is no bill to put them on. One whose numbers cannot
// be rated was skipped for that.
func (c *computing) waiting(l *store.Loaded) error {
	late, err := c.late(l)
	if cannotRate(err) {
		return nil
	}
	c.batch.tally.wait(l.Account.Customer.ID, l.Account.Customer.Company, late)
	return err
}
