package scenario

import (
	"strconv"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

// PaymentMethods are the ways in which a customer pays; the first is free.
var PaymentMethods = []string{"free", "invoice", "credit_card"}

const defaultPayment = 1 // index of invoice in PaymentMethods

func (s *reading) customer(root *doc.Reader) {
	r := root.Object("customer")
	if !root.Has("customer") {
		root.Fault("customer", "is missing")
	}
	c := &s.in.Customer
	c.Free = r.Choice("payment_method", defaultPayment, PaymentMethods...) == 0
	c.Dates = r.Dates()
	c.Credit = s.credit(r)
	names := map[string]bool{}
	r.Each("groups", func(_ int, g *doc.Reader) {
		spec := Form{}.ReadGroup(g)
		g.Done()
		if names[spec.Name] && spec.Name != "" {
			g.Fault("name", "is given twice: %q", spec.Name)
		}
		names[spec.Name] = true
		c.Groups = append(c.Groups, s.group(g, &spec))
	})
	r.Done()
}

func (s *reading) credit(r *doc.Reader) int64 {
	if s.in.Currency == (money.Currency{}) {
		r.Positive("credit", money.Decimal{})
		return 0
	}
	credit := r.Amount("credit", s.in.Currency)
	if credit < 0 {
		r.Fault("credit", "must not be negative")
	}
	return credit
}

// group looks up what a group's assignments name.
func (s *reading) group(r *doc.Reader, spec *GroupSpec) rating.Group {
	g := rating.Group{Name: spec.Name}
	for i, p := range spec.Plans {
		plan, known := s.plans[p.Plan]
		if !known && p.Plan != "" {
			r.Fault(item("plans", i, "plan"), "there is no plan %q", p.Plan)
		}
		g.Plans = append(g.Plans, rating.PlanAssignment{Plan: plan, Dates: p.Dates})
	}
	for i, c := range spec.Charges {
		charge, known := s.charges[c.Charge]
		if !known && c.Charge != "" {
			r.Fault(item("charges", i, "charge"), "there is no charge %q", c.Charge)
		}
		g.Charges = append(g.Charges, rating.ChargeAssignment{
			Charge: charge, Amount: c.Amount, Quantity: c.Quantity, Dates: c.Dates, Billed: c.Billed,
		})
	}
	for i := range spec.Objects {
		o := &spec.Objects[i].Object
		if o.List != "" && o.Site != "" && o.Server != "" {
			if _, known := s.lists[listKey{o.Server, o.Site, o.List}]; !known {
				r.Fault(item("objects", i, ""), "the list %s/%s/%s is not in lists", o.Server, o.Site, o.List)
			}
		}
		g.Objects = append(g.Objects, *o)
	}
	return g
}

func item(list string, i int, field string) string {
	return fault.Join(list+"["+strconv.Itoa(i)+"]", field)
}

// maxParts is into how many sums one delivery may be split because recipients
// times bytes does not fit an int64.
const maxParts = 1 << 20

func (s *reading) usage(r *doc.Reader) {
	server, site, name := r.Name("server"), r.Name("site"), r.Name("list")
	l, _ := s.list(r, server, site, name)
	bytes, recipients := r.NeedWhole("bytes"), r.NeedWhole("recipients")
	day := s.day(r)
	r.Done()
	sum := rating.Sum{List: l, Day: day, KB: kilobytes(bytes), Messages: 1}
	part := recipients
	if bytes > 0 {
		part = min(part, maxInt64/bytes)
	}
	if recipients > 0 && (recipients-1)/max(part, 1) >= maxParts {
		r.Fault("", "recipients times bytes is too large to be counted")
		return
	}
	for first := true; first || recipients > 0; first = false {
		n := min(part, recipients)
		sum.Recipients, sum.RecipientBytes = n, n*bytes
		s.in.Usage = append(s.in.Usage, sum)
		sum.Messages = 0
		recipients -= n
	}
}

const (
	maxInt64   = 1<<63 - 1
	bytesPerKB = 1 << 10
)

// kilobytes rounds up to whole KB.
func kilobytes(bytes int64) int64 {
	kb := bytes / bytesPerKB
	if bytes%bytesPerKB > 0 {
		kb++
	}
	return kb
}

// day reads the time of a delivery and returns its civil date in the billing zone.
func (s *reading) day(r *doc.Reader) period.Date {
	text := r.Name("at")
	if text == "" {
		return 0
	}
	at, err := period.ParseInstant(text)
	if err != nil {
		r.FaultError("at", err)
		return 0
	}
	return period.DateOf(at, s.zone)
}

func (s *reading) members(r *doc.Reader) {
	server, site, name := r.Name("server"), r.Name("site"), r.Name("list")
	l, known := s.list(r, server, site, name)
	before := r.Faults()
	day, members := r.NeedDate("day"), r.NeedWhole("members")
	r.Done()
	if !known || r.Faults() > before {
		return
	}
	key := readingKey{l, day}
	if s.days[key] {
		r.Fault("", "the members of %s on %s are given twice", s.in.Lists[l].Path(), day)
	}
	s.days[key] = true
	s.in.Members = append(s.in.Members, rating.Reading{List: l, Day: day, Members: members})
}
