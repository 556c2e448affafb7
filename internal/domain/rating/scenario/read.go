package scenario

import (
	"time"

	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

// Read reads a scenario into the input of a rating. Its errors are a fault.List
// of everything that is wrong, each with its place.
func Read(data []byte) (*rating.Input, error) {
	root, err := doc.ParseJSON(data)
	if err != nil {
		return nil, err
	}
	r := doc.NewReader(root)
	s := &reading{
		in:      &rating.Input{},
		plans:   map[string]*rating.Plan{},
		charges: map[string]*rating.Charge{},
		lists:   map[listKey]int32{},
		days:    map[readingKey]bool{},
	}
	s.frame(r)
	s.catalogue(r)
	s.readLists(r)
	s.customer(r)
	r.Each("others", func(_ int, o *doc.Reader) {
		s.in.Others = append(s.in.Others, s.object(o, ReadObject(o)))
		o.Done()
	})
	r.Each("usage", func(_ int, u *doc.Reader) { s.usage(u) })
	r.Each("members", func(_ int, m *doc.Reader) { s.members(m) })
	r.Done()
	if err := r.Err(); err != nil {
		return nil, err
	}
	return s.in, nil
}

// reading is a scenario that is being read, with what its parts may name.
type reading struct {
	in      *rating.Input
	zone    *time.Location
	plans   map[string]*rating.Plan
	charges map[string]*rating.Charge
	lists   map[listKey]int32
	days    map[readingKey]bool
}

type listKey struct{ server, site, list string }

type readingKey struct {
	list int32
	day  period.Date
}

// frame reads currency, time zone and period.
func (s *reading) frame(r *doc.Reader) {
	if code := r.Name("currency"); code != "" {
		c, err := money.ParseCurrency(code)
		r.FaultError("currency", err)
		s.in.Currency = c
	}
	zone, err := period.LoadZone(r.Text("time_zone", "UTC"))
	r.FaultError("time_zone", err)
	s.zone = zone
	if zone == nil {
		s.zone = time.UTC
	}
	p := r.Object("period")
	if !p.Present() && !r.Has("period") {
		r.Fault("period", "is missing")
	}
	before := p.Faults()
	s.in.Period = period.Period{Start: p.NeedDate("start"), End: p.NeedDate("end")}
	if p.Faults() == before && !s.in.Period.Valid() {
		p.Fault("", "ends before it starts: %s", s.in.Period)
	}
	p.Done()
}

// catalogue reads plans and charges.
func (s *reading) catalogue(r *doc.Reader) {
	r.Each("plans", func(_ int, p *doc.Reader) {
		before := p.Faults()
		spec := ReadPlan(p)
		p.Done()
		if _, twice := s.plans[spec.ID]; twice && spec.ID != "" {
			p.Fault("id", "is given twice: %q", spec.ID)
		}
		s.plans[spec.ID] = nil // known, though it may be faulty
		if p.Faults() > before {
			return
		}
		plan, err := rating.CompilePlan(spec, 0)
		p.FaultError("", err)
		s.plans[spec.ID] = plan
	})
	r.Each("charges", func(_ int, c *doc.Reader) {
		charge := ReadCharge(c)
		c.Done()
		if _, twice := s.charges[charge.ID]; twice && charge.ID != "" {
			c.Fault("id", "is given twice: %q", charge.ID)
		}
		s.charges[charge.ID] = &charge
	})
}

func (s *reading) readLists(r *doc.Reader) {
	r.Each("lists", func(_ int, l *doc.Reader) {
		list := ReadList(l)
		l.Done()
		key := listKey{list.Server, list.Site, list.Name}
		if _, twice := s.lists[key]; twice && list.Name != "" {
			l.Fault("", "the list %s is given twice", list.Path())
		}
		s.lists[key] = int32(len(s.in.Lists))
		s.in.Lists = append(s.in.Lists, list)
	})
}

// list looks up the list that an object of the document names.
func (s *reading) list(r *doc.Reader, server, site, name string) (int32, bool) {
	i, ok := s.lists[listKey{server, site, name}]
	if !ok && server != "" && site != "" && name != "" {
		l := rating.List{Server: server, Site: site, Name: name}
		r.Fault("", "the list %s is not in lists", l.Path())
	}
	return i, ok
}

func (s *reading) object(r *doc.Reader, o rating.Object) rating.Object {
	if o.List != "" {
		s.list(r, o.Server, o.Site, o.List)
	}
	return o
}
