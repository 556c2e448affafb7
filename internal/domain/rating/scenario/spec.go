package scenario

import (
	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

// Form says which variant of the shapes a document uses.
type Form struct {
	// Descriptions: assignments may carry a description.
	Descriptions bool
}

// GroupSpec is a billing group as documents write it: plans and charges by id.
type GroupSpec struct {
	Name    string
	Plans   []PlanRef
	Charges []ChargeRef
	Objects []ObjectRef
}

// PlanRef assigns a plan.
type PlanRef struct {
	Plan        string
	Dates       period.Period
	Description string
}

// ChargeRef assigns a charge.
type ChargeRef struct {
	Charge      string
	Amount      *money.Decimal // nil: the charge's
	Quantity    money.Decimal
	Dates       period.Period
	Billed      bool
	Description string
}

// ObjectRef assigns a server, a site or a list.
type ObjectRef struct {
	rating.Object
	Description string
}

// ReadPlan reads a plan and checks it. The caller may read further fields of the
// object, and then calls Done on the reader.
func ReadPlan(r *doc.Reader) rating.PlanSpec {
	before := r.Faults()
	p := rating.PlanSpec{
		ID:           r.Name("id"),
		Name:         r.Text("name", ""),
		Scope:        rating.Scope(r.Choice("scope", 0, rating.ScopeNames...)),
		MonthlyPrice: r.Decimal("monthly_price", money.Decimal{}),
		Minimum:      r.Decimal("minimum", money.Decimal{}),
	}
	r.Each("usage", func(_ int, c *doc.Reader) {
		p.Usage = append(p.Usage, readComponent(c))
	})
	if r.Faults() == before {
		r.FaultError("", p.Check().Err())
	}
	return p
}

func readComponent(r *doc.Reader) rating.ComponentSpec {
	c := rating.ComponentSpec{
		Method:          rating.Method(1 + r.Choice("method", -1, rating.MethodNames[1:]...)),
		UnitKB:          r.Whole("unit_kb", 0),
		StepKB:          r.Whole("step_kb", 0),
		Measure:         rating.Measure(r.Choice("measure", 0, rating.MeasureNames...)),
		Included:        r.Decimal("included", money.Decimal{}),
		ProrateIncluded: r.Bool("prorate_included", true),
		TierMode:        rating.TierMode(r.Choice("tier_mode", 0, rating.TierModeNames...)),
	}
	if o := r.Object("overage"); o.Present() {
		c.Overage = &rating.OverageSpec{
			Per:     o.Decimal("per", money.FromInt(1)),
			Price:   o.Decimal("price", money.Decimal{}),
			RoundUp: o.Bool("round_up", false),
		}
		o.Done()
	}
	r.Each("tiers", func(_ int, t *doc.Reader) {
		c.Tiers = append(c.Tiers, readTier(t))
	})
	r.Done()
	return c
}

func readTier(r *doc.Reader) rating.TierSpec {
	t := rating.TierSpec{
		Per:   r.Decimal("per", money.FromInt(1)),
		Price: r.Decimal("price", money.Decimal{}),
		Flat:  r.Decimal("flat", money.Decimal{}),
	}
	if r.Has("up_to") {
		d := r.Decimal("up_to", money.Decimal{})
		t.UpTo = &d
	}
	r.Done()
	return t
}

// ReadCharge reads a charge. The caller may read further fields of the object,
// and then calls Done on the reader.
func ReadCharge(r *doc.Reader) rating.Charge {
	return rating.Charge{
		ID:         r.Name("id"),
		Name:       r.Text("name", ""),
		Amount:     r.NeedDecimal("amount"),
		Recurring:  r.Bool("recurring", false),
		Proratable: r.Bool("proratable", false),
	}
}

// ReadGroup reads a billing group with its assignments. It does not look up what
// they name. The caller may read further fields, and then calls Done.
func (f Form) ReadGroup(r *doc.Reader) GroupSpec {
	g := GroupSpec{Name: r.Name("name")}
	r.Each("plans", func(_ int, p *doc.Reader) {
		g.Plans = append(g.Plans, PlanRef{Plan: p.Name("plan"), Dates: p.Dates(), Description: f.description(p)})
		p.Done()
	})
	r.Each("charges", func(_ int, c *doc.Reader) {
		g.Charges = append(g.Charges, f.readChargeRef(c))
	})
	r.Each("objects", func(_ int, o *doc.Reader) {
		ref := ObjectRef{Object: ReadObject(o), Description: f.description(o)}
		ref.Free = o.Bool("free", false)
		g.Objects = append(g.Objects, ref)
		o.Done()
	})
	return g
}

func (f Form) description(r *doc.Reader) string {
	if !f.Descriptions {
		return ""
	}
	return r.Text("description", "")
}

func (f Form) readChargeRef(r *doc.Reader) ChargeRef {
	c := ChargeRef{
		Charge:      r.Name("charge"),
		Quantity:    r.Positive("quantity", money.FromInt(1)),
		Dates:       r.Dates(),
		Billed:      r.Bool("billed", false),
		Description: f.description(r),
	}
	if r.Has("amount") {
		d := r.Decimal("amount", money.Decimal{})
		c.Amount = &d
	}
	r.Done()
	return c
}

// ReadObject reads what names a server, a site or a list, and the dates. The
// caller reads free where it applies, and then calls Done.
func ReadObject(r *doc.Reader) rating.Object {
	o := rating.Object{Server: r.Name("server"), Site: r.Text("site", ""), List: r.Text("list", ""), Dates: r.Dates()}
	if o.List != "" && o.Site == "" {
		r.Fault("site", "is missing: a list belongs to a site")
	}
	return o
}

// ReadList reads a list with its life. The caller may read further fields, and
// then calls Done.
func ReadList(r *doc.Reader) rating.List {
	return rating.List{Server: r.Name("server"), Site: r.Name("site"), Name: r.Name("list"), Dates: r.Dates()}
}
