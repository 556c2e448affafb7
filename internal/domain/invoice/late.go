package invoice

import (
	"cmp"
	"math/big"
	"slices"

	"postmeter/internal/domain/money"
	"postmeter/internal/domain/period"
)

// The kinds of lines that corrections are about, and that of a correction.
const (
	kindPlan    = "plan"
	kindOverage = "overage"
	kindMinimum = "minimum"
	kindLate    = "late"
)

// lateKey is what one correction is about: an item of a plan and method in a month of a group.
type lateKey struct {
	group       int64
	month       period.Month
	ref, method string
	list        int64
	object      string // of an item that is no list: a list keeps its identity under every name
}

// difference is what a key comes to.
type difference struct {
	line     Line
	amount   int64
	quantity *big.Rat
}

// Late returns the corrections of months that final bills cover: what the bills would say now, less what was billed so
// far by those bills and by earlier corrections, one line for each group, month, plan, method and item whose amount
// differs. Charges are no part of it. Lines come by group, month, plan, method and item. An amount that does not fit is
// a fault.
func Late(months map[period.Month]bool, billed, now []Line) ([]Line, error) {
	all := map[lateKey]*difference{}
	for i := range billed {
		if err := add(all, months, &billed[i], -1); err != nil {
			return nil, err
		}
	}
	for i := range now {
		if err := add(all, months, &now[i], 1); err != nil {
			return nil, err
		}
	}
	var out []Line
	for _, d := range all {
		if d.amount == 0 {
			continue
		}
		var err error
		if d.line.Quantity, err = d.text(); err != nil {
			return nil, err
		}
		d.line.Amount = d.amount
		out = append(out, d.line)
	}
	slices.SortFunc(out, func(a, b Line) int {
		return cmp.Or(cmp.Compare(a.GroupID, b.GroupID), cmp.Compare(a.Month, b.Month), cmp.Compare(a.Ref, b.Ref),
			cmp.Compare(a.Method, b.Method), cmp.Compare(a.Object, b.Object), cmp.Compare(a.ListID, b.ListID))
	})
	return out, nil
}

// add adds a line to what its key comes to; sign is -1 for what was billed.
func add(all map[lateKey]*difference, months map[period.Month]bool, l *Line, sign int64) error {
	if !months[l.Month] || l.Kind != kindPlan && l.Kind != kindOverage && l.Kind != kindMinimum && l.Kind != kindLate {
		return nil
	}
	key := lateKey{group: l.GroupID, month: l.Month, ref: l.Ref, method: l.Method, list: l.ListID, object: l.Object}
	if l.ListID != 0 {
		key.object = ""
	}
	d := all[key]
	if d == nil {
		d = &difference{quantity: new(big.Rat)}
		all[key] = d
	}
	version := max(d.line.Version, l.Version)
	d.line = Line{GroupID: l.GroupID, Group: l.Group, Month: l.Month, Kind: kindLate, Ref: l.Ref, Version: version, Component: -1,
		Method: l.Method, ListID: l.ListID, Object: l.Object}
	var err error
	if d.amount, err = money.AddMinor(d.amount, sign*l.Amount); err != nil || l.Method == "" {
		return err
	}
	quantity, err := money.ParseDecimal(l.Quantity)
	if err != nil {
		return err
	}
	d.quantity.Add(d.quantity, new(big.Rat).Mul(quantity.Rat(), new(big.Rat).SetInt64(sign)))
	return nil
}

// Quantities have six decimals at most.
const quantityDecimals = 6

// text is the quantity of a correction: by how much what is priced has changed; 1 where nothing is counted.
func (d *difference) text() (string, error) {
	if d.line.Method == "" {
		return "1", nil
	}
	scaled := new(big.Rat).Mul(d.quantity, new(big.Rat).SetInt64(1_000_000))
	q, err := money.FromBig(new(big.Int).Quo(scaled.Num(), scaled.Denom()), quantityDecimals)
	return q.String(), err
}
