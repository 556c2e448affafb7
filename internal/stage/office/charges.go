package office

import (
	"slices"

	"postmeter/internal/domain/catalog"
	"postmeter/internal/domain/doc"
	"postmeter/internal/domain/fault"
	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
	"postmeter/internal/domain/rating"
)

func (im *importer) readCharges() error {
	stored, err := im.tx.Charges()
	if err != nil {
		return err
	}
	im.charges = make(map[string]*catalog.Charge, len(stored))
	for i := range stored {
		if err := canonicalCharge(&stored[i]); err != nil {
			return err
		}
		im.charges[stored[i].Code] = &stored[i]
	}
	return im.readCatalogue("charges", im.readCharge)
}

// canonicalCharge brings the definitions of a stored charge to their canonical text.
func canonicalCharge(c *catalog.Charge) error {
	for i := range c.Versions {
		price, err := catalog.ParseCharge(c.Versions[i].Definition)
		if err != nil {
			return fault.Wrap(fault.Internal, err, "the stored price of charge %q cannot be read: %v", c.Code, err)
		}
		c.Versions[i].Definition = catalog.ChargeDefinition(&price)
	}
	return nil
}

func (im *importer) readCharge(r *doc.Reader, code string) (changed bool, err error) {
	stored := im.charges[code]
	c := catalog.Charge{Code: code, Name: code}
	var old *rating.Charge
	if stored != nil {
		c = *stored
		c.Versions = slices.Clone(stored.Versions)
		if len(c.Versions) > 0 {
			price, err := catalog.ParseCharge(c.Versions[len(c.Versions)-1].Definition)
			if err != nil {
				return false, err
			}
			old = &price
		}
	}
	text(r, "name", &c.Name)
	text(r, "description", &c.Description)
	main := wantedCharge(r, code, old)
	var earlier []wanted
	r.Each("earlier", func(_ int, e *doc.Reader) {
		e.Has("id")
		earlier = append(earlier, wantedCharge(e, code, nil))
		e.Done()
	})
	charge := &c
	versions, priced, err := im.mergeVersions(&versioned{
		kind: "charge", stored: c.Versions, used: im.tx.ChargeVersionUsed, update: im.tx.UpdateChargeVersion,
		insert: func(v *catalog.Version) error { return im.tx.InsertChargeVersion(charge.ID, v) },
	}, main, earlier)
	if err != nil {
		return false, err
	}
	c.Versions = deref(versions)
	im.charges[code] = charge
	return im.saveCharge(stored, charge, priced), nil
}

// wantedCharge reads one version. What it leaves out keeps the value of old.
func wantedCharge(r *doc.Reader, code string, old *rating.Charge) wanted {
	w := wanted{r: r, given: r.Given("valid_from"), firstDay: r.Date("valid_from", period.First)}
	v := rating.Charge{ID: code}
	if old != nil {
		v = *old
	}
	switch {
	case old == nil:
		v.Amount = r.NeedDecimal("amount")
	case r.Given("amount"):
		v.Amount = r.Decimal("amount", money.Decimal{})
	}
	if r.Given("recurring") {
		v.Recurring = r.Bool("recurring", false)
	}
	if r.Given("proratable") {
		v.Proratable = r.Bool("proratable", false)
	}
	w.definition = catalog.ChargeDefinition(&v)
	return w
}

// saveCharge notes what is to be written of a charge, and says whether anything is.
func (im *importer) saveCharge(stored, c *catalog.Charge, priced bool) bool {
	i := &catalogueItem{
		entity: "charge", count: &im.report.Charges, now: chargeNode(c), priced: priced,
		insert: func() error { return im.tx.InsertCharge(c) }, update: func() error { return im.tx.UpdateCharge(c) }, id: func() int64 { return c.ID },
	}
	if stored != nil {
		was := chargeNode(stored)
		i.stored, i.described = &was, stored.Name != c.Name || stored.Description != c.Description
	}
	return im.saveItem(i)
}
