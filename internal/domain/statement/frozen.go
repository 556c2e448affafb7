package statement

import "postmeter/internal/domain/money"

// Frozen is what a final bill says besides its figures: who sent it to whom, and what plans and charges were called
// then. It is kept with the bill, so that the bill reads the same for ever, whatever is renamed later.
type Frozen struct {
	Issuer   Issuer
	Customer Customer
	Plans    map[int64]Words // by version
	Charges  map[int64]Words // by version
	Lines    map[int]Agreed  // by number: those that an assignment of a charge says something about
}

// Words are what customers see of a plan or charge.
type Words struct{ Name, Description string }

// Agreed is what the assignment of a charge says about its line.
type Agreed struct {
	UnitAmount  string // exact decimal, empty for the charge's own
	Description string
}

// Freeze takes from facts what may change after the bill is sent.
func Freeze(f *Facts) *Frozen {
	z := &Frozen{Issuer: f.Issuer, Customer: f.Customer, Plans: map[int64]Words{}, Charges: map[int64]Words{}, Lines: map[int]Agreed{}}
	for id, p := range f.Plans {
		z.Plans[id] = Words{p.Name, p.Description}
	}
	for id, c := range f.Charges {
		z.Charges[id] = Words{c.Name, c.Description}
	}
	for i := range f.Lines {
		l := &f.Lines[i]
		a := Agreed{Description: l.Description}
		if l.UnitAmount != nil {
			a.UnitAmount = l.UnitAmount.String()
		}
		if a != (Agreed{}) {
			z.Lines[l.Number] = a
		}
	}
	return z
}

// Apply sets in facts what was frozen. It returns an Invalid fault for an amount that is no number.
func (z *Frozen) Apply(f *Facts) error {
	f.Issuer, f.Customer = z.Issuer, z.Customer
	for id, w := range z.Plans {
		if p, ok := f.Plans[id]; ok {
			p.Name, p.Description = w.Name, w.Description
			f.Plans[id] = p
		}
	}
	for id, w := range z.Charges {
		if c, ok := f.Charges[id]; ok {
			c.Name, c.Description = w.Name, w.Description
			f.Charges[id] = c
		}
	}
	for i := range f.Lines {
		l := &f.Lines[i]
		a := z.Lines[l.Number]
		l.UnitAmount, l.Description = nil, a.Description
		if a.UnitAmount == "" {
			continue
		}
		unit, err := money.ParseDecimal(a.UnitAmount)
		if err != nil {
			return err
		}
		l.UnitAmount = &unit
	}
	return nil
}
